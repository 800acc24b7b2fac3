"""Suspending a person or a unit: what would be left behind, handing it over, and the suspension itself.

Nothing is cancelled by it, and what is not handed over comes back with the readmission.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.departure import (
    Duties,
    Handover,
    duties_of,
    give_duties,
    heirs_in,
    hold_for_handover,
)
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking
from alliance.db import action
from alliance.errors import Forbidden, Missing, refuse_if
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.alliance_roles import secretariat_ids
from alliance.members.groups import hand_over_leads, led_by
from alliance.members.joining.applications import problems_with_reason
from alliance.members.memberships import person_for_secretariat, staying_admins, suspend, units_run_by
from alliance.members.models import Group, Membership, Person, Unit
from alliance.members.standing import lasts
from alliance.members.unit_actions import held_for_standing
from alliance.members.unit_actions import suspend as suspend_held

_NOTHING: Final[Mapping[str, Handover]] = MappingProxyType({})
_NO_LEADS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Post:
    """What somebody would leave behind in one unit, and who could take it over.

    `admins` are the names of the admins who go on when he is one himself, else None; `groups` are those that he looks
    after as an admin of their lead unit.
    """

    unit: Unit
    duties: Duties
    heirs: Sequence[Person]
    admins: Sequence[str] | None
    groups: Sequence[Group]

    @property
    def is_last_admin(self) -> bool:
        """Whether nobody would run the unit any more."""
        return self.admins is not None and not self.admins


def posts_of(session: Session, person: Person, now: datetime, by: Actor) -> list[Post]:
    """All that the person would leave behind, by unit, as far as `by` may read it.

    In as many statements as he has units, however much there is in each.
    """
    run = units_run_by(session, person)
    staying = staying_admins(session, person, run)
    led = led_by(session, [unit.id for unit in run if unit.status == "active"])
    return [
        Post(
            unit,
            duties_of(session, person, unit, now, by),
            heirs_in(session, person, unit),
            staying.get(unit.id),
            [group for group in led if group.lead_id == unit.id],
        )
        for unit in _units_of(session, person, now)
    ]


@action
def suspend_person(
    session: Session, ref: str, handovers: Mapping[str, Handover] = _NOTHING, *, by: Actor, reason: str
) -> None:
    """Hand over what was chosen, by the code of the unit, and take every role from the person until he is readmitted.

    What is not handed over stays: his bookings keep their places, what he manages rests. The secretariat may. Raises
    Missing, Forbidden, or Refused: without a reason, for oneself, where a unit would be left without an admin, where an
    heir may not have what he is given, and where requests would have nobody to decide them though somebody could.
    """
    if not by.is_secretariat:
        raise Forbidden("secretariat")
    units, now = _by_code(session, handovers), clock.now()
    given = {unit.id: handovers[code] for code, unit in units.items()}
    hold_for_handover(session, ref, given, persons=secretariat_ids(session))
    person = person_for_secretariat(session, ref, by)
    # His roles are settled once he is held; whoever takes another admin's waits for the unit.
    hold(session, units=[*given, *(unit.id for unit in _units_of(session, person, now))])
    session.expire_all()
    if person.status == "suspended":
        return
    problems = []
    for unit in _units_of(session, person, now):
        handover = handovers.get(unit.code, Handover())
        found = give_duties(session, person, unit, handover, by=by, is_for_good=False)
        problems += [
            replace(problem, field=f"{unit.code}-{problem.field}") if problem.field else problem
            for problem in found
        ]
    refuse_if([*suspend(session, person, by=by, reason=reason), *problems])


@action
def suspend_unit(
    session: Session, code: str, leads: Mapping[str, str] = _NO_LEADS, *, by: Actor, reason: str
) -> str:
    """Let nothing of the unit be booked and its people book nothing, until it is readmitted; bookings stay.

    `leads` says by the code of a group which unit leads it instead. The secretariat may, with a reason that the unit's
    admins read. Raises Missing, Forbidden or Refused.
    """
    unit, by = held_for_standing(session, code, by)
    problems = list(problems_with_reason(reason))
    refuse_if([*problems, *hand_over_leads(session, unit, leads, by=by)])
    suspend_held(session, unit, by=by, reason=reason)
    return code


def _units_of(session: Session, person: Person, now: datetime) -> Sequence[Unit]:
    """The units he belongs to, and those for which he has bookings to come, by code."""
    belongs = sa.select(Membership.unit_id).where(Membership.person_id == person.id, lasts(now))
    booked = sa.select(Booking.unit_id).where(
        Booking.person_id == person.id, Booking.ends_at > now, Booking.starts_at > now, holds_at(now)
    )
    chosen = sa.select(Unit).where(sa.or_(Unit.id.in_(belongs), Unit.id.in_(booked)))
    return session.scalars(chosen.order_by(Unit.code)).all()


def _by_code(session: Session, handovers: Mapping[str, Handover]) -> dict[str, Unit]:
    """The units that are named; raises Missing for one there is not."""
    if not all(code.isprintable() for code in handovers):
        raise Missing
    found = {unit.code: unit for unit in session.scalars(sa.select(Unit).where(Unit.code.in_(handovers)))}
    if found.keys() != set(handovers):
        raise Missing
    return found
