"""What would happen: the same rules as the act, on a read, changing nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.answers import FIELD, Given, asked_by
from alliance.booking.changing import hold_until, problems_with_move
from alliance.booking.facts import Facts, Wish
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

    @property
    def lacks_answers(self) -> bool:
        """Whether nothing but the answers to the resource's questions is in the way."""
        return lacks_only_answers(self.problems)


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
    """The verdict on a wish, or on a move of the booking `moving` with its stages. Raises Missing as the act would."""
    # One's own booking can be moved though its resource has since been hidden.
    seen = visible_to(by) if moving is None else sa.true()
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, seen))
    if resource is None:
        raise Missing
    return verdict_on(session, resource, Wish(span, quantity), by=by, unit_id=unit_id, moving=moving)


def verdict_on(
    session: Session,
    resource: Resource,
    wish: Wish,
    *,
    by: Actor,
    unit_id: int,
    moving: Booking | None = None,
    answers: Given | None = None,
    to_come: Collection[str] = (),
) -> Verdict:
    """The same for a resource that was found visible to `by` already.

    With `answers` those are judged as well, but for the files `to_come`; without any the verdict is on the rest. A
    move keeps the answers there are.
    """
    if moving is not None:
        return _verdict_on_move(session, resource, wish, moving, by=by)
    if unit_id not in by.unit_ids:
        return Verdict("block", (Problem("not_your_unit", field="unit"),))
    facts = gather(session, resource, wish, person_id=by.person_id, unit_id=unit_id, now=clock.now())
    verdict = verdict_from(wish, facts, problems_with(wish, facts))
    if answers is None:
        return verdict
    asked = asked_by(session, resource, answers, person_id=by.person_id)
    lacking = asked.problems_with(answers, to_come=to_come)
    return replace(verdict, word="block", problems=(*verdict.problems, *lacking)) if lacking else verdict


def _verdict_on_move(
    session: Session, resource: Resource, wish: Wish, moving: Booking, *, by: Actor
) -> Verdict:
    person_id, unit_id = moving.person_id, moving.unit_id
    facts = gather(
        session, resource, wish, person_id=person_id, unit_id=unit_id, now=clock.now(), moving=moving
    )
    problems = problems_with_move(moving, wish, facts, by)
    if not facts.shrinks(wish) or _blocks(problems):
        return verdict_from(wish, facts, problems)
    if moving.status == "approved":
        return Verdict("ok", tuple(problems))
    left = tuple(cast(Decider, stage.deciders) for stage in moving.stages if stage.verdict is None)
    return Verdict("approve", tuple(problems), left, moving.hold_until)


def verdict_from(wish: Wish, facts: Facts, problems: Sequence[Problem]) -> Verdict:
    """What the findings on the wish amount to."""
    route = route_for(wish, facts)
    if _blocks(problems):
        return Verdict("block", tuple(problems))
    if route is None or not route.stages:
        return Verdict("ok", tuple(problems))
    return Verdict("approve", tuple(problems), route.stages, hold_until(wish.span.start, facts))


def lacks_only_answers(problems: Sequence[Problem]) -> bool:
    """Whether all that block are about answers to the resource's questions."""
    blocking = [problem for problem in problems if problem.severity == "block"]
    return bool(blocking) and all((problem.field or "").startswith(FIELD) for problem in blocking)


def _blocks(problems: Sequence[Problem]) -> bool:
    return any(problem.severity == "block" for problem in problems)
