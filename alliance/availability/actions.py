"""Closing resources or single items for a while, saying more about it, and opening them again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.models import CLOSURE_KINDS, Closure
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to


@dataclass(frozen=True)
class Stretch:
    """What is closed when: all of a resource or one item, with or without an end."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime | None = None
    item_id: int | None = None


@action
def close_resource(
    session: Session,
    resource_id: int,
    *,
    by: Actor,
    kind: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    item_id: int | None = None,
    reason: str = "",
    review_on: dt.date | None = None,
) -> str:
    """Close the resource, or one item, from `starts_at` until `ends_at` or until somebody ends it; return its ref.

    Existing bookings stay: a closure says what is, it cancels nothing. Whoever manages the resource or is an admin of
    its owner may. Raises Missing, Forbidden or Refused.
    """
    (resource,) = _held(session, [resource_id], by)
    wanted = Stretch(resource_id, starts_at, ends_at, item_id)
    return _close(session, resource, wanted, by=by, kind=kind, reason=reason, review_on=review_on)


@action
def close_resources(
    session: Session,
    stretches: Sequence[Stretch],
    *,
    by: Actor,
    kind: str,
    reason: str = "",
    review_on: dt.date | None = None,
) -> list[str]:
    """The same for several resources or items at once, all or none; return the refs in this order."""
    held = _held(session, sorted({each.resource_id for each in stretches}), by)
    resources = {resource.id: resource for resource in held}
    return [
        _close(
            session, resources[each.resource_id], each, by=by, kind=kind, reason=reason, review_on=review_on
        )
        for each in stretches
    ]


@action
def change_closure(
    session: Session,
    ref: str,
    *,
    by: Actor,
    version: str,
    kind: str,
    ends_at: datetime | None,
    reason: str,
    review_on: dt.date | None,
) -> str:
    """Say something else about a closure that is not over: why, and until when, also later than before; return its ref.

    `version` names what the asker saw. Whoever booked the time that is added hears of it. Raises Missing, Forbidden,
    Stale or Refused.
    """
    closure, resource = _closure(session, ref, by)
    if closure.version != version:
        raise Stale
    now = clock.now()
    if closure.ends_at is not None and closure.ends_at <= now:
        raise Refused([Problem("closure_over", params={"ended": closure.ends_at})])
    stretch = Stretch(resource.id, closure.starts_at, ends_at, closure.item_id)
    problems = _problems(session, resource, kind, stretch)
    if problems:
        raise Refused(problems)
    before, after = _told(closure), {"kind": kind, "ends_at": ends_at.isoformat() if ends_at else None}
    closure.kind, closure.ends_at, closure.reason, closure.review_on = kind, ends_at, reason, review_on
    resource.changed_at = now
    record(
        session,
        "closure.changed",
        "closure",
        closure.id,
        at=now,
        by_id=by.person_id,
        unit_id=resource.owner_id,
        closure=ref,
        resource=resource.code,
        starts_at=closure.starts_at.isoformat(),
        before=before,
        **after,
    )
    return ref


@action
def end_closure(session: Session, ref: str, *, by: Actor, at: datetime | None = None) -> str:
    """End the closure at `at`, by default now; one that has not begun yet is taken back whole. Return its ref.

    Ending only ever shortens. Raises Missing, Forbidden, or Refused when it is over already or would last longer.
    """
    closure, resource = _closure(session, ref, by)
    now = clock.now()
    end = at or now
    if closure.ends_at is not None and closure.ends_at <= now:
        raise Refused([Problem("closure_over", params={"ended": closure.ends_at})])
    if at is not None and at < now:
        raise Refused([Problem("in_the_past", params={"now": now}, field="end")])
    if closure.ends_at is not None and end > closure.ends_at:
        raise Refused([Problem("later_than_its_end", params={"ends": closure.ends_at}, field="end")])
    record(
        session,
        "closure.ended",
        "closure",
        closure.id,
        at=now,
        by_id=by.person_id,
        unit_id=resource.owner_id,
        closure=ref,
        resource=resource.code,
        ends_at=end.isoformat(),
    )
    resource.changed_at = now
    if end <= closure.starts_at:
        session.delete(closure)
    else:
        closure.ends_at = end
    return ref


def _closure(session: Session, ref: str, by: Actor) -> tuple[Closure, Resource]:
    """The closure and its resource, held; raises Missing or Forbidden."""
    resource_id = session.scalar(sa.select(Closure.resource_id).where(Closure.ref == ref))
    if resource_id is None:
        raise Missing
    (resource,) = _held(session, [resource_id], by)
    closure = session.scalars(sa.select(Closure).where(Closure.ref == ref)).one_or_none()
    if closure is None:
        raise Missing
    return closure, resource


def _held(session: Session, resource_ids: Sequence[int], by: Actor) -> list[Resource]:
    """The resources, by id, under the hold their bookings take, parts included."""
    parts = session.scalars(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(resource_ids)))
    hold(session, resources=[*resource_ids, *parts])
    chosen = sa.select(Resource).where(Resource.id.in_(resource_ids), visible_to(by)).order_by(Resource.id)
    found = list(session.scalars(chosen))
    if len(found) != len(resource_ids):
        raise Missing
    for resource in found:
        if not by.runs(resource.id, resource.owner_id):
            raise Forbidden("manager")
    return found


def _close(
    session: Session,
    resource: Resource,
    wanted: Stretch,
    *,
    by: Actor,
    kind: str,
    reason: str,
    review_on: dt.date | None,
) -> str:
    problems = _problems(session, resource, kind, wanted)
    if problems:
        raise Refused(problems)
    now = clock.now()
    closure = Closure(
        ref=new_ref(),
        resource_id=resource.id,
        item_id=wanted.item_id,
        kind=kind,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        reason=reason,
        review_on=review_on,
        created_by_id=by.person_id,
        created_at=now,
    )
    session.add(closure)
    session.flush()
    resource.changed_at = now
    record(
        session,
        "closure.made",
        "closure",
        closure.id,
        at=now,
        by_id=by.person_id,
        unit_id=resource.owner_id,
        closure=closure.ref,
        resource=resource.code,
        kind=kind,
        starts_at=wanted.starts_at.isoformat(),
        ends_at=wanted.ends_at and wanted.ends_at.isoformat(),
    )
    return closure.ref


def _told(closure: Closure) -> dict[str, str | None]:
    """What history says of a closure before it changes."""
    return {"kind": closure.kind, "ends_at": closure.ends_at.isoformat() if closure.ends_at else None}


def _problems(session: Session, resource: Resource, kind: str, wanted: Stretch) -> list[Problem]:
    problems = []
    if kind not in CLOSURE_KINDS:
        problems.append(Problem("unknown_choice", params={"choices": CLOSURE_KINDS}, field="kind"))
    if wanted.ends_at is not None and wanted.ends_at <= wanted.starts_at:
        problems.append(Problem("reversed", field="end"))
    if wanted.ends_at is not None and wanted.ends_at <= clock.now():
        problems.append(Problem("in_the_past", params={"now": clock.now()}, field="end"))
    if wanted.item_id is not None:
        of = session.scalar(sa.select(Item.resource_id).where(Item.id == wanted.item_id))
        if of != resource.id:
            problems.append(Problem("no_such_item", field="item"))
    return problems
