"""Facts from the database, in a fixed number of statements however many bookings there are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.availability.queries import days_of
from alliance.booking.applicants import NEEDED, held_by, member_until, membership_of
from alliance.booking.closed import closed_over
from alliance.booking.facts import Facts, Needed, Wish
from alliance.booking.lineage import Lineage, lineage_of
from alliance.booking.models import REQUESTED, Booking, Occupancy
from alliance.booking.routes import relation_of
from alliance.db import Instant, among, read_rows
from alliance.errors import Missing
from alliance.intervals import Span
from alliance.members.models import GroupUnit, Membership, Person, Unit
from alliance.resources.models import (
    HeldQualification,
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
)
from alliance.resources.policy import Policy

# Far enough to count the working days a request is held, also over the longest public holiday.
_HOLD_HORIZON = timedelta(days=30)
_OWNER, _THEIRS = aliased(Unit), aliased(GroupUnit)
_TAKEN = aliased(Occupancy)


def holds_at(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """Bookings that keep their place: approved, or requested while the hold lasts."""
    return sa.or_(
        Booking.status == "approved", sa.and_(Booking.status == REQUESTED, Booking.hold_until > now)
    )


def _given(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=Instant())


def _items_with_predecessors(*conditions: sa.ColumnElement[bool]) -> sa.Select[int, datetime]:
    previous = (
        sa.select(Occupancy.ends_at)
        .join(Booking, Booking.id == Occupancy.booking_id)
        .where(Occupancy.item_id == Item.id, Occupancy.starts_at < _given("end"))
        .where(holds_at(_given("now")), Occupancy.booking_id != sa.bindparam("moving"))
        .order_by(Occupancy.starts_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    live = (among(Item.resource_id, "owners"), Item.retired_at.is_(None))
    return sa.select(Item.id, previous).where(*live, *conditions).order_by(Item.id)


# Every statement is put together once: building one costs more than running it.
_STANDING: Final = (
    sa.select(
        Person.status.label("person_status"),
        Unit.status.label("unit_status"),
        _OWNER.status.label("owner_status"),
        Membership.person_id.label("member_id"),
        Membership.ends_at.label("membership_ends"),
        sa.select(sa.literal(1))
        .select_from(GroupUnit)
        .join(_THEIRS, _THEIRS.group_id == GroupUnit.group_id)
        .where(GroupUnit.unit_id == sa.bindparam("unit"), _THEIRS.unit_id == sa.bindparam("owner"))
        .exists()
        .label("shares_group"),
    )
    .select_from(Person)
    .join(Unit, Unit.id == sa.bindparam("unit"))
    .join(_OWNER, _OWNER.id == sa.bindparam("owner"))
    .outerjoin(Membership, membership_of(Person.id, Unit.id))
    .where(Person.id == sa.bindparam("person"))
)
_ITEMS: Final = _items_with_predecessors()
_OWN_ITEMS: Final = _items_with_predecessors(
    Item.id.in_(sa.select(_TAKEN.item_id).where(_TAKEN.booking_id == sa.bindparam("moving")))
)
# From the last one that starts before on, per item: nothing earlier can reach in, and history is not read.
_FIRST: Final = (
    sa.select(_TAKEN.starts_at)
    .where(_TAKEN.item_id == Item.id, _TAKEN.starts_at <= _given("start"))
    .order_by(_TAKEN.starts_at.desc())
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
# Materialized, or PostgreSQL asks for the beginning again with each row and reads the history after all.
_REACH: Final = (
    sa.select(Item.id, sa.func.coalesce(_FIRST, _given("start")).label("since"))
    .where(among(Item.id, "items"))
    .cte("reach")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_CLASHES: Final = (
    sa.select(Occupancy.item_id, Occupancy.starts_at, Occupancy.ends_at)
    .select_from(_REACH)
    .join(Occupancy, sa.and_(Occupancy.item_id == _REACH.c.id, Occupancy.starts_at >= _REACH.c.since))
    .join(Booking, Booking.id == Occupancy.booking_id)
    .where(Occupancy.starts_at < _given("end"), Occupancy.ends_at > _given("start"))
    .where(holds_at(_given("now")), Occupancy.booking_id != sa.bindparam("moving"))
    .order_by(Occupancy.starts_at, Occupancy.item_id)
)
_NEEDED: Final = (
    sa.select(*NEEDED)
    .join(RequiredQualification, RequiredQualification.qualification_id == Qualification.id)
    .outerjoin(HeldQualification, held_by(sa.bindparam("person")))
    .where(RequiredQualification.resource_id == sa.bindparam("resource"))
    .order_by(Qualification.code)
)
_COUNTS: Final = (
    sa.select(
        sa.func.count().filter(Booking.person_id == sa.bindparam("person")),
        sa.func.count().filter(Booking.unit_id == sa.bindparam("unit")),
    )
    .where(Booking.resource_id == sa.bindparam("resource"), Booking.ends_at > _given("now"))
    .where(holds_at(_given("now")), Booking.id != sa.bindparam("moving"))
)


def gather(
    session: Session,
    resource: Resource,
    wish: Wish,
    *,
    person_id: int,
    unit_id: int,
    now: datetime,
    moving: Booking | None = None,
    lineage: Lineage | None = None,
) -> Facts:
    """Everything the rules ask about this wish. For a decision to change something, call it under the hold, which
    knows the `lineage` already.

    Lapsed requests are not in the way: under the hold they have been expired, on a read they are looked past.
    """
    facts = _standing_facts(session, resource, person_id, unit_id, now)
    if moving is not None:
        facts = replace(facts, before=Wish(moving.span, moving.quantity))
    kept = moving if facts.shrinks(wish) else None
    if kept is not None:
        facts = replace(facts, kept_buffers=kept.buffers)
    footprint = facts.footprint(wish)
    lineage = lineage or lineage_of(session, resource.id)
    facts = replace(
        facts,
        days=_days(session, resource, wish, facts.zone, now),
        is_whole=lineage.is_whole,
        items=_items(session, lineage.item_owner_ids, footprint, now, moving, kept),
        closures=closed_over(session, resource, lineage.all_ids, footprint),
        needed=_needed(session, resource.id, person_id),
    )
    facts = _with_counts(session, facts, resource.id, person_id, unit_id, moving)
    if len(facts.available(wish)) < facts.items_wanted(wish):
        facts = replace(facts, clashes=_clashes(session, list(facts.items), footprint, now, moving))
    return facts


def _policy(session: Session, resource_id: int) -> Policy:
    row = session.get(PolicyRow, resource_id)
    if row is None:
        raise Missing
    return row.value()


def _standing_facts(
    session: Session, resource: Resource, person_id: int, unit_id: int, now: datetime
) -> Facts:
    """What does not hang on the time wished for: the resource and its rules, and how all concerned stand."""
    policy = _policy(session, resource.id)
    standing = _standing(session, resource, person_id, unit_id)
    return Facts(
        now=now,
        resource_code=resource.code,
        policy=policy,
        hours=Hours.parse(policy.hours),
        zone=ZoneInfo(resource.zone),
        preset=resource.preset,
        mode=resource.mode,
        resource_status=resource.status,
        owner_status=standing.owner_status,
        relation=relation_of(
            unit_id=unit_id,
            owner_id=resource.owner_id,
            unit_status=standing.unit_status,
            shares_group=standing.shares_group,
            policy=policy,
        ),
        person_status=standing.person_status,
        unit_status=standing.unit_status,
        member_until=member_until(standing.member_id, standing.membership_ends, now),
    )


def _standing(session: Session, resource: Resource, person_id: int, unit_id: int) -> sa.Row[Any]:
    who = {"person": person_id, "unit": unit_id, "owner": resource.owner_id}
    row = read_rows(session, _STANDING, who).one_or_none()
    if row is None:
        raise Missing
    return row


def _days(session: Session, resource: Resource, wish: Wish, zone: ZoneInfo, now: datetime) -> DayClasses:
    day = timedelta(days=1)
    first, last = wish.span.start.astimezone(zone).date(), wish.span.end.astimezone(zone).date()
    today = now.astimezone(zone).date()
    return days_of(session, resource, (first - day, last), (today, today + _HOLD_HORIZON))


def _items(
    session: Session,
    owner_ids: Sequence[int],
    footprint: Span,
    now: datetime,
    moving: Booking | None,
    kept: Booking | None,
) -> dict[int, datetime | None]:
    """Each live item with the end of its predecessor: the latest occupancy that starts before the footprint ends.

    Only its own items where a booking is `kept` as it is or gives something back: nobody is re-seated.
    Occupancies of one item never overlap, so no other one can clash, and the cost does not grow with history.
    """
    chosen = _ITEMS if kept is None else _OWN_ITEMS
    found = read_rows(session, chosen, {"owners": list(owner_ids), **_around(footprint, now, moving)})
    return {item_id: end for item_id, end in found}  # noqa: C416 - rows are no plain tuples to a type checker


def _clashes(
    session: Session, item_ids: list[int], footprint: Span, now: datetime, moving: Booking | None
) -> tuple[tuple[int, Span], ...]:
    found = read_rows(session, _CLASHES, {"items": item_ids, **_around(footprint, now, moving)})
    return tuple((item_id, Span(start, end)) for item_id, start, end in found)


def _needed(session: Session, resource_id: int, person_id: int) -> tuple[Needed, ...]:
    found = read_rows(session, _NEEDED, {"resource": resource_id, "person": person_id})
    return tuple(Needed(*row) for row in found)


def _with_counts(
    session: Session, facts: Facts, resource_id: int, person_id: int, unit_id: int, moving: Booking | None
) -> Facts:
    policy = facts.policy
    if policy.active_per_person is None and policy.active_per_unit is None:
        return facts
    counted = {"resource": resource_id, "person": person_id, "unit": unit_id, "now": facts.now}
    row = read_rows(session, _COUNTS, {**counted, "moving": moving.id if moving else 0}).one()
    return replace(facts, active_of_person=row[0], active_of_unit=row[1])


def _around(footprint: Span, now: datetime, moving: Booking | None) -> dict[str, object]:
    return {"start": footprint.start, "end": footprint.end, "now": now, "moving": moving.id if moving else 0}
