"""Reading calendar days and closures."""

from datetime import date, datetime
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import Day, DayClass, DayClasses
from alliance.availability.models import Calendar, CalendarDay, Closure
from alliance.db import read_rows
from alliance.members.actor import Actor
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import visible_to

DEFAULT_CALENDAR = "CN"
_ENDS: Final = ("first", "last")


def calendar_days(session: Session, *ranges: tuple[date, date]) -> DayClasses:
    """The alliance's calendar days of all the ranges, first and last day included, in one statement."""
    bounds = {
        f"{end}_{n}": day for n, pair in enumerate(ranges) for end, day in zip(_ENDS, pair, strict=True)
    }
    return DayClasses(
        Day(row.date, DayClass(row.day_class), row.name_zh or "", row.name_en or "", row.announced)
        for row in read_rows(session, _days_in(len(ranges)), bounds)
    )


@cache
def _days_in(ranges: int) -> sa.Select[date, str, str | None, str | None, bool]:
    within = (
        CalendarDay.date.between(sa.bindparam(f"first_{n}"), sa.bindparam(f"last_{n}")) for n in range(ranges)
    )
    return (
        sa.select(
            CalendarDay.date,
            CalendarDay.day_class,
            CalendarDay.name_zh,
            CalendarDay.name_en,
            CalendarDay.announced,
        )
        .join(Calendar, Calendar.id == CalendarDay.calendar_id)
        .where(Calendar.code == DEFAULT_CALENDAR, sa.or_(*within))
    )


def closures_listed(
    session: Session,
    reader: Actor,
    *,
    ref: str | None = None,
    resource_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 100,
) -> list[tuple[Closure, Resource, Item | None]]:
    """Closures of resources the reader may know of, each with its resource and its item, by start and ref."""
    chosen = (
        sa.select(Closure, Resource, Item)
        .join(Resource, Resource.id == Closure.resource_id)
        .join(Item, Item.id == Closure.item_id, isouter=True)
        .where(visible_to(reader))
        .order_by(Closure.starts_at, Closure.ref)
        .limit(limit)
    )
    if ref is not None:
        chosen = chosen.where(Closure.ref == ref)
    if resource_id is not None:
        chosen = chosen.where(Closure.resource_id == resource_id)
    if since is not None:
        chosen = chosen.where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > since))
    if until is not None:
        chosen = chosen.where(Closure.starts_at < until)
    if after is not None:
        later = sa.and_(Closure.starts_at == after[0], Closure.ref > after[1])
        chosen = chosen.where(sa.or_(Closure.starts_at > after[0], later))
    return [(closure, resource, item) for closure, resource, item in session.execute(chosen)]
