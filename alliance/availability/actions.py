"""Closing a resource or one of its items for a while, and opening it again."""

import datetime as dt
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.models import CLOSURE_KINDS, Closure
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.permissions import visible_to


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
    resource = _held(session, resource_id, by)
    problems = _problems(session, resource, kind, starts_at, ends_at, item_id)
    if problems:
        raise Refused(problems)
    now = clock.now()
    closure = Closure(
        ref=new_ref(),
        resource_id=resource.id,
        item_id=item_id,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
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
        starts_at=starts_at.isoformat(),
        ends_at=ends_at and ends_at.isoformat(),
    )
    return closure.ref


@action
def end_closure(session: Session, ref: str, *, by: Actor, at: datetime | None = None) -> str:
    """End the closure at `at`, by default now; one that has not begun yet is taken back whole. Return its ref.

    Ending only ever shortens. Raises Missing, Forbidden, or Refused when it is over already or would last longer.
    """
    resource_id = session.scalar(sa.select(Closure.resource_id).where(Closure.ref == ref))
    if resource_id is None:
        raise Missing
    resource = _held(session, resource_id, by)
    closure = session.scalars(sa.select(Closure).where(Closure.ref == ref)).one_or_none()
    if closure is None:
        raise Missing
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


def _held(session: Session, resource_id: int, by: Actor) -> Resource:
    """The resource under the hold its bookings take, parts included."""
    parts = session.scalars(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource_id)).all()
    hold(session, resources=[resource_id, *parts])
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(by)))
    if resource is None:
        raise Missing
    if not by.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")
    return resource


def _problems(
    session: Session,
    resource: Resource,
    kind: str,
    starts_at: datetime,
    ends_at: datetime | None,
    item_id: int | None,
) -> list[Problem]:
    problems = []
    if kind not in CLOSURE_KINDS:
        problems.append(Problem("unknown_choice", params={"choices": CLOSURE_KINDS}, field="kind"))
    if ends_at is not None and ends_at <= starts_at:
        problems.append(Problem("reversed", field="end"))
    if ends_at is not None and ends_at <= clock.now():
        problems.append(Problem("in_the_past", params={"now": clock.now()}, field="end"))
    if item_id is not None:
        of = session.scalar(sa.select(Item.resource_id).where(Item.id == item_id))
        if of != resource.id:
            problems.append(Problem("no_such_item", field="item"))
    return problems
