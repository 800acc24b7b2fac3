"""Saying which qualifications there are, what they are called and what asks for them."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.unit_facts import problem_with_name
from alliance.members.units import unit_by_code
from alliance.resources.changes import apply
from alliance.resources.models import Qualification, RequiredQualification, Resource, ResourcePart
from alliance.resources.qualifications.queries import granted_qualification
from alliance.resources.sheet import sheet_of

LONGEST_ZH: Final = 120
LONGEST_EN: Final = 160
MOST_OF_A_UNIT: Final = 200


@action
def make_qualification(
    session: Session, unit_code: str, *, by: Actor, name_zh: str, name_en: str, resources: Collection[str]
) -> str:
    """Let the unit have another qualification that these of its resources ask for; return its code.

    Its admins may. Raises Missing, Forbidden or Refused.
    """
    unit = unit_by_code(session, unit_code)
    if unit.id not in by.unit_ids:
        raise Missing
    if unit.id not in by.admin_unit_ids:
        raise Forbidden("unit_admin")
    resources = _sound(resources)
    _hold(session, unit.id, None, resources)
    codes = set(session.scalars(sa.select(Qualification.code).where(Qualification.owner_id == unit.id)))
    problems = _problems(name_zh, name_en)
    if len(codes) >= MOST_OF_A_UNIT:
        problems.append(Problem("too_many_qualifications", params={"most": MOST_OF_A_UNIT}))
    refuse_if(problems)
    made = Qualification(
        code=_free_code(session, unit.code),
        name_zh=name_zh.strip(),
        name_en=name_en.strip() or None,
        owner_id=unit.id,
    )
    session.add(made)
    session.flush()
    asking = _let_ask(session, made, resources, by)
    _record(session, "qualification.made", made, by, resources=asking)
    return made.code


@action
def change_qualification(
    session: Session, code: str, *, by: Actor, name_zh: str, name_en: str, resources: Collection[str]
) -> str:
    """Call the qualification so, and let these of its unit's resources ask for it; return its code.

    What other units ask for stays theirs. Bookings there are stay as they are. Admins of its unit may. Raises Missing,
    Forbidden or Refused.
    """
    found, owner = granted_qualification(session, by, code)
    if owner.id not in by.admin_unit_ids:
        raise Forbidden("unit_admin")
    resources = _sound(resources)
    _hold(session, owner.id, found.id, resources)
    session.refresh(found)
    refuse_if(_problems(name_zh, name_en))
    before = {"name_zh": found.name_zh, "name_en": found.name_en}
    found.name_zh, found.name_en = name_zh.strip(), name_en.strip() or None
    asking = _let_ask(session, found, resources, by)
    _record(session, "qualification.changed", found, by, before=before, resources=asking)
    return code


def _sound(codes: Collection[str]) -> list[str]:
    """Those that can be codes at all: PostgreSQL refuses to be asked about a zero."""
    return [code for code in codes if code.isprintable()]


def _hold(session: Session, owner_id: int, qualification_id: int | None, codes: Collection[str]) -> None:
    """Hold the unit, and before it whatever of its resources asks for the qualification or will, with all parts."""
    asking = sa.select(RequiredQualification.resource_id).where(
        RequiredQualification.qualification_id == qualification_id
    )
    touched = session.scalars(
        sa.select(Resource.id).where(
            Resource.owner_id == owner_id, sa.or_(Resource.code.in_(codes), Resource.id.in_(asking))
        )
    ).all()
    parts = session.scalars(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(touched))).all()
    hold(session, resources=[*touched, *parts], units=[owner_id])


def _let_ask(session: Session, of: Qualification, codes: Collection[str], by: Actor) -> list[str]:
    """Let just these of the owner's resources ask for it; return their codes."""
    owned = dict(
        session.execute(sa.select(Resource.code, Resource.id).where(Resource.owner_id == of.owner_id)).all()
    )
    asked = set(
        session.scalars(
            sa.select(RequiredQualification.resource_id).where(
                RequiredQualification.qualification_id == of.id
            )
        )
    ).intersection(owned.values())
    wanted = {owned[code] for code in codes if code in owned}
    changed = sa.select(Resource).where(Resource.id.in_(asked ^ wanted)).order_by(Resource.id)
    for resource in session.scalars(changed.execution_options(populate_existing=True)).all():
        # A change of its sheet like any other: whoever has its editor open is told, and its history tells.
        others = set(sheet_of(session, resource, ["qualifications"])["qualifications"]) - {of.code}
        asking = sorted(others | {of.code}) if resource.id in wanted else sorted(others)
        apply(session, resource, {"qualifications": asking}, by=by, now=clock.now())
    return sorted(code for code, resource_id in owned.items() if resource_id in wanted)


def _problems(name_zh: str, name_en: str) -> list[Problem]:
    problems = [
        *problem_with_name(name_zh.strip(), "name_zh", LONGEST_ZH),
        *problem_with_name(name_en.strip(), "name_en", LONGEST_EN),
    ]
    if not name_zh.strip():
        problems.append(Problem("name_needed", field="name_zh"))
    return problems


def _free_code(session: Session, unit_code: str) -> str:
    """The unit's code and the first number that is free."""
    taken = set(
        session.scalars(sa.select(Qualification.code).where(Qualification.code.startswith(f"{unit_code}-Q")))
    )
    return next(code for n in range(1, len(taken) + 2) if (code := f"{unit_code}-Q{n}") not in taken)


def _record(session: Session, verb: str, of: Qualification, by: Actor, **data: Any) -> None:
    record(
        session,
        verb,
        "qualification",
        of.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=of.owner_id,
        qualification=of.code,
        **data,
    )
