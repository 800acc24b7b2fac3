"""New resources: drafts with sensible rules for how they are used, empty or as copies of others."""

import re
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, refuse_if
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.changes import remark
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import Item, PolicyRow, Resource
from alliance.resources.permissions import require_admin, require_editor, visible_to
from alliance.resources.policy import Policy, Route
from alliance.resources.questions.actions import copy_questions
from alliance.resources.sheet import SECTIONS, sheet_of, write
from alliance.resources.sheet_checks import problems_with_values

LONGEST_CODE: Final = 20
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]*")
_WORKING_HOURS: Final = "WD 09:00-18:00; RD off; PH off"
_ALWAYS: Final = "DAILY 00:00-24:00"
_BY_OWNER: Final = (Route("own"), Route("member", ("owner",)), Route("external", ("owner",)))
_BY_BOTH: Final = tuple(
    Route(relation, ("owner", "secretariat")) for relation in ("own", "member", "external")
)
_DAY: Final = 24 * 60


def _rules(
    shortest: int,
    longest: int,
    ahead: int,
    *,
    grid: int = 30,
    notice: int | None = None,
    cancel: int | None = None,
) -> dict[str, int | None]:
    return {
        "grid_minutes": grid,
        "shortest_minutes": shortest,
        "longest_minutes": longest,
        "days_ahead": ahead,
        "notice_hours": notice,
        "cancel_hours": cancel,
    }


# What most owners want of something used like this; they change what they want otherwise.
_RULES: Final[dict[str, dict[str, int | None]]] = {
    "slot_self": _rules(30, 8 * 60, 30, cancel=24),
    "slot_assisted": _rules(60, 8 * 60, 30, notice=24, cancel=24),
    "slot_pool": _rules(60, 7 * _DAY, 30, grid=60),
    "slot_capacity": _rules(60, 4 * 60, 60, notice=24, cancel=24),
    "appointment": _rules(30, 60, 30, notice=24, cancel=4),
    "proposal_block": _rules(12 * 60, 5 * _DAY, 180, grid=12 * 60, notice=14 * 24, cancel=14 * 24),
    "whole_day": _rules(_DAY, 5 * _DAY, 90, grid=_DAY, notice=24, cancel=72),
    "loan": _rules(_DAY, 14 * _DAY, 60, grid=_DAY, notice=24, cancel=24),
}
_OPEN_ALWAYS: Final = ("slot_pool", "proposal_block")
_ROUTES: Final[dict[str, tuple[Route, ...]]] = {
    "slot_assisted": _BY_OWNER,
    "appointment": _BY_OWNER,
    "loan": _BY_OWNER,
    "whole_day": _BY_OWNER,
    "proposal_block": _BY_BOTH,
}


def first_rules(preset: str) -> dict[str, Any]:
    """The rules a draft of this preset begins with, by the names of the policy's columns."""
    hours = _ALWAYS if preset in _OPEN_ALWAYS else _WORKING_HOURS
    plain = {"hours": hours, "grid_minutes": 30, "hold_days": 3}
    routes = _ROUTES.get(preset, Policy().routes)
    return {**plain, **_RULES.get(preset, {}), "routes": [route.to_json() for route in routes]}


def is_code(code: str, unit: Unit) -> bool:
    """Whether a resource of the unit may be called so.

    It begins like the unit's own: codes of others cannot be guessed by trying which are free.
    """
    start = f"{unit.code}-"
    return code.startswith(start) and code != start and _CODE.fullmatch(code) is not None


def next_code(session: Session, unit: Unit) -> str:
    """The code the unit's next resource would get: its own and a number that is free."""
    start = f"{unit.code[: LONGEST_CODE - 5]}-"
    taken = session.scalars(sa.select(Resource.code).where(Resource.code.startswith(start, autoescape=True)))
    numbers = [int(rest) for code in taken if (rest := code[len(start) :]).isascii() and rest.isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03}"


