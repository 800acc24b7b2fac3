"""Bookings that somebody made on the strength of a qualification."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.gather import holds_at
from alliance.booking.models import Booking
from alliance.resources.models import RequiredQualification


def bookings_needing(session: Session, person_id: int, qualification_id: int, now: datetime) -> list[int]:
    """The ids of the person's bookings and requests that are not over, of whatever asks for the qualification."""
    asking = sa.select(RequiredQualification.resource_id).where(
        RequiredQualification.qualification_id == qualification_id
    )
    return list(
        session.scalars(
            sa.select(Booking.id)
            .where(
                Booking.person_id == person_id,
                Booking.resource_id.in_(asking),
                Booking.ends_at > now,
                holds_at(now),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )
