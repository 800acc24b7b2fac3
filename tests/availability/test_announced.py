"""The published calendar: what 2026 is known to be."""

from datetime import date, timedelta

import pytest

from alliance.availability.announced import announced_days
from alliance.availability.calendar import Day, DayClass


def test_a_year_has_all_its_days_in_order():
    days = announced_days(2024)

    assert [day.date for day in days] == [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert all(day.announced for day in days)


def test_2026_works_on_six_weekend_days_and_has_33_days_of_holidays():
    days = announced_days(2026)

    worked = [day.date for day in days if day.date.weekday() >= 5 and day.day_class is DayClass.WD]

    assert worked == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert sum(day.day_class is DayClass.PH for day in days) == 33


@pytest.mark.parametrize(
    "day",
    [
        Day(date(2026, 2, 14), DayClass.WD, "春节调休", "Working day for Spring Festival"),
        Day(date(2026, 10, 4), DayClass.PH, "国庆节", "National Day"),
        Day(date(2026, 10, 11), DayClass.RD),
        Day(date(2026, 10, 12), DayClass.WD),
    ],
)
def test_days_of_2026_have_their_class_and_name(day):
    assert announced_days(2026)[day.date.timetuple().tm_yday - 1] == day


@pytest.mark.parametrize("year", [1999, 2050])
def test_a_year_nobody_announced_has_no_days(year):
    assert announced_days(year) == []
