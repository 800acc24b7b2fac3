"""Bookings in few words, for tests that make many of them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alliance.booking.actions import request_booking
from alliance.booking.models import Booking, Occupancy
from alliance.booking.queries import booking_of
from alliance.history.models import Event
from alliance.intervals import Span
from alliance.members.models import Person, Unit
from alliance.resources.models import PolicyRow, Resource
from tests.world import World, span

WISH = span("2026-11-24", "14:00", "16:00")


def afternoon(start: str = "14:00", end: str = "16:00", day: str = "2026-11-24") -> Span:
    return span(day, start, end)


def request(
    world: World, resource: Resource, wish: Span = WISH, *, by: Person | None = None, **words: Any
) -> str:
    """Ask as Lin, or as somebody else, for his first unit."""
    actor = world.actor(by or world.lin)
    return request_booking(
        resource.id, wish, by=actor, unit_id=words.pop("unit_id", min(actor.unit_ids)), **words
    )


def book(
    world: World,
    resource: Resource,
    who: Person,
    start: str = "14:00",
    end: str = "16:00",
    unit: Unit | None = None,
) -> str:
    """Ask as that person for the day after, for the institute or another of his units."""
    wish = span("2026-11-25", start, end)
    return request(world, resource, wish, by=who, unit_id=(unit or world.institute).id)


def booking(world: World, ref: str) -> Booking:
    """The booking as it is now."""
    world.session.rollback()
    found = booking_of(world.session, ref)
    assert found is not None
    return found


def places(world: World, ref: str) -> list[tuple[int, datetime, datetime]]:
    """What the booking occupies."""
    return [(place.item_id, place.starts_at, place.ends_at) for place in booking(world, ref).occupancies]


def occupied(world: World) -> int:
    """How many occupancies there are in all."""
    world.session.rollback()
    return world.session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) or 0


def events(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Everything that happened, oldest first."""
    world.session.rollback()
    rows = world.session.execute(sa.select(Event.verb, Event.data).order_by(Event.id))
    return [(row.verb, row.data) for row in rows]


def verbs(world: World) -> list[str]:
    return [verb for verb, _ in events(world)]


def change(world: World, model: Any, condition: Any, **columns: Any) -> None:
    """Somebody changes something about the world, as an admin's page would."""
    world.session.rollback()
    world.session.execute(sa.update(model).where(condition).values(columns))
    world.session.commit()


def change_policy(world: World, resource: Resource, **columns: Any) -> None:
    change(world, PolicyRow, PolicyRow.resource_id == resource.id, **columns)
