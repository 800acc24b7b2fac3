"""Who may see what of a booking, and who may do what to it. The only place that decides either."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.light import LightBooking, LightStage, light_bookings
from alliance.booking.models import Booking, Stage
from alliance.booking.status import Who
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.models import Resource

Level = Literal["busy", "unit", "full"]
# A booking as the ORM loads it, or as a board reads it; both go by the same rules.
AnyBooking = Booking | LightBooking
# Somebody of a unit that owns nothing and books nothing.
_NO_UNIT: Final = frozenset({0})


@dataclass(frozen=True)
class Glimpse:
    """What one reader may know of one booking. What he may not know is absent, not merely unshown."""

    level: Level
    span: Span
    footprint: Span
    status: str
    quantity: int
    item_ids: tuple[int, ...]
    resource_code: str
    is_mine: bool = False
    unit_code: str | None = None
    unit_name_zh: str | None = None
    unit_name_en: str | None = None
    person_name: str | None = None
    title: str | None = None
    # Only for those who may open the booking itself.
    ref: str | None = None
    purpose: str | None = None
    # How to reach the person; boards, which have no place for it, do not read it.
    person_email: str | None = None


def seen_by(
    reader: Actor | None, bookings: Iterable[AnyBooking], *, seen: Collection[int] = ()
) -> list[Glimpse]:
    """The bookings as the reader may see them, in the given order.

    The reader must be allowed to see the items they take; `seen` are the ids of resources he is known to see, which
    counts where only some groups may. Bookings come with resource, person, unit and occupancies.
    """
    levels: dict[int, Level] = {}
    return [_glimpse(reader, booking, seen, levels) for booking in bookings]


def on_the_door(bookings: Iterable[AnyBooking]) -> list[Glimpse]:
    """The bookings as a paper may tell of them that hangs where everybody passes: the unit at most, never who or why.

    What any member with no part in a booking may know of it, without names and titles.
    """
    anybody = Actor(person_id=0, unit_ids=_NO_UNIT, active_unit_ids=_NO_UNIT)
    return [
        replace(glimpse, level="unit", person_name=None, title=None) if glimpse.level == "full" else glimpse
        for glimpse in seen_by(anybody, bookings)
    ]


def glimpses_on(
    session: Session,
    reader: Actor | None,
    resource_id: int,
    item_ids: Collection[int],
    window: Span,
    now: datetime,
) -> list[Glimpse]:
    """What the reader, who sees the resource, may see of all that occupies its items within the window, by start.

    A whole's items are those of its parts. In one statement.
    """
    return seen_by(reader, light_bookings(session, reader, item_ids, window, now), seen=[resource_id])


def _glimpse(
    reader: Actor | None, booking: AnyBooking, seen: Collection[int], levels: dict[int, Level]
) -> Glimpse:
    """The booking as the reader may see it; `levels` remembers what those see of a resource who may open nothing."""
    opens = may_read(reader, booking)
    if not opens and booking.resource_id not in levels:
        is_seen = booking.resource_id in seen
        levels[booking.resource_id] = _level_for_others(reader, booking, is_seen=is_seen)
    level = "full" if opens else levels[booking.resource_id]
    unit = booking.unit if level != "busy" else None
    return Glimpse(
        level=level,
        span=booking.span,
        footprint=booking.footprint,
        status=booking.status,
        quantity=booking.quantity,
        item_ids=_item_ids(booking),
        resource_code=booking.resource.code,
        is_mine=is_booker(reader, booking),
        unit_code=unit.code if unit else None,
        unit_name_zh=unit.name_zh if unit else None,
        unit_name_en=unit.name_en if unit else None,
        person_name=booking.person.name if level == "full" else None,
        title=booking.title if level == "full" else None,
        ref=booking.ref if opens else None,
        purpose=booking.purpose if opens else None,
        person_email=booking.person.email if opens else None,
    )


def _item_ids(booking: AnyBooking) -> tuple[int, ...]:
    if isinstance(booking, LightBooking):
        return tuple(booking.item_ids) if len(booking.item_ids) == 1 else tuple(sorted(booking.item_ids))
    return tuple(occupancy.item_id for occupancy in booking.occupancies)


def level_for(reader: Actor | None, booking: AnyBooking, *, is_seen: bool = False) -> Level:
    """How much of the booking the reader may know: all of it, the unit, or only that the time is busy.

    A whole's booking also shows on its parts: where the whole itself is kept from the reader, only as busy. Whether
    groups share it with him is not known here: `is_seen` says so.
    """
    return "full" if may_read(reader, booking) else _level_for_others(reader, booking, is_seen=is_seen)


def _level_for_others(reader: Actor | None, booking: AnyBooking, *, is_seen: bool) -> Level:
    """The same for those who may not open it."""
    resource = booking.resource
    if reader is None or not reader.active_unit_ids or resource.detail == "busy":
        return "busy"
    if resource.status != "published" or resource.visibility == "hidden":
        return "busy"
    is_own = resource.owner_id in reader.active_unit_ids
    if not is_own and (
        resource.visibility == "own_unit" or (resource.visibility == "groups" and not is_seen)
    ):
        return "busy"
    return "full" if resource.detail == "full" else "unit"


def is_booker(reader: Actor | None, booking: AnyBooking) -> bool:
    """Whether the booking is for the reader, or was made by him."""
    return reader is not None and reader.person_id in (booking.person_id, booking.booked_by_id)


def runs(reader: Actor | None, booking: AnyBooking) -> bool:
    """Whether the reader answers for the booked resource; what is always `busy` is its managers' affair alone."""
    if reader is None:
        return False
    if booking.resource.detail == "busy":
        return booking.resource_id in reader.managed_ids
    return reader.runs(booking.resource_id, booking.resource.owner_id)


