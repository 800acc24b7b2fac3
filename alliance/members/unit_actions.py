"""Units as they come and change: making one, editing what it says of itself, suspending and readmitting it."""

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.joining.applications import add_unit
from alliance.members.models import Unit
from alliance.members.unit_facts import (
    UnitFacts,
    facts_of,
    problems_with_code,
    problems_with_facts,
    unit_version,
)
from alliance.members.units import unit_by_code

# What a unit owns is known here by its column alone, for resources stand above members.
_RESOURCE: Final = sa.table("resource", sa.column("id", sa.Integer), sa.column("owner_id", sa.Integer))
# From which standing each act leads where.
SUSPENDABLE: Final = ("active", "external")
_READMITTABLE: Final = ("suspended", "left", "external")


@action
def make_unit(session: Session, code: str, facts: UnitFacts, *, status: str = "active", by: Actor) -> str:
    """Make a member of the alliance, or with status `external` a body that may ask; return its code.

    The secretariat may. Raises Forbidden or Refused.
    """
    _require_secretariat(by)
    code = code.strip().upper()
    problems = [*problems_with_code(session, code), *problems_with_facts(facts)]
    if status not in ("active", "external"):
        problems.append(Problem("unknown_choice", params={"choices": ("active", "external")}, field="status"))
    refuse_if(problems)
    now = clock.now()
    joined_on = _day(now, facts.zone) if status == "active" else None
    unit = Unit(**facts.columns(), code=code, status=status, joined_on=joined_on, changed_at=now)
    add_unit(session, unit)
    _record(session, "unit.made", unit, by, status=status)
    return code


@action
def edit_unit(session: Session, code: str, facts: UnitFacts, *, by: Actor, version: str | None = None) -> str:
    """Change what the unit says of itself; its admins and the secretariat may. Return its code.

    With `version` only if it still is that one. Raises Missing, Forbidden, Stale or Refused.
    """
    unit, by = _held(session, code, by)
    if not by.is_secretariat and unit.id not in by.admin_unit_ids:
        raise Forbidden("admin")
    if version is not None and version != unit_version(unit):
        raise Stale
    refuse_if(problems_with_facts(facts))
    before, after = vars(facts_of(unit)), vars(facts)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if changed:
        for name, value in facts.columns().items():
            setattr(unit, name, value)
        unit.changed_at = clock.now()
        _record(
            session, "unit.edited", unit, by, before={name: before[name] for name in changed}, after=changed
        )
    return code


@action
def readmit_unit(session: Session, code: str, *, by: Actor) -> str:
    """Make a unit that is suspended, has left or was external a member in good standing; return its code.

    The secretariat may. Raises Missing, Forbidden or Refused.
    """
    unit, by = held_for_standing(session, code, by)
    if unit.joined_on is None:
        unit.joined_on = _day(clock.now(), unit.zone)
    _become(session, unit, "active", _READMITTABLE, "unit.readmitted", by)
    return code


def suspend(session: Session, unit: Unit, *, by: Actor, reason: str) -> None:
    """Suspend the held unit for a reason the caller has looked at; raises Refused when it stands otherwise."""
    _become(session, unit, "suspended", SUSPENDABLE, "unit.suspended", by, reason=reason.strip())


def held_for_standing(session: Session, code: str, by: Actor) -> tuple[Unit, Actor]:
    """The unit under its hold with all it owns, for the secretariat, and `by` with the rights he has now."""
    unit, now_by = _held(session, code, by, with_resources=True)
    _require_secretariat(now_by)
    return unit, now_by


def become(session: Session, unit: Unit, status: str, verb: str, by: Actor, **data: Any) -> None:
    """Give the held unit another standing, and write that down."""
    before, unit.status = unit.status, status
    unit.changed_at = clock.now()
    _record(session, verb, unit, by, before=before, **data)


def hold_unit(session: Session, unit_id: int, *, with_resources: bool) -> None:
    """Hold the unit and, where its standing changes, all it owns: whoever books there has to read the new standing."""
    owned = sa.select(_RESOURCE.c.id).where(_RESOURCE.c.owner_id == unit_id)
    resources = list(session.scalars(owned)) if with_resources else []
    hold(session, resources=resources, units=[unit_id])
    session.expire_all()


def _day(now: datetime, zone: str) -> date:
    """The day it is where the unit is: in the morning there, UTC still has yesterday."""
    return now.astimezone(ZoneInfo(zone)).date()


def _become(
    session: Session, unit: Unit, status: str, possible: tuple[str, ...], verb: str, by: Actor, **data: Any
) -> None:
    if unit.status not in possible:
        raise Refused([Problem("unit_stands_otherwise", params={"status": unit.status})])
    become(session, unit, status, verb, by, **data)


def _held(session: Session, code: str, by: Actor, *, with_resources: bool = False) -> tuple[Unit, Actor]:
    """The unit under its hold, and `by` with the rights he has now."""
    unit_id = unit_by_code(session, code).id
    hold_unit(session, unit_id, with_resources=with_resources)
    now_by = actor_of(session, by.person_id)
    if now_by is None:
        raise Missing
    return unit_by_code(session, code), now_by


def _require_secretariat(by: Actor) -> None:
    if not by.is_secretariat:
        raise Forbidden("secretariat")


def _record(session: Session, verb: str, unit: Unit, by: Actor, **data: Any) -> None:
    session.flush()
    record(
        session,
        verb,
        "unit",
        unit.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=unit.id,
        unit=unit.code,
        **data,
    )
