"""All requests that wait for anybody's decision, for those who watch over the whole alliance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.models import REQUESTED, Booking
from alliance.booking.past import may_search
from alliance.booking.permissions import Glimpse, booking_stage, seen_by
from alliance.booking.queries import loaded
from alliance.errors import Forbidden
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """One request as far as its reader may see it: for what, since when and until when it waits, and for whom.

    `deciders` says whose turn it is: the owner's, the secretariat's, or that of the unit it is for; `unit` is that
    unit, as far as the reader may know it.
    """

    glimpse: Glimpse
    resource: Resource
    since: datetime
    until: datetime
    deciders: str
    unit: Unit | None


def all_waiting(
    session: Session, reader: Actor, now: datetime, *, unit: str = "", page: int = 1
) -> tuple[Sequence[Waiting], int]:
    """A page of the open requests, the next to lapse first, and how many there are; of one unit's resources or people.

    In a fixed number of statements. Raises Forbidden for all but the secretariat and the council.
    """
    if not may_search(reader):
        raise Forbidden("secretariat")
    wanted = [Booking.status == REQUESTED, Booking.hold_until > now, visible_to(reader)]
    if unit:
        concerned = sa.select(Unit.id).where(Unit.code == unit).scalar_subquery()
        wanted.append(sa.or_(Resource.owner_id == concerned, Booking.unit_id == concerned))
    matching = sa.select(Booking).join(Resource, Resource.id == Booking.resource_id).where(*wanted)
    total = session.scalar(
        sa.select(sa.func.count()).select_from(matching.with_only_columns(Booking.id).subquery())
    )
    found = session.scalars(
        matching.order_by(Booking.hold_until, Booking.requested_at, Booking.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .options(*loaded())
    ).all()
    return [
        _of(booking, glimpse) for booking, glimpse in zip(found, seen_by(reader, found), strict=True)
    ], total or 0


def _of(booking: Booking, glimpse: Glimpse) -> Waiting:
    stage = booking_stage(booking)
    whose = {"owner": booking.resource.owner, "unit": booking.unit if glimpse.unit_code else None}
    return Waiting(
        glimpse,
        booking.resource,
        booking.requested_at,
        booking.hold_until or booking.requested_at,
        stage.deciders if stage else "owner",
        whose.get(stage.deciders if stage else "owner"),
    )
