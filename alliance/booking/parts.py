"""What a whole may consist of, and when that may change: never under what is booked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.breaking import InTheWay, still_to_come
from alliance.errors import Problem, refuse_if
from alliance.resources.models import Item, Resource, ResourcePart

_MOST_OFFERED: Final = 300


def refuse_parts(session: Session, resource: Resource, wanted: Sequence[str], now: datetime) -> None:
    """Raise Refused unless the held resource can consist of the held parts from now on; without any it is no whole.

    Only what is no longer on the list changes its parts, and only once nothing is booked on it: whoever books reads
    what a whole consists of before he waits for its hold, and a booking keeps the places it was given in the parts.
    """
    if resource.status == "published":
        refuse_if([Problem("whole_is_shown", field="parts")])
    if refs := [each.ref for each in still_to_come(session, resource.id, now)]:
        raise InTheWay("whole_is_booked", refs, "parts")
    if wanted:
        refuse_if([*_not_a_whole(session, resource), *_no_parts(session, resource, wanted)])


def refuse_own_items(session: Session, resource_id: int) -> None:
    """Raise Refused when it consists of parts: a whole owns no items."""
    parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource_id)
    if session.scalar(parts.limit(1)) is not None:
        refuse_if([Problem("whole_has_no_items", field="items")])


def unshown_parts(session: Session, resource_id: int) -> list[Problem]:
    """A finding with the parts that keep their whole from being published: all of them must be there to be booked."""
    chosen = (
        sa.select(Resource.code)
        .join(ResourcePart, ResourcePart.part_id == Resource.id)
        .where(ResourcePart.whole_id == resource_id)
        .where(sa.or_(Resource.status != "published", Resource.mode != "timed"))
    )
    codes = tuple(session.scalars(chosen.order_by(Resource.code)))
    return [Problem("parts_not_shown", params={"codes": codes}, field="parts")] if codes else []


def can_be_part(resource: Resource) -> sa.ColumnElement[bool]:
    """What the resource can consist of: its owner's, booked by time, on no other level, not retired unless part of it
    already.
    """
    is_whole = sa.exists().where(ResourcePart.whole_id == Resource.id)
    present = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource.id)
    return sa.and_(
        Resource.owner_id == resource.owner_id,
        Resource.id != resource.id,
        Resource.mode == "timed",
        sa.not_(is_whole),
        sa.or_(Resource.status != "retired", Resource.id.in_(present)),
    )


def parts_on_offer(session: Session, resource: Resource) -> Sequence[Resource]:
    """What it can consist of, by code: all it does, and as many others as a page can hold."""
    present = Resource.id.in_(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource.id))
    chosen = sa.select(Resource).where(can_be_part(resource))
    found = session.scalars(
        chosen.order_by(sa.case((present, 0), else_=1), Resource.code).limit(_MOST_OFFERED)
    )
    return sorted(found, key=lambda each: each.code)


def _not_a_whole(session: Session, resource: Resource) -> list[Problem]:
    """What keeps it from consisting of anything: one level deep, without items of its own, booked by time."""
    wholes = session.scalars(
        sa.select(Resource.code)
        .join(ResourcePart, ResourcePart.whole_id == Resource.id)
        .where(ResourcePart.part_id == resource.id)
        .order_by(Resource.code)
    ).all()
    items = session.scalar(
        sa.select(sa.func.count()).where(Item.resource_id == resource.id, Item.retired_at.is_(None))
    )
    problems = []
    if wholes:
        problems.append(Problem("is_a_part", params={"wholes": tuple(wholes)}, field="parts"))
    if items:
        problems.append(Problem("own_items_left", params={"count": items}, field="parts"))
    if resource.mode != "timed":
        problems.append(Problem("whole_not_timed", field="parts"))
    return problems


def _no_parts(session: Session, resource: Resource, wanted: Sequence[str]) -> list[Problem]:
    known = session.scalars(
        sa.select(Resource.code).where(Resource.code.in_(wanted), can_be_part(resource))
    ).all()
    strange = sorted(set(wanted).difference(known))
    return [Problem("no_such_part", params={"code": strange[0]}, field="parts")] if strange else []
