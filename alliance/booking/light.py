"""Bookings without the ORM, for boards that show hundreds of them: no more than `permissions.seen_by` asks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.booking.models import REQUESTED, Booking, Occupancy, Stage
from alliance.booking.timetable import instant
from alliance.db import Instant, Seconds, among, read_rows
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.models import Item, Resource


@dataclass(frozen=True, slots=True)
class LightResource:
    """What the booked resource says of who may see its bookings."""

    code: str
    owner_id: int
    status: str
    visibility: str
    detail: str


@dataclass(frozen=True, slots=True)
class LightUnit:
    """The unit somebody books for."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class LightPerson:
    """The person somebody books for; boards do not read how to reach him."""

    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class LightStage:
    """Who makes a decision; which one it is in their order does not matter for reading."""

    deciders: str


@dataclass(slots=True)
class LightBooking:
    """A booking that holds its place, under the names `Booking` gives its columns. Boards do not read its purpose."""

    id: int
    ref: str
    resource_id: int
    person_id: int
    booked_by_id: int
    unit_id: int
    span: Span
    buffers: tuple[timedelta, timedelta]
    quantity: int
    status: str
    title: str
    resource: LightResource
    person: LightPerson
    unit: LightUnit
    stages: Sequence[LightStage]
    item_ids: set[int]
    purpose: str | None = None

    @property
    def footprint(self) -> Span:
        """What conflicts: the span with setup before and teardown after."""
        setup, teardown = self.buffers
        return self.span.widened(setup, teardown) if setup or teardown else self.span


def _given(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=Instant())


_EARLIER: Final = aliased(Occupancy)
_HOLDS: Final = sa.or_(
    Booking.status == "approved", sa.and_(Booking.status == REQUESTED, Booking.hold_until > _given("now"))
)
_DECIDERS: Final = (
    sa.select(sa.func.aggregate_strings(Stage.deciders, ","))
    .where(Stage.booking_id == Booking.id)
    .correlate(Booking)
    .scalar_subquery()
)
_COLUMNS: Final = (
    Booking.id,
    Booking.ref,
    Booking.resource_id,
    Booking.person_id,
    Booking.booked_by_id,
    Booking.unit_id,
    Seconds(Booking.starts_at),
    Seconds(Booking.ends_at),
    Booking.setup_minutes,
    Booking.teardown_minutes,
    Booking.quantity,
    Booking.status,
    Booking.title,
    Person.name,
    Unit.code,
    Unit.name_zh,
    Unit.name_en,
    Resource.code,
    Resource.owner_id,
    Resource.status,
    Resource.visibility,
    Resource.detail,
    Occupancy.item_id,
)


# Each item is read from its last occupancy before the window on, which costs the same however long the history is.
_FIRST: Final = (
    sa.select(_EARLIER.starts_at)
    .where(_EARLIER.item_id == Item.id, _EARLIER.starts_at <= _given("start"))
    .order_by(_EARLIER.starts_at.desc())
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)


def _chosen(deciders: sa.ColumnElement[str]) -> Any:
    return (
        sa.select(*_COLUMNS, deciders)
        .join(Occupancy, Occupancy.booking_id == Booking.id)
        .join(Item, Item.id == Occupancy.item_id)
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Unit, Unit.id == Booking.unit_id)
        .where(_HOLDS)
    )


def _of_items(deciders: sa.ColumnElement[str]) -> Any:
    return _chosen(deciders).where(
        among(Item.id, "items"),
        Occupancy.starts_at < _given("end"),
        Occupancy.ends_at > _given("start"),
        Occupancy.starts_at >= sa.func.coalesce(_FIRST, _given("start")),
    )


def _of_person(deciders: sa.ColumnElement[str]) -> Any:
    return _chosen(deciders).where(
        Booking.person_id == sa.bindparam("person"),
        Booking.ends_at > _given("start"),
        Booking.starts_at < _given("end"),
    )


# Put together once, with the deciders and without: few readers need them.
_NONE: Final = sa.literal("")
_OF_ITEMS: Final = {True: _of_items(_DECIDERS), False: _of_items(_NONE)}
_OF_PERSON: Final = _of_person(_NONE)
_BOTH: Final = {known: sa.union_all(chosen, _OF_PERSON) for known, chosen in _OF_ITEMS.items()}


def light_bookings(
    session: Session,
    reader: Actor | None,
    items: Collection[int],
    window: Span,
    now: datetime,
    *,
    mine: bool = False,
) -> list[LightBooking]:
    """The bookings that occupy any of the items within the window, by start, in one statement; with `mine` those for
    the reader, too, whatever they occupy.

    Found through what is occupied, so that a whole's booking shows in each of its parts. Deciders are read only for
    those whom a decision could let read more.
    """
    knows_deciders = reader is not None and bool(reader.admin_unit_ids or reader.is_secretariat)
    given: dict[str, Any] = {"start": window.start, "end": window.end, "now": now}
    if items:
        given["items"] = list(items)
    if mine and reader is not None:
        given["person"] = reader.person_id
    if "items" in given:
        chosen: Any = (_BOTH if "person" in given else _OF_ITEMS)[knows_deciders]
    elif "person" in given:
        chosen = _OF_PERSON
    else:
        return []
    return _bookings(read_rows(session, chosen, given).all())


def _bookings(found_rows: Iterable[Any]) -> list[LightBooking]:
    """One booking for all the rows of its items, and one object for all that is the same."""
    found: dict[int, LightBooking] = {}
    order: list[tuple[int, int]] = []
    resources: dict[int, LightResource] = {}
    units: dict[int, LightUnit] = {}
    people: dict[int, LightPerson] = {}
    for (
        booking_id, ref, resource_id, person_id, booked_by_id, unit_id, start, end, setup, teardown, quantity, status,
        title, person, unit, unit_zh, unit_en, code, owner_id, its_status, visibility, detail, item_id, deciders,
    ) in found_rows:  # fmt: skip
        if booking_id in found:
            found[booking_id].item_ids.add(item_id)
            continue
        if resource_id not in resources:
            resources[resource_id] = LightResource(code, owner_id, its_status, visibility, detail)
        if unit_id not in units:
            units[unit_id] = LightUnit(unit, unit_zh, unit_en)
        if person_id not in people:
            people[person_id] = LightPerson(person)
        order.append((start, booking_id))
        found[booking_id] = LightBooking(
            booking_id,
            ref,
            resource_id,
            person_id,
            booked_by_id,
            unit_id,
            Span(instant(start), instant(end)),
            _buffers(setup, teardown),
            quantity,
            status,
            title,
            resources[resource_id],
            people[person_id],
            units[unit_id],
            [LightStage(each) for each in deciders.split(",")] if deciders else (),
            {item_id},
        )
    return [found[booking_id] for _start, booking_id in sorted(order)]


@lru_cache(maxsize=256)
def _buffers(setup: int, teardown: int) -> tuple[timedelta, timedelta]:
    return timedelta(minutes=setup), timedelta(minutes=teardown)
