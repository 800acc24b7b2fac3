"""Counting bookings: what one has ahead, and how often somebody has used a resource."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.gather import holds_at
from alliance.booking.models import REQUESTED, Booking

RECENT = timedelta(days=90)


@dataclass(frozen=True)
class Ahead:
    """How many of a person's bookings are still to come, and how many of these wait for a decision."""

    upcoming: int
    requested: int


@dataclass(frozen=True)
class Record:
    """A person's bookings of one resource: used and cancelled late within the last 90 days, and still to come."""

    used: int
    late: int
    coming: int


def ahead_of(session: Session, person_id: int, now: datetime) -> Ahead:
    """What a person has ahead, in one statement."""
    waits = Booking.status == REQUESTED
    row = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(waits)).where(
            Booking.person_id == person_id, Booking.ends_at > now, holds_at(now)
        )
    ).one()
    return Ahead(*row)


def record_of(session: Session, person_id: int, resource_id: int, now: datetime) -> Record:
    """How the person stands with the resource, in one statement."""
    approved = Booking.status == "approved"
    row = session.execute(
        sa.select(
            sa.func.count().filter(approved, Booking.ends_at <= now),
            sa.func.count().filter(Booking.status == "cancelled", Booking.cancelled_late),
            sa.func.count().filter(approved, Booking.ends_at > now),
        ).where(
            Booking.person_id == person_id,
            # Added up, so that nobody's index looks through all that others did with the resource in that time.
            Booking.resource_id + 0 == resource_id,
            Booking.ends_at > now - RECENT,
        )
    ).one()
    return Record(*row)
