"""Who hears of what happened, and as which kind of news. Nobody hears of his own act."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.models import Closure, OutsideCalendar
from alliance.booking.models import Booking
from alliance.booking.permissions import booking_stage, may_read
from alliance.booking.queries import deciders_of, loaded, touched_by
from alliance.history.models import Event
from alliance.intervals import Span
from alliance.members.actor import actor_of
from alliance.members.people import admins_of, managers_of
from alliance.notifications.admissions import HEARERS_OF_ADMISSIONS
from alliance.notifications.hearing import hearers
from alliance.notifications.qualifications import HEARERS_OF_QUALIFICATIONS
from alliance.resources.models import Resource

# Closures without an end concern the bookings of a year: further ahead nobody books.
_AS_FAR_AS: Final = timedelta(days=365)

Hearing = dict[int, str]


def audience_of(session: Session, event: Event, now: datetime) -> Hearing:
    """The people who hear of the event, by id, each with the kind of news it is to him; active or not."""
    hearing: Hearing = {}
    if event.subject_type == "booking" and event.verb in _OF_BOOKINGS:
        booking = session.scalars(
            sa.select(Booking).where(Booking.id == event.subject_id).options(*loaded())
        ).one_or_none()
        if booking is not None:
            heard = _all_sides if "leaving" in event.data else _OF_BOOKINGS[event.verb]
            for person_id, kind in heard(session, event, booking, now):
                hearing.setdefault(person_id, kind)
    elif event.verb in _OF_OTHERS:
        hearing = dict(_OF_OTHERS[event.verb](session, event, now))
    hearing.pop(event.actor_id or 0, None)
    return hearing


Pairs = Iterable[tuple[int, str]]


def _bookers(booking: Booking, kind: str) -> Pairs:
    return [(person_id, kind) for person_id in (booking.person_id, booking.booked_by_id)]


def _asked(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    """Whoever may decide, as long as there is something to decide."""
    return _deciders(session, booking, now, "to_decide")


def _approved(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    # One that was confirmed at once has its times in the event: nobody had to decide, and those who run it may look.
    if "starts_at" in event.data:
        return _runners(session, booking, "booked")
    return _bookers(booking, "decided")


def _moved(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    if booking.status == "requested":
        yield from _deciders(session, booking, now, "to_decide")
    else:
        yield from _runners(session, booking, "booked")
    yield from _bookers(booking, "changed")


def _retitled(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _bookers(booking, "changed")


def _decided(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _bookers(booking, "decided")


def _withdrawn(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _runners(session, booking, "given_back")


def _cancelled(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    yield from _bookers(booking, "cancelled")
    if event.actor_id in (booking.person_id, booking.booked_by_id):
        yield from _runners(session, booking, "given_back")


def _all_sides(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    """When a unit leaves, neither its booker nor those who run what was booked did it: both hear."""
    yield from _bookers(booking, "cancelled")
    yield from _runners(session, booking, "given_back")


def _due(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _bookers(booking, "reminder") if booking.status == "approved" and booking.starts_at > now else []


def _expiring(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _deciders(session, booking, now, "expiring")


def _outside_hours(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    return _bookers(booking, "closed") if booking.ends_at > now else []


def _written(session: Session, event: Event, booking: Booking, now: datetime) -> Pairs:
    """The other side: whoever answered before and still may, else those who decide or run it; or else the booker."""
    bookers = {booking.person_id, booking.booked_by_id}
    if event.actor_id not in bookers:
        return _bookers(booking, "message")
    answered = set(
        session.scalars(
            sa.select(Event.actor_id).where(
                Event.subject_type == "booking", Event.subject_id == booking.id, Event.verb == event.verb
            )
        )
    ) - {*bookers, None}
    actors = {person_id: actor_of(session, person_id) for person_id in answered if person_id}
    there = [person_id for person_id, actor in actors.items() if actor and may_read(actor, booking)]
    if there:
        return [(person_id, "message") for person_id in there]
    deciding = _deciders(session, booking, now, "message")
    return [*deciding] or _runners(session, booking, "message")


_OF_BOOKINGS: Final[dict[str, Callable[[Session, Event, Booking, datetime], Pairs]]] = {
    "booking.requested": _asked,
    "booking.agreed": _asked,
    "booking.approved": _approved,
    "booking.moved": _moved,
    "booking.retitled": _retitled,
    "booking.handed_over": _retitled,
    "booking.refused": _decided,
    "booking.expired": _decided,
    "booking.withdrawn": _withdrawn,
    "booking.cancelled": _cancelled,
    "booking.due": _due,
    "booking.expiring": _expiring,
    "booking.outside_hours": _outside_hours,
    "booking.message": _written,
}


def _deciders(session: Session, booking: Booking, now: datetime, kind: str) -> Pairs:
    stage = booking_stage(booking)
    if stage is None or booking.status != "requested" or not booking.holds_at(now):
        return []
    if stage.deciders == "owner":
        return _runners(session, booking, kind)
    return [(person.id, kind) for person in deciders_of(session, booking, stage)]


def _clashed(session: Session, event: Event, now: datetime) -> Pairs:
    """Those who run the resource whose outside calendar ran into bookings, as long as it is tied to it."""
    calendar = session.get(OutsideCalendar, event.subject_id)
    resource = session.get(Resource, calendar.resource_id) if calendar is not None else None
    return [] if resource is None else _who_run(session, resource, "clash")


def _closed(session: Session, event: Event, now: datetime) -> Pairs:
    """Those whose bookings the closure lies over."""
    closure = session.get(Closure, event.subject_id)
    touched = touched_bookings(session, closure, now) if closure is not None else []
    return [pair for booking in touched for pair in _bookers(booking, "closed")]


def _closure_changed(session: Session, event: Event, now: datetime) -> Pairs:
    """Those whose bookings it lies over since it was made longer, and did not before."""
    closure, former = session.get(Closure, event.subject_id), event.data["before"]["ends_at"]
    if closure is None or former is None:
        return []
    end = datetime.fromisoformat(former)
    added = [
        each for each in touched_bookings(session, closure, max(now, end)) if each.footprint.start >= end
    ]
    return [pair for booking in added for pair in _bookers(booking, "closed")]


def _webhook_failed(session: Session, event: Event, now: datetime) -> Pairs:
    """The admins of its unit, who may set it up anew."""
    return [(person_id, "webhook") for person_id in session.scalars(admins_of(event.unit_id or 0))]


def _stale(session: Session, event: Event, now: datetime) -> Pairs:
    """Whoever it was counted for."""
    return [(event.subject_id, "to_confirm")]


# What is not about one booking.
_OF_OTHERS: Final[dict[str, Callable[[Session, Event, datetime], Pairs]]] = {
    "closure.made": _closed,
    "closure.changed": _closure_changed,
    "outside.clashed": _clashed,
    "webhook.failed": _webhook_failed,
    "catalogue.stale": _stale,
    **HEARERS_OF_ADMISSIONS,
    **HEARERS_OF_QUALIFICATIONS,
}


def _runners(session: Session, booking: Booking, kind: str) -> Pairs:
    return _who_run(session, booking.resource, kind)


def _who_run(session: Session, resource: Resource, kind: str) -> Pairs:
    """Those who run the resource and, as their unit chose, hear of this; somebody always does where anybody runs it."""
    managers = list(session.scalars(managers_of(resource.id)))
    # What is always shown as busy is its managers' affair alone.
    admins = [] if resource.detail == "busy" else sorted(session.scalars(admins_of(resource.owner_id)))
    return hearers(session, resource.owner_id, kind, managers=managers, admins=admins)


def touched_bookings(session: Session, closure: Closure, now: datetime) -> Sequence[Booking]:
    """The bookings the closure lies over from now on."""
    start = max(closure.starts_at, now)
    end = closure.ends_at or start + _AS_FAR_AS
    if end <= start:
        return []
    return touched_by(session, closure.resource_id, closure.item_id, Span(start, end.astimezone(UTC)), now)
