"""Asking for a booking, moving it, and giving it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking import guard
from alliance.booking.answers import Given, asked_by
from alliance.booking.changing import (
    end,
    held_booking,
    hold_until,
    note,
    place_of,
    problems_with_move,
    require,
    touch,
)
from alliance.booking.facts import Facts, Wish
from alliance.booking.gather import gather
from alliance.booking.models import Booking, Stage
from alliance.booking.permissions import acting_as, is_booker
from alliance.booking.routes import route_for
from alliance.booking.rules import problems_with
from alliance.db import action
from alliance.errors import Forbidden, Problem, Refused, refuse_if
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.models import PolicyRow
from alliance.resources.policy import Decider
from alliance.resources.queries import resource_by_id


@action
def request_booking(
    session: Session,
    resource_id: int,
    span: Span,
    *,
    by: Actor,
    unit_id: int,
    quantity: int = 1,
    title: str = "",
    purpose: str = "",
    answers: Given | None = None,
) -> str:
    """Book `quantity` items of the resource for `span`, or say every reason why not; return the booking's ref.

    The booking is approved at once where the owner's route has no stages, else requested. `answers` are those to the
    resource's questions, by the refs of their wordings; one that is missing or wrong is a reason, too. Raises Missing
    when the resource is not there for `by`, Taken, or Refused.
    """
    if unit_id not in by.unit_ids:
        raise Refused([Problem("not_your_unit", field="unit")])
    now = clock.now()
    lineage = guard.hold(session, resource_id, now=now, persons=[by.person_id], units=[unit_id])
    resource = resource_by_id(session, by, resource_id)
    wish = Wish(span, quantity)
    facts = gather(session, resource, wish, person_id=by.person_id, unit_id=unit_id, now=now, lineage=lineage)
    given = answers or {}
    asked = asked_by(session, resource, given, person_id=by.person_id)
    refuse_if([*problems_with(wish, facts), *asked.problems_with(given)])

    setup, teardown = facts.buffers
    decision = _decision(wish, facts)
    booking = Booking(
        ref=new_ref(),
        resource_id=resource.id,
        person_id=by.person_id,
        booked_by_id=by.person_id,
        unit_id=unit_id,
        relation=facts.relation,
        starts_at=span.start,
        ends_at=span.end,
        setup_minutes=setup // timedelta(minutes=1),
        teardown_minutes=teardown // timedelta(minutes=1),
        quantity=quantity,
        title=title,
        purpose=purpose,
        status=decision.status,
        hold_until=decision.hold_until,
        requested_at=now,
        changed_at=now,
        changed_by_id=by.person_id,
        created_at=now,
    )
    session.add(booking)
    session.flush()
    _add_stages(session, booking, decision.stages)
    session.add_all(asked.rows(booking, given))
    guard.place(session, booking, facts.available(wish)[: facts.items_wanted(wish)])
    note(session, f"booking.{decision.status}", booking, by=by, now=now, **place_of(booking))
    return booking.ref


@action
def move_booking(
    session: Session,
    ref: str,
    span: Span,
    *,
    by: Actor,
    quantity: int | None = None,
    version: int | None = None,
) -> str:
    """Give the booking another span or number of items, ignoring its own place; return its ref.

    Giving something back (within the old span, no more items) keeps an approval. Any other move takes the route anew:
    the old place is released, and with stages the booking becomes a request at the new time. Only the booker may.
    Raises Missing, Forbidden, Stale, AlreadyDecided, Taken or Refused.
    """
    now = clock.now()
    booking = _own_held(session, ref, by=by, now=now, version=version)
    _move(session, booking, span, quantity, by=by, now=now)
    return ref


@action
def retitle_booking(
    session: Session,
    ref: str,
    *,
    by: Actor,
    title: str | None = None,
    purpose: str | None = None,
    version: int | None = None,
) -> str:
    """Change what the booking is called or for; nothing else about it changes. Only the booker may."""
    now = clock.now()
    booking = _own_held(session, ref, by=by, now=now, version=version)
    _retitle(session, booking, title, purpose, by=by, now=now)
    return ref


@action
def change_booking(
    session: Session,
    ref: str,
    *,
    by: Actor,
    start: datetime | None = None,
    end: datetime | None = None,
    quantity: int | None = None,
    title: str | None = None,
    purpose: str | None = None,
    version: int | None = None,
) -> str:
    """Move and retitle the booking in one act, what is None staying as it is; return its ref.

    Either all of it happens or nothing does. Raises what `move_booking` raises.
    """
    now = clock.now()
    booking = _own_held(session, ref, by=by, now=now, version=version)
    start, end = start or booking.starts_at, end or booking.ends_at
    if start >= end:
        raise Refused([Problem("reversed", field="end")])
    _move(session, booking, Span(start, end), quantity, by=by, now=now)
    _retitle(session, booking, title, purpose, by=by, now=now)
    return ref


@action
def cancel_booking(
    session: Session, ref: str, *, by: Actor, reason: str = "", version: int | None = None
) -> str:
    """Give the booking up; return its ref.

    The booker withdraws a request at any time and cancels an approved booking until it starts, noted as late after
    the owner's deadline. The owner cancels an approved booking with a reason. Raises Missing, Forbidden, Stale,
    AlreadyDecided or Refused.
    """
    now = clock.now()
    booking = held_booking(session, ref, by=by, now=now, version=version)
    who = acting_as(by, booking)
    if who is None:
        raise Forbidden("booker")
    if who == "booker" and booking.status == "requested":
        return end(session, booking, "withdrawn", by=by, now=now, reason=reason)
    if who == "owner" and booking.status == "requested":
        raise Refused([Problem("not_yet_decided")])
    require(booking, "cancel", who)
    if who == "owner" and not reason.strip():
        raise Refused([Problem("reason_needed", field="reason")])
    if booking.ends_at <= now or (who == "booker" and booking.starts_at <= now):
        raise Refused([Problem("already_started")])
    if who == "booker":
        booking.cancelled_late = is_late(booking, _cancel_hours(session, booking), now)
    return end(session, booking, "cancelled", by=by, now=now, reason=reason)


@action
def expire_overdue(session: Session) -> int:
    """Let requests lapse whose hold is over, up to a hundred at a time; return how many there were."""
    return guard.expire_everywhere(session, now=clock.now(), limit=100)


def is_late(booking: Booking, cancel_hours: int | None, now: datetime) -> bool:
    """Whether cancelling now is past the owner's deadline; exactly at the deadline is in time."""
    return cancel_hours is not None and now > booking.starts_at - timedelta(hours=cancel_hours)


