"""Groups of units, such as an industry chain: who knows of them, what is in them, and how they change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale, refuse_if
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.members.models import Group, GroupUnit, Unit
from alliance.members.unit_actions import hold_unit
from alliance.members.unit_facts import problems_with_code, problems_with_names
from alliance.members.units import unit_by_code
from alliance.refs import digest

Condition = sa.ColumnElement[bool]
_LEAD: Final = aliased(Unit)


def sees_group(reader: Actor, group_id: Any) -> Condition:
    """Whether the reader knows of the group: he belongs to one of its units, or works for all of them."""
    is_member = sa.exists().where(
        GroupUnit.group_id == group_id, GroupUnit.unit_id.in_(reader.active_unit_ids)
    )
    return sa.or_(sa.literal(reader.is_secretariat or reader.is_council), is_member)


class GroupChanges(TypedDict, total=False):
    """What a group is called and which of its units, by code, leads it; what is not named stays."""

    name_zh: str
    name_en: str
    lead: str | None


@dataclass(frozen=True)
class Known:
    """A group with its lead unit, if it has one, and how many units are in it."""

    group: Group
    lead: Unit | None
    size: int


def groups_known_to(session: Session, reader: Actor, unit_id: int | None = None) -> list[Known]:
    """The groups the reader knows of, by code; with `unit_id` those of them the unit is in. In one statement."""
    size = sa.select(sa.func.count()).where(GroupUnit.group_id == Group.id).correlate(Group).scalar_subquery()
    chosen = (
        sa.select(Group, _LEAD, size)
        .outerjoin(_LEAD, _LEAD.id == Group.lead_id)
        .where(sees_group(reader, Group.id))
        .order_by(Group.code)
    )
    if unit_id is not None:
        with_unit = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == unit_id)
        chosen = chosen.where(Group.id.in_(with_unit))
    return [Known(*row) for row in session.execute(chosen)]


def groups_seen_by(session: Session, reader: Actor) -> Sequence[Group]:
    """The groups the reader knows of, by code."""
    return session.scalars(sa.select(Group).where(sees_group(reader, Group.id)).order_by(Group.code)).all()


def group_known_to(session: Session, code: str, reader: Actor) -> tuple[Known, Sequence[Unit]]:
    """The group and its units, by code; raises Missing when there is none or the reader knows of none."""
    group = _group(session, code)
    known = next((each for each in groups_known_to(session, reader) if each.group.id == group.id), None)
    if known is None:
        raise Missing
    units = sa.select(Unit).join(GroupUnit).where(GroupUnit.group_id == group.id).order_by(Unit.code)
    return known, session.scalars(units).all()


def may_fill(reader: Actor, group: Group) -> bool:
    """Whether the reader adds units to the group and takes them out: the secretariat, and admins of its lead unit."""
    return reader.is_secretariat or (group.lead_id is not None and group.lead_id in reader.admin_unit_ids)


def group_version(group: Group, unit_ids: Iterable[int] | None = None) -> str:
    """Another word whenever its names, its lead or, where they are given, its units are others."""
    units = None if unit_ids is None else sorted(unit_ids)
    return digest(repr((group.name_zh, group.name_en, group.lead_id, units)))[:20]


@action
def make_group(session: Session, code: str, name_zh: str, name_en: str, *, by: Actor) -> str:
    """Make a group without units; the secretariat may. Return its code. Raises Forbidden or Refused."""
    _require_secretariat(by)
    code = code.strip().upper()
    names = {"name_zh": name_zh.strip(), "name_en": name_en.strip()}
    refuse_if([*problems_with_code(session, code, Group), *problems_with_names(names)])
    group = Group(
        code=code, name_zh=names["name_zh"], name_en=names["name_en"] or None, changed_at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(group)
    except IntegrityError as error:
        raise Refused([Problem("unit_code_taken", params={"code": code}, field="code")]) from error
    _record(session, "group.made", group, by)
    return code


@action
def edit_group(
    session: Session,
    code: str,
    changes: GroupChanges,
    *,
    by: Actor,
    version: str | None = None,
) -> str:
    """Call the group otherwise, and let another of its units lead it, or none; the secretariat may. Return its code.

    With `version`, read with its units or without them, only if it still is that one. Raises Missing, Forbidden,
    Stale or Refused.
    """
    _require_secretariat(by)
    group = _held(session, code)
    if version not in (None, group_version(group), group_version(group, _unit_ids(session, group))):
        raise Stale
    # Merged under the hold: what was read before it may be another's by now.
    before = _stands(session, group)
    after = {**before, **{name: str(value or "").strip() for name, value in changes.items()}}
    refuse_if(list(problems_with_names(after)))
    if after != before:
        if after["lead"] != before["lead"]:
            group.lead_id = _member_id(session, group, after["lead"]) if after["lead"] else None
        group.name_zh, group.name_en = after["name_zh"], after["name_en"] or None
        group.changed_at = clock.now()
        _record(session, "group.edited", group, by, after=after)
    return code


@action
def add_to_group(session: Session, code: str, unit_code: str, *, by: Actor) -> str:
    """Let the unit be in the group; return the group's code. What is shown to the group it sees at once.

    The secretariat and admins of the lead unit may. Raises Missing, Forbidden or Refused.
    """
    group, unit = _held_with(session, code, unit_code, by)
    if unit.status != "active":
        raise Refused([Problem("not_for_groups", field="unit")])
    if session.get(GroupUnit, (group.id, unit.id)) is not None:
        raise Refused([Problem("in_the_group", field="unit")])
    session.add(GroupUnit(group_id=group.id, unit_id=unit.id))
    _changed(session, "group.unit_added", group, unit, by)
    return code


@action
def remove_from_group(session: Session, code: str, unit_code: str, *, by: Actor) -> str:
    """Take the unit out of the group; return the group's code. What only the group sees is hidden from it at once.

    The secretariat and admins of the lead unit may; the lead unit itself stays until another one leads. Raises
    Missing, Forbidden or Refused.
    """
    group, unit = _held_with(session, code, unit_code, by)
    place = session.get(GroupUnit, (group.id, unit.id))
    if place is None:
        raise Missing
    if group.lead_id == unit.id:
        raise Refused([Problem("leads_the_group", field="unit")])
    session.delete(place)
    _changed(session, "group.unit_removed", group, unit, by)
    return code


def led_by(session: Session, unit_ids: Collection[int]) -> Sequence[Group]:
    """The groups these units lead, by code."""
    return session.scalars(sa.select(Group).where(Group.lead_id.in_(unit_ids)).order_by(Group.code)).all()


def leads_of(session: Session, groups: Collection[Group]) -> dict[int, list[Unit]]:
    """By group the units in good standing that can lead it instead of the one that does, by code."""
    found: dict[int, list[Unit]] = {group.id: [] for group in groups}
    chosen = (
        sa.select(GroupUnit.group_id, Unit)
        .join(Unit, Unit.id == GroupUnit.unit_id)
        .join(Group, Group.id == GroupUnit.group_id)
        .where(GroupUnit.group_id.in_(found), Unit.status == "active", Unit.id != Group.lead_id)
        .order_by(Unit.code)
    )
    for group_id, unit in session.execute(chosen):
        found[group_id].append(unit)
    return found


def hand_over_leads(session: Session, unit: Unit, leads: Mapping[str, str], *, by: Actor) -> list[Problem]:
    """Let other units, by code, lead groups of the held unit, by code; a group that is not named keeps its lead.

    Says what cannot be; the caller rolls back then.
    """
    groups = session.scalars(
        sa.select(Group)
        .where(Group.lead_id == unit.id)
        .order_by(Group.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    able = leads_of(session, groups)
    wanted = {code: lead for code, lead in leads.items() if lead}
    problems = [
        Problem("leads_no_such_group", params={"code": code if code.isprintable() else ""}, field=code)
        for code in wanted.keys() - {group.code for group in groups}
    ]
    for group in groups:
        if group.code not in wanted:
            continue
        lead = next((each for each in able[group.id] if each.code == wanted[group.code]), None)
        if lead is None:
            problems.append(_unfit_lead(session, group, wanted[group.code]))
            continue
        group.lead_id, group.changed_at = lead.id, clock.now()
        _record(session, "group.edited", group, by, after=_stands(session, group))
    return problems


def _unfit_lead(session: Session, group: Group, lead: str) -> Problem:
    """Why that unit cannot lead instead: it is none of the group, or is suspended or about to be."""
    is_there = _member(session, group, lead) is not None
    return _about("lead_not_in_good_standing" if is_there else "lead_not_in_group", group, field=group.code)


def leave_groups(session: Session, unit: Unit, by: Actor) -> None:
    """Take the held unit out of all its groups, also where it leads: part of its leaving the alliance."""
    # Locked before anybody looks who leads: whoever edits a group may have just let this unit lead it.
    groups = session.scalars(
        sa.select(Group)
        .join(GroupUnit)
        .where(GroupUnit.unit_id == unit.id)
        .order_by(Group.id)
        .with_for_update(key_share=True, of=Group)
        .execution_options(populate_existing=True)
    ).all()
    session.execute(sa.delete(GroupUnit).where(GroupUnit.unit_id == unit.id))
    for group in groups:
        if group.lead_id == unit.id:
            group.lead_id = None
        _changed(session, "group.unit_removed", group, unit, by)


def _group(session: Session, code: str) -> Group:
    found = session.scalar(sa.select(Group).where(Group.code == code)) if code.isprintable() else None
    if found is None:
        raise Missing
    return found


def _held(session: Session, code: str) -> Group:
    group_id = _group(session, code).id
    return session.scalars(
        sa.select(Group)
        .where(Group.id == group_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _stands(session: Session, group: Group) -> dict[str, str]:
    """What it is called and the code of its lead unit now."""
    lead = session.get(Unit, group.lead_id) if group.lead_id is not None else None
    return {"name_zh": group.name_zh, "name_en": group.name_en or "", "lead": lead.code if lead else ""}


def _unit_ids(session: Session, group: Group) -> Sequence[int]:
    return session.scalars(sa.select(GroupUnit.unit_id).where(GroupUnit.group_id == group.id)).all()


def _held_with(session: Session, code: str, unit_code: str, by: Actor) -> tuple[Group, Unit]:
    """The group and the unit under their holds: whoever books there or for it has to read the new relation."""
    if not session.scalar(sa.select(sees_group(by, _group(session, code).id))):
        raise Missing
    unit_id = unit_by_code(session, unit_code).id
    hold_unit(session, unit_id, with_resources=True)
    group = _held(session, code)
    if not may_fill(by, group):
        raise Forbidden("group_lead")
    return group, unit_by_code(session, unit_code)


def _member_id(session: Session, group: Group, lead: str) -> int:
    """The id of that unit of the group."""
    found = _member(session, group, lead)
    if found is None:
        raise Refused([_about("lead_not_in_group", group, field="lead")])
    return found


def _member(session: Session, group: Group, code: str) -> int | None:
    return session.scalar(
        sa.select(Unit.id)
        .join(GroupUnit)
        .where(GroupUnit.group_id == group.id, Unit.code == (code if code.isprintable() else ""))
    )


def _about(problem: str, group: Group, *, field: str) -> Problem:
    """A finding that names the group."""
    named = {"code": group.code, "name_zh": group.name_zh, "name_en": group.name_en}
    return Problem(problem, params=named, field=field)


def _changed(session: Session, verb: str, group: Group, unit: Unit, by: Actor) -> None:
    group.changed_at = clock.now()
    _record(session, verb, group, by, unit_id=unit.id, unit=unit.code)


def _require_secretariat(by: Actor) -> None:
    if not by.is_secretariat:
        raise Forbidden("secretariat")


def _record(session: Session, verb: str, group: Group, by: Actor, **data: Any) -> None:
    session.flush()
    record(
        session,
        verb,
        "group",
        group.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=data.pop("unit_id", None),
        group=group.code,
        **data,
    )
