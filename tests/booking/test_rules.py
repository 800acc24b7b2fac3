"""Every booking rule by the tables of *_rows.py, and the tables themselves: no rule without its rows and its words."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from alliance.booking.facts import Facts, Wish
from alliance.booking.routes import relation_of
from alliance.booking.rules import ON_SHRINKING, RULES, Rule, problems_with
from alliance.errors import Problem, Refused, Taken, refuse_if
from alliance.i18n import LANGUAGES, in_language
from alliance.notifications.sentences import WORDS, words_for
from alliance.resources.policy import Policy, Route
from tests.booking.fairness_rows import ADVICE, FAIRNESS
from tests.booking.physical_rows import PHYSICAL, STANDING
from tests.booking.rows import AFTERNOON, facts, wish

ROWS = {**PHYSICAL, **STANDING, **FAIRNESS, **ADVICE}
RULE = {rule.__name__: rule for rule in RULES}
TABLE = [pytest.param(name, row, id=f"{name}: {row.about}") for name, rows in ROWS.items() for row in rows]


@pytest.mark.parametrize(("name", "row"), TABLE)
def test_the_rule_says_what_the_table_says(name, row):
    expected = replace(row.says, code=name) if row.says else None

    assert RULE[name](row.wish, row.facts) == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_rows_on_both_sides_a_manual_line_and_words(rule: Rule, sqlite_app):
    rows = ROWS[rule.__name__]
    found = [row.says for row in rows]
    assert any(found), "no refusing row"
    assert not all(found), "no passing row"
    assert len({row.about for row in rows}) == len(rows)
    assert (rule.__doc__ or "").strip().endswith("."), "its docstring is the line in the manual"

    for row in rows:
        if row.says is not None:
            check_words(replace(row.says, code=rule.__name__))


def check_words(problem: Problem) -> None:
    said = {}
    for language in LANGUAGES:
        with in_language(language):
            said[language] = words_for(problem)
    for language, words in said.items():
        assert words.title, language
        assert re.search(r"[。.]$", words.message), f"{language}: not a sentence: {words.message}"
        assert words.remedy, language
        assert not re.search(r"%\(|\bNone\b(?! of)", words.message + words.remedy), language
    assert re.search(r"[\u4e00-\u9fff]", said["zh"].message), f"no Chinese: {said['zh'].message}"
    assert said["zh"].title != said["en"].title


def test_the_table_knows_no_rule_that_is_not_there():
    assert set(ROWS) == set(RULE)
    assert len(RULES) == len(RULE)
    assert set(RULE) <= set(WORDS)


# All of them together -------------------------------------------------------------------------------------------------


def test_a_refusal_names_every_reason_at_once():
    known = facts(
        hours="WD 09:00-12:00",
        person_status="suspended",
        longest_minutes=60,
        active_per_person=1,
        active_of_person=1,
        items={1: AFTERNOON.span.end},
        clashes=((1, AFTERNOON.span),),
    )

    codes = [problem.code for problem in problems_with(wish(), known)]

    assert codes == ["taken", "person_suspended", "outside_opening_hours", "too_long", "too_many_of_person"]


def test_taken_alone_is_a_conflict_and_anything_more_is_a_refusal():
    busy = facts(items={1: AFTERNOON.span.end}, clashes=((1, AFTERNOON.span),))
    stages = replace(busy, policy=Policy(routes=(Route("member", ("owner",)),)))
    suspended = replace(busy, person_status="suspended")

    for known, error in ((busy, Taken), (stages, Taken), (suspended, Refused)):
        with pytest.raises(Refused) as refusal:
            refuse_if(problems_with(AFTERNOON, known))
        assert type(refusal.value) is error
    assert [problem.code for problem in refusal.value.problems] == ["taken", "person_suspended"]


def test_advice_refuses_nothing():
    known = facts(routes=(Route("member", ("owner",)),))

    refuse_if(problems_with(wish("2027-01-05"), known))


def test_giving_back_is_judged_by_what_it_changes_only():
    """A suspended person under new, stricter rules may still give back an hour of what he has."""
    known = facts(
        hours="WD 09:00-12:00",
        before=AFTERNOON,
        person_status="suspended",
        longest_minutes=30,
        notice_hours=240,
        active_per_person=0,
        routes=(),
    )

    assert problems_with(wish(end="15:00"), known) == []
    assert [problem.code for problem in problems_with(wish(end="17:00"), known)] == [
        "person_suspended",
        "outside_opening_hours",
        "too_long",
        "too_many_of_person",
        "not_open_to_you",
    ]
    assert set(ON_SHRINKING) <= set(RULES)


@pytest.mark.parametrize(
    ("before", "after", "gives_back"),
    [
        (wish(), wish(), True),
        (wish(), wish(end="15:00"), True),
        (wish(), wish(start="15:00"), True),
        (wish(), wish(end="16:30"), False),
        (wish(), wish(start="13:30", end="15:30"), False),
        (wish(quantity=2), wish(quantity=1), True),
        (wish(quantity=2), wish(end="15:00", quantity=2), True),
        (wish(quantity=1), wish(end="15:00", quantity=2), False),
    ],
)
def test_what_gives_back_and_what_does_not(before: Wish, after: Wish, gives_back):
    assert facts(before=before).shrinks(after) is gives_back


# Relations and routes -------------------------------------------------------------------------------------------------

GROUP_ROUTE = Policy(routes=(Route("own"), Route("group"), Route("member", ("owner",))))
NO_GROUP_ROUTE = Policy(routes=(Route("own"), Route("member", ("owner",))))


@pytest.mark.parametrize(
    ("unit_id", "unit_status", "shares_group", "policy", "relation"),
    [
        (1, "active", True, GROUP_ROUTE, "own"),
        (1, "external", False, GROUP_ROUTE, "own"),
        (2, "active", True, GROUP_ROUTE, "group"),
        (2, "active", True, NO_GROUP_ROUTE, "member"),
        (2, "active", False, GROUP_ROUTE, "member"),
        (2, "suspended", False, GROUP_ROUTE, "member"),
        (2, "external", False, GROUP_ROUTE, "external"),
    ],
)
def test_the_first_relation_that_fits(unit_id, unit_status, shares_group, policy, relation):
    found = relation_of(
        unit_id=unit_id, owner_id=1, unit_status=unit_status, shares_group=shares_group, policy=policy
    )

    assert found == relation


# Items ----------------------------------------------------------------------------------------------------------------


def test_the_smallest_gap_before_comes_first_then_the_lowest_number():
    start, minute = AFTERNOON.span.start, timedelta(minutes=1)
    known: Facts = facts(items={1: None, 2: start, 3: start - 60 * minute, 4: start, 5: start - 30 * minute})

    assert known.available(AFTERNOON) == [2, 4, 5, 3, 1]
