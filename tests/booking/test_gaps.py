"""Where on a board a booking can begin: grid, notice, horizon and lengths, as a table."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.booking.bookable import Bookable, Owner
from alliance.booking.gaps import Gap, day_gap, gaps, one_after_another, reach_of
from alliance.booking.timetable import OpenTime, Timetable, range_of, seconds
from alliance.intervals import Span
from alliance.resources.policy import Policy

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 10, 24, tzinfo=BEIJING)


def at(text: str, zone: ZoneInfo = BEIJING) -> int:
    return seconds(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone))


def bookable(
    zone: ZoneInfo = BEIJING, preset: str = "slot_self", owner: str = "active", **policy
) -> Bookable:
    rules = Policy(**{"hours": "DAILY 00:00-24:00", "grid_minutes": 30, "shortest_minutes": 60, **policy})
    hours = Hours.parse(rules.hours)
    unit = Owner("INST", "研究所", "Institute")
    about = ("instrument", 1, owner, zone, preset, "timed", "published", "alliance")
    return Bookable(1, "R", *about, rules, hours, unit)


def found(free: list[tuple[str, str]], day: str = "11-24", **policy) -> list[tuple[int, int, int]]:
    resource = bookable(**policy)
    whole = at(f"{day} 00:00"), at(f"{day} 00:00") + 24 * 3600
    ranges = [(at(start), at(end), 1) for start, end in free]
    return [gap[:3] for gap in gaps(resource, ranges, whole, reach_of(resource, NOW))]


def gap(start: str, end: str, likely_end: str) -> tuple[int, int, int]:
    return at(start), at(end), at(likely_end)


@pytest.mark.parametrize(
    ("free", "policy", "expected"),
    [
        ([("11-24 09:00", "11-24 12:00")], {}, [("11-24 09:00", "11-24 12:00", "11-24 11:00")]),
        # Off the grid: later to begin, earlier to end.
        ([("11-24 09:10", "11-24 12:10")], {}, [("11-24 09:30", "11-24 12:00", "11-24 11:30")]),
        # Just long enough, and a minute too short.
        ([("11-24 09:00", "11-24 10:00")], {}, [("11-24 09:00", "11-24 10:00", "11-24 10:00")]),
        ([("11-24 09:00", "11-24 09:59")], {}, []),
        ([("11-24 09:01", "11-24 10:29")], {}, []),
        # Two hours is usual, unless that is too short or too long.
        ([("11-24 09:00", "11-24 18:00")], {"shortest_minutes": 240}, [("11-24 09:00", "11-24 18:00", "11-24 13:00")]),
        ([("11-24 09:00", "11-24 18:00")], {"longest_minutes": 90}, [("11-24 09:00", "11-24 18:00", "11-24 10:30")]),
        # It ends with the day, but counts where a booking could run on.
        ([("11-24 23:30", "11-25 02:00")], {}, [("11-24 23:30", "11-25 00:00", "11-25 01:30")]),
        ([("11-24 23:30", "11-25 00:00")], {}, []),
        ([("11-23 20:00", "11-24 08:00")], {}, [("11-24 00:00", "11-24 08:00", "11-24 02:00")]),
        ([("11-25 09:00", "11-25 12:00")], {}, []),
        # Notice: a day ahead is 10:24:01 on the next day, so 10:30 is the first start.
        ([("11-24 09:00", "11-24 12:00")], {"notice_hours": 24}, [("11-24 10:30", "11-24 12:00", "11-24 12:00")]),
        ([("11-24 09:00", "11-24 12:00")], {"notice_hours": 48}, []),
        # Horizon: the start counts.
        ([("11-24 10:00", "11-24 18:00")], {"days_ahead": 1}, [("11-24 10:00", "11-24 18:00", "11-24 12:00")]),
        ([("11-24 10:30", "11-24 18:00")], {"days_ahead": 1}, []),
        ([("11-24 10:00", "11-24 18:00")], {"owner": "suspended"}, []),
    ],
)  # fmt: skip
def test_a_gap_is_what_the_owners_rules_leave_of_free_time(free, policy, expected):
    assert found(free, **policy) == [gap(*each) for each in expected]


def test_what_is_over_is_no_gap_and_this_very_instant_is_as_good_as_over():
    assert found([("11-23 08:00", "11-23 12:00")], "11-23") == [
        gap("11-23 10:30", "11-23 12:00", "11-23 12:00")
    ]
    assert found([("11-22 08:00", "11-22 12:00")], "11-22") == []


def test_on_the_day_the_clocks_change_the_grid_follows_the_clock_on_the_wall():
    berlin = ZoneInfo("Europe/Berlin")
    resource = bookable(berlin, grid_minutes=120, shortest_minutes=120)
    midnight = at("10-25 00:00", berlin)
    day = midnight, midnight + 25 * 3600
    now = datetime(2026, 10, 1, tzinfo=berlin)

    (only,) = gaps(resource, [(at("10-25 05:00", berlin), day[1], 1)], day, reach_of(resource, now))

    assert only.start == at("10-25 06:00", berlin)


@pytest.mark.parametrize(
    ("free", "covered"),
    [
        ([], []),
        ([(8, 12, 2), (14, 18, 1)], [(8, 12, 2), (14, 18, 1)]),
        ([(8, 12, 1), (10, 20, 1)], [(8, 12, 1), (12, 20, 1)]),
        ([(8, 12, 1), (9, 13, 1), (10, 20, 3)], [(8, 12, 1), (12, 20, 3)]),
        ([(8, 12, 5), (8, 20, 1), (9, 10, 6)], [(8, 20, 1)]),
        ([(8, 12, 1), (12, 14, 1)], [(8, 12, 1), (12, 14, 1)]),
    ],
)
def test_free_ranges_that_overlap_are_laid_side_by_side(free, covered):
    assert one_after_another(free) == covered


def lent(busy: list[tuple[str, str]], **policy) -> Timetable:
    rules = {"hours": "WD 09:00-17:00", "grid_minutes": 1440, "shortest_minutes": 2 * 1440, **policy}
    resource = bookable(preset="loan", **rules)
    window = at("11-23 00:00"), at("12-20 00:00")
    spans = [(at(start), at(end)) for start, end in busy]
    return Timetable(resource, window, {7: spans}, (), OpenTime(DayClasses()))


@pytest.mark.parametrize(
    ("busy", "day", "expected"),
    [
        ([], date(2026, 11, 24), Gap(at("11-24 00:00"), at("11-25 00:00"), at("11-26 00:00"), 1)),
        ([("11-25 00:00", "11-26 00:00")], date(2026, 11, 24), None),  # too short before the next
        ([], date(2026, 11, 27), None),  # would be handed back on a Saturday
        ([], date(2026, 11, 28), None),  # closed
        ([], date(2026, 11, 23), None),  # has begun
    ],
)
def test_what_is_lent_begins_where_the_shortest_loan_can(busy, day, expected):
    assert day_gap(lent(busy), day, NOW) == expected


def test_a_gap_of_days_keeps_the_window_it_was_read_in():
    table = lent([])

    assert range_of(Span(NOW, NOW + timedelta(days=1)))[0] > table.window[0]
