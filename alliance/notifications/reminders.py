"""What the clock has to say: a booking begins soon, a request is about to lapse. Each moment is told of once."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.models import APPROVED, REQUESTED, Booking
from alliance.db import action
from alliance.history.actions import record
from alliance.notifications.models import Reminder

# A day before it begins; whoever books later than that does not need to be told.
BEFORE_START: Final = timedelta(hours=24)
# Half a working day for whoever has to answer; of what was asked for within that time there is nothing to remind of.
BEFORE_LAPSE: Final = timedelta(hours=4)


@action
def remind(session: Session, *, limit: int = 200) -> int:
    """Write into history which bookings begin and which requests lapse soon, each once; return how many."""
    now = clock.now()
    starting = (
        Booking.status == APPROVED,
        Booking.starts_at > now,
        Booking.starts_at <= now + BEFORE_START,
    )
    lapsing = (
        Booking.status == REQUESTED,
        Booking.hold_until > now,
        Booking.hold_until <= now + BEFORE_LAPSE,
    )
    return _note(session, "booking.due", Booking.starts_at, starting, BEFORE_START, now, limit) + _note(
        session, "booking.expiring", Booking.hold_until, lapsing, BEFORE_LAPSE, now, limit
    )


def _note(
    session: Session,
    verb: str,
    moment: Any,
    conditions: tuple[sa.ColumnElement[bool], ...],
    ahead: timedelta,
    now: datetime,
    limit: int,
) -> int:
    known = (
        sa.select(sa.literal(1))
        .where(Reminder.booking_id == Booking.id, Reminder.verb == verb, Reminder.of == moment)
        .exists()
    )
    found = session.execute(
        sa.select(Booking.id, Booking.unit_id, moment, Booking.requested_at)
        .where(*conditions, ~known)
        .order_by(Booking.id)
        .limit(limit)
        # Two workers look at once: what one of them has in hand the other leaves alone.
        .with_for_update(of=Booking, key_share=True, skip_locked=True)
    ).all()
    for booking_id, unit_id, at, requested_at in found:
        session.add(Reminder(booking_id=booking_id, verb=verb, of=at))
        # Who asked for it within that time knows.
        if requested_at <= at - ahead:
            record(
                session, verb, "booking", booking_id, at=now, by_id=None, unit_id=unit_id, of=at.isoformat()
            )
    return len(found)
