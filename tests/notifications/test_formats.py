"""Times in words: the same promise in both languages."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alliance.intervals import Span
from alliance.notifications.formats import (
    format_clock,
    format_clocks,
    format_day,
    format_days,
    format_end,
    format_length,
    format_moment,
    format_span,
    format_week_day,
    standing_alone,
)

SHENZHEN = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 23)


def at(text: str) -> datetime:
    """A moment in Shenzhen, written 2026-11-23 10:00 or, in this year, 11-23 10:00."""
    return datetime.fromisoformat(text if text.startswith("20") else f"2026-{text}").replace(tzinfo=SHENZHEN)


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 11, 23), "11月23日 周一", "Mon 23 Nov"),
        (date(2026, 9, 1), "9月1日 周二", "Tue 1 Sep"),
        (date(2027, 1, 3), "2027年1月3日 周日", "Sun 3 Jan 2027"),
    ],
)
def test_a_day_has_its_weekday_and_its_year_when_that_is_another(day, chinese, english):
    assert format_day(day, SHENZHEN, "zh", TODAY) == chinese
    assert format_day(day, SHENZHEN, "en", TODAY) == english


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 11, 22), "昨天", "yesterday"),
        (date(2026, 11, 23), "今天", "today"),
        (date(2026, 11, 24), "明天", "tomorrow"),
        (date(2026, 11, 25), "11月25日 周三", "Wed 25 Nov"),
    ],
)
def test_a_near_day_goes_by_its_name(day, chinese, english):
    assert format_day(day, SHENZHEN, "zh", TODAY, near=True) == chinese
    assert format_day(day, SHENZHEN, "en", TODAY, near=True) == english


def test_an_instant_falls_on_the_day_of_the_zone():
    late = datetime.fromisoformat("2026-11-23T18:30:00+00:00")

    assert format_day(late, SHENZHEN, "zh", TODAY) == "11月24日 周二"
    assert format_day(late, ZoneInfo("Europe/London"), "en", TODAY) == "Mon 23 Nov"
    assert format_clock(late, SHENZHEN) == "02:30"


def test_a_time_of_day_needs_no_zone():
    assert format_clock(time(9, 5), SHENZHEN) == "09:05"


def test_the_days_of_a_week_are_short():
    assert format_week_day(TODAY, "zh") == "周一 23"
    assert format_week_day(TODAY, "en") == "Mon 23"


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        ("2026-11-23", "2026-11-23", "11月23日", "23 Nov"),
        ("2026-11-23", "2026-11-25", "11月23日至25日", "23–25 Nov"),
        ("2026-11-30", "2026-12-02", "11月30日至12月2日", "30 Nov – 2 Dec"),
        ("2027-01-03", "2027-01-05", "2027年1月3日至5日", "3–5 Jan 2027"),
        ("2027-01-30", "2027-02-02", "2027年1月30日至2月2日", "30 Jan – 2 Feb 2027"),
        ("2026-12-30", "2027-01-02", "2026年12月30日至2027年1月2日", "30 Dec 2026 – 2 Jan 2027"),
        ("2027-01-03", "2027-01-03", "2027年1月3日", "3 Jan 2027"),
    ],
)
def test_whole_days_say_the_month_and_the_year_only_as_often_as_needed(first, last, chinese, english):
    first, last = date.fromisoformat(first), date.fromisoformat(last)

    assert format_days(first, last, "zh", TODAY) == chinese
    assert format_days(first, last, "en", TODAY) == english


@pytest.mark.parametrize(
    ("start", "end", "chinese", "english"),
    [
        ("11-23 10:00", "11-23 12:00", "11月23日 周一 10:00–12:00", "Mon 23 Nov, 10:00–12:00"),
        ("11-23 20:00", "11-24 08:00", "11月23日 周一 20:00–次日 08:00", "Mon 23 Nov, 20:00–08:00 next day"),
        ("11-23 22:00", "11-24 00:00", "11月23日 周一 22:00–24:00", "Mon 23 Nov, 22:00–24:00"),
        ("11-23 22:00", "11-25 00:00", "11月23日 周一 22:00–次日 24:00", "Mon 23 Nov, 22:00–24:00 next day"),
        (
            "11-23 10:00",
            "11-25 12:00",
            "11月23日 周一 10:00 至 11月25日 周三 12:00",
            "Mon 23 Nov, 10:00 to Wed 25 Nov, 12:00",
        ),
        (
            "11-23 10:00",
            "11-26 00:00",
            "11月23日 周一 10:00 至 11月25日 周三 24:00",
            "Mon 23 Nov, 10:00 to Wed 25 Nov, 24:00",
        ),
        (
            "2026-12-31 20:00",
            "2027-01-01 08:00",
            "12月31日 周四 20:00–次日 08:00",
            "Thu 31 Dec, 20:00–08:00 next day",
        ),
    ],
)
def test_a_span_says_when_it_ends(start, end, chinese, english):
    assert format_span(span(start, end), SHENZHEN, "zh", TODAY) == chinese
    assert format_span(span(start, end), SHENZHEN, "en", TODAY) == english


@pytest.mark.parametrize(
    ("start", "end", "chinese", "english"),
    [
        ("11-23 00:00", "11-24 00:00", "11月23日 周一 全天", "Mon 23 Nov, all day"),
        ("11-23 00:00", "11-26 00:00", "11月23日至25日", "23–25 Nov"),
        ("11-30 00:00", "12-03 00:00", "11月30日至12月2日", "30 Nov – 2 Dec"),
    ],
)
def test_what_is_booked_by_the_day_leaves_the_clock_out(start, end, chinese, english):
    assert format_span(span(start, end), SHENZHEN, "zh", TODAY, whole_days=True) == chinese
    assert format_span(span(start, end), SHENZHEN, "en", TODAY, whole_days=True) == english


def test_a_near_span_begins_today():
    soon = span("11-23 14:00", "11-23 16:00")

    assert format_span(soon, SHENZHEN, "zh", TODAY, near=True) == "今天 14:00–16:00"
    assert format_span(soon, SHENZHEN, "en", TODAY, near=True) == "today, 14:00–16:00"
    assert format_clocks(soon, SHENZHEN, "zh") == "14:00–16:00"


def test_a_day_by_its_name_begins_a_line_with_a_capital():
    soon = format_span(span("11-23 14:00", "11-23 16:00"), SHENZHEN, "en", TODAY, near=True)

    assert standing_alone(soon) == "Today, 14:00–16:00"


def test_an_end_at_midnight_belongs_to_the_day_it_closes():
    night, noon = span("11-23 10:00", "11-26 00:00").end, span("11-23 10:00", "11-25 12:00").end

    assert format_end(night, SHENZHEN, "zh", TODAY) == "11月25日 24:00"
    assert format_end(noon, SHENZHEN, "en", TODAY) == "25 Nov, 12:00"


def test_the_clocks_of_several_days_name_the_last_one():
    days = span("11-23 10:00", "11-25 12:00")

    assert format_clocks(days, SHENZHEN, "zh") == "10:00–11月25日 12:00"
    assert format_clocks(days, SHENZHEN, "en") == "10:00–25 Nov, 12:00"


def test_a_moment_is_near_unless_told_otherwise():
    assert format_moment(at("11-23 17:00"), SHENZHEN, "zh", TODAY) == "今天 17:00"
    assert format_moment(at("11-25 17:00"), SHENZHEN, "en", TODAY) == "Wed 25 Nov, 17:00"
    assert format_moment(at("11-23 17:00"), SHENZHEN, "zh", TODAY, near=False) == "11月23日 周一 17:00"


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(), "0 分钟", "0 minutes"),
        (timedelta(minutes=30), "30 分钟", "30 minutes"),
        (timedelta(hours=1), "1 小时", "1 hour"),
        (timedelta(hours=1, minutes=36), "1 小时 36 分", "1 hour 36 minutes"),
        (timedelta(hours=24), "1 天", "1 day"),
        (timedelta(hours=36), "36 小时", "36 hours"),
        (timedelta(hours=24, minutes=30), "24 小时 30 分", "24 hours 30 minutes"),
        (timedelta(days=2), "2 天", "2 days"),
        (timedelta(days=3, hours=12), "3 天 12 小时", "3 days 12 hours"),
    ],
)
def test_a_length_is_counted_in_what_people_count(length, chinese, english):
    assert format_length(length, "zh") == chinese
    assert format_length(length, "en") == english
