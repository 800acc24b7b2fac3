"""The days of resources as those read them who run them: what is booked and what is closed, by resource and time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from alliance.availability.local_time import midnight
from alliance.booking.closed import closed_over_each
from alliance.booking.facts import Closed
from alliance.booking.lineage import lineages_of
from alliance.booking.models import Booking
from alliance.booking.permissions import Glimpse, on_the_door, seen_by
from alliance.booking.queries import bookings_on
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import run_by

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One booking as far as the reader may see it, and which of the resource's own items it takes, None being all.

    `booked_as` is the whole or the part it was booked as, where that is another resource.
    """

    glimpse: Glimpse
    items: tuple[Item, ...] | None = None
    booked_as: Resource | None = None


@dataclass(frozen=True)
class Schedule:
    """What happens to one resource within a time: bookings and closures, each by start."""

    resource: Resource
    window: Span
    lines: tuple[Line, ...] = ()
    closures: tuple[Closed, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens."""
        return not self.lines and not self.closures


def day_list(session: Session, reader: Actor, day: date, now: datetime) -> list[Schedule]:
    """The local day of each resource the reader runs, by code, in a fixed number of statements."""
    chosen = sa.select(Resource).where(run_by(reader)).order_by(Resource.code)
    resources = session.scalars(
        chosen.options(joinedload(Resource.owner), selectinload(Resource.items))
    ).all()
    windows = {each.id: span_of_days(day, 1, each.zone) for each in resources}
    return _schedules(session, reader, resources, windows, now)


def door_sheet(session: Session, resource: Resource, first: date, days: int, now: datetime) -> list[Schedule]:
    """The days of one resource as they may hang at its door, one schedule each; the resource comes with its items."""
    whole = span_of_days(first, days, resource.zone)
    (schedule,) = _schedules(session, None, [resource], {resource.id: whole}, now)
    return [_within(schedule, span_of_days(first + n * _DAY, 1, resource.zone)) for n in range(days)]


def span_of_days(first: date, days: int, zone: str) -> Span:
    """So many local days from the first one on."""
    place = ZoneInfo(zone)
    return Span(midnight(first, place), midnight(first + days * _DAY, place))


def _within(schedule: Schedule, window: Span) -> Schedule:
    """What of the schedule touches the window."""
    return Schedule(
        schedule.resource,
        window,
        tuple(line for line in schedule.lines if line.glimpse.span.overlaps(window)),
        tuple(closed for closed in schedule.closures if closed.hits(window)),
    )


def _schedules(
    session: Session,
    reader: Actor | None,
    resources: Sequence[Resource],
    windows: Mapping[int, Span],
    now: datetime,
) -> list[Schedule]:
    """What happens to each of the resources within its window; without a reader, as it may hang at the door."""
    if not resources:
        return []
    around = Span(min(each.start for each in windows.values()), max(each.end for each in windows.values()))
    by_id = {each.id: each for each in resources}
    found = bookings_on(session, by_id, around, now)
    seen = seen_by(reader, found, seen=by_id) if reader else on_the_door(found)
    lines: dict[int, list[Line]] = defaultdict(list)
    for booking, glimpse in zip(found, seen, strict=True):
        for resource_id, line in _lines(booking, glimpse, by_id):
            lines[resource_id].append(line)
    closed = closed_over_each(session, by_id, lineages_of(session, by_id), around)
    return [
        _within(
            Schedule(each, windows[each.id], tuple(lines[each.id]), closed.get(each.id, ())), windows[each.id]
        )
        for each in resources
    ]


def _lines(booking: Booking, glimpse: Glimpse, by_id: Mapping[int, Resource]) -> Iterable[tuple[int, Line]]:
    """The booking under each resource it is about: the booked one, and those whose items it takes."""
    taken: dict[int, list[Item]] = {booking.resource_id: []}
    for occupancy in booking.occupancies:
        taken.setdefault(occupancy.item.resource_id, []).append(occupancy.item)
    for resource_id in taken.keys() & by_id.keys():
        resource, items = by_id[resource_id], taken[resource_id]
        live = sum(item.retired_at is None for item in resource.items)
        other = booking.resource if booking.resource_id != resource_id else None
        yield resource_id, Line(glimpse, tuple(items) if 0 < len(items) < live else None, other)
