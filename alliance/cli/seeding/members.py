"""Units, groups, people and what they are qualified for."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.cli.seeding.files import rows
from alliance.exchange.cells import pieces
from alliance.members.models import AllianceRole, Group, GroupUnit, Management, Membership, Person, Unit
from alliance.members.passwords import hash_password
from alliance.refs import new_token
from alliance.resources.models import HeldQualification, Qualification, Resource

DEMO_PASSWORD = "star-bay-demo"  # noqa: S105 - printed by `make run`, refused in production mode


def add_units(session: Session, now: datetime) -> None:
    """Units and groups that are not there yet."""
    known = set(session.scalars(sa.select(Unit.code)))
    session.add_all(
        Unit(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            monogram_zh=row["monogram_zh"],
            monogram_en=row["monogram_en"],
            tile=int(row["tile"]),
            kind=row["kind"],
            status=row["status"] or "active",
            zone=row["timezone"],
            contact_email=row["contact_email"],
            changed_at=now,
        )
        for row in rows("units")
        if row["code"] not in known
    )
    session.flush()
    unit_ids = ids_by_code(session, Unit)
    groups = set(session.scalars(sa.select(Group.code)))
    for row in rows("groups"):
        if row["code"] not in groups:
            group = Group(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                lead_id=unit_ids.get(row["lead"]),
            )
            session.add(group)
            session.flush()
            session.add_all(
                GroupUnit(group_id=group.id, unit_id=unit_ids[code]) for code in pieces(row["units"])
            )
    session.flush()


def add_people(session: Session, now: datetime) -> None:
    """People with their roles, duties and qualifications; those already there are left as they are."""
    known = set(session.scalars(sa.select(Person.email)))
    # One reckoning for all: they share one password, and it takes a while on purpose.
    password_hash = hash_password(DEMO_PASSWORD)
    unit_ids, resource_ids = ids_by_code(session, Unit), ids_by_code(session, Resource)
    qualification_ids = ids_by_code(session, Qualification)
    for row in rows("people"):
        if row["email"] in known:
            continue
        person = Person(
            email=row["email"].lower(),
            name=row["name"],
            language=row["locale"] or "zh",
            password_hash=password_hash,
            session_epoch=new_token()[:32],
            created_at=now,
        )
        session.add(person)
        session.flush()
        units, roles = pieces(row["unit"]), pieces(row["roles"])
        session.add_all(
            Membership(person_id=person.id, unit_id=unit_ids[unit], is_admin="admin" in held.split("+"))
            for unit, held in zip(units, roles, strict=False)
        )
        session.add_all(AllianceRole(person_id=person.id, role=role) for role in roles[len(units) :])
        session.add_all(
            Management(person_id=person.id, resource_id=resource_ids[code]) for code in pieces(row["manages"])
        )
        session.add_all(
            HeldQualification(
                person_id=person.id,
                qualification_id=qualification_ids[code],
                valid_from=(now - timedelta(days=400)).date(),
                valid_until=(now + timedelta(days=400)).date(),
            )
            for code in pieces(row["qualified_for"])
        )
    session.flush()


def ids_by_code(session: Session, model: type[Unit] | type[Resource] | type[Qualification]) -> dict[str, int]:
    """Every row's id by its code."""
    return {code: number for code, number in session.execute(sa.select(model.code, model.id))}  # noqa: C416
