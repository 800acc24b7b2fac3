"""Reading people and units."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.db import read_rows
from alliance.members.models import AllianceRole, Membership, Person, Unit
from alliance.members.standing import lasts


@dataclass(frozen=True)
class Profile:
    """What every page shows of the person it is made for, and what his session is checked against."""

    id: int
    name: str
    email: str
    language: str
    session_epoch: str
    ended_sessions: frozenset[str]


# Asked with every request: building the statement costs more than running it.
PROFILE: Final = sa.select(
    Person.id, Person.name, Person.email, Person.language, Person.session_epoch, Person.ended_sessions
).where(Person.id == sa.bindparam("person"))


def profile_of(session: Session, person_id: int) -> Profile | None:
    """The person of this id; None when there is nobody."""
    found = read_rows(session, PROFILE, {"person": person_id}).one_or_none()
    return None if found is None else profile_from(found)


def profile_from(found: sa.Row[Any]) -> Profile:
    """The person of a row with the columns of PROFILE."""
    ended = frozenset(session_id for session_id, _day in found.ended_sessions or ())
    return Profile(found.id, found.name, found.email, found.language, found.session_epoch, ended)


def ref_of(session: Session, person_id: int) -> str | None:
    """By what name the person is known outside; None when there is nobody of that id."""
    return session.scalar(sa.select(Person.ref).where(Person.id == person_id))


def memberships_of(session: Session, person_id: int) -> Sequence[Membership]:
    """The units the person belongs to now, each with its unit loaded, in the order of their codes."""
    return session.scalars(
        sa.select(Membership)
        .join(Membership.unit)
        .where(Membership.person_id == person_id, Unit.status != "left", lasts(clock.now()))
        .options(joinedload(Membership.unit))
        .order_by(Unit.code)
    ).all()


def secretariat_unit(session: Session) -> Unit | None:
    """The unit the secretariat's people belong to, an office of the alliance first; None when there is none."""
    theirs = sa.select(Membership.unit_id).join(
        AllianceRole,
        sa.and_(AllianceRole.person_id == Membership.person_id, AllianceRole.role == "secretariat"),
    )
    return session.scalars(
        sa.select(Unit)
        .where(Unit.id.in_(theirs), Unit.status == "active")
        .order_by(Unit.kind != "alliance", Unit.code)
        .limit(1)
    ).one_or_none()


def member_units(session: Session) -> Sequence[Unit]:
    """The units that belong to the alliance now, by code."""
    return session.scalars(sa.select(Unit).where(Unit.status == "active").order_by(Unit.code)).all()


def units_of(session: Session, unit_ids: Collection[int]) -> Sequence[Unit]:
    """The units of these ids, by code."""
    return session.scalars(sa.select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.code)).all()


def unit_codes(session: Session, unit_ids: Collection[int]) -> tuple[str, ...]:
    """The codes of the units, sorted."""
    return tuple(session.scalars(sa.select(Unit.code).where(Unit.id.in_(unit_ids)).order_by(Unit.code)))


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """What the people of these ids are called; nothing is asked for nobody."""
    if not person_ids:
        return {}
    named = sa.select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return {number: name for number, name in session.execute(named)}  # noqa: C416
