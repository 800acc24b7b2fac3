"""The class of each date, and deadlines counted in working days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from alliance.availability.announced import announced_days
from alliance.availability.calendar import Day, DayClass, DayClasses, working_days_after

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA_2026 = DayClasses(announced_days(2026))


def beijing(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=SHANGHAI).astimezone(UTC)


def test_dates_without_data_follow_the_week_and_say_so():
    nothing = DayClasses()

    week = [nothing.of(date(2027, 3, day)) for day in range(1, 8)]

    assert week == [DayClass.WD] * 5 + [DayClass.RD] * 2
    assert not nothing.is_announced(date(2027, 3, 1))
    assert nothing.name(date(2027, 3, 1), "zh") == ""


def test_given_days_win_over_the_week():
    days = DayClasses(
        [
            Day(date(2026, 10, 4), DayClass.PH, "国庆节", "National Day"),
            Day(date(2026, 9, 3), DayClass.PH, "校庆", announced=False),
        ]
    )

    assert (days.of(date(2026, 10, 4)), days.of(date(2026, 9, 3))) == (DayClass.PH, DayClass.PH)
    assert (days.is_announced(date(2026, 10, 4)), days.is_announced(date(2026, 9, 3))) == (True, False)


def test_a_missing_name_falls_back_to_the_other_language():
    days = DayClasses(
        [
            Day(date(2026, 10, 4), DayClass.PH, "国庆节", "National Day"),
            Day(date(2026, 9, 3), DayClass.PH, "校庆"),
        ]
    )

    assert [days.name(date(2026, 10, 4), locale) for locale in ("zh", "en")] == ["国庆节", "National Day"]
    assert [days.name(date(2026, 9, 3), locale) for locale in ("zh", "en")] == ["校庆", "校庆"]


@pytest.mark.parametrize(
    ("instant", "n", "expected"),
    [
        (beijing(2026, 3, 2, 9, 30), 0, beijing(2026, 3, 2, 9, 30)),
        (beijing(2026, 3, 2, 9, 30), 3, beijing(2026, 3, 5, 9, 30)),
        (beijing(2026, 3, 6, 18, 0, 5), 1, beijing(2026, 3, 9, 18, 0, 5)),
        (beijing(2026, 3, 7, 10), 1, beijing(2026, 3, 9, 10)),
        # The Saturday before Spring Festival is worked; then nothing until the 24th.
        (beijing(2026, 2, 13, 10), 1, beijing(2026, 2, 14, 10)),
        (beijing(2026, 2, 13, 10), 3, beijing(2026, 2, 25, 10)),
        # It is still Friday in UTC when Saturday begins in Beijing.
        (beijing(2026, 3, 7, 0, 30), 1, beijing(2026, 3, 9, 0, 30)),
        (beijing(2026, 12, 31, 10), 1, beijing(2027, 1, 1, 10)),
    ],
)
def test_working_days_are_counted_by_the_local_calendar(instant, n, expected):
    assert working_days_after(instant, n, CHINA_2026, SHANGHAI) == expected


def test_the_clock_shows_the_same_time_after_a_change_to_summer_time():
    berlin = ZoneInfo("Europe/Berlin")
    friday = datetime(2026, 3, 27, 9, tzinfo=berlin)

    assert working_days_after(friday, 1, DayClasses(), berlin) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="counted forward"):
        working_days_after(beijing(2026, 3, 2), -1, CHINA_2026, SHANGHAI)
