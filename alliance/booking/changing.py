"""What every act on an existing booking shares: finding it under its hold, marking the change, writing it down."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import working_days_after
from alliance.booking import guard
from alliance.booking.facts import Facts, Wish
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.queries import loaded
from alliance.booking.rules import problems_with
from alliance.booking.status import Act, Who, allows
from alliance.errors import AlreadyDecided, Missing, Problem, Stale
from alliance.history.actions import record
from alliance.members.actor import Actor


def held_booking(session: Session, ref: str, *, by: Actor, now: datetime, version: int | None) -> Booking:
    """The booking under its hold, read afresh. Raises Missing when `by` may not read it, Stale on another version."""
    booking = hold_booking(session, ref, now=now)
    if not may_read(by, booking):
        raise Missing
    if version is not None and version != booking.version:
        raise Stale
    return booking


def hold_booking(session: Session, ref: str, *, now: datetime) -> Booking:
    """The booking under its hold, read afresh, whoever asks. Raises Missing."""
    who = session.execute(
        sa.select(Booking.resource_id, Booking.person_id, Booking.unit_id).where(Booking.ref == ref)
    ).one_or_none()
    if who is None:
        raise Missing
    guard.hold(session, who.resource_id, now=now, persons=[who.person_id], units=[who.unit_id])
    return session.scalars(
        sa.select(Booking)
        .where(Booking.ref == ref)
        .options(*loaded())
        .execution_options(populate_existing=True)
    ).one()


def require(booking: Booking, act: Act, who: Who) -> None:
    """Raise AlreadyDecided, with who and when, unless the status table knows the step."""
    if not allows(booking.status, act, who):
        raise AlreadyDecided(booking.status, booking.changed_by_name, booking.changed_at)


def problems_with_move(booking: Booking, wish: Wish, facts: Facts, by: Actor) -> list[Problem]:
    """Every finding on giving the booking another place; none where it has it already.

    What only gives something back needs neither the unit's consent nor a start still to come.
    """
    if wish == facts.before:
        return []
    problems = problems_with(wish, facts)
    if not facts.shrinks(wish):
        # Who has left the unit has already heard it of his own booking.
        if booking.unit_id not in by.unit_ids and not any(each.code == "not_of_unit" for each in problems):
            problems.append(Problem("not_your_unit", field="unit"))
        if booking.starts_at <= facts.now:
            problems.append(Problem("already_started", field="start"))
    return problems


def hold_until(start: datetime, facts: Facts) -> datetime:
    """Until when a request made now keeps its place: the owner's number of working days, at the latest its start."""
    return min(start, working_days_after(facts.now, facts.policy.hold_days, facts.days, facts.zone))


def touch(booking: Booking, *, by: Actor, now: datetime, notable: bool) -> None:
    """Count the change; `notable` ones are those a calendar must notice."""
    booking.version += 1
    booking.sequence += notable
    booking.changed_at, booking.changed_by_id = now, by.person_id


def end(
    session: Session,
    booking: Booking,
    status: str,
    *,
    by: Actor,
    now: datetime,
    reason: str,
    **data: object,
) -> str:
    """Give up its place and close the booking with a status and the words somebody gave; return its ref."""
    guard.release(session, booking)
    booking.status, booking.hold_until, booking.reason = status, None, reason.strip()
    touch(booking, by=by, now=now, notable=True)
    note(
        session,
        f"booking.{status}",
        booking,
        by=by,
        now=now,
        reason=booking.reason,
        late=booking.cancelled_late,
        **data,
    )
    return booking.ref


def place_of(booking: Booking) -> dict[str, object]:
    """When and how much, as history keeps it."""
    return {
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "quantity": booking.quantity,
    }


def note(session: Session, verb: str, booking: Booking, *, by: Actor, now: datetime, **data: object) -> None:
    """Write the change into history."""
    session.flush()
    record(session, verb, "booking", booking.id, at=now, by_id=by.person_id, unit_id=booking.unit_id, **data)