def _own_held(session: Session, ref: str, *, by: Actor, now: datetime, version: int | None) -> Booking:
    """One's own booking under its hold, in a state in which its booker may change it."""
    booking = held_booking(session, ref, by=by, now=now, version=version)
    if not is_booker(by, booking):
        raise Forbidden("booker")
    require(booking, "move", "booker")
    return booking


def _move(
    session: Session, booking: Booking, span: Span, quantity: int | None, *, by: Actor, now: datetime
) -> None:
    wish = Wish(span, booking.quantity if quantity is None else quantity)
    if wish == Wish(booking.span, booking.quantity):
        return
    person_id, unit_id = booking.person_id, booking.unit_id
    facts = gather(
        session, booking.resource, wish, person_id=person_id, unit_id=unit_id, now=now, moving=booking
    )
    refuse_if(problems_with_move(booking, wish, facts, by))

    before = place_of(booking)
    items = _items_after(booking, wish, facts)
    guard.release(session, booking)
    booking.starts_at, booking.ends_at, booking.quantity = wish.span.start, wish.span.end, wish.quantity
    if not facts.shrinks(wish):
        _take_route_anew(session, booking, wish, facts)
    touch(booking, by=by, now=now, notable=True)
    guard.place(session, booking, items)
    after = {**place_of(booking), "status": booking.status}
    note(session, "booking.moved", booking, by=by, now=now, before=before, **after)


def _retitle(
    session: Session, booking: Booking, title: str | None, purpose: str | None, *, by: Actor, now: datetime
) -> None:
    new = (booking.title if title is None else title, booking.purpose if purpose is None else purpose)
    if new == (booking.title, booking.purpose):
        return
    booking.title, booking.purpose = new
    touch(booking, by=by, now=now, notable=False)
    note(session, "booking.retitled", booking, by=by, now=now)


@dataclass(frozen=True)
class _Decision:
    status: str
    stages: tuple[Decider, ...]
    hold_until: datetime | None


def _decision(wish: Wish, facts: Facts) -> _Decision:
    route = route_for(wish, facts)
    stages = route.stages if route else ()
    if not stages:
        return _Decision("approved", (), None)
    return _Decision("requested", stages, hold_until(wish.span.start, facts))


def _add_stages(session: Session, booking: Booking, stages: Sequence[Decider]) -> None:
    session.add_all(
        Stage(booking_id=booking.id, n=n, deciders=deciders) for n, deciders in enumerate(stages, start=1)
    )


def _items_after(booking: Booking, wish: Wish, facts: Facts) -> list[int]:
    """Where the moved booking goes: on its own items as far as they are free, else as if it were new."""
    own = [occupancy.item_id for occupancy in booking.occupancies]
    wanted = facts.items_wanted(wish)
    if facts.shrinks(wish):
        return own[:wanted]
    available = facts.available(wish)
    kept = [item_id for item_id in own if item_id in available]
    return (kept + [item_id for item_id in available if item_id not in kept])[:wanted]


def _take_route_anew(session: Session, booking: Booking, wish: Wish, facts: Facts) -> None:
    decision = _decision(wish, facts)
    setup, teardown = facts.buffers
    session.execute(sa.delete(Stage).where(Stage.booking_id == booking.id))
    _add_stages(session, booking, decision.stages)
    booking.status, booking.hold_until = decision.status, decision.hold_until
    booking.relation, booking.requested_at = facts.relation, facts.now
    booking.setup_minutes = setup // timedelta(minutes=1)
    booking.teardown_minutes = teardown // timedelta(minutes=1)


def _cancel_hours(session: Session, booking: Booking) -> int | None:
    return session.scalar(
        sa.select(PolicyRow.cancel_hours).where(PolicyRow.resource_id == booking.resource_id)
    )
