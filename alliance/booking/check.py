"""What would happen: the same rules as the act, on a read, changing nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.changing import hold_until
from alliance.booking.facts import Wish
from alliance.booking.gather import gather
from alliance.booking.models import Booking
from alliance.booking.routes import route_for
from alliance.booking.rules import problems_with
from alliance.errors import Missing, Problem
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to
from alliance.resources.policy import Decider


@dataclass(frozen=True)
class Verdict:
    """What the act would answer: ok (approved at once), approve (a request) or block, with every finding."""

    word: Literal["ok", "approve", "block"]
    problems: tuple[Problem, ...]
    stages: tuple[Decider, ...] = ()
    hold_until: datetime | None = None


def check(
    session: Session,
    resource_id: int,
    span: Span,
    *,
    by: Actor,
    unit_id: int,
    quantity: int = 1,
    moving: Booking | None = None,
) -> Verdict:
    """The verdict on a wish, or on a move of the booking `moving`. Raises Missing as the act would."""
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(by)))
    if resource is None:
        raise Missing
    return verdict_on(session, resource, Wish(span, quantity), by=by, unit_id=unit_id, moving=moving)


def verdict_on(
    session: Session, resource: Resource, wish: Wish, *, by: Actor, unit_id: int, moving: Booking | None = None
) -> Verdict:
    """The same for a resource that was found visible to `by` already."""
    if unit_id not in by.unit_ids:
        return Verdict("block", (Problem("not_your_unit", field="unit"),))
    now = clock.now()
    person_id = moving.person_id if moving else by.person_id
    facts = gather(session, resource, wish, person_id=person_id, unit_id=unit_id, now=now, moving=moving)
    problems = tuple(problems_with(wish, facts))
    if moving is not None and moving.starts_at <= now and not facts.shrinks(wish):
        problems += (Problem("already_started", field="start"),)
    if any(problem.severity == "block" for problem in problems):
        return Verdict("block", problems)
    route = route_for(wish, facts)
    if route is None or not route.stages or (facts.shrinks(wish) and moving and moving.status == "approved"):
        return Verdict("ok", problems)
    return Verdict("approve", problems, route.stages, hold_until(wish.span.start, facts))
