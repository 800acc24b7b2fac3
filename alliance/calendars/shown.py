"""Which bookings a calendar shows, as conditions with gaps for the times and the subject.

Only the scope and the reader's roles change what a statement looks like, so that each is written once for many fetches.
"""

from datetime import datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.db import Instant
from alliance.members.actor import Actor
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to

Condition = sa.ColumnElement[bool]
Ids = sa.Select[int] | sa.CompoundSelect[int]


def _instant(name: str) -> sa.BindParameter[datetime]:
    # Typed, for inside a function SQLAlchemy takes an instant for a plain date, and SQLite compares a text to numbers.
    return sa.bindparam(name, type_=Instant())


SUBJECT: Final[sa.BindParameter[int]] = sa.bindparam("subject_id", type_=sa.Integer())
NOW, TODAY, SINCE, GONE_SINCE, LATELY = map(_instant, ("now", "today", "since", "gone_since", "lately"))
HOLDS: Final = holds_at(cast(datetime, NOW))
LAPSED: Final = sa.and_(Booking.status == "requested", Booking.hold_until <= NOW)


def shown(scope: str, reader: Actor | None) -> Condition:
    """The bookings a feed shows: those that hold, back to SINCE, and for a while those that no longer do."""
    lost_at = sa.case((Booking.status == "requested", Booking.hold_until), else_=Booking.changed_at)
    # A client that deletes only what it is told of hears of it; after thirty days, or when its time is over, it is left
    # out, which every client takes for a deletion.
    lost = sa.and_(sa.not_(HOLDS), Booking.ends_at > TODAY, lost_at >= GONE_SINCE)
    # The window stands there twice: plainly, for the index over ends to serve it.
    recent = sa.and_(Booking.ends_at > SINCE, sa.or_(HOLDS, lost))
    if scope == "mine":
        return sa.and_(Booking.person_id == SUBJECT, recent)
    places: Ids = sa.union(_occupying(scope, reader), _lost_on(scope, reader))
    return sa.and_(Booking.id.in_(places), recent)


def kin(scope: str, reader: Actor | None) -> Ids:
    """Every resource a shown booking may be on: the subjects with their parts and wholes."""
    if scope == "mine":
        mine = sa.and_(Booking.person_id == SUBJECT, Booking.ends_at > SINCE)
        return sa.select(Booking.resource_id).where(mine).correlate(None)
    subjects = _subjects(scope, reader)
    return sa.union(
        subjects,
        sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(subjects)),
        sa.select(ResourcePart.whole_id).where(ResourcePart.part_id.in_(subjects)),
    )


def may_see_subject(scope: str, reader: Actor | None) -> sa.ColumnElement[Any]:
    """Whether the reader may see the resource; his place in the unit has been looked at before."""
    if scope != "resource":
        return sa.literal(1)
    return sa.select(Resource.id).where(Resource.id == SUBJECT, visible_to(reader)).scalar_subquery()


def _subjects(scope: str, reader: Actor | None) -> Ids:
    """The resources the feed is about: the one, or those of the unit that the reader may see."""
    if scope == "resource":
        return sa.select(SUBJECT)
    return sa.select(Resource.id).where(Resource.owner_id == SUBJECT, visible_to(reader)).correlate(None)


def _occupying(scope: str, reader: Actor | None) -> Ids:
    """Bookings found through what they occupy, so that a whole shows in its parts and a part in the whole.

    Each item is read from its last occupancy before the window on: the same cost however long the history.
    """
    subjects, earlier = _subjects(scope, reader), aliased(Occupancy)
    parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(subjects))
    first = (
        sa.select(earlier.starts_at)
        .where(earlier.item_id == Item.id, earlier.starts_at <= SINCE)
        .order_by(earlier.starts_at.desc())
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )
    return (
        sa.select(Occupancy.booking_id)
        .select_from(Item)
        .join(Occupancy, Occupancy.item_id == Item.id)
        .where(Item.resource_id.in_(sa.union(subjects, parts)))
        .where(Occupancy.starts_at >= sa.func.coalesce(first, SINCE))
        .correlate(None)
    )


def _lost_on(scope: str, reader: Actor | None) -> Ids:
    """Bookings of the subjects themselves that hold nothing any more and so cannot be found through an item."""
    on_subject = Booking.resource_id.in_(_subjects(scope, reader))
    return sa.select(Booking.id).where(on_subject, Booking.ends_at > TODAY, sa.not_(HOLDS)).correlate(None)
