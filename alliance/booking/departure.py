"""What somebody would leave behind in a unit, handing it over, and taking him out of the unit.

Nothing is cancelled by it. What is not handed over stays his: a booking is kept for the person it was made for, and the
admins of the unit look after what he managed. Whoever is suspended hands over the same: see booking/suspension.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.changing import note, touch
from alliance.booking.facts import Wish
from alliance.booking.gather import gather, holds_at
from alliance.booking.lineage import lineages_of
from alliance.booking.models import Booking
from alliance.booking.permissions import booking_stage, may_read
from alliance.booking.queries import loaded, waiting_for
from alliance.booking.rules import SAFETY, STANDING, problems_with
from alliance.db import action
from alliance.errors import Missing, Problem, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.invitations import spend_invitations
from alliance.members.memberships import held_membership, last_admin
from alliance.members.models import Management, Membership, Person, Unit
from alliance.members.people import unit_for_its_people
from alliance.members.standing import lasts, still_manages
from alliance.refs import is_ref
from alliance.resources.managing import managed_in, note_management
from alliance.resources.models import Resource


@dataclass(frozen=True)
class Duties:
    """What somebody would leave behind in a unit.

    Bookings still to come for it, what he manages of it, which of that by their ids nobody else manages, and the
    requests on which nobody but him can decide. The bookings of private resources are nobody's affair but theirs, and
    stay as they are.
    """

    bookings: Sequence[Booking]
    managed: Sequence[Resource]
    only_his: frozenset[int]
    alone: Sequence[Booking]


@dataclass(frozen=True)
class Handover:
    """What goes to whom: bookings by their refs to one heir, all management to one, perhaps another, heir."""

    bookings: frozenset[str] = frozenset()
    heir: str = ""
    manager: str = ""


def duties_of(session: Session, person: Person, unit: Unit, now: datetime, by: Actor) -> Duties:
    """What the person would leave behind in the unit, as far as `by` may read it; in a fixed number of statements."""
    managed = managed_in(session, person, unit)
    ids = {resource.id for resource in managed}
    return Duties(
        [booking for booking in _bookings(session, person.id, unit.id, now) if may_read(by, booking)],
        managed,
        frozenset(ids - _others_who_run(session, ids, person, now)),
        _alone(session, person, unit, now),
    )


def heirs_in(session: Session, person: Person, unit: Unit, *, limit: int = 500) -> Sequence[Person]:
    """Those of the unit who can take something over, by name."""
    chosen = (
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == unit.id, lasts(clock.now()))
        .where(Person.status == "active", Person.id != person.id)
        .order_by(Person.name, Person.id)
        .limit(limit)
    )
    return session.scalars(chosen).all()


@action
def end_membership(session: Session, unit_code: str, ref: str, handover: Handover, *, by: Actor) -> None:
    """Hand over what was chosen and take the person out of the unit, or say everything that speaks against it.

    Raises Missing, Forbidden, or Refused: the last admin stays, an heir must belong to the unit and be allowed what he
    takes over, and requests on which only this person decides need somebody who manages after him.
    """
    person, unit, membership, problems = _handed_over(session, unit_code, ref, handover, by=by)
    if membership.is_admin:
        problems = [*problems, *last_admin(session, person, [unit])]
    refuse_if(problems)
    kept = len(_bookings(session, person.id, unit.id, clock.now()))
    session.delete(membership)
    # A letter that still lies about would let him back in, as whatever it said.
    spend_invitations(session, person.email, unit.id, clock.now())
    record(
        session,
        "membership.ended",
        "person",
        person.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=unit.id,
        bookings_kept=kept,
        bookings_handed_over=len(handover.bookings),
    )


def _handed_over(
    session: Session, unit_code: str, ref: str, handover: Handover, *, by: Actor
) -> tuple[Person, Unit, Membership, list[Problem]]:
    """Everything handed over that can be, and what cannot: the caller rolls back when there is any of that."""
    unit = unit_for_its_people(session, unit_code, by)
    hold_for_handover(session, ref, {unit.id: handover})
    unit, person, membership = held_membership(session, unit_code, ref, by=by)
    return person, unit, membership, give_duties(session, person, unit, handover, by=by)


def hold_for_handover(
    session: Session, ref: str, handovers: Mapping[int, Handover], persons: Collection[int] = ()
) -> None:
    """Take every hold in the one order there is, before anything that decides is read.

    `handovers` are by the id of the unit whose affair they are; `persons` are others who have to be held. Raises
    Missing for a ref that cannot be one.
    """
    wanted = {ref}
    refs = set[str]()
    for handover in handovers.values():
        wanted |= {handover.heir, handover.manager} - {""}
        refs |= set(filter(is_ref, handover.bookings))
    # The refs once and not once for each unit: SQLite takes only so many values in one statement.
    booked = sa.select(Booking.resource_id).where(Booking.unit_id.in_(handovers), Booking.ref.in_(refs))
    if not all(each.isprintable() for each in wanted):
        raise Missing
    found = list(session.scalars(sa.select(Person.id).where(Person.ref.in_(wanted))))
    resources = set(session.scalars(booked))
    parts = {part for lineage in lineages_of(session, resources).values() for part in lineage.parts}
    hold(session, resources=resources | parts, persons=[*found, *persons], units=handovers)


def give_duties(
    session: Session, person: Person, unit: Unit, handover: Handover, *, by: Actor, is_for_good: bool = True
) -> list[Problem]:
    """Hand over what can be, and say what cannot: the caller holds all of it, and rolls back when there is any of that.

    What he manages is his no more, or, where he may come back to it, rests beside whoever manages it from now on.
    """
    now = clock.now()
    duties = duties_of(session, person, unit, now, by)
    heirs = {heir.ref: heir for heir in heirs_in(session, person, unit)}
    problems = [
        Problem("heir_not_of_unit", field=field)
        for field, wanted in (("heir", handover.heir), ("manager", handover.manager))
        if wanted and wanted not in heirs
    ]
    if handover.bookings and not handover.heir:
        problems.append(Problem("heir_not_of_unit", field="heir"))
    if duties.alone and not handover.manager and (is_for_good or heirs):
        problems.append(
            Problem("nobody_else_decides", params={"requests": len(duties.alone)}, field="manager")
        )
    if not problems and handover.heir:
        heir = heirs[handover.heir]
        for booking in duties.bookings:
            if booking.ref in handover.bookings:
                problems += _give_booking(session, booking, person, heir, by=by, now=now)
    if not problems:
        manager = heirs.get(handover.manager)
        if is_for_good:
            _take_managements(session, person, unit, duties.managed, by=by)
        _give_managements(session, unit, duties.managed, manager, by=by)
    return problems


def _give_booking(
    session: Session, booking: Booking, person: Person, heir: Person, *, by: Actor, now: datetime
) -> list[Problem]:
    """Make it the heir's; or why he may not have it, with the booking named."""
    wish = Wish(booking.span, booking.quantity)
    facts = gather(
        session,
        booking.resource,
        wish,
        person_id=heir.id,
        unit_id=booking.unit_id,
        now=now,
        moving=booking,
    )
    against = [found for found in problems_with(wish, facts, STANDING + SAFETY) if found.severity == "block"]
    if against:
        params = {
            "name": heir.name,
            "resource_zh": booking.resource.name_zh,
            "resource_en": booking.resource.name_en or "",
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
        }
        return [Problem("cannot_take_over", params=params, field="heir")]
    if booking.booked_by_id == person.id:
        booking.booked_by_id = heir.id
    booking.person_id = heir.id
    touch(booking, by=by, now=now, notable=True)
    note(session, "booking.handed_over", booking, by=by, now=now, before=person.name, after=heir.name)
    return []


