"""The published holiday calendar of mainland China, as calendar days."""

from datetime import date, timedelta

import chinese_calendar

from alliance.availability.calendar import Day, DayClass


def announced_days(year: int) -> list[Day]:
    """Every day of the year as the State Council announced it; none while it has not."""
    try:
        chinese_calendar.get_holiday_detail(date(year, 1, 1))
    except NotImplementedError:
        return []
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return [_announced(date(year, 1, 1) + timedelta(days=n)) for n in range(length)]


def _announced(on: date) -> Day:
    is_free, name = chinese_calendar.get_holiday_detail(on)
    if name is None:
        return Day(on, DayClass.RD if is_free else DayClass.WD)
    holiday = chinese_calendar.Holiday(name)
    if is_free:
        return Day(on, DayClass.PH, holiday.chinese, holiday.value)
    return Day(on, DayClass.WD, f"{holiday.chinese}调休", f"Working day for {holiday.value}")
