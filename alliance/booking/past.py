"""What has happened, as far as its reader may know of it: to one thing, or searched in all of history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.models import Closure, OutsideCalendar
from alliance.booking.models import Booking
from alliance.booking.permissions import readable_by
from alliance.errors import Forbidden, Missing
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.members.groups import may_fill, sees_group
from alliance.members.models import Group, Membership, Person, Unit
from alliance.refs import is_ref
from alliance.resources.managing import as_told_to
from alliance.resources.models import Qualification, Resource
from alliance.resources.permissions import visible_to
from alliance.resources.qualifications.permissions import granted_by, known_to

Things = Literal["resources", "closures", "units", "people", "groups", "qualifications"]
PAGE: Final = 50
# Read from the database this many at a time where all of it is wanted.
_BATCH: Final = 500
# What is about one person alone: his own affair, and that of those who answer for the accounts.
_PERSONAL: Final = ("person", "catalogue", "feed", "token", "join_request", "application", "qualification")
_OF_RESOURCES: Final = ("resource", "closure", "outside_calendar")
# Whatever happens to these is told where they are; a unit's own history is the rest.
_OF_OTHER_THINGS: Final = ("booking", *_OF_RESOURCES)

_ACTOR, _WHO, _WHOSE = aliased(Person), aliased(Person), aliased(Unit)


@dataclass(frozen=True)
class Happened:
    """One event: when, which verb with what parameters, by whom, for which unit, and what it was about.

    `kind` is what sort of thing it was about; `name` names that in an address and `name_zh` and `name_en` to people,
    as far as there is such a thing still.
    """

    at: datetime
    verb: str
    data: dict[str, Any]
    kind: str
    by: str | None
    unit_code: str | None
    unit_name_zh: str | None
    unit_name_en: str | None
    name: str | None
    name_zh: str | None
    name_en: str | None
    zone: str | None
    preset: str | None


@dataclass(frozen=True)
class Place:
    """Where a page of history ends: at this instant, after so many events of it."""

    at: datetime
    seen: int


@dataclass(frozen=True)
class Search:
    """What of history is wanted; what is None or empty does not matter.

    `thing` is any code, a booking's or closure's ref, or a mail address; `person` is who did it, by his address;
    `verb` is one verb, or what all wanted ones begin with before the dot.
    """

    thing: str = ""
    person: str = ""
    verb: str = ""
    unit: str = ""
    start: datetime | None = None
    end: datetime | None = None


def may_search(reader: Actor) -> bool:
    """Whether all of history is open to the reader: to the secretariat, and to the council but for people's own."""
    return reader.is_secretariat or reader.is_council


def searched(
    session: Session, reader: Actor, search: Search, after: Place | None = None, limit: int = PAGE
) -> tuple[list[Happened], Place | None]:
    """A page of what the search finds, the latest first, and the place where the next one begins. Raises Forbidden."""
    return _page(session, reader, _found_by(session, reader, search), after, limit)


def all_found(session: Session, reader: Actor, search: Search) -> Iterator[Happened]:
    """All that the search finds, the latest first, read through once in little memory. Raises Forbidden at once."""
    return _all(session, reader, _told(*_found_by(session, reader, search)))


def history_of(
    session: Session, reader: Actor, things: Things, name: str, after: Place | None = None
) -> tuple["Thing", list[Happened], Place | None]:
    """What happened to the thing of that code or ref, a page of it, the latest first. Raises Missing or Forbidden."""
    if not name.isprintable():
        raise Missing
    thing = _THINGS[things](session, reader, name)
    found, following = _page(session, reader, [thing.condition], after, PAGE)
    return thing, found, following


@dataclass(frozen=True)
class Thing:
    """Something with a history: its row, and which events are that history to this reader."""

    row: Any
    condition: sa.ColumnElement[bool]


def _resource(session: Session, reader: Actor, code: str) -> Thing:
    resource = session.scalar(sa.select(Resource).where(Resource.code == code, visible_to(reader)))
    if resource is None:
        raise Missing
    if not (reader.runs(resource.id, resource.owner_id) or may_search(reader)):
        raise Forbidden("manager")
    return Thing(resource, _about_resource(resource.id))


def _about_resource(resource_id: int) -> sa.ColumnElement[bool]:
    """What happened to it, to its closures and to its outside calendars. One taken back is told of by neither."""
    closures = sa.select(Closure.id).where(Closure.resource_id == resource_id)
    calendars = sa.select(OutsideCalendar.id).where(OutsideCalendar.resource_id == resource_id)
    return sa.or_(
        sa.and_(Event.subject_type == "resource", Event.subject_id == resource_id),
        sa.and_(Event.subject_type == "closure", Event.subject_id.in_(closures)),
        sa.and_(Event.subject_type == "outside_calendar", Event.subject_id.in_(calendars)),
    )


