"""A unit leaves the alliance: what is still tied to it, each tie undone by an act of its own, and then the leaving.

Nothing is cancelled along the way: what would be lost is listed until somebody has dealt with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.booking.changing import end, hold_booking
from alliance.booking.gather import holds_at
from alliance.booking.lineage import lineages_of
from alliance.booking.models import Booking
from alliance.booking.queries import loaded
from alliance.db import action
from alliance.errors import AlreadyDecided, Forbidden, Missing, Problem, Refused, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.groups import leave_groups
from alliance.members.joining.applications import problems_with_reason
from alliance.members.joining.models import JoinRequest
from alliance.members.joining.requests import close_request
from alliance.members.models import Group, GroupUnit, Management, Membership, Unit
from alliance.members.unit_actions import become, hold_unit
from alliance.members.units import unit_by_code
from alliance.resources.managing import note_management
from alliance.resources.models import Qualification, RequiredQualification, Resource

# As many bookings as a page lists; more are counted, and come up when these are dealt with.
SHOWN: Final = 100


@dataclass(frozen=True)
class Ties:
    """What still ties a unit to others: what it shares, bookings to come on that, bookings to come of its people
    elsewhere, groups it is in, and requests to join it. The bookings are the soonest ones; the counts are of all.
    """

    unit: Unit
    resources: Sequence[Resource]
    on_ours: Sequence[Booking]
    on_ours_count: int
    by_ours: Sequence[Booking]
    by_ours_count: int
    groups: Sequence[Group]
    requests: int

    @property
    def led(self) -> list[Group]:
        """The groups it leads."""
        return [group for group in self.groups if group.lead_id == self.unit.id]

    @property
    def may_leave(self) -> bool:
        """Whether nothing stands in the way."""
        return not (self.resources or self.on_ours_count or self.by_ours_count)


def ties_of(session: Session, code: str, reader: Actor) -> Ties:
    """All that ties the unit, for the secretariat; in a fixed number of statements. Raises Missing or Forbidden."""
    unit, now = unit_by_code(session, code), clock.now()
    if not reader.is_secretariat:
        raise Forbidden("secretariat")
    resources = session.scalars(
        sa.select(Resource)
        .where(Resource.owner_id == unit.id, Resource.status != "retired")
        .order_by(Resource.code)
    ).all()
    on_ours, by_ours = _on_ours(unit.id, now), _by_ours(unit.id, now)
    groups = sa.select(Group).join(GroupUnit).where(GroupUnit.unit_id == unit.id).order_by(Group.code)
    requests = sa.select(sa.func.count()).where(JoinRequest.unit_id == unit.id, JoinRequest.status == "open")
    return Ties(
        unit,
        resources,
        _soonest(session, on_ours),
        _count(session, on_ours),
        _soonest(session, by_ours),
        _count(session, by_ours),
        session.scalars(groups).all(),
        session.scalar(requests) or 0,
    )


@action
def hand_over(session: Session, code: str, resources: Collection[str], to: str, *, by: Actor) -> list[str]:
    """Let another unit own the resources from now on, bookings and all; return their codes.

    What belongs together goes together: a whole with its parts. Managers who are not of the new owner manage them no
    more. The secretariat may. Raises Missing, Forbidden or Refused.
    """
    unit = unit_by_code(session, code)
    _require_secretariat(by)
    heir = _heir(session, unit, to)
    chosen = _with_their_kin(session, unit.id, resources)
    hold(session, resources=chosen, units=[unit.id, heir.id])
    session.expire_all()
    # Judged again: the heir may have been suspended, or have left, while the hold was waited for.
    heir = _heir(session, unit, to)
    moved, now = _owned(session, unit.id, chosen), clock.now()
    for resource in moved:
        resource.owner_id, resource.changed_at = heir.id, now
        resource.version += 1
        record(
            session,
            "resource.handed_over",
            "resource",
            resource.id,
            at=now,
            by_id=by.person_id,
            unit_id=unit.id,
            resource=resource.code,
            before={"owner": unit.code},
            after={"owner": heir.code},
        )
    session.flush()
    of_heir = sa.select(Membership.person_id).where(Membership.unit_id == heir.id)
    _drop_managers(session, unit, moved, Management.person_id.not_in(of_heir), by=by)
    _move_qualifications(session, unit.id, heir.id)
    return [resource.code for resource in moved]


@action
def retire_for_leaving(session: Session, code: str, resources: Collection[str], *, by: Actor) -> list[str]:
    """Take the resources off the list for good; return their codes. Refused while anything is booked on one of them.

    The secretariat may. Raises Missing, Forbidden or Refused.
    """
    unit = unit_by_code(session, code)
    _require_secretariat(by)
    chosen = _with_their_kin(session, unit.id, resources)
    hold(session, resources=chosen, units=[unit.id])
    session.expire_all()
    now = clock.now()
    booked = session.scalars(
        sa.select(Resource.code)
        .where(
            Resource.id.in_(
                sa.select(Booking.resource_id).where(_ahead(now), Booking.resource_id.in_(chosen))
            )
        )
        .order_by(Resource.code)
    ).all()
    if booked:
        raise Refused([Problem("still_booked", params={"codes": tuple(booked)})])
    retired = _owned(session, unit.id, chosen)
    for resource in retired:
        before, resource.status = resource.status, "retired"
        resource.changed_at = now
        resource.version += 1
        record(
            session,
            "resource.retired",
            "resource",
            resource.id,
            at=now,
            by_id=by.person_id,
            unit_id=unit.id,
            resource=resource.code,
            version=resource.version,
            before={"status": before},
            after={"status": "retired"},
        )
    return [resource.code for resource in retired]


@action
def end_for_leaving(session: Session, code: str, ref: str, *, by: Actor, reason: str) -> str:
    """End a booking that ties the unit, with a reason that reaches its booker and those who run what was booked.

    A request is withdrawn or refused, as it is of the unit or on what it owns; what was confirmed is cancelled. The
    secretariat may. Raises Missing, Forbidden, AlreadyDecided or Refused.
    """
    unit, now = unit_by_code(session, code), clock.now()
    _require_secretariat(by)
    refuse_if(problems_with_reason(reason))
    # Also what he may not read: who uses a counselling room stays private, but must not keep a unit here for ever.
    booking = hold_booking(session, ref, now=now)
    if unit.id not in (booking.unit_id, booking.resource.owner_id):
        raise Missing
    if not booking.holds_at(now):
        raise AlreadyDecided(booking.status, booking.changed_by_name, booking.changed_at)
    if booking.ends_at <= now:
        raise Refused([Problem("already_started")])
    of_unit = "withdrawn" if booking.unit_id == unit.id else "refused"
    status = of_unit if booking.status == "requested" else "cancelled"
    return end(session, booking, status, by=by, now=now, reason=reason, leaving=unit.code)


@action
def let_leave(session: Session, code: str, *, by: Actor, reason: str = "") -> str:
    """Let the unit leave; return its code. Its people keep their accounts and their other units.

    Refused while anything is shared by it, booked on that, or booked by its people. Open requests to join are answered
    by that; groups go on without it. The secretariat may. Raises Missing, Forbidden or Refused.
    """
    unit_id = unit_by_code(session, code).id
    _require_secretariat(by)
    hold_unit(session, unit_id, with_resources=True)
    unit, now = unit_by_code(session, code), clock.now()
    if unit.status == "left":
        raise Refused([Problem("unit_stands_otherwise", params={"status": "left"})])
    shares = session.scalar(
        sa.select(sa.func.count()).where(Resource.owner_id == unit.id, Resource.status != "retired")
    )
    left = {
        "shares": shares or 0,
        "on_ours": _count(session, _on_ours(unit.id, now)),
        "by_ours": _count(session, _by_ours(unit.id, now)),
    }
    if any(left.values()):
        raise Refused([Problem("unit_is_tied", params=left)])
    for request in session.scalars(
        sa.select(JoinRequest).where(JoinRequest.unit_id == unit.id, JoinRequest.status == "open")
    ):
        close_request(session, request, "refused", by)
    leave_groups(session, unit, by)
    # Whoever manages what is retired and belongs to nobody here would otherwise bring it back.
    owned = session.scalars(sa.select(Resource).where(Resource.owner_id == unit.id)).all()
    _drop_managers(session, unit, owned, sa.true(), by=by)
    become(session, unit, "left", "unit.left", by, reason=reason.strip())
    return code


def _require_secretariat(by: Actor) -> None:
    if not by.is_secretariat:
        raise Forbidden("secretariat")


def _heir(session: Session, unit: Unit, code: str) -> Unit:
    """The unit of that code, if it can take over what the other one owned."""
    heir = session.scalar(sa.select(Unit).where(Unit.code == code)) if code.isprintable() else None
    if heir is None or heir.id == unit.id or heir.status != "active":
        raise Refused([Problem("no_heir", field="to")])
    return heir


def _ahead(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Booking.ends_at > now, holds_at(now))


def _on_ours(unit_id: int, now: datetime) -> sa.ColumnElement[bool]:
    """Bookings to come on what the unit owns."""
    owned = sa.select(Resource.id).where(Resource.owner_id == unit_id)
    return sa.and_(Booking.resource_id.in_(owned), _ahead(now))


def _by_ours(unit_id: int, now: datetime) -> sa.ColumnElement[bool]:
    """Bookings to come that were made for the unit elsewhere."""
    owned = sa.select(Resource.id).where(Resource.owner_id == unit_id)
    return sa.and_(Booking.unit_id == unit_id, Booking.resource_id.not_in(owned), _ahead(now))


def _soonest(session: Session, condition: sa.ColumnElement[bool]) -> Sequence[Booking]:
    chosen = sa.select(Booking).where(condition).order_by(Booking.starts_at, Booking.id).limit(SHOWN)
    return session.scalars(chosen.options(*loaded())).all()


def _count(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Booking).where(condition)) or 0


def _with_their_kin(session: Session, unit_id: int, codes: Collection[str]) -> list[int]:
    """The ids of these resources of the unit, with the wholes and parts they stand together with; raises Missing."""
    sound = [code for code in codes if code.isprintable()]
    found = session.scalars(
        sa.select(Resource.id).where(Resource.owner_id == unit_id, Resource.code.in_(sound))
    ).all()
    if not found:
        raise Refused([Problem("nothing_chosen")])
    if len(found) != len(set(codes)):
        raise Missing
    ids: set[int] = set(found)
    more = ids
    while more:
        kin = {each for lineage in lineages_of(session, sorted(more)).values() for each in lineage.all_ids}
        more = kin - ids
        ids |= kin
    return sorted(ids)


def _owned(session: Session, unit_id: int, ids: Collection[int]) -> Sequence[Resource]:
    chosen = sa.select(Resource).where(Resource.owner_id == unit_id, Resource.id.in_(ids))
    return session.scalars(chosen.order_by(Resource.code).options(joinedload(Resource.owner))).all()


def _drop_managers(
    session: Session, unit: Unit, resources: Collection[Resource], whose: sa.ColumnElement[bool], *, by: Actor
) -> None:
    """Take these managements of what the unit owned, each noted with the person it is taken from."""
    known = {resource.id: resource for resource in resources}
    managements = session.scalars(
        sa.select(Management)
        .where(Management.resource_id.in_(known), whose)
        .order_by(Management.person_id, Management.resource_id)
    ).all()
    for management in managements:
        session.delete(management)
        note_management(session, "taken", management.person_id, unit, [known[management.resource_id]], by=by)
    session.flush()


def _move_qualifications(session: Session, unit_id: int, heir_id: int) -> None:
    """What is required by nothing of the old owner any more goes to the new one, who has to grant it from now on."""

    def required_by(owner_id: int) -> Any:
        return (
            sa.select(RequiredQualification.qualification_id)
            .join(Resource, Resource.id == RequiredQualification.resource_id)
            .where(Resource.owner_id == owner_id, Resource.status != "retired")
        )

    session.execute(
        sa.update(Qualification)
        .where(
            Qualification.owner_id == unit_id,
            Qualification.id.in_(required_by(heir_id)),
            Qualification.id.not_in(required_by(unit_id)),
        )
        .values(owner_id=heir_id)
        .execution_options(synchronize_session=False)
    )
