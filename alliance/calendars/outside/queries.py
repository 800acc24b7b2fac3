"""Outside calendars for those who run what they close: how each is doing, and which bookings stand in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from alliance.availability.models import OutsideBusy, OutsideCalendar
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.booking.queries import touched_by
from alliance.db import Instant
from alliance.intervals import Span, meets
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import run_by

State = Literal["waiting", "fresh", "stale", "failing", "sent", "ending"]
# Without a failure, too: nobody looks where no worker runs.
_STALE_AFTER: Final = timedelta(hours=2)
# A file is known a year ahead; what lies beyond would open again without a word.
_ENDING_BEFORE: Final = timedelta(days=60)


@dataclass(frozen=True)
class Tied:
    """An outside calendar with what it closes and who added it; how many times to come it takes, and from whom."""

    calendar: OutsideCalendar
    resource: Resource
    item: Item | None
    added_by: str
    blocks: int
    clashes: int

    def state(self, now: datetime) -> State:
        """How far what we know of it can be trusted."""
        calendar = self.calendar
        if calendar.address is None:
            known_until = calendar.known_until or now
            return "sent" if known_until > now + _ENDING_BEFORE else "ending"
        if calendar.last_ok_at is None:
            return "waiting" if calendar.trouble is None else "failing"
        is_old = calendar.last_ok_at <= now - _STALE_AFTER
        return "stale" if is_old or calendar.trouble is not None else "fresh"

    def wants_a_look(self, now: datetime) -> bool:
        """Whether somebody should do something about it: it cannot be had, soon ends, or stands over bookings."""
        return self.clashes > 0 or self.state(now) in ("stale", "failing", "ending")


def calendars_run_by(session: Session, actor: Actor, now: datetime, ref: str | None = None) -> list[Tied]:
    """The outside calendars of what the actor runs, or the one of that ref, by resource and name; three statements."""
    chosen = (
        sa.select(OutsideCalendar, Resource, Item, Person.name)
        .join(Resource, Resource.id == OutsideCalendar.resource_id)
        .join(Person, Person.id == OutsideCalendar.added_by_id)
        .outerjoin(Item, Item.id == OutsideCalendar.item_id)
        .where(run_by(actor), Resource.status != "retired")
        .order_by(Resource.code, OutsideCalendar.name, OutsideCalendar.id)
        .options(joinedload(Resource.owner))
    )
    if ref is not None:
        chosen = chosen.where(OutsideCalendar.ref == ref)
    rows = session.execute(chosen).all()
    ids = [row[0].id for row in rows]
    blocks, clashes = (_counted(session, count) for count in (_coming(ids, now), _clashing(ids, now)))
    return [Tied(*row, blocks.get(row[0].id, 0), clashes.get(row[0].id, 0)) for row in rows]


def clashes_of(session: Session, calendar: OutsideCalendar, now: datetime) -> list[Booking]:
    """The bookings whose time the calendar takes from now on, by start. Nobody has done anything about them."""
    blocks = blocks_of(session, calendar, now)
    if not blocks:
        return []
    reach = Span(max(blocks[0].start, now), blocks[-1].end)
    hit = touched_by(session, calendar.resource_id, calendar.item_id, reach, now)
    return [booking for booking in hit if meets(blocks, booking.footprint)]


def blocks_of(
    session: Session, calendar: OutsideCalendar, now: datetime, limit: int | None = None
) -> Sequence[Span]:
    """The times it takes that are not over, by start."""
    chosen = (
        sa.select(OutsideBusy.starts_at, OutsideBusy.ends_at)
        .where(OutsideBusy.calendar_id == calendar.id, OutsideBusy.ends_at > now)
        .order_by(OutsideBusy.starts_at)
        .limit(limit)
    )
    return [Span(*row) for row in session.execute(chosen)]


def _counted(session: Session, statement: sa.Select[Any, Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(statement)}


def _coming(ids: Sequence[int], now: datetime) -> sa.Select[Any, Any]:
    return (
        sa.select(OutsideBusy.calendar_id, sa.func.count())
        .where(OutsideBusy.calendar_id.in_(ids), OutsideBusy.ends_at > now)
        .group_by(OutsideBusy.calendar_id)
    )


def _clashing(ids: Sequence[int], now: datetime) -> sa.Select[Any, Any]:
    """How many bookings each calendar takes time of; each item is read from its last occupancy before now on."""
    earlier = aliased(Occupancy)
    first = (
        sa.select(sa.func.max(earlier.starts_at))
        .where(earlier.item_id == Item.id, earlier.starts_at <= now)
        .scalar_subquery()
    )
    parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == OutsideCalendar.resource_id)
    closes = sa.and_(
        sa.or_(Item.resource_id == OutsideCalendar.resource_id, Item.resource_id.in_(parts)),
        sa.or_(OutsideCalendar.item_id.is_(None), OutsideCalendar.item_id == Item.id),
    )
    overlaps = sa.and_(
        OutsideBusy.calendar_id == OutsideCalendar.id,
        OutsideBusy.starts_at < Occupancy.ends_at,
        OutsideBusy.ends_at > Occupancy.starts_at,
    )
    return (
        sa.select(OutsideCalendar.id, sa.func.count(Booking.id.distinct()))
        .select_from(OutsideCalendar)
        .join(Item, closes)
        .join(Occupancy, Occupancy.item_id == Item.id)
        .join(Booking, Booking.id == Occupancy.booking_id)
        .join(OutsideBusy, overlaps)
        .where(OutsideCalendar.id.in_(ids), holds_at(now))
        .where(Occupancy.ends_at > now, OutsideBusy.ends_at > now)
        .where(Occupancy.starts_at >= sa.func.coalesce(first, sa.literal(now, Instant())))
        .group_by(OutsideCalendar.id)
    )
