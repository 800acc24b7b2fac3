"""A unit's bookings to take along: those on what it shares, and those its people made elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.booking.light import LightBooking, LightPerson, LightResource, LightStage, LightUnit
from alliance.booking.models import HOLDING, Booking, Stage
from alliance.booking.permissions import Glimpse, seen_by
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.models import Resource

Which = Literal["here", "elsewhere"]
# Read from the database, and turned into what the reader may see, so many at a time.
_BATCH: Final = 500


@dataclass(frozen=True)
class Row:
    """One booking as far as its reader may see it, with what was booked and when it was asked for."""

    glimpse: Glimpse
    resource_zh: str
    resource_en: str | None
    zone: str
    preset: str
    owner_code: str
    owner_zh: str
    owner_en: str | None
    requested_at: datetime


def bookings_of_unit(
    session: Session, reader: Actor, unit_id: int, which: Which, period: Span
) -> Iterator[Row]:
    """The bookings that touch the period, by start: on what the unit shares, or for the unit on what others share.

    In one statement, and in little memory however many there are. What the reader may not know of is left out: that
    one of his people booked something private elsewhere, and what came of bookings of which he sees only the time.
    """
    chosen = _OF[which].where(Booking.starts_at < period.end, Booking.ends_at > period.start)
    found = session.execute(chosen.execution_options(yield_per=_BATCH), {"unit": unit_id})
    for rows in found.partitions(_BATCH):
        glimpses = seen_by(reader, [_light(row) for row in rows])
        for row, glimpse in zip(rows, glimpses, strict=True):
            if glimpse.level != "busy" or (which == "here" and glimpse.status in HOLDING):
                yield Row(glimpse, *row[_SHOWN:])


_OWNER: Final = aliased(Unit)
_DECIDERS: Final = (
    sa.select(sa.func.aggregate_strings(Stage.deciders, ","))
    .where(Stage.booking_id == Booking.id)
    .correlate(Booking)
    .scalar_subquery()
)
_SEEN: Final = (
    Booking.id,
    Booking.ref,
    Booking.resource_id,
    Booking.person_id,
    Booking.booked_by_id,
    Booking.unit_id,
    Booking.starts_at,
    Booking.ends_at,
    Booking.quantity,
    Booking.status,
    Booking.title,
    Booking.purpose,
    Person.name,
    Person.email,
    Unit.code,
    Unit.name_zh,
    Unit.name_en,
    Resource.code,
    Resource.owner_id,
    Resource.status,
    Resource.visibility,
    Resource.detail,
    _DECIDERS,
)
_SHOWN: Final = len(_SEEN)
_ALL: Final = (
    sa.select(
        *_SEEN,
        Resource.name_zh,
        Resource.name_en,
        Resource.zone,
        Resource.preset,
        _OWNER.code,
        _OWNER.name_zh,
        _OWNER.name_en,
        Booking.requested_at,
    )
    .join(Resource, Resource.id == Booking.resource_id)
    .join(_OWNER, _OWNER.id == Resource.owner_id)
    .join(Person, Person.id == Booking.person_id)
    .join(Unit, Unit.id == Booking.unit_id)
    .order_by(Booking.starts_at, Booking.id)
)
_GIVEN: Final[Any] = sa.bindparam("unit")
_OF: Final[dict[Which, Any]] = {
    "here": _ALL.where(
        Booking.resource_id.in_(sa.select(Resource.id).where(Resource.owner_id == _GIVEN).correlate(None))
    ),
    "elsewhere": _ALL.where(Booking.unit_id == _GIVEN, Resource.owner_id != _GIVEN),
}


def _light(row: Any) -> LightBooking:
    (
        booking_id, ref, resource_id, person_id, booked_by_id, unit_id, start, end, quantity, status, title, purpose,
        person, email, unit, unit_zh, unit_en, code, owner_id, its_status, visibility, detail, deciders,
    ) = row[:_SHOWN]  # fmt: skip
    return LightBooking(
        booking_id,
        ref,
        resource_id,
        person_id,
        booked_by_id,
        unit_id,
        Span(start, end),
        (timedelta(), timedelta()),
        quantity,
        status,
        title,
        LightResource(code, owner_id, its_status, visibility, detail),
        LightPerson(person, email),
        LightUnit(unit, unit_zh, unit_en),
        [LightStage(each) for each in deciders.split(",")] if deciders else (),
        set(),
        purpose,
    )
