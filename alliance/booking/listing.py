"""Long lists of bookings in pages that stay in place while bookings come and go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.gather import holds_at
from alliance.booking.models import REQUESTED, Booking
from alliance.booking.permissions import readable_by
from alliance.booking.queries import loaded
from alliance.members.actor import Actor
from alliance.resources.models import Resource


@dataclass(frozen=True)
class Sought:
    """Which bookings: one's own or all one may read, those that touch the time from `since` to `until`, of some
    statuses (any when empty). A request whose hold has lapsed counts as expired.
    """

    mine: bool = True
    since: datetime | None = None
    until: datetime | None = None
    statuses: frozenset[str] = frozenset()


def bookings_after(
    session: Session,
    reader: Actor,
    sought: Sought,
    now: datetime,
    *,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Booking]:
    """Up to `limit` of the bookings sought, by start and ref, that come after the start and ref of another."""
    chosen = (
        sa.select(Booking)
        .join(Resource, Resource.id == Booking.resource_id)
        .where(*_conditions(reader, sought, now))
        .order_by(Booking.starts_at, Booking.ref)
        .limit(limit)
    )
    if after is not None:
        starts_at, ref = after
        later = sa.and_(Booking.starts_at == starts_at, Booking.ref > ref)
        chosen = chosen.where(sa.or_(Booking.starts_at > starts_at, later))
    return session.scalars(chosen.options(*loaded())).all()


def _conditions(reader: Actor, sought: Sought, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions = [Booking.person_id == reader.person_id if sought.mine else readable_by(reader)]
    if sought.since is not None:
        conditions.append(Booking.ends_at > sought.since)
    if sought.until is not None:
        conditions.append(Booking.starts_at < sought.until)
    if sought.statuses:
        conditions.append(_has_status(sought.statuses, now))
    return conditions


def _has_status(statuses: Collection[str], now: datetime) -> sa.ColumnElement[bool]:
    lapsed = sa.and_(Booking.status == REQUESTED, sa.not_(holds_at(now)))
    return sa.case((lapsed, "expired"), else_=Booking.status).in_(statuses)
