"""What changes between a person and a unit, and between a person and the alliance: roles, last days, suspensions.

Whatever makes a unit lose one of its admins is counted under the hold of the unit: it keeps at least one who stays.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.alliance_roles import secretariat_ids
from alliance.members.models import Membership, Person, Unit
from alliance.members.people import held_for_its_people, unit_for_its_people
from alliance.members.standing import end_of, lasts

LONGEST_REASON: Final = 300


@action
def change_membership(
    session: Session, unit_code: str, ref: str, *, by: Actor, is_admin: bool, ends_on: date | None
) -> None:
    """Make the person an admin or a member of the unit, for good or up to a last day; nothing changes twice.

    Raises Missing, Forbidden, or Refused: the last admin stays, and a last day is today or later.
    """
    unit, person, membership = held_membership(session, unit_code, ref, by=by)
    now = clock.now()
    ends_at = end_of(ends_on, unit.zone) if ends_on is not None else None
    if (membership.is_admin, membership.ends_at) == (is_admin, ends_at):
        return
    problems = []
    if ends_at is not None and ends_at <= now and ends_at != membership.ends_at:
        problems.append(Problem("ends_in_the_past", field="ends_on"))
    if membership.is_admin and not (is_admin and ends_at is None):
        problems += last_admin(session, person, [unit], field="is_admin")
    refuse_if(problems)
    before = (membership.is_admin, membership.ends_at)
    membership.is_admin, membership.ends_at = is_admin, ends_at
    record(
        session,
        "membership.changed",
        "person",
        person.id,
        at=now,
        by_id=by.person_id,
        unit_id=unit.id,
        is_admin=is_admin,
        ends_at=_text(ends_at),
        was_admin=before[0],
        ended_at=_text(before[1]),
    )


@action
def readmit_person(session: Session, ref: str, *, by: Actor) -> None:
    """Give a suspended person back the roles he has. The secretariat may."""
    person = person_for_secretariat(session, ref, by)
    if person.status != "active":
        person.status = "active"
        _note(session, "person.readmitted", person, by)


def suspend(session: Session, person: Person, *, by: Actor, reason: str) -> list[Problem]:
    """Take every role from the person, who is held with all of the secretariat and the units he runs; or why not.

    The caller rolls back when there is any problem: a reason is missing, it is oneself, or a unit would be left
    without an admin.
    """
    reason = reason.strip()
    problems = [] if reason else [Problem("reason_needed", field="reason")]
    if len(reason) > LONGEST_REASON:
        problems.append(Problem("reason_too_long", params={"longest": LONGEST_REASON}, field="reason"))
    if person.id == by.person_id:
        problems.append(Problem("not_oneself"))
    problems += last_admin(session, person, units_run_by(session, person))
    if not problems:
        person.status = "suspended"
        _note(session, "person.suspended", person, by, reason=reason)
    return problems


def held_membership(
    session: Session,
    unit_code: str,
    ref: str,
    *,
    by: Actor,
    resources: Collection[int] = (),
    persons: Collection[int] = (),
) -> tuple[Unit, Person, Membership]:
    """The unit, one of its people and what binds them, under the holds of these and of whatever else is named.

    Raises Missing or Forbidden for whoever does not look after the people of the unit.
    """
    # Asked before anything is said about who belongs to the unit.
    unit_for_its_people(session, unit_code, by)
    person_id = session.scalar(sa.select(Person.id).where(Person.ref == ref)) if ref.isprintable() else None
    if person_id is None:
        raise Missing
    unit = held_for_its_people(session, unit_code, by, persons=[person_id, *persons], resources=resources)
    membership = session.get(Membership, (person_id, unit.id))
    if membership is None:
        raise Missing
    return unit, session.get_one(Person, person_id), membership


def last_admin(
    session: Session, person: Person, units: Collection[Unit], *, field: str | None = None
) -> list[Problem]:
    """For each of the units that has no other admin who stays, that it must keep this one."""
    staying = staying_admins(session, person, units)
    return [
        Problem(
            "last_admin",
            params={"name": person.name, "unit_zh": unit.name_zh, "unit_en": unit.name_en},
            field=field,
        )
        for unit in units
        if not staying[unit.id]
    ]


def staying_admins(session: Session, person: Person, units: Collection[Unit]) -> dict[int, list[str]]:
    """The names of the admins of each unit who stay when this person does not.

    One who is suspended or whose last day is set does not count: he would leave the unit alone without anybody's doing.
    """
    found: dict[int, list[str]] = {unit.id: [] for unit in units}
    staying = (
        sa.select(Membership.unit_id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id.in_(found), Membership.is_admin, Membership.ends_at.is_(None))
        .where(Membership.person_id != person.id, Person.status == "active")
        .order_by(Person.name, Person.id)
    )
    for unit_id, name in session.execute(staying):
        found[unit_id].append(name)
    return found


def units_run_by(session: Session, person: Person) -> list[Unit]:
    """The units of which he is an admin at present: a member of the alliance has to keep one, suspended or not."""
    chosen = (
        sa.select(Unit)
        .join(Membership, Membership.unit_id == Unit.id)
        .where(Membership.person_id == person.id, Membership.is_admin, lasts(clock.now()))
        .where(Unit.status.in_(("active", "suspended")))
    )
    return list(session.scalars(chosen.order_by(Unit.code)))


def person_for_secretariat(session: Session, ref: str, by: Actor) -> Person:
    """Anybody, under his hold and that of all of the secretariat; raises Forbidden or Missing.

    All of the secretariat: two of it who suspend each other at the same moment would leave nobody there.
    """
    if not by.is_secretariat:
        raise Forbidden("secretariat")
    person_id = session.scalar(sa.select(Person.id).where(Person.ref == ref)) if ref.isprintable() else None
    if person_id is None:
        raise Missing
    hold(session, persons=[person_id, *secretariat_ids(session)])
    if by.person_id not in secretariat_ids(session):
        raise Forbidden("secretariat")
    return session.scalars(
        sa.select(Person).where(Person.id == person_id).execution_options(populate_existing=True)
    ).one()


def _note(session: Session, verb: str, person: Person, by: Actor, **data: Any) -> None:
    record(session, verb, "person", person.id, at=clock.now(), by_id=by.person_id, **data)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
