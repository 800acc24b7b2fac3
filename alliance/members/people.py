"""Whose affair a unit is: who runs it and what it owns, and who may look after its people."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.errors import Forbidden, Missing
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.models import Management, Membership, Person, Unit
from alliance.members.standing import lasts, still_manages
from alliance.members.units import unit_by_code


def admins_of(unit_id: int) -> sa.Select[int]:
    """The ids of those who are admins of the unit now, suspended ones left out."""
    return (
        sa.select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.unit_id == unit_id,
            Membership.is_admin,
            Person.status == "active",
            lasts(clock.now()),
        )
    )


def managers_of(resource_id: int) -> sa.Select[int]:
    """The ids of those who manage the resource now, suspended ones left out."""
    return (
        sa.select(Management.person_id)
        .join(Person, Person.id == Management.person_id)
        .where(Management.resource_id == resource_id, Person.status == "active", still_manages(clock.now()))
    )


def unit_for_its_people(session: Session, code: str, by: Actor) -> Unit:
    """The unit, for those who look after its people: its admins, and the secretariat.

    Raises Forbidden for its other people, and Missing for everybody else.
    """
    unit = unit_by_code(session, code)
    if by.is_secretariat or unit.id in by.admin_unit_ids:
        return unit
    if unit.id in by.unit_ids:
        raise Forbidden("admin")
    raise Missing


def held_for_its_people(
    session: Session, code: str, by: Actor, *, persons: Iterable[int] = (), resources: Iterable[int] = ()
) -> Unit:
    """The same under the hold of the unit, these people and these resources, with the rights `by` has now.

    Of two admins who take each other's role at the same moment, the later one has none any more.
    """
    unit_id = unit_for_its_people(session, code, by).id
    hold(session, resources=resources, persons=persons, units=[unit_id])
    session.expire_all()
    now_by = actor_of(session, by.person_id)
    if now_by is None:
        raise Missing
    return unit_for_its_people(session, code, now_by)
