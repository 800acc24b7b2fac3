"""Reading calendar days and closures."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import Day, DayClass, DayClasses
from alliance.availability.models import Calendar, CalendarDay, Closure
from alliance.intervals import Span

DEFAULT_CALENDAR = "CN"


def calendar_days(session: Session, *ranges: tuple[date, date]) -> DayClasses:
    """The alliance's calendar days of all the ranges, first and last day included, in one statement."""
    rows = session.execute(
        sa.select(
            CalendarDay.date,
            CalendarDay.day_class,
            CalendarDay.name_zh,
            CalendarDay.name_en,
            CalendarDay.announced,
        )
        .join(Calendar, Calendar.id == CalendarDay.calendar_id)
        .where(Calendar.code == DEFAULT_CALENDAR)
        .where(sa.or_(*(CalendarDay.date.between(first, last) for first, last in ranges)))
    )
    return DayClasses(
        Day(row.date, DayClass(row.day_class), row.name_zh or "", row.name_en or "", row.announced)
        for row in rows
    )


def closures_over(session: Session, resource_ids: Iterable[int], span: Span) -> Sequence[Closure]:
    """Closures of the resources, whole or of single items, that take any of the span, by start."""
    return session.scalars(
        sa.select(Closure)
        .where(Closure.resource_id.in_(list(resource_ids)))
        .where(Closure.starts_at < span.end, sa.or_(Closure.ends_at.is_(None), Closure.ends_at > span.start))
        .order_by(Closure.starts_at, Closure.id)
    ).all()
