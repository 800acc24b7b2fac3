"""What closes resources, here or in calendars kept elsewhere, and as much of why as all may know who see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.models import Closure, OutsideBusy, OutsideCalendar
from alliance.booking.facts import Closed
from alliance.booking.lineage import Lineage
from alliance.db import Instant, among, read_rows
from alliance.intervals import Span
from alliance.resources.models import Resource


class Seen(Protocol):
    """A resource, as far as it matters who sees it."""

    @property
    def id(self) -> int: ...
    @property
    def visibility(self) -> str: ...


def closed_over(
    session: Session, resource: Seen, resource_ids: Collection[int], span: Span
) -> tuple[Closed, ...]:
    """What closures and outside calendars of the resource and of its parts and wholes, whose ids these are, take of the
    span, by start.

    Why one of those is closed is told only where everybody who may see the resource may see that one, too.
    """
    return tuple(_told(row, resource) for row in _closures(session, resource_ids, span))


def closed_over_each(
    session: Session, by_id: Mapping[int, Seen], lineages: Mapping[int, Lineage], span: Span
) -> dict[int, tuple[Closed, ...]]:
    """The same of many resources, by id, in one statement; those that nothing closes are left out."""
    rows = _closures(session, {each for lineage in lineages.values() for each in lineage.all_ids}, span)
    if not rows:
        return {}
    closes: dict[int, set[int]] = defaultdict(set)
    for resource_id, lineage in lineages.items():
        for each in lineage.all_ids:
            closes[each].add(resource_id)
    found: dict[int, list[Closed]] = defaultdict(list)
    for row in rows:
        for resource_id in closes[row.resource_id]:
            found[resource_id].append(_told(row, by_id[resource_id]))
    return {resource_id: tuple(closed) for resource_id, closed in found.items()}


def _given(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=Instant())


_START, _END = _given("start"), _given("end")
_CLOSURES: Final[sa.Select[*tuple[Any, ...]]] = (
    sa.select(
        Closure.resource_id,
        Closure.starts_at.label("starts_at"),
        Closure.ends_at,
        Closure.kind,
        Closure.reason,
        Closure.item_id,
        Resource.status,
        Resource.visibility,
        sa.literal_column("0").label("source"),
        Closure.id.label("number"),
    )
    .join(Resource, Resource.id == Closure.resource_id)
    .where(among(Closure.resource_id, "resources"))
    .where(Closure.starts_at < _END)
    .where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > _START))
)
_OUTSIDE: Final[sa.Select[*tuple[Any, ...]]] = (
    sa.select(
        OutsideCalendar.resource_id,
        OutsideBusy.starts_at,
        OutsideBusy.ends_at,
        sa.literal_column("'outside'").label("kind"),
        OutsideCalendar.name,
        OutsideCalendar.item_id,
        Resource.status,
        Resource.visibility,
        sa.literal_column("1").label("source"),
        OutsideCalendar.id.label("number"),
    )
    .join(OutsideBusy, OutsideBusy.calendar_id == OutsideCalendar.id)
    .join(Resource, Resource.id == OutsideCalendar.resource_id)
    .where(among(OutsideCalendar.resource_id, "resources"))
    .where(OutsideBusy.starts_at < _END, OutsideBusy.ends_at > _START)
)
# In one statement, so that whoever knows of closures knows of outside calendars, at no cost of another question.
_CLOSED: Final[sa.CompoundSelect[*tuple[Any, ...]]] = sa.union_all(_CLOSURES, _OUTSIDE).order_by(
    "starts_at", "source", "number"
)


def _closures(session: Session, resource_ids: Iterable[int], span: Span) -> list[Any]:
    given = {"resources": list(resource_ids), "start": span.start, "end": span.end}
    return list(read_rows(session, _CLOSED, given))


def _told(row: Any, resource: Seen) -> Closed:
    """The closure, with its reason where all who may see the resource may see the one that is closed, too."""
    open_to = ("public",) if resource.visibility == "public" else ("public", "alliance")
    is_told = row.resource_id == resource.id or (row.status == "published" and row.visibility in open_to)
    return Closed(row.starts_at, row.ends_at, row.kind, row.reason if is_told else "", row.item_id)
