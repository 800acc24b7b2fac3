"""The national calendar as the state announced it, kept in the database so that it can be read and corrected."""

from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.announced import announced_days
from alliance.availability.models import Calendar, CalendarDay
from alliance.availability.queries import DEFAULT_CALENDAR
from alliance.db import action

_FIRST_YEAR: Final = 2024


@action
def keep_announced_days(session: Session, today: date) -> None:
    """Add what is missing of the announced days from 2024 through next year; what is there stays as it is."""
    add_announced_days(session, today)


def add_announced_days(session: Session, today: date) -> None:
    """The same within a running act."""
    calendar = session.scalar(sa.select(Calendar).where(Calendar.code == DEFAULT_CALENDAR))
    if calendar is None:
        calendar = Calendar(code=DEFAULT_CALENDAR, name_zh="国家日历", name_en="National calendar")
        session.add(calendar)
        session.flush()
    known = set(session.scalars(sa.select(CalendarDay.date).where(CalendarDay.calendar_id == calendar.id)))
    session.add_all(
        CalendarDay(
            calendar_id=calendar.id,
            date=day.date,
            day_class=day.day_class,
            name_zh=day.name_zh or None,
            name_en=day.name_en or None,
            announced=day.announced,
        )
        for year in range(_FIRST_YEAR, today.year + 2)
        for day in announced_days(year)
        if day.date not in known
    )
    session.flush()
