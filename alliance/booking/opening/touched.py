"""Bookings ahead that a change of hours or days would leave outside. They stay; somebody looks at them first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours, open_spans
from alliance.availability.local_time import local_day
from alliance.availability.whole_days import days_open, local_days
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking
from alliance.db import read_rows
from alliance.errors import Problem, Refused
from alliance.history.actions import record
from alliance.intervals import Span, covers
from alliance.members.actor import Actor
from alliance.resources.kinds import DAY_PRESETS

# What left the booking outside: the weekly hours, a single date, or the class of a calendar day.
Cause = Literal["hours", "date", "calendar"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A booking that holds a place and has not begun."""

    id: int
    ref: str
    resource_id: int
    unit_id: int
    span: Span


@dataclass(frozen=True, slots=True)
class Opened:
    """When one resource is open."""

    hours: Hours
    days: DayClasses
    zone: ZoneInfo
    preset: str

    def holds(self, span: Span) -> bool:
        """Whether a booking of this span lies within it, as the rules see it."""
        if self.preset in DAY_PRESETS:
            whole = local_days(span, self.zone)
            return whole is None or days_open(*whole, hours=self.hours, days=self.days, preset=self.preset)
        return covers(open_spans(self.hours, self.days, span, self.zone), span)


class WouldLieOutside(Refused):
    """Bookings would lie outside the opening hours, and whoever asks has not seen just these.

    Who has looked at them asks again with the `mark`, which names this very set. `booking_ids` are for showing them;
    they never leave the process.
    """

    def __init__(self, touched: Sequence[Ahead]) -> None:
        self.booking_ids = tuple(each.id for each in touched)
        self.mark = mark_of(each.ref for each in touched)
        params = {"count": len(touched), "agreed": self.mark}
        super().__init__([Problem("would_lie_outside", params=params)])


def ahead_of(
    session: Session, resource_ids: Collection[int], now: datetime, *, within: Span | None = None
) -> list[Ahead]:
    """The bookings of these resources that have not begun, by start; of those that touch a span only, if one is given.

    In one statement, and without their people: there may be thousands.
    """
    chosen = (
        sa.select(
            Booking.id, Booking.ref, Booking.resource_id, Booking.unit_id, Booking.starts_at, Booking.ends_at
        )
        .where(Booking.resource_id.in_(resource_ids), Booking.ends_at > now, Booking.starts_at > now)
        .where(holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    if within is not None:
        chosen = chosen.where(Booking.starts_at < within.end, Booking.ends_at > within.start)
    return [
        Ahead(booking_id, ref, resource_id, unit_id, Span(start, end))
        for booking_id, ref, resource_id, unit_id, start, end in read_rows(session, chosen)
    ]


def dates_of(ahead: Iterable[Ahead], zone: ZoneInfo, now: datetime) -> tuple[date, date]:
    """The first and the last date whose hours can matter to these bookings."""
    last = max((each.span.end for each in ahead), default=now)
    return local_day(now, zone) - _DAY, local_day(last, zone) + _DAY


def left_outside(
    ahead: Iterable[Ahead], before: Mapping[int, Opened], after: Mapping[int, Opened]
) -> list[Ahead]:
    """Those that lie within the hours of their resource before a change, and would not after it."""
    return [
        each
        for each in ahead
        if before[each.resource_id].holds(each.span) and not after[each.resource_id].holds(each.span)
    ]


def refuse_unseen(touched: Sequence[Ahead], agreed: str) -> None:
    """Raise WouldLieOutside unless nothing is touched, or just these bookings were agreed to."""
    if touched and mark_of(each.ref for each in touched) != agreed:
        raise WouldLieOutside(touched)


def tell_their_people(
    session: Session, touched: Iterable[Ahead], *, cause: Cause, by: Actor, now: datetime
) -> None:
    """Let the history of each booking say that it lies outside now; its people hear of that like of any event."""
    for each in touched:
        record(
            session,
            "booking.outside_hours",
            "booking",
            each.id,
            at=now,
            by_id=by.person_id,
            unit_id=each.unit_id,
            cause=cause,
        )


def mark_of(words: Iterable[str]) -> str:
    """A short name for just these words, whatever their order."""
    return sha256("\n".join(sorted(words)).encode()).hexdigest()[:20]
