"""Changing what stands on a resource's sheet, and reading what was changed when by whom.

Plain functions for acts that hold the resource already; the acts themselves are in booking, for what the owner changes
may concern what is booked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Missing, Refused
from alliance.errors import Problem as Finding
from alliance.history.actions import record
from alliance.history.models import Event
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.managing import note_management
from alliance.resources.models import Resource, ResourcePart
from alliance.resources.permissions import require_editor, visible_to
from alliance.resources.sheet import SECTION_OF, Values, sheet_of, write

CHANGED: Final = "resource.changed"
# All that moves the version, in the words of history.
VERBS: Final = ("resource.created", CHANGED, "resource.published", "resource.taken_back", "resource.retired")
# Further back nobody looks in the editor; history itself keeps everything.
_MOST: Final = 30


@dataclass(frozen=True)
class Change:
    """One change of a resource: who made it when, the version it led to, and the values before and after."""

    verb: str
    at: datetime
    by: str | None
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    is_undo: bool = False

    @property
    def sections(self) -> frozenset[str]:
        """The sections it concerns."""
        return frozenset(SECTION_OF[field] for field in self.after if field in SECTION_OF)


class Overtaken(Refused):
    """Somebody else changed the same section meanwhile: `changes` are those made since, the oldest first."""

    def __init__(self, changes: Sequence[Change]) -> None:
        last = changes[-1]
        super().__init__([Finding("overtaken", params={"by": last.by, "at": last.at})])
        self.changes = tuple(changes)


def held_resource(session: Session, code: str, by: Actor, parts: Collection[str] = ()) -> Resource:
    """The resource under the hold its bookings take, parts included, for somebody who may edit it.

    `parts` are the codes of those it shall have, which are held with it. Raises Missing or Forbidden.
    """
    # PostgreSQL would refuse the character zero with an error of its own.
    resource_id = (
        session.scalar(sa.select(Resource.id).where(Resource.code == code)) if code.isprintable() else None
    )
    if resource_id is None:
        raise Missing
    present = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource_id)
    coming = sa.select(Resource.id).where(Resource.code.in_([each for each in parts if each.isprintable()]))
    kin = session.scalars(sa.union(present, coming) if parts else present).all()
    hold(session, resources=[resource_id, *kin])
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(by)))
    if resource is None:
        raise Missing
    require_editor(by, resource)
    return resource


def hold_people(session: Session, refs: Collection[str]) -> None:
    """Hold the people, so that nobody leaves the unit while he is being made a manager of what it owns."""
    hold(session, persons=session.scalars(sa.select(Person.id).where(Person.ref.in_(refs))).all())


def changes_of(session: Session, resource_id: int, limit: int = _MOST) -> list[Change]:
    """The last changes of the resource, the latest first."""
    rows = session.execute(
        sa.select(Event.verb, Event.at, Person.name, Event.data)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_type == "resource", Event.subject_id == resource_id, Event.verb.in_(VERBS))
        .order_by(Event.id.desc())
        .limit(limit)
    )
    return [
        Change(verb, at, name, data["version"], data.get("before", {}), data.get("after", {}), "undo" in data)
        for verb, at, name, data in rows
    ]


def parts_replaced_last(session: Session, code: str) -> list[str]:
    """The codes of the parts that the last change of the resource took or kept, if it was about parts."""
    if not code.isprintable():
        return []
    last = session.scalar(
        sa.select(Event.data)
        .join(Resource, sa.and_(Event.subject_type == "resource", Event.subject_id == Resource.id))
        .where(Resource.code == code, Event.verb.in_(VERBS))
        .order_by(Event.id.desc())
        .limit(1)
    )
    return list((last or {}).get("before", {}).get("parts", ()))


def refuse_overtaken(session: Session, resource: Resource, fields: Values, version: int | None) -> None:
    """Raise Overtaken when somebody changed a section of these fields since that version."""
    if version is None or version == resource.version:
        return
    sections = {SECTION_OF[field] for field in fields}
    since = [
        change
        # Each change moves the version by one, so these are all there can be since.
        for change in reversed(changes_of(session, resource.id, resource.version - version))
        if change.version > version and change.sections & sections
    ]
    if since:
        raise Overtaken(since)


def differing(before: Values, wanted: Values) -> dict[str, Any]:
    """Those of the wanted values that are not there already."""
    return {field: value for field, value in wanted.items() if not is_same(field, before[field], value)}


def is_same(field: str, one: Any, other: Any) -> bool:
    """Whether two values of the field mean the same: some lists have no order, techniques go by their first name."""
    if field in ("groups", "managers", "qualifications", "parts"):
        return bool(sorted(one) == sorted(other))
    if field == "tags":
        return bool(sorted(zh for zh, _en in one) == sorted(zh for zh, _en in other))
    return bool(one == other)


def apply(
    session: Session, resource: Resource, changes: Values, *, by: Actor, now: datetime, undo: bool = False
) -> int:
    """Write the values down with what was there before; return the new version. Whoever calls has judged them."""
    sections = sorted({SECTION_OF[field] for field in changes})
    before = sheet_of(session, resource, sections)
    write(session, resource, changes, now=now)
    after = sheet_of(session, resource, sections)
    if "managers" in changes:
        _tell_people(session, resource, before["managers"], after["managers"], by)
    remark(
        session,
        CHANGED,
        resource,
        by=by,
        now=now,
        before={field: before[field] for field in changes},
        after={field: after[field] for field in changes},
        **({"undo": True} if undo else {}),
    )
    return resource.version


def _tell_people(
    session: Session, resource: Resource, before: Collection[str], after: Collection[str], by: Actor
) -> None:
    """Let the history of each person say what he manages from now on, or no longer."""
    unit = session.get_one(Unit, resource.owner_id)
    for what, refs in (("given", set(after) - set(before)), ("taken", set(before) - set(after))):
        people = session.scalars(sa.select(Person.id).where(Person.ref.in_(refs)).order_by(Person.id))
        for person_id in people.all():
            note_management(session, what, person_id, unit, [resource], by=by)


def remark(session: Session, verb: str, resource: Resource, *, by: Actor, now: datetime, **more: Any) -> None:
    """Write into the history what was done to the resource, and which version came of it."""
    record(
        session,
        verb,
        "resource",
        resource.id,
        at=now,
        by_id=by.person_id,
        unit_id=resource.owner_id,
        code=resource.code,
        version=resource.version,
        **more,
    )
