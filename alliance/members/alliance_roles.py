"""Who works for the alliance itself: giving and taking the roles of secretariat and council."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.models import ALLIANCE_ROLES, AllianceRole, Person
from alliance.refs import is_ref


@action
def set_alliance_roles(session: Session, ref: str, roles: Collection[str], *, by: Actor) -> None:
    """Let the person have these roles of the alliance and no others; the secretariat may.

    Somebody who can act stays in the secretariat, whoever takes whose role at the same moment. Raises Missing,
    Forbidden or Refused.
    """
    if not by.is_secretariat:
        raise Forbidden("secretariat")
    person_id = session.scalar(sa.select(Person.id).where(Person.ref == ref)) if is_ref(ref) else None
    if person_id is None:
        raise Missing
    if not set(roles) <= set(ALLIANCE_ROLES):
        raise Refused([Problem("unknown_choice", params={"choices": ALLIANCE_ROLES}, field="roles")])
    # All of the secretariat: of two who take each other's role, the later one then sees that he has none any more.
    hold(session, persons=[person_id, *secretariat_ids(session)])
    session.expire_all()
    now_by = actor_of(session, by.person_id)
    if now_by is None or not now_by.is_secretariat:
        raise Forbidden("secretariat")
    before = set(session.scalars(sa.select(AllianceRole.role).where(AllianceRole.person_id == person_id)))
    if "secretariat" in before - set(roles):
        refuse_last_secretary(session, person_id)
    for role in sorted(before ^ set(roles)):
        _turn(session, person_id, role, given=role not in before, by=by)


def refuse_last_secretary(session: Session, person_id: int) -> None:
    """Raise Refused unless somebody else who can act is in the secretariat; the caller holds all of it."""
    if not set(secretariat_ids(session)) - {person_id}:
        raise Refused([Problem("last_secretary", field="roles")])


def secretariat_ids(session: Session) -> list[int]:
    """The people of the secretariat who can act, by id."""
    chosen = sa.select(Person.id).join(AllianceRole, AllianceRole.person_id == Person.id)
    active = (AllianceRole.role == "secretariat", Person.status == "active")
    return list(session.scalars(chosen.where(*active).order_by(Person.id)))


def _turn(session: Session, person_id: int, role: str, *, given: bool, by: Actor) -> None:
    if given:
        session.add(AllianceRole(person_id=person_id, role=role))
    else:
        gone = (AllianceRole.person_id == person_id, AllianceRole.role == role)
        session.execute(sa.delete(AllianceRole).where(*gone))
    session.flush()
    verb = "alliance_role.given" if given else "alliance_role.taken"
    record(session, verb, "person", person_id, at=clock.now(), by_id=by.person_id, role=role)
