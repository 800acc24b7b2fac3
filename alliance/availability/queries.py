"""Reading calendar days, exceptions and closures."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import Day, DayClass, DayClasses, OwnHours
from alliance.availability.hours import read_windows
from alliance.availability.models import Calendar, CalendarDay, Closure, OpeningException
from alliance.db import among, read_rows
from alliance.members.actor import Actor
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import visible_to

DEFAULT_CALENDAR = "CN"
_ENDS: Final = ("first", "last")


class Owned(Protocol):
    """A resource, as far as it matters whose calendar it goes by."""

    @property
    def id(self) -> int: ...
    @property
    def owner_id(self) -> int: ...


def calendar_days(session: Session, *ranges: tuple[date, date], unit_id: int | None = None) -> DayClasses:
    """The alliance's calendar days of all the ranges, first and last day included, in one statement.

    With a unit, as they are for it: its own calendar's days come on top, if it has one.
    """
    classes, _ = _known(session, [] if unit_id is None else [unit_id], [], ranges)
    return classes.get(unit_id) or classes[None]


def days_of(session: Session, resource: Owned, *ranges: tuple[date, date]) -> DayClasses:
    """The days of the ranges as they are for the resource: by its owner's calendar, with its exceptions."""
    return days_of_each(session, [resource], *ranges)[resource.id]


def days_of_each(
    session: Session, resources: Iterable[Owned], *ranges: tuple[date, date]
) -> dict[int, DayClasses]:
    """The same of many resources, by id, in one statement. Those whose days are alike share one object."""
    found = list(resources)
    owner_ids = sorted({resource.owner_id for resource in found})
    classes, exceptions = _known(session, owner_ids, [resource.id for resource in found], ranges)
    days = {}
    for resource in found:
        theirs = classes.get(resource.owner_id) or classes[None]
        own = exceptions.get(resource.id)
        days[resource.id] = theirs.with_exceptions(own) if own else theirs
    return days


def _known(
    session: Session, unit_ids: list[int], resource_ids: list[int], ranges: tuple[tuple[date, date], ...]
) -> tuple[dict[int | None, DayClasses], dict[int, dict[date, OwnHours]]]:
    """The days of the alliance (under None) and of those units that have a calendar; the resources' exceptions."""
    given: dict[str, Any] = {"units": unit_ids, "resources": resource_ids}
    given |= {
        f"{end}_{n}": day for n, pair in enumerate(ranges) for end, day in zip(_ENDS, pair, strict=True)
    }
    days: dict[int | None, list[Day]] = {None: []}
    exceptions: dict[int, dict[date, OwnHours]] = {}
    for is_exception, number, on, said, name_zh, name_en, announced in read_rows(
        session, _days_in(len(ranges)), given
    ):
        if is_exception:
            exceptions.setdefault(number, {})[on] = OwnHours(read_windows(said), name_zh)
        else:
            day = Day(on, DayClass(said), name_zh or "", name_en or "", announced)
            days.setdefault(number, []).append(day)
    classes: dict[int | None, DayClasses] = {None: DayClasses(days.pop(None))}
    classes |= {unit_id: classes[None].with_days(own) for unit_id, own in days.items()}
    return classes, exceptions


@cache
def _days_in(ranges: int) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Calendar days and exceptions together: whoever knows of the one knows of the other, at no cost of a statement."""

    def within(column: Any) -> sa.ColumnElement[bool]:
        bounds = (
            column.between(sa.bindparam(f"first_{n}"), sa.bindparam(f"last_{n}")) for n in range(ranges)
        )
        return sa.or_(*bounds)

    whose = among(Calendar.unit_id, "units")
    days: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            sa.literal_column("0", sa.Integer),
            Calendar.unit_id,
            CalendarDay.date,
            CalendarDay.day_class,
            CalendarDay.name_zh,
            CalendarDay.name_en,
            CalendarDay.announced,
        )
        .join(Calendar, Calendar.id == CalendarDay.calendar_id)
        .where(sa.or_(Calendar.code == DEFAULT_CALENDAR, whose), within(CalendarDay.date))
    )
    exceptions: sa.Select[*tuple[Any, ...]] = sa.select(
        sa.literal_column("1", sa.Integer),
        OpeningException.resource_id,
        OpeningException.date,
        OpeningException.hours,
        OpeningException.reason,
        sa.literal_column("''", sa.String),
        sa.true(),
    ).where(
        among(OpeningException.resource_id, "resources"),
        within(OpeningException.date),
    )
    return sa.union_all(days, exceptions)


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
