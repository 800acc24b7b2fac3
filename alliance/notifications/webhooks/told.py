"""What a unit is told of an event: as much as any of its admins could look up, and nothing by our own numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance.booking.models import Booking
from alliance.booking.permissions import Glimpse, may_read, seen_by
from alliance.booking.queries import loaded
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.notifications.webhooks.models import Webhook
from alliance.resources.models import Resource

TEST: Final = "webhook.tested"
# What may be passed on of an event's data. Events of later versions may hold more, which somebody has to look at first.
_TOLD: Final = frozenset(
    {
        "starts_at", "ends_at", "quantity", "before", "status", "reason", "late", "stage", "own_request",
        "message", "kind", "resource", "photo", "n", "alt_zh", "alt_en",
    }
)  # fmt: skip
_NOBODY: Final = 0


@dataclass(frozen=True)
class Surroundings:
    """The rows some events are about, each by its id."""

    bookings: Mapping[int, Booking]
    resources: Mapping[int, Resource]
    names: Mapping[int, str]

    @classmethod
    def around(cls, session: Session, events: Collection[Event]) -> "Surroundings":
        """Read in three statements at most, however many events there are."""
        bookings = _rows(
            session, sa.select(Booking).options(*loaded()), Booking.id, _about(events, "booking")
        )
        owned = sa.select(Resource).options(joinedload(Resource.owner))
        resources = _rows(session, owned, Resource.id, _about(events, "resource"))
        actors = {event.actor_id for event in events if event.actor_id is not None}
        people = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(actors))).all()
        return cls(bookings, resources, {row.id: row.name for row in people})


def units_told(event: Event, around: Surroundings) -> set[int]:
    """The units that hear of the event: of a booking who owns and who books, of anything else who owns it."""
    if event.subject_type == "booking":
        booking = around.bookings.get(event.subject_id)
        if booking is None:
            return set()
        concerned = {booking.unit_id, booking.resource.owner_id}
        return {unit_id for unit_id in concerned if may_read(admin_of(unit_id), booking)}
    if event.subject_type == "closure" and event.unit_id is not None and "closure" in event.data:
        return {event.unit_id}
    if event.subject_type == "resource" and event.subject_id in around.resources:
        return {around.resources[event.subject_id].owner_id}
    return set()


def told(event: Event, webhook: Webhook, around: Surroundings, *, base_url: str) -> dict[str, Any] | None:
    """The event as the webhook's unit may know it; None when it may not know of it, or no longer.

    The webhook comes with its unit.
    """
    if event.verb != TEST and webhook.unit_id not in units_told(event, around):
        return None
    subject, link, more = _subject(event, webhook, around)
    return {
        "verb": event.verb,
        "at": event.at.isoformat(),
        "unit": webhook.unit.code,
        "by": around.names.get(event.actor_id) if event.actor_id is not None else None,
        "subject": subject,
        "data": {name: value for name, value in event.data.items() if name in _TOLD},
        **more,
        "link": f"{base_url}{link}",
    }


def admin_of(unit_id: int) -> Actor:
    """An admin of the unit who is nobody in particular."""
    units = frozenset({unit_id})
    return Actor(_NOBODY, unit_ids=units, active_unit_ids=units, admin_unit_ids=units)


def _subject(
    event: Event, webhook: Webhook, around: Surroundings
) -> tuple[dict[str, str], str, dict[str, Any]]:
    """What it is about by ref or code, the page of it, and how it stands now."""
    if event.subject_type == "booking":
        booking = around.bookings[event.subject_id]
        (glimpse,) = seen_by(admin_of(webhook.unit_id), [booking])
        subject = {"type": "booking", "ref": booking.ref}
        return subject, f"/bookings/{booking.ref}", {"booking": _booking(glimpse, booking.resource.zone)}
    if event.subject_type == "closure":
        # A closure that was taken back is gone; its resource is still there.
        subject = {"type": "closure", "ref": event.data["closure"]}
        return subject, f"/resources/{event.data['resource']}", {}
    if event.subject_type == "resource":
        code = around.resources[event.subject_id].code
        return {"type": "resource", "code": code}, f"/resources/{code}", {}
    path = f"/units/{webhook.unit.code}/webhooks/{webhook.ref}"
    return {"type": "webhook", "ref": webhook.ref}, path, {}


def _booking(glimpse: Glimpse, zone: str) -> dict[str, Any]:
    def local(at: datetime) -> str:
        return at.astimezone(ZoneInfo(zone)).isoformat()

    return {
        "ref": glimpse.ref,
        "resource": glimpse.resource_code,
        "unit": glimpse.unit_code,
        "person": glimpse.person_name,
        "title": glimpse.title,
        "purpose": glimpse.purpose,
        "start": local(glimpse.span.start),
        "end": local(glimpse.span.end),
        "quantity": glimpse.quantity,
        "status": glimpse.status,
    }


def _about(events: Iterable[Event], subject_type: str) -> set[int]:
    return {event.subject_id for event in events if event.subject_type == subject_type}


def _rows(session: Session, chosen: sa.Select[Any], key: Any, ids: Collection[int]) -> dict[int, Any]:
    if not ids:
        return {}
    rows: Sequence[Any] = session.scalars(chosen.where(key.in_(ids))).all()
    return {row.id: row for row in rows}
