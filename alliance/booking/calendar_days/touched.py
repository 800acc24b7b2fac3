"""Bookings ahead that other calendar days would leave outside the opening hours of what they are for."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import Day, DayClasses
from alliance.availability.hours import Hours
from alliance.availability.local_time import local_day
from alliance.availability.models import Calendar, CalendarDay
from alliance.availability.queries import days_of_each
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking
from alliance.booking.opening.touched import Ahead, Opened
from alliance.db import read_rows
from alliance.intervals import Span
from alliance.resources.models import PolicyRow, Resource

_DAY = timedelta(days=1)


class _Place:
    """A resource as far as its days and hours go."""

    def __init__(self, row: Any) -> None:
        self.id: int = row.resource_id
        self.owner_id: int = row.owner_id
        self.zone, self.preset, self.hours = ZoneInfo(row.zone), str(row.preset), Hours.parse(row.hours)

    @property
    def knows_classes(self) -> bool:
        """Whether its hours differ between kinds of days at all."""
        return len({key for key, _windows in self.hours.lines if key in ("WD", "RD", "PH")}) > 0


def touched_by_days(
    session: Session, after: Mapping[date, Day], unit_id: int | None, now: datetime
) -> list[Ahead]:
    """The bookings left outside when these dates become what is given: in the alliance's calendar or in a unit's own.

    Days of a unit's own calendar stay what they are whatever the alliance's says. In four statements.
    """
    if not after:
        return []
    # A window that begins the evening before, and the whole days of every zone.
    first, last = min(after) - 2 * _DAY, max(after) + 2 * _DAY
    within = Span(_utc(first), _utc(last))
    found = [
        (Ahead(row.id, row.ref, row.resource_id, row.unit_id, Span(row.starts_at, row.ends_at)), row)
        for row in read_rows(session, _ahead(unit_id, now, within))
    ]
    places = {row.resource_id: _Place(row) for _, row in found}
    met = [ahead for ahead, _ in found if _meets(ahead, places[ahead.resource_id], after)]
    if not met:
        return []
    reach = (
        min(each.span.start for each in met).date() - _DAY,
        max(each.span.end for each in met).date() + _DAY,
    )
    days = days_of_each(session, [places[each.resource_id] for each in met], reach)
    own = _own_dates(session, after) if unit_id is None else {}
    return [each for each in met if _is_left(each, places[each.resource_id], days, after, own)]


def _ahead(unit_id: int | None, now: datetime, within: Span) -> sa.Select[*tuple[Any, ...]]:
    chosen: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Booking.id,
            Booking.ref,
            Booking.resource_id,
            Booking.unit_id,
            Booking.starts_at,
            Booking.ends_at,
            Resource.owner_id,
            Resource.zone,
            Resource.preset,
            PolicyRow.hours,
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .join(PolicyRow, PolicyRow.resource_id == Resource.id)
        .where(Booking.starts_at > now, holds_at(now))
        .where(Booking.starts_at < within.end, Booking.ends_at > within.start)
        .order_by(Booking.starts_at, Booking.id)
    )
    return chosen if unit_id is None else chosen.where(Resource.owner_id == unit_id)


def _meets(ahead: Ahead, place: _Place, dates: Collection[date]) -> bool:
    """Whether the class of any of the dates can matter to it; the evening before may reach into its first day."""
    if not place.knows_classes:
        return False
    on, last = local_day(ahead.span.start, place.zone) - _DAY, local_day(ahead.span.end, place.zone)
    while on <= last:
        if on in dates:
            return True
        on += _DAY
    return False


def _is_left(
    ahead: Ahead,
    place: _Place,
    days: Mapping[int, DayClasses],
    after: Mapping[date, Day],
    own: Mapping[int, Collection[date]],
) -> bool:
    before = days[place.id]
    fixed = own.get(place.owner_id, ())
    changed = before.with_days(day for on, day in after.items() if on not in fixed)
    was, will = (Opened(place.hours, each, place.zone, place.preset) for each in (before, changed))
    return was.holds(ahead.span) and not will.holds(ahead.span)


def _own_dates(session: Session, dates: Collection[date]) -> dict[int, set[date]]:
    """By unit, those of the dates that its own calendar names."""
    rows = session.execute(
        sa.select(Calendar.unit_id, CalendarDay.date)
        .join(CalendarDay, CalendarDay.calendar_id == Calendar.id)
        .where(Calendar.unit_id.is_not(None), CalendarDay.date.between(min(dates), max(dates)))
    )
    own: dict[int, set[date]] = {}
    for unit_id, on in rows:
        own.setdefault(unit_id or 0, set()).add(on)
    return own


def _utc(on: date) -> datetime:
    return datetime.combine(on, time.min, UTC)
