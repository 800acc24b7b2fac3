"""Reading the people of a unit: who belongs to it and how, who is invited, and one person with all his units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from alliance.errors import Forbidden, Missing
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.members.models import AllianceRole, Management, Membership, OneTimeLink, Person, Unit
from alliance.members.people import unit_for_its_people

PAGE: Final = 100


@dataclass(frozen=True)
class Belonging:
    """How somebody belongs to a unit."""

    ref: str
    name: str
    email: str
    status: str
    is_admin: bool
    ends_at: datetime | None
    manages: int


def people_of(
    session: Session, unit: Unit, owned: sa.Select[int], *, words: str = "", page: int = 1
) -> tuple[list[Belonging], int]:
    """A page of the people of the unit, the admins first, those whose last day is past last; and how many there are.

    Of what they manage just `owned` is counted, which selects the resources of the unit that the reader may know of.
    `words` narrows the people to names and addresses that hold each of the words.
    """
    wanted = [Membership.unit_id == unit.id, *_named(words)]
    chosen = (
        _belonging(owned)
        .where(*wanted)
        .order_by(Membership.is_admin.desc(), Membership.ends_at.is_not(None), Person.name, Person.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    total = (
        sa.select(sa.func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(*wanted)
    )
    return [Belonging(*row) for row in session.execute(chosen)], session.scalar(total) or 0


def people_after(
    session: Session,
    unit: Unit,
    owned: sa.Select[int],
    *,
    after: str = "",
    limit: int,
    ref: str | None = None,
) -> list[Belonging]:
    """Up to `limit` of the people of the unit by ref, after that one; with `ref` only him."""
    chosen = _belonging(owned).where(Membership.unit_id == unit.id, Person.ref > after)
    if ref is not None:
        chosen = chosen.where(Person.ref == ref)
    return [Belonging(*row) for row in session.execute(chosen.order_by(Person.ref).limit(limit))]


def _belonging(owned: sa.Select[int]) -> sa.Select[*tuple[Any, ...]]:
    managed = (
        sa.select(sa.func.count())
        .select_from(Management)
        .where(Management.person_id == Person.id, Management.resource_id.in_(owned))
        .correlate(Person)
        .scalar_subquery()
    )
    who = (Person.ref, Person.name, Person.email, Person.status)
    return sa.select(*who, Membership.is_admin, Membership.ends_at, managed).join(
        Person, Person.id == Membership.person_id
    )


def invitations_of(session: Session, unit: Unit) -> Sequence[OneTimeLink]:
    """The invitations nobody has accepted yet, the latest first, those that have lapsed within a month too."""
    chosen = sa.select(OneTimeLink).where(
        OneTimeLink.unit_id == unit.id, OneTimeLink.purpose == "invitation", OneTimeLink.used_at.is_(None)
    )
    return session.scalars(chosen.order_by(OneTimeLink.id.desc()).limit(PAGE)).all()


def one_of(session: Session, unit_code: str, ref: str, by: Actor) -> tuple[Unit, Person, Membership]:
    """The unit and one of its people, for those who look after them; raises Missing or Forbidden."""
    unit = unit_for_its_people(session, unit_code, by)
    person = _person(session, ref)
    membership = session.get(Membership, (person.id, unit.id))
    if membership is None:
        raise Missing
    return unit, person, membership


@dataclass(frozen=True)
class Known:
    """A person as the secretariat knows him: with all his units, and the roles he has in the alliance itself."""

    person: Person
    memberships: Sequence[Membership]
    roles: frozenset[str]


def known_person(session: Session, ref: str, by: Actor) -> Known:
    """Anybody, for the secretariat; raises Forbidden or Missing."""
    if not by.is_secretariat:
        raise Forbidden("secretariat")
    person = _person(session, ref)
    memberships = session.scalars(
        sa.select(Membership)
        .join(Membership.unit)
        .where(Membership.person_id == person.id)
        .options(joinedload(Membership.unit))
        .order_by(Unit.code)
    ).all()
    roles = session.scalars(sa.select(AllianceRole.role).where(AllianceRole.person_id == person.id))
    return Known(person, memberships, frozenset(roles))


@dataclass(frozen=True)
class Somebody:
    """A line of the list of all people."""

    ref: str
    name: str
    email: str
    status: str
    units: tuple[str, ...]


def everybody(session: Session, by: Actor, *, words: str = "", page: int = 1) -> tuple[list[Somebody], int]:
    """A page of all people by name, with the codes of their units, and how many there are: for the secretariat."""
    if not by.is_secretariat:
        raise Forbidden("secretariat")
    wanted = _named(words)
    rows = session.execute(
        sa.select(Person.id, Person.ref, Person.name, Person.email, Person.status)
        .where(*wanted)
        .order_by(Person.name, Person.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    codes: dict[int, list[str]] = {row.id: [] for row in rows}
    belonging = (
        sa.select(Membership.person_id, Unit.code)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id.in_(codes))
        .order_by(Unit.code)
    )
    for person_id, code in session.execute(belonging):
        codes[person_id].append(code)
    total = session.scalar(sa.select(sa.func.count()).select_from(Person).where(*wanted)) or 0
    return [Somebody(*row[1:], tuple(codes[row.id])) for row in rows], total


def roles_history(
    session: Session, person: Person, unit: Unit | None, *, limit: int = 50
) -> Sequence[tuple[Event, str]]:
    """What became of the person's roles, the latest first, each with who did it.

    In one unit only, and then with suspensions by the secretariat; else in all of them.
    """
    actor = aliased(Person)
    about = [Event.subject_type == "person", Event.subject_id == person.id, Event.verb.in_(_ROLE_VERBS)]
    if unit is not None:
        about.append(sa.or_(Event.unit_id == unit.id, Event.unit_id.is_(None)))
    chosen = (
        sa.select(Event, sa.func.coalesce(actor.name, ""))
        .outerjoin(actor, actor.id == Event.actor_id)
        .where(*about)
        .order_by(Event.id.desc())
        .limit(limit)
    )
    return [(event, name) for event, name in session.execute(chosen)]


_ROLE_VERBS: Final = (
    "person.joined",
    "person.suspended",
    "person.readmitted",
    "alliance_role.given",
    "alliance_role.taken",
    "membership.began",
    "membership.changed",
    "membership.ended",
    "management.given",
    "management.taken",
)


def _person(session: Session, ref: str) -> Person:
    person = session.scalar(sa.select(Person).where(Person.ref == ref)) if ref.isprintable() else None
    if person is None:
        raise Missing
    return person


def _named(words: str) -> list[sa.ColumnElement[bool]]:
    """That name or address hold each of the words."""
    return [
        sa.or_(Person.name.icontains(word, autoescape=True), Person.email.icontains(word, autoescape=True))
        for word in words.split()
        if word.isprintable()
    ]
