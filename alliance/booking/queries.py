"""Reading bookings: one, one's own, those on a resource, those that wait for a decision."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from alliance.booking.gather import holds_at
from alliance.booking.models import REQUESTED, Booking, Occupancy, Stage
from alliance.booking.permissions import run_by
from alliance.db import Instant
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import AllianceRole, Person
from alliance.members.people import admins_of, managers_of
from alliance.refs import is_ref
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to

Tab = Literal["upcoming", "requested", "past"]
PAGE = 30
# Made once: an alias costs more than the statement it stands in.
_STAGE, _EARLIER_STAGE = aliased(Stage), aliased(Stage)


_LONG_TEXTS: Final = (
    Resource.search_text,
    Resource.description_zh,
    Resource.description_en,
    Resource.specifications_zh,
    Resource.specifications_en,
)


def _known(relation: Any) -> Any:
    """Who somebody is, and nothing of how he signs in."""
    return relation.load_only(Person.name, Person.email, Person.status, Person.language, raiseload=True)


# Put together once. What no list shows is not read either: a row is ninety columns wide without that.
_LOADED: Final[tuple[ORMOption, ...]] = (
    joinedload(Booking.resource).options(
        *(defer(text, raiseload=True) for text in _LONG_TEXTS), joinedload(Resource.owner)
    ),
    _known(joinedload(Booking.person)),
    _known(joinedload(Booking.changed_by)),
    joinedload(Booking.unit),
    _known(selectinload(Booking.stages).joinedload(Stage.by)),
    selectinload(Booking.occupancies).joinedload(Occupancy.item),
)


def loaded() -> tuple[ORMOption, ...]:
    """What a booking needs to be shown: resource and owner, person, unit, stages and deciders, occupied items.

    Of the resource without its long texts, of people without what they sign in with: asking for those raises.
    """
    return _LOADED


def booking_of(session: Session, ref: str) -> Booking | None:
    """The booking of that ref, fully loaded, its items too, in one statement. Whether the asker may read it is for
    permissions to say.
    """
    return session.scalars(_BY_REF, {"ref": ref}).unique().one_or_none()


def booking_with_rules(session: Session, ref: str) -> Booking | None:
    """The booking of that ref with the policy of its resource, loaded to be shown, whoever may read it."""
    policy = joinedload(Booking.resource).joinedload(Resource.policy_row)
    return session.scalar(sa.select(Booking).where(Booking.ref == ref).options(*loaded(), policy))


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
    given = {"person": person_id, "now": now}
    page_of, count_of = _MINE[tab]
    rows = session.scalars(page_of, {**given, "limit": PAGE, "offset": (page - 1) * PAGE}).all()
    return rows, session.scalar(count_of, given) or 0


_NOW: Final[Any] = sa.bindparam("now", type_=Instant())
_LIMIT: Final[Any] = sa.bindparam("limit")
_OFFSET: Final[Any] = sa.bindparam("offset")


def _mine(*conditions: sa.ColumnElement[bool], latest_first: bool = False) -> tuple[Any, Any]:
    """A page of one's bookings, and how many there are."""
    wanted = (Booking.person_id == sa.bindparam("person"), *conditions)
    order = Booking.starts_at.desc() if latest_first else Booking.starts_at.asc()
    chosen = sa.select(Booking).where(*wanted).order_by(order, Booking.id).options(*_LOADED)
    return chosen.limit(_LIMIT).offset(_OFFSET), sa.select(sa.func.count()).select_from(Booking).where(
        *wanted
    )


# Put together once, like all statements here: building one costs more than running it.
_AHEAD: Final = Booking.ends_at > _NOW
_MINE: Final[dict[Tab, tuple[Any, Any]]] = {
    "upcoming": _mine(_AHEAD, holds_at(_NOW)),
    "requested": _mine(_AHEAD, Booking.status == REQUESTED, Booking.hold_until > _NOW),
    "past": _mine(sa.or_(Booking.ends_at <= _NOW, sa.not_(holds_at(_NOW))), latest_first=True),
}


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
    limit: int = PAGE,
    offset: int = 0,
) -> Sequence[Booking]:
    """Requests whose next decision is the actor's, with policies: the soonest to lapse first, then the oldest.

    `after` is the place of the last one seen: when it lapses, when it was asked for, and its ref.
    """
    given: dict[str, Any] = {"now": now, "limit": limit, "offset": offset}
    chosen, within = _inbox_of(actor)
    if after is not None:
        chosen = chosen.where(within)
        given |= {"lapses": after[0], "requested": after[1], "ref": after[2]}
    return session.scalars(chosen, given).all()


def inbox_count(session: Session, actor: Actor, now: datetime) -> int:
    """How many requests wait for the actor."""
    return session.scalar(_inbox_count_of(actor), {"now": now}) or 0


