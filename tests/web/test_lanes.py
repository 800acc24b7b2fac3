"""Where a span lies on its lane."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel

from alliance.intervals import Span
from alliance.web.lanes import DaysWindow, Window, place, place_days, place_now, window_around

SHENZHEN = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
EIGHT_TO_TEN = Window(8, 14)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Days are named in a language."""
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")
    with app.app_context():
        yield


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHENZHEN)


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


@pytest.mark.parametrize(
    ("start", "end", "placed"),
    [
        ("11-23 08:00", "11-23 22:00", (0, 56)),
        ("11-23 09:00", "11-23 10:30", (4, 6)),
        ("11-23 09:05", "11-23 09:10", (4, 1)),  # rounded outwards: time that is taken never looks free
        ("11-23 06:00", "11-23 09:00", (0, 4)),
        ("11-22 20:00", "11-24 09:00", (0, 56)),
        ("11-23 21:00", "11-24 02:00", (52, 4)),
        ("11-23 06:00", "11-23 08:00", None),
        ("11-23 22:00", "11-23 23:00", None),
        ("11-24 09:00", "11-24 10:00", None),
    ],
)
def test_a_span_covers_its_quarters(start, end, placed):
    assert place(span(start, end), MONDAY, EIGHT_TO_TEN, SHENZHEN) == placed


def test_a_window_over_midnight_shows_the_morning_after():
    assert place(span("11-24 01:00", "11-24 02:00"), MONDAY, Window(20, 12), SHENZHEN) == (20, 4)


def test_the_lane_follows_the_clock_on_the_wall_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    morning = Span(
        datetime(2026, 3, 29, 9, tzinfo=berlin),
        datetime(2026, 3, 29, 10, tzinfo=berlin),
    )

    assert place(morning, date(2026, 3, 29), Window(0, 24), berlin) == (36, 4)


@pytest.mark.parametrize(
    ("now", "column"),
    [("11-23 10:24", 9), ("11-23 07:59", None), ("11-23 22:00", None), ("11-24 10:24", None)],
)
def test_the_present_stands_on_the_lane_of_today(now, column):
    assert place_now(at(now), MONDAY, EIGHT_TO_TEN, SHENZHEN) == column


@pytest.mark.parametrize(
    ("spans", "window"),
    [
        ([], Window(8, 14)),
        ([("11-23 08:30", "11-23 22:00"), ("11-28 09:00", "11-28 18:00")], Window(8, 14)),
        ([("11-23 08:30", "11-23 21:15")], Window(8, 14)),
        ([("11-23 10:00", "11-23 12:00")], Window(4, 8)),
        ([("11-23 00:00", "11-24 00:00")], Window(0, 24)),
        ([("11-23 20:00", "11-24 08:00")], Window(0, 24)),
    ],
)
def test_the_window_is_as_wide_as_the_opening_hours(spans, window):
    assert window_around([span(*ends) for ends in spans], SHENZHEN) == window


def test_a_window_names_its_columns_hours_and_ends():
    night = Window(20, 12)

    assert night.css == "hours-12"
    assert night.ticks[:2] == [(0, 4, "20"), (4, 4, "21")]
    assert night.ticks[4] == (16, 4, "0")
    assert night.ends == ("20:00", "02:00", "08:00")
    assert Window(0, 24).ends == ("00:00", "12:00", "24:00")
    assert Window(8, 13).ends == ("08:00", "14:30", "21:00")


@pytest.mark.parametrize(("hours", "narrow", "wide"), [(14, 4, 5), (24, 7, 8), (8, 2, 3)])
def test_what_is_too_small_for_a_finger_depends_on_the_window(hours, narrow, wide):
    assert Window(0, hours).is_narrow(narrow)
    assert not Window(0, hours).is_narrow(wide)


@pytest.mark.parametrize(
    ("start", "end", "placed"),
    [
        ("11-23 00:00", "11-24 00:00", (0, 1)),
        ("11-24 09:00", "11-26 17:00", (1, 3)),
        ("11-20 00:00", "11-25 00:00", (0, 2)),
        ("12-20 00:00", "12-30 00:00", (27, 1)),
        ("12-21 00:00", "12-22 00:00", None),
    ],
)
def test_what_is_lent_covers_every_day_it_touches(start, end, placed):
    assert place_days(span(start, end), DaysWindow(MONDAY), SHENZHEN) == placed


def test_a_window_of_days_names_them():
    weeks = DaysWindow(MONDAY)

    assert weeks.css == "days-28"
    assert weeks.ticks[7:9] == [(7, 1, "30"), (8, 1, "1")]
    assert weeks.ends == ("23 Nov", "20 Dec")
    assert weeks.is_narrow(2)
    assert not weeks.is_narrow(3)