@action
def create_resource(
    session: Session,
    unit_code: str,
    *,
    by: Actor,
    kind: str,
    preset: str,
    name_zh: str,
    name_en: str = "",
    code: str = "",
) -> str:
    """Begin a draft of the unit, with the rules that suit its preset; return its code, by default the proposed one.

    Only an admin of the unit may. Raises Missing, Forbidden or Refused.
    """
    unit = _held_unit(session, unit_code, by)
    values = {"kind": kind, "preset": preset, "name_zh": name_zh, "name_en": name_en or None}
    refuse_if([*problems_with_values(values), *_problems_with_code(session, unit, code)])
    resource = _add(session, unit, code, first_rules(preset), by=by, **values)
    if resource.mode == "timed":
        session.add(Item(resource_id=resource.id, label_zh="1", label_en="1"))
        session.flush()
    remark(session, "resource.created", resource, by=by, now=resource.changed_at)
    return resource.code


@action
def copy_resource(
    session: Session, code: str, *, by: Actor, unit_code: str, name_zh: str, name_en: str = ""
) -> str:
    """Begin a draft with the descriptions, rules, items and questions of a resource one runs; return the draft's code.

    Managers, photos, groups and qualifications stay behind. Raises Missing, Forbidden or Refused.
    """
    unit = _held_unit(session, unit_code, by)
    origin = (
        session.scalar(sa.select(Resource).where(Resource.code == code, visible_to(by)))
        if code.isprintable()
        else None
    )
    if origin is None:
        raise Missing
    require_editor(by, origin)
    names = {"name_zh": name_zh, "name_en": name_en or None}
    refuse_if(problems_with_values(names))
    sheet = sheet_of(session, origin, ("what", "items", "rules", "approval", "hours"))
    policy = {field: sheet[field] for field in (*SECTIONS["rules"], "routes", "hours")}
    resource = _add(session, unit, "", policy, by=by, kind=origin.kind, preset=origin.preset, **names)
    resource.zone, resource.detail = origin.zone, origin.detail
    same = {field: sheet[field] for field in SECTIONS["what"] if field not in names}
    items = [[zh, en, True] for zh, en, live in sheet["items"] if live]
    write(session, resource, {**same, "items": items}, now=resource.changed_at)
    resource.version = 1
    copy_questions(session, origin, resource, by=by)
    session.flush()
    remark(session, "resource.created", resource, by=by, now=resource.changed_at, copied_from=origin.code)
    return resource.code


def _held_unit(session: Session, code: str, by: Actor) -> Unit:
    """The unit under hold, so that no two of its resources get one code; for its admins."""
    unit = session.scalar(sa.select(Unit).where(Unit.code == code)) if code.isprintable() else None
    if unit is None or unit.id not in by.unit_ids:
        raise Missing
    require_admin(by, unit.id)
    hold(session, units=[unit.id])
    return unit


def _problems_with_code(session: Session, unit: Unit, code: str) -> list[Problem]:
    if not code:
        return []
    if len(code) > LONGEST_CODE:
        return [Problem("too_much_text", params={"longest": LONGEST_CODE}, field="code")]
    if not is_code(code, unit):
        return [Problem("bad_code", params={"start": f"{unit.code}-"}, field="code")]
    if session.scalar(sa.select(Resource.id).where(Resource.code == code)) is not None:
        return [Problem("code_taken", params={"code": code, "free": next_code(session, unit)}, field="code")]
    return []


def _add(
    session: Session, unit: Unit, code: str, policy: dict[str, Any], *, by: Actor, **values: Any
) -> Resource:
    now = clock.now()
    resource = Resource(
        code=code or next_code(session, unit),
        owner_id=unit.id,
        mode=MODE_OF_PRESET[values["preset"]],
        status="draft",
        zone=unit.zone,
        changed_at=now,
        version=0,
        **values,
    )
    session.add(resource)
    session.flush()
    session.add(PolicyRow(resource_id=resource.id, **policy))
    session.flush()
    # Writes the words it is found by; the version it counts is the first.
    write(session, resource, {"name_zh": resource.name_zh}, now=now)
    session.flush()
    return resource
