"""Reading the timetables of many resources at once, in four statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.free_spans import Range
from alliance.availability.local_time import local_day
from alliance.availability.models import Closure
from alliance.availability.queries import calendar_days
from alliance.booking.bookable import Bookable
from alliance.booking.facts import Closed
from alliance.booking.models import Booking, Occupancy
from alliance.booking.timetable import OpenTime, Timetable, range_of
from alliance.db import Instant, Seconds
from alliance.intervals import Span
from alliance.resources.models import Item, Resource, ResourcePart

_DAY: Final = timedelta(days=1)
# Far enough to count the working days a request is held, also over the longest public holiday.
_HOLD_HORIZON: Final = timedelta(days=30)


def timetables(
    session: Session,
    found: Iterable[Bookable],
    window: Span,
    now: datetime,
    *,
    moving: int | None = None,
) -> dict[int, Timetable]:
    """The timetables of the resources over the window, by id, in four statements; the booking `moving` is left out.

    Requests that have lapsed are looked past. Reads each item from its last occupancy before the window on, which
    costs the same however long the history is.
    """
    by_id = {bookable.id: bookable for bookable in found}
    if not by_id:
        return {}
    lineage = _lineage(session, by_id)
    # The widest buffers of all: who looks for the time of one resource reads some minutes too many.
    setup = max(bookable.buffers[0] for bookable in by_id.values())
    teardown = max(bookable.buffers[1] for bookable in by_id.values())
    reach = window.widened(setup, teardown)
    busy = _busy(session, lineage.item_owners, reach, now, moving)
    closures = _closures(session, by_id, lineage, reach)
    zones = {bookable.zone for bookable in by_id.values()}
    first = min(local_day(window.start, zone) for zone in zones) - _DAY
    last = max(local_day(window.end, zone) for zone in zones) + _DAY
    today = min(local_day(now, zone) for zone in zones)
    open_time = OpenTime(calendar_days(session, (first, last), (today, today + _HOLD_HORIZON)))
    return {
        resource_id: Timetable(
            bookable,
            range_of(window),
            {
                item_id: spans
                for owner in lineage.parts.get(resource_id, (resource_id,))
                for item_id, spans in busy.get(owner, ())
            },
            closures.get(resource_id, ()),
            open_time,
            resource_id in lineage.parts,
        )
        for resource_id, bookable in by_id.items()
    }


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Which of the resources are wholes, of what parts, and which wholes the others belong to."""

    ids: frozenset[int]
    parts: Mapping[int, Sequence[int]]
    wholes: Mapping[int, Sequence[int]]

    @property
    def item_owners(self) -> set[int]:
        """The resources whose items matter: the parts in the place of a whole."""
        return {owner for each in self.ids for owner in self.parts.get(each, (each,))}

    def relatives(self, resource_id: int) -> list[int]:
        """Whose closures close it: its own, its parts' and its wholes'."""
        return [resource_id, *self.parts.get(resource_id, ()), *self.wholes.get(resource_id, ())]


# Those of a whole's parts count, too: a whole overlaps every other whole that shares a part with it.
_PART: Final = aliased(ResourcePart)
_KIN: Final = sa.select(ResourcePart.whole_id, ResourcePart.part_id).where(
    sa.or_(
        ResourcePart.whole_id.in_(sa.bindparam("resources", expanding=True)),
        ResourcePart.part_id.in_(sa.bindparam("resources", expanding=True)),
        ResourcePart.part_id.in_(
            sa.select(_PART.part_id).where(_PART.whole_id.in_(sa.bindparam("resources", expanding=True)))
        ),
    )
)


