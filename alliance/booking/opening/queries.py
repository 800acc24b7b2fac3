"""Reading when a resource is open: its week, its single dates, and the mark by which a change of either is noticed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance.availability.calendar import OwnHours
from alliance.availability.hours import Hours, read_windows
from alliance.availability.models import OpeningException
from alliance.booking.models import Booking
from alliance.booking.opening.touched import mark_of
from alliance.booking.queries import loaded
from alliance.errors import Missing
from alliance.members.actor import Actor
from alliance.resources.models import PolicyRow, Resource
from alliance.resources.permissions import require_editor, run_by, visible_to
from alliance.resources.queries import resource_by_code


@dataclass(frozen=True)
class Opening:
    """When a resource is open: the week as its notation says it, and every single date that differs.

    `version` changes with either, so that nobody overwrites what he has not seen.
    """

    hours: Hours
    exceptions: dict[date, OwnHours]
    version: str


def run_resource(session: Session, actor: Actor, code: str) -> Resource:
    """The resource of that code with owner and policy, if the actor runs it; raises Missing or Forbidden."""
    resource = resource_by_code(session, actor, code)
    require_editor(actor, resource)
    return resource


def opening_of(session: Session, resource_id: int) -> Opening:
    """When the resource is open; raises Missing where it has no policy."""
    return openings_of(session, [resource_id])[resource_id]


def openings_of(session: Session, resource_ids: Collection[int]) -> dict[int, Opening]:
    """The same of many, by id, in two statements."""
    texts = dict(
        session.execute(
            sa.select(PolicyRow.resource_id, PolicyRow.hours).where(PolicyRow.resource_id.in_(resource_ids))
        ).all()
    )
    if texts.keys() != set(resource_ids):
        raise Missing
    rows = session.execute(
        sa.select(
            OpeningException.resource_id,
            OpeningException.date,
            OpeningException.hours,
            OpeningException.reason,
        )
        .where(OpeningException.resource_id.in_(resource_ids))
        .order_by(OpeningException.date)
    ).all()
    found = {}
    for resource_id, text in texts.items():
        own = [row for row in rows if row[0] == resource_id]
        found[resource_id] = Opening(
            Hours.parse(text),
            {on: OwnHours(read_windows(hours), reason) for _, on, hours, reason in own},
            mark_of([text, *(f"{on} {hours} {reason}" for _, on, hours, reason in own)]),
        )
    return found


def opened_by(session: Session, actor: Actor) -> Sequence[Resource]:
    """What the actor runs and is booked by time, with owners and policies, by code."""
    return session.scalars(
        sa.select(Resource)
        .where(run_by(actor), Resource.status != "retired", Resource.mode == "timed", visible_to(actor))
        .order_by(Resource.code)
        .options(joinedload(Resource.owner), joinedload(Resource.policy_row))
    ).all()


def resources_known(session: Session, actor: Actor, resource_ids: Collection[int]) -> set[int]:
    """Those of the resources the actor may know of."""
    chosen = sa.select(Resource.id).where(Resource.id.in_(resource_ids), visible_to(actor))
    return set(session.scalars(chosen))


def bookings_named(session: Session, booking_ids: Collection[int], *, limit: int) -> Sequence[Booking]:
    """The first of these bookings by start, loaded to be shown."""
    return session.scalars(
        sa.select(Booking)
        .where(Booking.id.in_(booking_ids))
        .order_by(Booking.starts_at, Booking.id)
        .limit(limit)
        .options(*loaded())
    ).all()
