"""Who manages a resource: given and taken by those who look after the people of the unit that owns it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Problem, Refused
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.members.memberships import held_membership
from alliance.members.models import Management, Person, Unit
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

# As many as a list to choose from can hold; any other code can be typed.
_MOST_CHOICES: Final = 500


@action
def give_management(session: Session, unit_code: str, ref: str, resource_code: str, *, by: Actor) -> None:
    """Let a person of the unit manage one of its resources; giving it twice changes nothing.

    Raises Missing, Forbidden, or Refused for what the unit does not own.
    """
    unit, person, _membership = held_membership(session, unit_code, ref, by=by)
    resource = _owned(session, unit, resource_code, by)
    if session.get(Management, (person.id, resource.id)) is None:
        session.add(Management(person_id=person.id, resource_id=resource.id))
        note_management(session, "given", person.id, unit, [resource], by=by)


@action
def take_management(session: Session, unit_code: str, ref: str, resource_code: str, *, by: Actor) -> None:
    """Let a person of the unit no longer manage a resource; the admins of the unit still do what it needs."""
    unit, person, _membership = held_membership(session, unit_code, ref, by=by)
    resource = _owned(session, unit, resource_code, by)
    management = session.get(Management, (person.id, resource.id))
    if management is not None:
        session.delete(management)
        note_management(session, "taken", person.id, unit, [resource], by=by)


def managed_in(session: Session, person: Person, unit: Unit) -> list[Resource]:
    """What the unit owns and the person manages, by code; retired resources too, for they are his all the same."""
    return list(session.scalars(_managed(person, unit)))


def managed_as_seen(session: Session, person: Person, unit: Unit, reader: Actor) -> list[Resource]:
    """The same as far as the reader may know of it: the secretariat, say, not of what the unit hides."""
    return list(session.scalars(_managed(person, unit).where(visible_to(reader))))


def left_to_manage(session: Session, person: Person, unit: Unit, reader: Actor) -> list[Resource]:
    """What the unit owns and the person does not manage yet, by code, as far as the reader may know of it."""
    his = sa.select(Management.resource_id).where(Management.person_id == person.id)
    chosen = (
        sa.select(Resource)
        .where(Resource.owner_id == unit.id, Resource.status != "retired", visible_to(reader))
        .where(Resource.id.not_in(his))
        .order_by(Resource.code)
        .limit(_MOST_CHOICES)
    )
    return list(session.scalars(chosen))


def owned_as_seen(unit: Unit, reader: Actor) -> sa.Select[int]:
    """The numbers of what the unit owns, as far as the reader may know of it; for a larger statement."""
    return sa.select(Resource.id).where(Resource.owner_id == unit.id, visible_to(reader))


def as_told_to(
    session: Session, reader: Actor, events: Sequence[tuple[str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The data of these events, each given by verb and data, without the codes of what the reader may not know of.

    Who manages something is in the history of the person, and whoever reads about the person need not see the resource.
    """
    named = {data.get("resource") for verb, data in events if verb in _TELLING}
    seen: set[str] = set()
    if named:
        seen.update(
            session.scalars(sa.select(Resource.code).where(Resource.code.in_(named), visible_to(reader)))
        )
    return [
        {name: value for name, value in data.items() if name != "resource"}
        if verb in _TELLING and data.get("resource") not in seen
        else data
        for verb, data in events
    ]


_TELLING: Final = ("management.given", "management.taken")


def _managed(person: Person, unit: Unit) -> sa.Select[Resource]:
    return (
        sa.select(Resource)
        .join(Management, Management.resource_id == Resource.id)
        .where(Management.person_id == person.id, Resource.owner_id == unit.id)
        .order_by(Resource.code)
    )


def note_management(
    session: Session, what: str, person_id: int, unit: Unit, resources: Iterable[Resource], *, by: Actor
) -> None:
    """Write into the person's history what he manages from now on (`given`), or no longer (`taken`)."""
    for resource in resources:
        record(
            session,
            f"management.{what}",
            "person",
            person_id,
            at=clock.now(),
            by_id=by.person_id,
            unit_id=unit.id,
            resource=resource.code,
        )


def _owned(session: Session, unit: Unit, code: str, by: Actor) -> Resource:
    found = None
    if code.isprintable():
        known = (Resource.code == code.strip(), Resource.owner_id == unit.id, visible_to(by))
        found = session.scalar(sa.select(Resource).where(*known))
    if found is None:
        raise Refused([Problem("not_owned", field="resource")])
    return found