def _lineage(session: Session, ids: Iterable[int]) -> _Lineage:
    wanted = frozenset(ids)
    parts: dict[int, list[int]] = defaultdict(list)
    of_part: dict[int, set[int]] = defaultdict(set)
    for whole, part in session.execute(_KIN, {"resources": list(wanted)}):
        of_part[part].add(whole)
        if whole in wanted:
            parts[whole].append(part)
    wholes = {
        each: sorted({whole for part in (each, *parts.get(each, ())) for whole in of_part[part]} - {each})
        for each in wanted
        if of_part
    }
    return _Lineage(wanted, {whole: sorted(each) for whole, each in parts.items()}, wholes)


def _given(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=Instant())


_EARLIER: Final = aliased(Occupancy)
_FIRST: Final = (
    sa.select(_EARLIER.starts_at)
    .where(_EARLIER.item_id == Item.id, _EARLIER.starts_at <= _given("start"))
    .order_by(_EARLIER.starts_at.desc())
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
_LAPSED: Final = sa.select(Booking.id).where(
    Booking.status == "requested", Booking.hold_until <= _given("now")
)
# One row an item, its footprints as one text: the drivers hand over one long text sooner than a thousand numbers.
_FOOTPRINTS: Final = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(Seconds(Occupancy.starts_at), sa.Text)
            + ","
            + sa.cast(Seconds(Occupancy.ends_at), sa.Text),
            ",",
        )
    )
    .where(Occupancy.item_id == Item.id, Occupancy.starts_at < _given("end"))
    .where(Occupancy.starts_at >= sa.func.coalesce(_FIRST, _given("start")))
    .where(Occupancy.booking_id.not_in(_LAPSED), Occupancy.booking_id != sa.bindparam("moving"))
    .correlate(Item)
    .scalar_subquery()
)
_BUSY: Final = (
    sa.select(Item.resource_id, Item.id, _FOOTPRINTS)
    .where(Item.resource_id.in_(sa.bindparam("owners", expanding=True)), Item.retired_at.is_(None))
    .order_by(Item.id)
)


def _busy(
    session: Session, owners: Iterable[int], reach: Span, now: datetime, moving: int | None
) -> dict[int, list[tuple[int, list[Range]]]]:
    """By resource its live items, each with its footprints by start."""
    given = {"start": reach.start, "end": reach.end, "now": now, "moving": moving or 0}
    busy: dict[int, list[tuple[int, list[Range]]]] = defaultdict(list)
    for owner, item_id, text in session.execute(_BUSY, {"owners": list(owners), **given}):
        numbers = iter(map(int, text.split(","))) if text else iter(())
        busy[owner].append((item_id, sorted(zip(numbers, numbers, strict=True))))
    return busy


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


def _closures(
    session: Session, by_id: Mapping[int, Bookable], lineage: _Lineage, reach: Span
) -> dict[int, tuple[Closed, ...]]:
    """What closes each resource, by start. Why a relative is closed is told only where all who may see the resource
    may see that one, too.
    """
    kin = {resource_id: lineage.relatives(resource_id) for resource_id in by_id}
    given = {"resources": list({each for ids in kin.values() for each in ids})}
    rows = session.execute(_CLOSED, {**given, "start": reach.start, "end": reach.end}).all()
    closes: dict[int, set[int]] = defaultdict(set)
    for resource_id, ids in kin.items() if rows else ():
        for each in ids:
            closes[each].add(resource_id)
    found: dict[int, list[Closed]] = defaultdict(list)
    for closed_id, start, end, kind, reason, item_id, status, visibility in rows:
        for resource_id in closes[closed_id]:
            is_told = _is_told(by_id[resource_id], closed_id, status, visibility)
            found[resource_id].append(Closed(start, end, kind, reason if is_told else "", item_id))
    return {resource_id: tuple(closed) for resource_id, closed in found.items()}


def _is_told(bookable: Bookable, closed_id: int, status: str, visibility: str) -> bool:
    """Whether all who may see the resource may see the one that is closed, too."""
    open_to = ("public",) if bookable.visibility == "public" else ("public", "alliance")
    return closed_id == bookable.id or (status == "published" and visibility in open_to)
