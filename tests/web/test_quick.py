"""Quick booking: what the card offers for a week, as plain values."""

from datetime import date, timedelta

import pytest

from alliance.availability.calendar import DayClasses
from alliance.booking.facts import Closed
from alliance.booking.permissions import Glimpse
from alliance.resources.policy import Policy
from alliance.web.openings import WeekFacts
from alliance.web.quick import Choice, quick_of
from tests.conftest import NOW
from tests.world import BEIJING, at, span

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _in_a_request(sqlite_app):
    with sqlite_app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


def address(**changes):
    return "&".join(f"{name}={value}" for name, value in sorted(changes.items()) if value is not None)


def facts(*, items=1, taken=(), closures=(), preset="slot_self", **policy) -> WeekFacts:
    return WeekFacts(
        now=NOW,
        zone=BEIJING,
        policy=Policy(**{"hours": "WD 09:00-18:00", **policy}),
        preset=preset,
        kind="instrument",
        days=DayClasses(),
        items={n: f"No. {n}" for n in range(1, items + 1)},
        bookings=[Glimpse("busy", each, each, "approved", 1, (item,), "X") for item, each in taken],
        closures=closures,
    )


def card(found: WeekFacts, **choice):
    return quick_of(found, MONDAY, Choice(**choice), address)


def starts(quick):
    return [each.words for each in quick.starts]


def test_each_day_says_how_often_one_can_start_and_the_first_one_that_can_is_chosen():
    quick = card(facts(taken=[(1, span("2026-11-24", "09:00", "17:30"))]))

    assert [(day.number, day.starts, bool(day.href), day.is_chosen) for day in quick.days] == [
        ("23", 12, True, True),
        ("24", 0, False, False),
        ("25", 15, True, False),
        ("26", 15, True, False),
        ("27", 15, True, False),
        ("28", 0, False, False),
        ("29", 0, False, False),
    ]
    assert quick.span == span("2026-11-23", "10:30", "12:30")
    assert starts(quick) == ["10:30", "11:00", "11:30", "12:00", "12:30", "13:00", "13:30", "14:00"]
    assert (quick.later.starts, quick.later.href) == (4, "more=1")


def test_a_day_a_length_and_a_start_can_be_chosen():
    quick = card(facts(), day=date(2026, 11, 25), minutes=240, start="13:00")

    assert [(each.words, each.is_chosen) for each in quick.lengths] == [
        ("1 hour", False),
        ("2 hours", False),
        ("4 hours", True),
        ("9 hours", False),
    ]
    assert quick.span == span("2026-11-25", "13:00", "17:00")


def test_a_late_start_that_is_chosen_is_shown_with_all_the_others():
    quick = card(facts(), start="15:00")

    assert len(quick.starts) == 12
    assert quick.later is None
    assert [each.words for each in quick.starts if each.is_chosen] == ["15:00"]


def test_a_start_or_a_day_that_is_none_falls_back_to_the_first():
    assert card(facts(), start="03:00").span == card(facts()).span
    assert card(facts(), day=date(2027, 1, 1)).span == card(facts()).span


@pytest.mark.parametrize(
    ("policy", "lengths"),
    [
        ({"shortest_minutes": 60, "longest_minutes": 240}, [60, 120, 240]),
        ({"longest_minutes": 90}, [30, 60, 90]),
        ({"grid_minutes": 60, "shortest_minutes": 180}, [180, 240, 480, 720]),
        ({"grid_minutes": 45, "shortest_minutes": 90, "longest_minutes": 90}, [90]),
    ],
)
def test_only_lengths_the_owner_allows_are_offered(policy, lengths):
    found = facts(hours="DAILY 00:00-24:00", **policy)

    seen = {card(found, minutes=minutes).length // timedelta(minutes=1) for minutes in range(30, 800, 15)}

    assert sorted(seen) == lengths


def test_what_is_free_on_any_item_can_be_started():
    day = "2026-11-25"
    quick = card(
        facts(items=2, taken=[(1, span(day, "09:00", "14:00")), (2, span(day, "12:00", "18:00"))]),
        day=date(2026, 11, 25),
        minutes=120,
    )

    assert starts(quick) == ["09:00", "09:30", "10:00", "14:00", "14:30", "15:00", "15:30", "16:00"]


def test_nothing_is_offered_while_it_is_closed_without_an_end():
    quick = card(facts(closures=(Closed(NOW, None, "breakdown"),)))

    assert (quick.span, starts(quick), [day.starts for day in quick.days]) == (None, [], [0] * 7)


def test_what_goes_by_days_has_days_and_lengths_only():
    quick = card(facts(preset="loan", hours="WD 09:00-17:00"), minutes=2 * 1440)

    assert quick.starts == []
    assert [each.words for each in quick.lengths] == ["1 day", "2 days", "3 days", "14 days"]
    assert (quick.span.start, quick.span.length) == (at("2026-11-24 00:00"), timedelta(days=2))