def _take_managements(
    session: Session, person: Person, unit: Unit, resources: Sequence[Resource], *, by: Actor
) -> None:
    """Nobody manages for a unit to which he does not belong."""
    for resource in resources:
        his = (Management.person_id == person.id, Management.resource_id == resource.id)
        session.execute(sa.delete(Management).where(*his))
        note_management(session, "taken", person.id, unit, [resource], by=by)


def _give_managements(
    session: Session, unit: Unit, resources: Sequence[Resource], manager: Person | None, *, by: Actor
) -> None:
    """What he managed goes to the heir; without one the admins of the unit look after it."""
    if manager is None:
        return
    for resource in resources:
        if session.get(Management, (manager.id, resource.id)) is None:
            session.add(Management(person_id=manager.id, resource_id=resource.id))
            note_management(session, "given", manager.id, unit, [resource], by=by)


def _bookings(session: Session, person_id: int, unit_id: int, now: datetime) -> Sequence[Booking]:
    """The person's bookings for the unit that are still to begin and keep their place, by start."""
    chosen = (
        sa.select(Booking)
        .where(Booking.person_id == person_id, Booking.ends_at > now, Booking.starts_at > now)
        .where(Booking.unit_id == unit_id, holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
        .options(*loaded())
    )
    return session.scalars(chosen).all()


def _alone(session: Session, person: Person, unit: Unit, now: datetime) -> list[Booking]:
    """The requests that wait for the person and for nobody else, as far as that comes from this unit."""
    his = actor_of(session, person.id)
    if his is None or not (his.managed_ids or unit.id in his.admin_unit_ids):
        return []
    chosen = sa.select(Booking).where(Booking.id.in_(waiting_for(his))).options(*loaded())
    waiting = session.scalars(chosen.order_by(Booking.hold_until, Booking.id), {"now": now}).all()
    others_run = _others_who_run(session, {booking.resource_id for booking in waiting}, person, now)
    has_admins = _has_other_admin(session, person, unit, now)
    return [booking for booking in waiting if not _somebody_else(booking, unit, others_run, has_admins)]


def _somebody_else(booking: Booking, unit: Unit, others_run: set[int], has_admins: bool) -> bool:
    """Whether the next decision can be made by another of the unit, or is not the unit's to make."""
    stage = booking_stage(booking)
    if stage is None or stage.deciders == "secretariat":
        return True
    if stage.deciders == "unit":
        return booking.unit_id != unit.id or has_admins
    if booking.resource.owner_id != unit.id:
        return True
    # What is always shown as busy is its managers' affair alone.
    return booking.resource_id in others_run or (has_admins and booking.resource.detail != "busy")


def _others_who_run(session: Session, resource_ids: set[int], person: Person, now: datetime) -> set[int]:
    chosen = (
        sa.select(Management.resource_id)
        .join(Person, Person.id == Management.person_id)
        .where(Management.resource_id.in_(resource_ids), Management.person_id != person.id)
        .where(Person.status == "active", still_manages(now))
    )
    return set(session.scalars(chosen))


def _has_other_admin(session: Session, person: Person, unit: Unit, now: datetime) -> bool:
    chosen = (
        sa.select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id == unit.id, Membership.is_admin, lasts(now))
        .where(Membership.person_id != person.id, Person.status == "active")
    )
    return session.scalar(chosen.limit(1)) is not None
