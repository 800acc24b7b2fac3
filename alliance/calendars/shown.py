"""Which bookings a calendar shows, as conditions with gaps for the times and the subject.

Only the scope and the reader's roles change what a statement looks like, so that each is written once for many fetches.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from alliance.booking.gather import holds_at
from alliance.booking.models import REQUESTED, Booking, Occupancy
from alliance.booking.queries import waiting_for
from alliance.calendars.models import FeedResource
from alliance.db import Instant
from alliance.members.actor import Actor
from alliance.members.groups import sees_group
from alliance.members.models import GroupUnit
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to

Condition = sa.ColumnElement[bool]
Ids = sa.Select[int] | sa.CompoundSelect[int]


def _instant(name: str) -> sa.BindParameter[datetime]:
    # Typed, for inside a function SQLAlchemy takes an instant for a plain date, and SQLite compares a text to numbers.
    return sa.bindparam(name, type_=Instant())


SUBJECT: Final[sa.BindParameter[int]] = sa.bindparam("subject_id", type_=sa.Integer())
FEED: Final[sa.BindParameter[int]] = sa.bindparam("feed_id", type_=sa.Integer())
NOW, TODAY, SINCE, UNTIL = map(_instant, ("now", "today", "since", "until"))
GONE_SINCE, LATELY = map(_instant, ("gone_since", "lately"))
HOLDS: Final = holds_at(cast(datetime, NOW))
LAPSED: Final = sa.and_(Booking.status == REQUESTED, Booking.hold_until <= NOW)


@dataclass(frozen=True)
class Choice:
    """Which bookings a feed is about: `scope` and what it leaves out, for a reader of these roles."""

    scope: str
    reader: Actor | None
    pending: bool = True
    cancelled: bool = True

    @property
    def is_own(self) -> bool:
        """Whether it is about the reader's own affairs, which he may know of wherever they take place."""
        return self.scope in ("mine", "approvals")


def shown(choice: Choice) -> Condition:
    """The bookings a feed shows: those that hold, from SINCE to UNTIL, and for a while those that no longer do."""
    lost_at = sa.case((Booking.status == REQUESTED, Booking.hold_until), else_=Booking.changed_at)
    # A client that deletes only what it is told of hears of it; after thirty days, or when its time is over, it is left
    # out, which every client takes for a deletion.
    lost = sa.and_(sa.not_(HOLDS), Booking.ends_at > TODAY, lost_at >= GONE_SINCE)
    if not choice.pending:
        # What was never shown need not be taken back.
        lost = sa.and_(lost, Booking.status == "cancelled")
    wanted = HOLDS if choice.pending else Booking.status == "approved"
    # The window stands there twice: plainly, for the index over ends to serve it.
    recent = sa.and_(
        Booking.ends_at > SINCE,
        Booking.starts_at < UNTIL,
        sa.or_(wanted, lost) if choice.cancelled else wanted,
    )
    if choice.scope == "mine":
        return sa.and_(Booking.person_id == SUBJECT, recent)
    if choice.scope == "approvals":
        return sa.and_(Booking.id.in_(_waiting(choice, Booking.id)), recent)
    places: Ids = sa.union(_occupying(choice), _lost_on(choice))
    return sa.and_(Booking.id.in_(places), recent)


def kin(choice: Choice) -> Ids:
    """Every resource a shown booking may be on: the subjects with their parts and wholes."""
    if choice.scope == "mine":
        mine = sa.and_(Booking.person_id == SUBJECT, Booking.ends_at > SINCE)
        return sa.select(Booking.resource_id).where(mine).correlate(None)
    if choice.scope == "approvals":
        return _waiting(choice, Booking.resource_id)
    subjects = _subjects(choice)
    return sa.union(
        subjects,
        sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(subjects)),
        sa.select(ResourcePart.whole_id).where(ResourcePart.part_id.in_(subjects)),
    )


def may_see_subject(choice: Choice) -> sa.ColumnElement[Any]:
    """Whether the reader may see what the feed is about; his place in a unit has been looked at before."""
    if choice.scope == "resource":
        return (
            sa.select(Resource.id).where(Resource.id == SUBJECT, visible_to(choice.reader)).scalar_subquery()
        )
    if choice.scope == "resources":
        return sa.select(sa.func.min(_subjects(choice).subquery().c.id)).scalar_subquery()
    if choice.scope == "group" and choice.reader is not None:
        return sa.case((sees_group(choice.reader, SUBJECT), 1))
    return sa.literal(1)


def _waiting(choice: Choice, column: Any) -> sa.Select[int]:
    """That column of the requests whose next decision is the reader's."""
    found = sa.select(column).select_from(Booking).correlate(None)
    return found.where(sa.false() if choice.reader is None else Booking.id.in_(waiting_for(choice.reader)))


def _subjects(choice: Choice) -> Ids:
    """The resources the feed is about: the one, or those of several, a unit or a group that the reader may see."""
    if choice.scope == "resource":
        return sa.select(SUBJECT.label("id"))
    seen = sa.select(Resource.id).where(visible_to(choice.reader)).correlate(None)
    if choice.scope == "unit":
        return seen.where(Resource.owner_id == SUBJECT)
    if choice.scope == "group":
        owners = sa.select(GroupUnit.unit_id).where(GroupUnit.group_id == SUBJECT)
        return seen.where(Resource.owner_id.in_(owners))
    return seen.where(
        Resource.id.in_(sa.select(FeedResource.resource_id).where(FeedResource.feed_id == FEED))
    )


def _occupying(choice: Choice) -> Ids:
    """Bookings found through what they occupy, so that a whole shows in its parts and a part in the whole.

    Each item is read from its last occupancy before the window on: the same cost however long the history.
    """
    subjects, earlier = _subjects(choice), aliased(Occupancy)
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


def _lost_on(choice: Choice) -> Ids:
    """Bookings of the subjects themselves that hold nothing any more and so cannot be found through an item."""
    on_subject = Booking.resource_id.in_(_subjects(choice))
    return sa.select(Booking.id).where(on_subject, Booking.ends_at > TODAY, sa.not_(HOLDS)).correlate(None)
