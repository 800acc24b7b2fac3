"""Reading bookings: one, one's own, those on a resource, those that wait for a decision."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy, Stage
from alliance.booking.permissions import run_by
from alliance.db import Instant
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import AllianceRole, Management, Membership, Person
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to

Tab = Literal["upcoming", "requested", "past"]
PAGE = 30
# Made once: an alias costs more than the statement it stands in.
_STAGE, _EARLIER_STAGE = aliased(Stage), aliased(Stage)


def loaded() -> tuple[ORMOption, ...]:
    """What a booking needs to be shown: resource and owner, person, unit, stages and deciders, occupied items."""
    return (
        joinedload(Booking.resource).joinedload(Resource.owner),
        joinedload(Booking.person),
        joinedload(Booking.changed_by),
        joinedload(Booking.unit),
        selectinload(Booking.stages).joinedload(Stage.by),
        selectinload(Booking.occupancies).joinedload(Occupancy.item),
    )


def booking_of(session: Session, ref: str) -> Booking | None:
    """The booking of that ref, fully loaded, its items too, in one statement. Whether the asker may read it is for
    permissions to say.
    """
    return session.scalars(_BY_REF, {"ref": ref}).unique().one_or_none()


# Put together once: building it costs more than running it.
_BY_REF: Final = (
    sa.select(Booking)
    .where(Booking.ref == sa.bindparam("ref"))
    .options(
        joinedload(Booking.resource).joinedload(Resource.owner),
        joinedload(Booking.person),
        joinedload(Booking.changed_by),
        joinedload(Booking.unit),
        joinedload(Booking.stages).joinedload(Stage.by),
        joinedload(Booking.occupancies).joinedload(Occupancy.item),
    )
)


def my_bookings(
    session: Session, person_id: int, tab: Tab, now: datetime, *, page: int = 1
) -> tuple[Sequence[Booking], int]:
    """One page of the person's bookings and how many there are in all: what is past latest first, else by start."""
    theirs = Booking.person_id == person_id
    ahead = sa.and_(theirs, Booking.ends_at > now)
    condition = {
        "upcoming": sa.and_(ahead, holds_at(now)),
        "requested": sa.and_(ahead, Booking.status == "requested", Booking.hold_until > now),
        "past": sa.and_(theirs, sa.or_(Booking.ends_at <= now, sa.not_(holds_at(now)))),
    }[tab]
    order = Booking.starts_at.desc() if tab == "past" else Booking.starts_at.asc()
    chosen = sa.select(Booking).where(condition).order_by(order, Booking.id).options(*loaded())
    rows = session.scalars(chosen.limit(PAGE).offset((page - 1) * PAGE)).all()
    return rows, session.scalar(sa.select(sa.func.count()).select_from(Booking).where(condition)) or 0


