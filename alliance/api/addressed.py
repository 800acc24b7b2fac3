"""From the names a call uses to what they stand for: resources and units by code, bookings by ref."""

import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.queries import booking_of
from alliance.errors import Missing, Problem, Refused
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import unit_codes
from alliance.refs import REF_LENGTH
from alliance.resources.queries import resource_and_unit

_REF: Final = re.compile(rf"[0-9A-Z]{{{REF_LENGTH}}}", re.ASCII)


@dataclass(frozen=True)
class Target:
    """The resource somebody wants, and the unit he acts for."""

    resource_id: int
    unit_id: int
    zone: ZoneInfo


def target(session: Session, actor: Actor, resource: str, unit: str | None) -> Target:
    """The resource and the unit of these codes; raises Missing, or Refused when the unit is none of the actor's.

    Without a unit it is the only one the actor can act for.
    """
    if not resource.isprintable():
        raise Missing
    resource_id, zone, unit_id = resource_and_unit(session, actor, resource, unit)
    speak_of(zone)
    if unit is None:
        return Target(resource_id, _only_unit(session, actor), ZoneInfo(zone))
    return Target(resource_id, _own_unit(actor, unit_id), ZoneInfo(zone))


def unit_of(session: Session, actor: Actor, unit: str | None) -> int:
    """The unit of this code; raises Refused when it is none of the actor's. Without a code it is his only one."""
    if unit is None:
        return _only_unit(session, actor)
    known = unit.isprintable()
    return _own_unit(actor, session.scalar(sa.select(Unit.id).where(Unit.code == unit)) if known else None)


def _own_unit(actor: Actor, unit_id: int | None) -> int:
    if unit_id is None or unit_id not in actor.unit_ids:
        raise Refused([Problem("not_your_unit", field="unit")])
    return unit_id


def sound_ref(ref: str) -> str:
    """The ref if it can be one at all; raises Missing."""
    if not _REF.fullmatch(ref):
        raise Missing
    return ref


def readable_booking(session: Session, actor: Actor, ref: str) -> Booking:
    """The booking of that ref; raises Missing when there is none, and when the actor may not read it."""
    found = booking_of(session, sound_ref(ref))
    if found is None or not may_read(actor, found):
        raise Missing
    speak_of(found.resource.zone)
    return found


def speak_of(zone: str) -> None:
    """Let times in problems be those of this zone: the call is about something there."""
    g.zone = ZoneInfo(zone)


def _only_unit(session: Session, actor: Actor) -> int:
    # Suspended units are not offered, yet whoever has nothing else shall hear of the suspension.
    units = actor.active_unit_ids or actor.unit_ids
    if len(units) == 1:
        return next(iter(units))
    if not units:
        raise Refused([Problem("not_your_unit", field="unit")])
    codes = unit_codes(session, units)
    raise Refused([Problem("unit_needed", params={"units": codes}, field="unit")])
