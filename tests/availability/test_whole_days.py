"""Bookings by the day: whole days, loans, and the runs of days in which they fit."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.availability.calendar import Day, DayClass, DayClasses
from alliance.availability.hours import Hours
from alliance.availability.whole_days import closed_days, days_open, free_days, local_days, whole_days
from alliance.intervals import Span

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours.parse("WD 09:00-17:30; RD off; PH off")
HOUR = timedelta(hours=1)

# March 2026: the 2nd is a Monday, so the 7th and 8th are a weekend.


def march(first: int, last: int, zone: ZoneInfo = SHANGHAI) -> Span:
    return whole_days(date(2026, 3, first), date(2026, 3, last), zone)


def test_a_day_begins_at_local_midnight():
    assert march(2, 3) == Span(datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 3, 16, tzinfo=UTC))


@pytest.mark.parametrize(("day", "hours"), [(28, 24), (29, 23)])
def test_the_day_that_loses_an_hour_is_still_a_day(day, hours):
    assert march(day, day, BERLIN).length == hours * HOUR


@given(
    st.dates(date(1986, 1, 1), date(2030, 1, 1)),
    st.integers(0, 40),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo")]),
)
def test_whole_days_are_recognised_again(first, more, zone):
    last = first + timedelta(days=more)

    assert local_days(whole_days(first, last, zone), zone) == (first, last)


@pytest.mark.parametrize(
    "span",
    [
        march(2, 3).widened(HOUR, timedelta(0)),
        march(2, 3).widened(timedelta(0), HOUR),
        march(2, 3, BERLIN),
    ],
)
def test_other_spans_are_not_whole_days(span):
    assert local_days(span, SHANGHAI) is None


@pytest.mark.parametrize(
    ("first", "last", "whole_day", "loan"),
    [
        (2, 6, [], []),
        (6, 6, [], []),
        (6, 9, [7, 8], []),
        (5, 7, [7], [7]),
        (7, 8, [7, 8], [7, 8]),
        (8, 8, [8], [8]),
    ],
)
def test_whole_days_must_all_be_open_a_loan_only_at_its_ends(first, last, whole_day, loan):
    asked = {"hours": OFFICE, "days": DayClasses()}
    first, last = date(2026, 3, first), date(2026, 3, last)

    for preset, closed in (("whole_day", whole_day), ("loan", loan)):
        assert closed_days(first, last, preset=preset, **asked) == [date(2026, 3, n) for n in closed]
        assert days_open(first, last, preset=preset, **asked) == (not closed)


def test_other_presets_are_not_booked_by_the_day():
    with pytest.raises(ValueError, match="timed"):
        days_open(date(2026, 3, 2), date(2026, 3, 3), hours=OFFICE, days=DayClasses(), preset="timed")


def runs(preset: str, busy: list[list[Span]], *, window: Span | None = None, quantity: int = 1):
    """The free runs of 2 to 15 March as (first day, last day, items)."""
    answer = free_days(
        window or march(2, 15),
        hours=OFFICE,
        days=DayClasses([Day(date(2026, 3, 11), DayClass.PH)]),
        zone=SHANGHAI,
        busy=dict(enumerate(busy)),
        quantity=quantity,
        preset=preset,
    )
    return [(*(day.day for day in local_days(each.span, SHANGHAI)), each.quantity) for each in answer]


AN_HOUR_ON_THE_4TH = Span(datetime(2026, 3, 4, 2, tzinfo=UTC), datetime(2026, 3, 4, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("busy", "quantity", "whole_day", "loan"),
    [
        ([[]], 1, [(2, 6, 1), (9, 10, 1), (12, 13, 1)], [(2, 13, 1)]),
        ([[march(7, 8)]], 1, [(2, 6, 1), (9, 10, 1), (12, 13, 1)], [(2, 6, 1), (9, 13, 1)]),
        ([[AN_HOUR_ON_THE_4TH]], 1, [(2, 3, 1), (5, 6, 1), (9, 10, 1), (12, 13, 1)], [(2, 3, 1), (5, 13, 1)]),
        ([[march(2, 6)], [march(12, 13)]], 1, [(2, 6, 1), (9, 10, 2), (12, 13, 1)], [(2, 10, 1), (9, 13, 1)]),
        ([[march(2, 6)], [march(12, 13)]], 2, [(9, 10, 2)], [(9, 10, 2)]),
        # The second item comes back on Sunday; from Monday on both can be lent.
        ([[march(2, 6)], [march(2, 7)]], 1, [(9, 10, 2), (12, 13, 2)], [(9, 13, 2)]),
        ([[march(2, 6), march(8, 15)]], 1, [], []),
        ([], 1, [], []),
    ],
)
def test_free_runs_of_days(busy, quantity, whole_day, loan):
    assert runs("whole_day", busy, quantity=quantity) == whole_day
    assert runs("loan", busy, quantity=quantity) == loan


def test_days_cut_by_the_window_do_not_count():
    cut = Span(march(2, 2).start + HOUR, march(5, 5).end - HOUR)

    assert runs("whole_day", [[]], window=cut) == [(3, 4, 1)]
    assert runs("loan", [[]], window=Span(cut.start, cut.start + HOUR)) == []


days_of_march = st.tuples(st.integers(1, 20), st.integers(0, 4)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@given(
    busy=st.lists(st.lists(days_of_march, max_size=3), max_size=4),
    quantity=st.integers(1, 4),
    preset=st.sampled_from(["whole_day", "loan"]),
)
def test_a_booking_fits_exactly_when_its_days_are_open_and_a_run_contains_it(busy, quantity, preset):
    asked = {"hours": OFFICE, "days": DayClasses([Day(date(2026, 3, 11), DayClass.PH)])}
    taken = [{n for first, last in pairs for n in range(first, last + 1)} for pairs in busy]

    found = runs(preset, [[march(*pair) for pair in pairs] for pairs in busy], quantity=quantity)

    for first, after in combinations(range(2, 17), 2):
        wish = set(range(first, after))
        is_open = days_open(date(2026, 3, first), date(2026, 3, after - 1), preset=preset, **asked)
        fits = is_open and sum(days.isdisjoint(wish) for days in taken) >= quantity
        contained = any(run_first <= first and after - 1 <= run_last for run_first, run_last, _ in found)
        assert fits == (is_open and contained)
    for run_first, run_last, items in found:
        assert items == sum(days.isdisjoint(range(run_first, run_last + 1)) for days in taken)