@lru_cache(maxsize=512)
def _inbox_of(actor: Actor) -> tuple[Any, sa.ColumnElement[bool]]:
    """A page of what waits for the actor, and the condition that leaves what comes after some place in it."""
    policy = joinedload(Booking.resource).joinedload(Resource.policy_row)
    seen = sa.select(Booking.id).where(Booking.ref == sa.bindparam("ref")).correlate(None).scalar_subquery()
    place = sa.tuple_(Booking.hold_until, Booking.requested_at, Booking.id)
    last = (sa.bindparam("lapses", type_=Instant()), sa.bindparam("requested", type_=Instant()), seen)
    chosen = (
        sa.select(Booking)
        .where(Booking.id.in_(waiting_for(actor)))
        .options(*_LOADED, policy)
        .order_by(Booking.hold_until, Booking.requested_at, Booking.id)
        .limit(_LIMIT)
        .offset(_OFFSET)
    )
    return chosen, place > sa.tuple_(*last)


@lru_cache(maxsize=512)
def _inbox_count_of(actor: Actor) -> Any:
    return sa.select(sa.func.count()).select_from(Booking).where(Booking.id.in_(waiting_for(actor)))


def may_decide_anything(actor: Actor) -> bool:
    """Whether the actor has any part in decisions, so that an inbox makes sense for him."""
    return bool(actor.managed_ids or actor.admin_unit_ids or actor.is_secretariat)


def decided(
    session: Session, actor: Actor, now: datetime, *, limit: int = PAGE, offset: int = 0
) -> Sequence[Booking]:
    """What was decided in the last thirty days on stages that are the actor's, latest first."""
    given = {"since": now - timedelta(days=30), "limit": limit, "offset": offset}
    return session.scalars(_decided_by(actor), given).all()


@lru_cache(maxsize=512)
def _decided_by(actor: Actor) -> Any:
    since = sa.bindparam("since", type_=Instant())
    # Nobody decides on what has begun: what was decided since then ends later, which an index knows.
    recent = (_STAGE.verdict.is_not(None), _STAGE.at > since, Booking.ends_at > since)
    return (
        sa.select(Booking)
        .where(Booking.id.in_(_staged_for(actor, *recent)))
        .order_by(Booking.changed_at.desc(), Booking.id.desc())
        .limit(_LIMIT)
        .offset(_OFFSET)
        .options(*_LOADED)
    )


def waiting_for(actor: Actor) -> Any:
    """The ids of requests whose next decision is the actor's; `now` is a gap in the statement."""
    is_first = ~(
        sa.select(sa.literal(1))
        .where(
            _EARLIER_STAGE.booking_id == _STAGE.booking_id,
            _EARLIER_STAGE.n < _STAGE.n,
            _EARLIER_STAGE.verdict.is_(None),
        )
        .exists()
    )
    waits = (Booking.status == REQUESTED, Booking.hold_until > _NOW)
    return _staged_for(actor, *waits, _STAGE.verdict.is_(None), is_first)


def _staged_for(actor: Actor, *conditions: sa.ColumnElement[bool]) -> Any:
    """The ids of bookings, under these conditions, with a stage that is the actor's to decide: as permissions.decides.

    One search for each of his roles, so that each begins with an index of what can be his at all.
    """
    run = sa.select(Resource.id).where(run_by(actor))
    roles: list[tuple[str, sa.ColumnElement[bool]]] = []
    if actor.managed_ids or actor.admin_unit_ids:
        roles.append(("owner", Booking.resource_id.in_(run)))
    if actor.admin_unit_ids:
        roles.append(("unit", Booking.unit_id.in_(actor.admin_unit_ids)))
    if actor.is_secretariat:
        roles.append(("secretariat", sa.true()))
    searches = [
        sa.select(Booking.id)
        .join(_STAGE, _STAGE.booking_id == Booking.id)
        .where(_STAGE.deciders == deciders, theirs, *conditions)
        for deciders, theirs in roles
    ]
    return sa.union_all(*searches) if searches else sa.select(Booking.id).where(sa.false())


def deciders_of(session: Session, booking: Booking, stage: Stage) -> Sequence[Person]:
    """The people who may decide the stage, by name."""
    if stage.deciders == "secretariat":
        ids: sa.Select[int] | sa.CompoundSelect[int] = sa.select(AllianceRole.person_id).where(
            AllianceRole.role == "secretariat"
        )
    elif stage.deciders == "unit":
        ids = admins_of(booking.unit_id)
    else:
        managers = managers_of(booking.resource_id)
        private = booking.resource.detail == "busy"
        # SQLite joins no list that has an order of its own.
        admins = admins_of(booking.resource.owner_id).order_by(None)
        ids = managers if private else sa.union(managers, admins)
    chosen = sa.select(Person).where(Person.id.in_(ids), Person.status == "active")
    return session.scalars(chosen.order_by(Person.name, Person.id)).all()


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


def bookings_named(session: Session, refs: Iterable[str]) -> Sequence[Booking]:
    """The bookings of these refs, by start; what is no ref names none."""
    sound = [ref for ref in refs if is_ref(ref)]
    chosen = sa.select(Booking).where(Booking.ref.in_(sound)).options(*loaded())
    return session.scalars(chosen.order_by(Booking.starts_at, Booking.id)).all()
