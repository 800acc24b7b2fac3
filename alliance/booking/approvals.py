"""Deciding on requests."""

from datetime import datetime

from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.changing import end, held_booking, hold_until, note, touch
from alliance.booking.facts import Wish
from alliance.booking.gather import gather
from alliance.booking.models import Booking, Stage
from alliance.booking.permissions import booking_stage, decides
from alliance.booking.rules import ON_APPROVAL, problems_with
from alliance.booking.status import allows
from alliance.db import action
from alliance.errors import AlreadyDecided, Forbidden, Problem, Refused, refuse_if
from alliance.members.actor import Actor


@action
def approve_booking(
    session: Session, ref: str, *, by: Actor, reason: str = "", version: int | None = None
) -> str:
    """Agree to the request's current stage; after the last one it is approved. Return its ref.

    Physical, standing and safety rules are judged again on fresh facts; notice, horizon, grid and the owner's other
    rules were judged when it was asked for. Deciding on one's own request is allowed where one is the decider, and
    noted. Raises Missing, Forbidden, Stale, AlreadyDecided, Taken or Refused.
    """
    now = clock.now()
    booking = held_booking(session, ref, by=by, now=now, version=version)
    stage = _stage_for(booking, by)
    wish = Wish(booking.span, booking.quantity)
    facts = gather(
        session,
        booking.resource,
        wish,
        person_id=booking.person_id,
        unit_id=booking.unit_id,
        now=now,
        moving=booking,
    )
    refuse_if(problems_with(wish, facts, ON_APPROVAL))

    _decide(stage, "approved", by=by, now=now, reason=reason)
    is_last = all(other.verdict == "approved" for other in booking.stages)
    booking.status = "approved" if is_last else "requested"
    booking.hold_until = None if is_last else hold_until(booking.starts_at, facts)
    touch(booking, by=by, now=now, notable=is_last)
    verb = "booking.approved" if is_last else "booking.agreed"
    note(session, verb, booking, by=by, now=now, reason=reason.strip(), stage=stage.n, **_own(booking, by))
    return ref


@action
def refuse_booking(session: Session, ref: str, *, by: Actor, reason: str, version: int | None = None) -> str:
    """Refuse the request with a reason its booker can read, and free its place; return its ref.

    Raises Missing, Forbidden, Stale, AlreadyDecided, or Refused without a reason.
    """
    now = clock.now()
    booking = held_booking(session, ref, by=by, now=now, version=version)
    stage = _stage_for(booking, by)
    if not reason.strip():
        raise Refused([Problem("reason_needed", field="reason")])
    _decide(stage, "refused", by=by, now=now, reason=reason)
    return end(session, booking, "refused", by=by, now=now, reason=reason)


def _stage_for(booking: Booking, by: Actor) -> Stage:
    """The stage waiting for a decision, if it is for `by` to make."""
    could_decide = any(decides(by, booking, stage) for stage in booking.stages)
    if not allows(booking.status, "approve", "decider"):
        if not could_decide:
            raise Forbidden("decider")
        raise AlreadyDecided(booking.status, booking.changed_by_name, booking.changed_at)
    stage = booking_stage(booking)
    if stage is None or not decides(by, booking, stage):
        _earlier_by_somebody(booking, by)
        raise Forbidden("decider")
    return stage


def _earlier_by_somebody(booking: Booking, by: Actor) -> None:
    """A stage of his that another has just agreed to is answered by who and when, not by a lack of rights."""
    for stage in booking.stages:
        if stage.verdict is not None and decides(by, booking, stage):
            raise AlreadyDecided(booking.status, stage.by.name if stage.by else None, stage.at)


def _decide(stage: Stage, verdict: str, *, by: Actor, now: datetime, reason: str) -> None:
    stage.verdict, stage.by_id, stage.at, stage.reason = verdict, by.person_id, now, reason.strip()


def _own(booking: Booking, by: Actor) -> dict[str, bool]:
    return {"own_request": True} if by.person_id == booking.person_id else {}