def _closure(session: Session, reader: Actor, ref: str) -> Thing:
    chosen = sa.select(Closure, Resource).join(Resource, Resource.id == Closure.resource_id)
    found = session.execute(chosen.where(Closure.ref == ref, visible_to(reader))).one_or_none()
    if found is None:
        raise Missing
    closure, resource = found
    if not (reader.runs(resource.id, resource.owner_id) or may_search(reader)):
        raise Forbidden("manager")
    return Thing(closure, _is("closure", closure.id))


def _unit(session: Session, reader: Actor, code: str) -> Thing:
    unit = session.scalar(sa.select(Unit).where(Unit.code == code, Unit.status != "applied"))
    if unit is None:
        raise Missing
    if not (unit.id in reader.admin_unit_ids or may_search(reader)):
        raise Forbidden("admin")
    own = sa.and_(Event.unit_id == unit.id, Event.subject_type.not_in(_OF_OTHER_THINGS))
    told = sa.or_(_is("unit", unit.id), own)
    is_let_in = unit.id in reader.admin_unit_ids or reader.is_secretariat
    return Thing(unit, told if is_let_in else sa.and_(told, Event.subject_type.not_in(_PERSONAL)))


def _person(session: Session, reader: Actor, ref: str) -> Thing:
    """His own history to himself and the secretariat; to an admin what concerns his unit. To others nobody is there."""
    person = session.scalar(sa.select(Person).where(Person.ref == ref)) if is_ref(ref) else None
    if person is None:
        raise Missing
    about = _is("person", person.id)
    if person.id == reader.person_id or reader.is_secretariat:
        mine = sa.and_(Event.actor_id == person.id, Event.subject_type.in_(_PERSONAL))
        return Thing(person, sa.or_(about, mine))
    ours = session.scalars(
        sa.select(Membership.unit_id).where(
            Membership.person_id == person.id, Membership.unit_id.in_(reader.admin_unit_ids)
        )
    ).all()
    if not ours:
        raise Missing
    return Thing(person, sa.and_(about, Event.unit_id.in_(ours)))


def _group(session: Session, reader: Actor, code: str) -> Thing:
    """To those who fill it, and whoever works for all; who else is in it need not know who did what."""
    group = session.scalar(sa.select(Group).where(Group.code == code, sees_group(reader, Group.id)))
    if group is None:
        raise Missing
    if not (may_fill(reader, group) or may_search(reader)):
        raise Forbidden("group_lead")
    return Thing(group, _is("group", group.id))


def _qualification(session: Session, reader: Actor, code: str) -> Thing:
    """To those who grant it, and the secretariat: it tells who was granted it and who was not."""
    grants = granted_by(reader)
    knows = sa.or_(known_to(reader), sa.literal(reader.is_secretariat))
    found = session.execute(
        sa.select(Qualification, grants).where(Qualification.code == code, knows)
    ).one_or_none()
    if found is None:
        raise Missing
    qualification, is_granting = found
    if not (is_granting or reader.is_secretariat):
        raise Forbidden("manager")
    return Thing(qualification, _is("qualification", qualification.id))


_THINGS: Final = {
    "resources": _resource,
    "closures": _closure,
    "units": _unit,
    "people": _person,
    "groups": _group,
    "qualifications": _qualification,
}


def _is(kind: str, number: int) -> sa.ColumnElement[bool]:
    return sa.and_(Event.subject_type == kind, Event.subject_id == number)


def _found_by(session: Session, reader: Actor, search: Search) -> list[sa.ColumnElement[bool]]:
    """What the search demands of an event, with what the reader may know. What nobody knows is found nowhere."""
    if not may_search(reader):
        raise Forbidden("secretariat")
    conditions = [_tellable_to(reader), *_within(search)]
    if search.thing:
        conditions.append(_about(session, search.thing))
    if search.person:
        known = session.scalar(sa.select(Person.id).where(Person.email == search.person.lower()))
        conditions.append(Event.actor_id == known if known else sa.false())
    if search.unit:
        known = session.scalar(sa.select(Unit.id).where(Unit.code == search.unit))
        conditions.append(Event.unit_id == known if known else sa.false())
    return conditions


def _within(search: Search) -> Iterator[sa.ColumnElement[bool]]:
    if search.verb:
        is_one = "." in search.verb
        yield Event.verb == search.verb if is_one else _begins_with(f"{search.verb}.")
    if search.start is not None:
        yield Event.at >= search.start
    if search.end is not None:
        yield Event.at < search.end


def _begins_with(text: str) -> sa.ColumnElement[bool]:
    """As a range, which any index knows, whatever it thinks of LIKE."""
    return sa.and_(Event.verb >= text, Event.verb < f"{text[:-1]}/")


