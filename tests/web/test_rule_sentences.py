"""The owner's rules in plain sentences."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import Babel

from alliance.resources.particulars import Required
from alliance.resources.policy import Policy, Route
from alliance.web.rule_sentences import RuleSentence, rule_sentences

TODAY = date(2026, 11, 23)
OWNER = "Lab"
AUTO_IN_HOURS = Route("member", longest_minutes=240, within="WD 09:00-18:00")
BY_STAGES = (Route("own"), Route("member", ("owner",)), Route("external", ("owner", "secretariat")))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are made in a language; here the one their keys are written in."""
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")
    with app.app_context():
        yield


def sentences(policy: Policy, **changes) -> list[RuleSentence]:
    about = {"preset": "slot_self", "relation": "member", "required": [], "signed_in": True, **changes}
    return rule_sentences(policy, owner=OWNER, today=TODAY, **about)


def sentence(icon: str, policy: Policy, **changes) -> tuple[str, str]:
    return next(
        ((rule.sentence, rule.yours) for rule in sentences(policy, **changes) if rule.icon == icon), ("", "")
    )


def test_the_confocal_says_everything_its_owner_asks():
    policy = Policy(
        hours="WD 08:30-22:00; RD 09:00-18:00; PH off",
        shortest_minutes=60,
        longest_minutes=480,
        notice_hours=2,
        days_ahead=14,
        teardown=timedelta(minutes=15),
        cancel_hours=24,
        active_per_person=3,
        routes=BY_STAGES,
    )
    held = Required("CONFOCAL", "共聚焦上机资格", "Confocal operation", date(2026, 1, 1), date(2027, 3, 1))

    assert sentences(policy, required=[held]) == [
        RuleSentence(
            "clock", "Open 08:30–22:00 on working days, 09:00–18:00 on rest days; closed on public holidays."
        ),
        RuleSentence(
            "hourglass-split",
            "One booking lasts 1 hour to 8 hours. It starts and ends on the hour or the half hour.",
        ),
        RuleSentence("calendar3", "Book at most 14 days and at least 2 hours ahead."),
        RuleSentence(
            "person-check",
            "The owner's own people: confirmed at once. External units: decided by Lab and the secretariat. "
            "A request keeps its place for 3 working days.",
            "Your bookings: decided by Lab.",
        ),
        RuleSentence(
            "mortarboard",
            "You need this qualification: Confocal operation.",
            "Yours is valid until 1 March 2027.",
        ),
        RuleSentence("people", "One person may have 3 bookings at a time that are not over yet."),
        RuleSentence(
            "arrow-counterclockwise", "Cancel at least 1 day before the start; later it counts as late."
        ),
        RuleSentence("tools", "15 minutes after each use are kept free."),
    ]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            Policy(shortest_minutes=720, longest_minutes=720, grid_minutes=720),
            "One booking lasts 12 hours. Starts and ends lie 12 hours apart, counted from midnight.",
        ),
        (
            Policy(shortest_minutes=30),
            "One booking lasts at least 30 minutes. It starts and ends on the hour or the half hour.",
        ),
        (
            Policy(longest_minutes=240, grid_minutes=60),
            "One booking lasts at most 4 hours. It starts and ends on the hour.",
        ),
        (Policy(grid_minutes=1440), "It starts and ends at midnight."),
        (Policy(grid_minutes=1), ""),
    ],
)
def test_lengths_and_grid(policy, said):
    assert sentence("hourglass-split", policy) == (said, "")


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("whole_day", "Booked by whole days. One booking lasts 1 day to 2 days."),
        (
            "loan",
            "Lent by whole days, from one open day to another; handed over within opening hours. "
            "One booking lasts 1 day to 2 days.",
        ),
    ],
)
def test_what_goes_by_days_has_no_clock_and_no_buffers(preset, said):
    policy = Policy(shortest_minutes=1440, longest_minutes=2880, setup=timedelta(hours=1))

    assert sentence("hourglass-split", policy, preset=preset) == (said, "")
    assert sentence("tools", policy, preset=preset) == ("", "")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Policy(), ""),
        (Policy(notice_hours=0, days_ahead=0), ""),
        (Policy(notice_hours=336), "Book at least 14 days ahead."),
        (Policy(days_ahead=90), "Book at most 90 days ahead."),
    ],
)
def test_notice_and_horizon(policy, said):
    assert sentence("calendar3", policy) == (said, "")


@pytest.mark.parametrize(
    ("routes", "relation", "yours"),
    [
        (BY_STAGES, "own", "Your bookings: confirmed at once."),
        (BY_STAGES, "external", "Your bookings: decided by Lab and the secretariat."),
        ((Route("own"),), "member", "Your bookings: not accepted."),
        (
            (AUTO_IN_HOURS, Route("member", ("owner",))),
            "member",
            "Your bookings: confirmed at once for 09:00–18:00 on working days, up to 4 hours, "
            "otherwise decided by Lab.",
        ),
        (
            (Route("member", share_percent=25), Route("member", ("unit",))),
            "member",
            "Your bookings: confirmed at once for up to 25% of the places, otherwise decided by the booker's own unit.",
        ),
        (
            (AUTO_IN_HOURS,),
            "member",
            "Your bookings: confirmed at once, for 09:00–18:00 on working days, up to 4 hours only.",
        ),
        ((Route("member"), Route("member", ("owner",))), "member", "Your bookings: confirmed at once."),
        (
            (Route("group", longest_minutes=60), Route("member", ("owner",))),
            "group",
            "Your bookings: confirmed at once for up to 1 hour, otherwise decided by Lab.",
        ),
        (BY_STAGES, None, ""),
    ],
)
def test_who_decides_on_the_readers_bookings(routes, relation, yours):
    assert sentence("person-check", Policy(routes=routes), relation=relation)[1] == yours


@pytest.mark.parametrize(
    ("held", "signed_in", "yours"),
    [
        ((), False, ""),
        ((), True, "You do not hold it yet. You can ask for it on this page; Lab decides."),
        ((date(2026, 1, 1), None), True, "You hold it."),
        ((date(2026, 1, 1), TODAY), True, "Yours is valid until 23 November 2026."),
        ((date(2026, 1, 1), TODAY - timedelta(days=1)), True, "Yours expired on 22 November 2026."),
    ],
)
def test_what_the_reader_holds_of_a_qualification(held, signed_in, yours):
    asked = Required("USE", "上机资格", None, *held)

    assert sentence("mortarboard", Policy(), required=[asked], signed_in=signed_in) == (
        "You need this qualification: 上机资格.",
        yours,
    )


@pytest.mark.parametrize(
    ("setup", "teardown", "said"),
    [
        (0, 0, ""),
        (15, 0, "15 minutes before each use are kept free."),
        (15, 30, "15 minutes before and 30 minutes after each use are kept free."),
    ],
)
def test_buffers(setup, teardown, said):
    policy = Policy(setup=timedelta(minutes=setup), teardown=timedelta(minutes=teardown))

    assert sentence("tools", policy) == (said, "")


def test_limits_and_cancelling():
    policy = Policy(active_per_person=1, active_per_unit=2)

    assert sentence("people", policy)[0] == (
        "One person may have 1 booking at a time that is not over yet. "
        "One unit may have 2 bookings at a time that are not over yet."
    )
    assert sentence("arrow-counterclockwise", policy)[0] == "You can cancel until it starts."