def bookings_on(
    session: Session, resource_ids: Iterable[int], window: Span, now: datetime
) -> Sequence[Booking]:
    """Bookings that occupy any item of the resources, their parts included, in the window; by start.

    Found through what is occupied, so that a whole hall's booking shows in each of its parts. Reads each item from
    its last occupancy before the window on, which costs the same however long the history is.
    """
    wanted = list(resource_ids)
    parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(wanted))
    earlier = aliased(Occupancy)
    first = (
        sa.select(earlier.starts_at)
        .where(earlier.item_id == Item.id, earlier.starts_at <= window.start)
        .order_by(earlier.starts_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    occupying = (
        sa.select(Occupancy.booking_id)
        .select_from(Item)
        .join(Occupancy, Occupancy.item_id == Item.id)
        .where(sa.or_(Item.resource_id.in_(wanted), Item.resource_id.in_(parts)))
        .where(Occupancy.starts_at < window.end, Occupancy.ends_at > window.start)
        .where(Occupancy.starts_at >= sa.func.coalesce(first, sa.literal(window.start, Instant())))
    )
    chosen = sa.select(Booking).where(Booking.id.in_(occupying), holds_at(now)).options(*loaded())
    return session.scalars(chosen.order_by(Booking.starts_at, Booking.id)).all()


def inbox(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    after: tuple[datetime, datetime, str] | None = None,
    limit: int | None = None,
) -> Sequence[Booking]:
    """Requests whose next decision is the actor's, with policies: the soonest to lapse first, then the oldest.

    `after` is the place of the last one seen: when it lapses, when it was asked for, and its ref.
    """
    policy = joinedload(Booking.resource).joinedload(Resource.policy_row)
    chosen = sa.select(Booking).where(_waits_for(actor, now)).options(*loaded(), policy).limit(limit)
    if after is not None:
        seen = sa.select(Booking.id).where(Booking.ref == after[2]).correlate(None).scalar_subquery()
        place = sa.tuple_(Booking.hold_until, Booking.requested_at, Booking.id)
        chosen = chosen.where(
            place > sa.tuple_(sa.literal(after[0], Instant()), sa.literal(after[1], Instant()), seen)
        )
    return session.scalars(
        chosen.join(Resource, Resource.id == Booking.resource_id).order_by(
            Booking.hold_until, Booking.requested_at, Booking.id
        )
    ).all()


def inbox_count(session: Session, actor: Actor, now: datetime) -> int:
    """How many requests wait for the actor."""
    counted = (
        sa.select(sa.func.count()).select_from(Booking).join(Resource, Resource.id == Booking.resource_id)
    )
    return session.scalar(counted.where(_waits_for(actor, now))) or 0


def may_decide_anything(actor: Actor) -> bool:
    """Whether the actor has any part in decisions, so that an inbox makes sense for him."""
    return bool(actor.managed_ids or actor.admin_unit_ids or actor.is_secretariat)


def decided(session: Session, actor: Actor, now: datetime, *, limit: int = 50) -> Sequence[Booking]:
    """What was decided in the last thirty days on stages that are the actor's, latest first."""
    stage = _STAGE
    recent = sa.and_(stage.verdict.is_not(None), stage.at > now - timedelta(days=30), _is_for(actor, stage))
    return session.scalars(
        sa.select(Booking)
        .join(Resource, Resource.id == Booking.resource_id)
        .where(sa.select(sa.literal(1)).where(stage.booking_id == Booking.id, recent).exists())
        .order_by(Booking.changed_at.desc(), Booking.id.desc())
        .limit(limit)
        .options(*loaded())
    ).all()


def _waits_for(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    stage, earlier = _STAGE, _EARLIER_STAGE
    is_first = ~(
        sa.select(sa.literal(1))
        .where(earlier.booking_id == stage.booking_id, earlier.n < stage.n, earlier.verdict.is_(None))
        .exists()
    )
    mine = (
        sa.select(sa.literal(1))
        .where(stage.booking_id == Booking.id, stage.verdict.is_(None), is_first, _is_for(actor, stage))
        .exists()
    )
    return sa.and_(Booking.status == "requested", Booking.hold_until > now, mine)


def _is_for(actor: Actor, stage: Any) -> sa.ColumnElement[bool]:
    """Whether the stage is the actor's to decide; the same as permissions.decides, over Booking and Resource."""
    return sa.or_(
        sa.and_(stage.deciders == "owner", run_by(actor)),
        sa.and_(stage.deciders == "unit", Booking.unit_id.in_(actor.admin_unit_ids)),
        sa.and_(stage.deciders == "secretariat", sa.literal(actor.is_secretariat)),
    )


def deciders_of(session: Session, booking: Booking, stage: Stage) -> Sequence[Person]:
    """The people who may decide the stage, by name."""
    if stage.deciders == "secretariat":
        ids: sa.Select[int] | sa.CompoundSelect[int] = sa.select(AllianceRole.person_id).where(
            AllianceRole.role == "secretariat"
        )
    elif stage.deciders == "unit":
        ids = _admins_of(booking.unit_id)
    else:
        managers = sa.select(Management.person_id).where(Management.resource_id == booking.resource_id)
        private = booking.resource.detail == "busy"
        ids = managers if private else sa.union(managers, _admins_of(booking.resource.owner_id))
    chosen = sa.select(Person).where(Person.id.in_(ids), Person.status == "active")
    return session.scalars(chosen.order_by(Person.name, Person.id)).all()


def _admins_of(unit_id: int) -> sa.Select[int]:
    return sa.select(Membership.person_id).where(Membership.unit_id == unit_id, Membership.is_admin)


def touched_by(
    session: Session, resource_id: int, item_id: int | None, span: Span, now: datetime
) -> Sequence[Booking]:
    """Bookings that hold a place within the span on the resource, or on one item of it: what a closure would hit."""
    found = bookings_on(session, [resource_id], span, now)
    if item_id is None:
        return found
    return [
        booking for booking in found if item_id in {occupancy.item_id for occupancy in booking.occupancies}
    ]


def recent_resources(session: Session, actor: Actor | None, *, limit: int = 6) -> Sequence[Resource]:
    """The resources the person booked last, the latest first, with their owners, as far as he may still see them."""
    if actor is None:
        return []
    latest = (
        sa.select(Booking.resource_id, sa.func.max(Booking.requested_at).label("at"))
        .where(Booking.person_id == actor.person_id)
        .group_by(Booking.resource_id)
        .subquery()
    )
    chosen = (
        sa.select(Resource)
        .join(latest, latest.c.resource_id == Resource.id)
        .where(visible_to(actor), Resource.status == "published")
        .order_by(latest.c.at.desc(), Resource.code)
        .limit(limit)
        .options(joinedload(Resource.owner))
    )
    return session.scalars(chosen).all()