def _about(session: Session, thing: str) -> sa.ColumnElement[bool]:
    """The events of whatever goes by that name, which is looked up among all things in one statement."""
    named = (
        ("resource", Resource.id, Resource.code == thing),
        ("booking", Booking.id, Booking.ref == thing),
        ("closure", Closure.id, Closure.ref == thing),
        ("unit", Unit.id, Unit.code == thing),
        ("group", Group.id, Group.code == thing),
        ("qualification", Qualification.id, Qualification.code == thing),
        ("person", Person.id, sa.or_(Person.email == thing.lower(), Person.ref == thing)),
    )
    searches = [sa.select(sa.literal(kind), number).where(is_it) for kind, number, is_it in named]
    found = [
        _about_resource(number) if kind == "resource" else _is(kind, number)
        for kind, number in session.execute(sa.union_all(*searches))
    ]
    return sa.or_(*found) if found else sa.false()


def _tellable_to(reader: Actor) -> sa.ColumnElement[bool]:
    """What the reader may know of: bookings he may read, resources he may see, people's own as the secretariat."""
    others: sa.ColumnElement[bool] = Event.subject_type.not_in(_OF_OTHER_THINGS)
    if not reader.is_secretariat:
        others = sa.and_(others, Event.subject_type.not_in(_PERSONAL))
    return sa.or_(
        sa.and_(Event.subject_type == "booking", readable_by(reader)),
        sa.and_(Event.subject_type.in_(_OF_RESOURCES), visible_to(reader)),
        others,
    )


def _subject_is(kind: str, column: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Event.subject_type == kind, column == Event.subject_id)


# Each event with all it is about, in one statement: by the primary key of whatever that is.
_RESOURCE_ID: Final = sa.case(
    (Event.subject_type == "resource", Event.subject_id),
    else_=sa.func.coalesce(Booking.resource_id, Closure.resource_id, OutsideCalendar.resource_id),
)
_TOLD: Final = (
    sa.select(
        Event.at,
        Event.verb,
        Event.data,
        Event.subject_type,
        _ACTOR.name,
        Unit.code,
        Unit.name_zh,
        Unit.name_en,
        sa.func.coalesce(
            Booking.ref, Closure.ref, Resource.code, _WHO.ref, _WHOSE.code, Group.code, Qualification.code
        ),
        sa.func.coalesce(Resource.name_zh, _WHO.name, _WHOSE.name_zh, Group.name_zh, Qualification.name_zh),
        sa.func.coalesce(Resource.name_en, _WHOSE.name_en, Group.name_en, Qualification.name_en),
        Resource.zone,
        Resource.preset,
    )
    .select_from(Event)
    .outerjoin(_ACTOR, _ACTOR.id == Event.actor_id)
    .outerjoin(Unit, Unit.id == Event.unit_id)
    .outerjoin(Booking, _subject_is("booking", Booking.id))
    .outerjoin(Closure, _subject_is("closure", Closure.id))
    .outerjoin(OutsideCalendar, _subject_is("outside_calendar", OutsideCalendar.id))
    .outerjoin(Resource, Resource.id == _RESOURCE_ID)
    # What somebody runs of the catalogue goes by his id.
    .outerjoin(_WHO, sa.and_(Event.subject_type.in_(("person", "catalogue")), Event.subject_id == _WHO.id))
    .outerjoin(_WHOSE, _subject_is("unit", _WHOSE.id))
    .outerjoin(Group, _subject_is("group", Group.id))
    .outerjoin(Qualification, _subject_is("qualification", Qualification.id))
    .order_by(Event.at.desc(), Event.id.desc())
)


def _told(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return _TOLD.where(*conditions)


def _page(
    session: Session,
    reader: Actor,
    conditions: Sequence[sa.ColumnElement[bool]],
    after: Place | None,
    limit: int,
) -> tuple[list[Happened], Place | None]:
    chosen = _told(*conditions).limit(limit + 1)
    if after is not None:
        chosen = chosen.where(Event.at <= after.at).offset(after.seen)
    rows = [Happened(*row) for row in session.execute(chosen)]
    shown = _as_told(session, reader, rows[:limit])
    return shown, _place(shown, after) if len(rows) > limit else None


def _place(shown: Sequence[Happened], after: Place | None) -> Place:
    last = shown[-1].at
    same = sum(row.at == last for row in shown)
    # A page full of one instant goes on counting where the page before left off.
    return Place(last, same + (after.seen if after is not None and after.at == last else 0))


def _all(session: Session, reader: Actor, chosen: Any) -> Iterator[Happened]:
    for rows in session.execute(chosen.execution_options(yield_per=_BATCH)).partitions():
        yield from _as_told(session, reader, [Happened(*row) for row in rows])


def _as_told(session: Session, reader: Actor, rows: list[Happened]) -> list[Happened]:
    told = as_told_to(session, reader, [(row.verb, row.data) for row in rows])
    return [
        row if data is row.data else replace(row, data=data) for row, data in zip(rows, told, strict=True)
    ]
