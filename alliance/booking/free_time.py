"""When a resource is free: opening hours less bookings, closures, and the setup and teardown around both."""

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.free_spans import FreeSpan, free_spans
from alliance.availability.hours import Hours, open_spans
from alliance.availability.local_time import local_day
from alliance.availability.models import Closure
from alliance.availability.queries import calendar_days
from alliance.availability.whole_days import free_days
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.db import Instant
from alliance.intervals import Span
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import Item, Resource, ResourcePart

_DAY = timedelta(days=1)


def free_time(
    session: Session, resource: Resource, window: Span, now: datetime, *, quantity: int = 1
) -> list[FreeSpan]:
    """All maximal spans of the window over which `quantity` items are each free, in three statements.

    The resource comes with its policy. A combined resource is free where all its items are, and counts as one. What
    cannot be booked by time has no free time. Notice, horizon and what the person lacks are left aside.
    """
    if resource.status != "published" or resource.mode != "timed":
        return []
    policy, zone = resource.policy_row.value(), ZoneInfo(resource.zone)
    by_day = resource.preset in DAY_PRESETS
    setup, teardown = (timedelta(0), timedelta(0)) if by_day else (policy.setup, policy.teardown)
    reach = window.widened(setup, teardown)
    busy, is_whole = _occupied(session, resource.id, reach, now)
    if quantity > (1 if is_whole else len(busy)):
        return []
    wanted = len(busy) if is_whole else quantity
    for item_id, span in _closed(session, resource.id, reach):
        for each in busy if item_id is None else busy.keys() & {item_id}:
            busy[each].append(span)
    days = calendar_days(session, (local_day(window.start, zone) - _DAY, local_day(window.end, zone) + _DAY))
    hours = Hours.parse(policy.hours)
    if by_day:
        found = free_days(
            window, hours=hours, days=days, zone=zone, busy=busy, quantity=wanted, preset=resource.preset
        )
    else:
        opened = open_spans(hours, days, window, zone)
        found = free_spans(
            window, open_spans=opened, busy=busy, quantity=wanted, setup=setup, teardown=teardown
        )
    return [FreeSpan(free.span, 1) for free in found] if is_whole else found


def _occupied(
    session: Session, resource_id: int, reach: Span, now: datetime
) -> tuple[dict[int, list[Span]], bool]:
    """The footprints on each live item within the reach, idle items included, and whether the items are parts' own.

    Each item is read from its last occupancy before the reach on: the same cost however long the history.
    """
    earlier = aliased(Occupancy)
    first = (
        sa.select(earlier.starts_at)
        .where(earlier.item_id == Item.id, earlier.starts_at <= reach.start)
        .order_by(earlier.starts_at.desc())
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )
    within = sa.and_(
        Occupancy.item_id == Item.id,
        Occupancy.starts_at >= sa.func.coalesce(first, sa.literal(reach.start, Instant())),
        Occupancy.starts_at < reach.end,
        Occupancy.ends_at > reach.start,
    )
    rows = session.execute(
        sa.select(Item.id, Item.resource_id, Occupancy.starts_at, Occupancy.ends_at, holds_at(now))
        .select_from(Item)
        .outerjoin(Occupancy, within)
        .outerjoin(Booking, Booking.id == Occupancy.booking_id)
        .where(sa.or_(Item.resource_id == resource_id, Item.resource_id.in_(_parts(resource_id))))
        .where(Item.retired_at.is_(None))
    )
    busy: dict[int, list[Span]] = defaultdict(list)
    is_whole = False
    for item_id, of, start, end, holds in rows:
        is_whole |= of != resource_id
        taken = busy[item_id]
        if holds:
            taken.append(Span(start, end))
    return dict(busy), is_whole


def _closed(session: Session, resource_id: int, reach: Span) -> list[tuple[int | None, Span]]:
    """What closures take of the reach, each with its item or None for all: those of parts and wholes close it, too."""
    wholes = sa.select(ResourcePart.whole_id).where(ResourcePart.part_id == resource_id)
    rows = session.execute(
        sa.select(Closure.item_id, Closure.starts_at, Closure.ends_at)
        .where(
            sa.or_(
                Closure.resource_id == resource_id,
                Closure.resource_id.in_(_parts(resource_id)),
                Closure.resource_id.in_(wholes),
            )
        )
        .where(Closure.starts_at < reach.end)
        .where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > reach.start))
    )
    return [(item_id, Span(start, end or max(reach.end, start + _DAY))) for item_id, start, end in rows]


def _parts(resource_id: int) -> sa.Select[int]:
    return sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource_id)