def may_read(reader: Actor | None, booking: AnyBooking) -> bool:
    """Whether the reader may open the booking, with its purpose and its history."""
    if reader is None:
        return False
    if is_booker(reader, booking) or runs(reader, booking):
        return True
    if _decides_on(reader, booking, booking.stages):
        return True
    if booking.resource.detail == "busy":
        return False
    oversees = (reader.is_secretariat or reader.is_council) and booking.resource.visibility != "hidden"
    return booking.unit_id in reader.admin_unit_ids or oversees


def may_write(reader: Actor | None, booking: AnyBooking) -> bool:
    """Whether the reader may join the conversation: whoever reads it, but for the council, which changes nothing."""
    if reader is None or not reader.is_council:
        return may_read(reader, booking)
    return may_read(replace(reader, alliance_roles=reader.alliance_roles - {"council"}), booking)


def may_read_answers(reader: Actor | None, booking: AnyBooking) -> bool:
    """Whether the reader may see what was answered to the owner's questions: its booker, those who run it or decide.

    Others who may open the booking, such as the council, need it for nothing they do.
    """
    if reader is None:
        return False
    is_concerned = is_booker(reader, booking) or runs(reader, booking)
    return is_concerned or _decides_on(reader, booking, booking.stages)


def may_decide(reader: Actor | None, booking: Booking) -> bool:
    """Whether the next decision on the booking is the reader's."""
    stage = booking_stage(booking)
    return (
        reader is not None
        and booking.status == "requested"
        and stage is not None
        and decides(reader, booking, stage)
    )


def decides(reader: Actor, booking: Booking, stage: Stage) -> bool:
    """Whether the reader is one of the stage's deciders."""
    return _decides_on(reader, booking, [stage])


def _decides_on(reader: Actor, booking: AnyBooking, stages: Sequence[Stage | LightStage]) -> bool:
    if not stages:
        return False
    mine = {
        "owner": runs(reader, booking),
        "unit": booking.unit_id in reader.admin_unit_ids,
        "secretariat": reader.is_secretariat,
    }
    return any(mine[stage.deciders] for stage in stages)


def booking_stage(booking: Booking) -> Stage | None:
    """The first stage nobody has decided yet."""
    return next((stage for stage in _stages(booking) if stage.verdict is None), None)


def _stages(booking: Booking) -> list[Stage]:
    return sorted(booking.stages, key=lambda stage: stage.n)


def acting_as(reader: Actor, booking: Booking) -> Who | None:
    """In which part the reader may change the booking: as its booker, else as its owner, else not at all."""
    if is_booker(reader, booking):
        return "booker"
    return "owner" if runs(reader, booking) else None


def may_move(reader: Actor | None, booking: Booking, now: datetime) -> bool:
    """Whether the reader may change time or items: his own booking, while it holds and is not over."""
    return is_booker(reader, booking) and booking.holds_at(now) and booking.ends_at > now


def may_cancel(reader: Actor | None, booking: Booking, now: datetime) -> bool:
    """Whether the reader may end it: the booker before it starts, the owner until it is over, once approved."""
    if reader is None or not booking.holds_at(now):
        return False
    who = acting_as(reader, booking)
    if who == "booker":
        return booking.starts_at > now
    return who == "owner" and booking.status == "approved" and booking.ends_at > now


def readable_by(reader: Actor) -> sa.ColumnElement[bool]:
    """The same as `may_read`, as a condition on Booking joined to its Resource."""
    mine = sa.or_(Booking.person_id == reader.person_id, Booking.booked_by_id == reader.person_id)
    for_alliance = sa.literal(reader.is_secretariat or reader.is_council)
    oversees = sa.or_(
        Booking.unit_id.in_(reader.admin_unit_ids), sa.and_(for_alliance, Resource.visibility != "hidden")
    )
    of_unit = sa.and_(Stage.deciders == "unit", Booking.unit_id.in_(reader.admin_unit_ids))
    of_secretariat = sa.and_(Stage.deciders == "secretariat", sa.literal(reader.is_secretariat))
    decides_on = (
        sa.select(sa.literal(1))
        .where(Stage.booking_id == Booking.id, sa.or_(of_unit, of_secretariat))
        .exists()
    )
    return sa.or_(mine, run_by(reader), sa.and_(Resource.detail != "busy", oversees), decides_on)


def run_by(reader: Actor) -> sa.ColumnElement[bool]:
    """The same as `runs`, as a condition on Resource."""
    manages = Resource.id.in_(reader.managed_ids)
    return sa.or_(manages, sa.and_(Resource.owner_id.in_(reader.admin_unit_ids), Resource.detail != "busy"))
