"""What closes resources, and as much of the reason as everybody may know who sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.models import Closure
from alliance.booking.facts import Closed
from alliance.booking.lineage import Lineage
from alliance.db import Instant, read_rows
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
    """What closures of the resource and of its parts and wholes, whose ids these are, take of the span, by start.

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


_CLOSED: Final = (
    sa.select(
        Closure.resource_id,
        Closure.starts_at,
        Closure.ends_at,
        Closure.kind,
        Closure.reason,
        Closure.item_id,
        Resource.status,
        Resource.visibility,
    )
    .join(Resource, Resource.id == Closure.resource_id)
    .where(Closure.resource_id.in_(sa.bindparam("resources", expanding=True)))
    .where(Closure.starts_at < _given("end"))
    .where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > _given("start")))
    .order_by(Closure.starts_at, Closure.id)
)


def _closures(session: Session, resource_ids: Iterable[int], span: Span) -> list[Any]:
    given = {"resources": list(resource_ids), "start": span.start, "end": span.end}
    return list(read_rows(session, _CLOSED, given))


def _told(row: Any, resource: Seen) -> Closed:
    """The closure, with its reason where all who may see the resource may see the one that is closed, too."""
    open_to = ("public",) if resource.visibility == "public" else ("public", "alliance")
    is_told = row.resource_id == resource.id or (row.status == "published" and row.visibility in open_to)
    return Closed(row.starts_at, row.ends_at, row.kind, row.reason if is_told else "", row.item_id)
