"""Defining what a resource asks: adding a question, saying it otherwise, moving it, asking it no more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, Stale, refuse_if
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.refs import is_ref, new_ref
from alliance.resources.arranged import number, place
from alliance.resources.held import held_to_run
from alliance.resources.models import Resource
from alliance.resources.questions.models import KINDS, Question
from alliance.resources.questions.queries import questions_of

MOST_QUESTIONS: Final = 20
# A form with more files than these would be refused for its size.
MOST_FILES: Final = 3
MOST_CHOICES: Final = 20
LONGEST_WORDING: Final = 200
LONGEST_NOTE: Final = 4000
LONGEST_CHOICE: Final = 80
LONGEST_MEASURE: Final = 20
# What a number may be at all: nine digits before the point.
FURTHEST: Final = 999_999_999

_LONGEST: Final = {
    "wording_zh": LONGEST_WORDING,
    "wording_en": LONGEST_WORDING,
    "note_zh": LONGEST_NOTE,
    "note_en": LONGEST_NOTE,
    "measure_zh": LONGEST_MEASURE,
    "measure_en": LONGEST_MEASURE,
}


@dataclass(frozen=True)
class Wording:
    """A question as somebody wants it asked. `choices` are pairs of Chinese and English, either may be empty."""

    kind: str
    is_required: bool = False
    wording_zh: str = ""
    wording_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None
    measure_zh: str = ""
    measure_en: str = ""

    def columns(self) -> dict[str, Any]:
        """The same as columns of a row: what the kind does not need is left out, empty texts are none."""
        told = {name: value or None for name, value in asdict(self).items() if name in _LONGEST}
        is_number, is_choice = self.kind == "number", self.kind == "choice"
        return {
            **told,
            "kind": self.kind,
            "is_required": self.is_required,
            "choices": [list(pair) for pair in self.choices] if is_choice else [],
            "least": self.least if is_number else None,
            "most": self.most if is_number else None,
            "measure_zh": told["measure_zh"] if is_number else None,
            "measure_en": told["measure_en"] if is_number else None,
        }


@action
def add_question(session: Session, resource_id: int, wording: Wording, *, by: Actor) -> str:
    """Ask this last of all; return the question's ref.

    Whoever manages the resource or is an admin of its owner may. Raises Missing, Forbidden or Refused.
    """
    resource = held_to_run(session, resource_id, by)
    others = questions_of(session, resource)
    problems = problems_of(wording) + _too_many(wording, others)
    if len(others) >= MOST_QUESTIONS:
        problems.append(Problem("too_many_questions", params={"most": MOST_QUESTIONS}, field="kind"))
    refuse_if(problems)
    ref = new_ref()
    question = _add(session, resource, wording, by, ref=ref, thread=ref, version=1, n=len(others) + 1)
    resource.has_asked = True
    _record(session, "question.added", resource, question, by)
    return ref


@action
def change_question(session: Session, ref: str, wording: Wording, *, by: Actor) -> str:
    """Ask it in other words from now on; return the ref of the new wording, or the old one where nothing is new.

    Answers given so far keep the old wording. Raises Missing, Forbidden, Refused, or Stale when somebody else has
    changed or removed that wording already.
    """
    resource, question = _held_with(session, ref, by)
    others = [each for each in questions_of(session, resource) if each.id != question.id]
    refuse_if(problems_of(wording) + _too_many(wording, others))
    columns = wording.columns()
    if all(getattr(question, name) == value for name, value in columns.items()):
        return ref
    question.retired_at = clock.now()
    after = _add(
        session,
        resource,
        wording,
        by,
        ref=new_ref(),
        thread=question.thread,
        version=question.version + 1,
        n=question.n,
    )
    _record(session, "question.changed", resource, after, by, before=ref)
    return after.ref


@action
def place_question(session: Session, ref: str, n: int, *, by: Actor) -> str:
    """Ask it as the n-th, the first being 1; return its ref. Raises Missing, Forbidden or Stale."""
    resource, question = _held_with(session, ref, by)
    if moved_to := place(questions_of(session, resource), question, n):
        _record(session, "question.placed", resource, question, by, n=moved_to)
    return ref


@action
def remove_question(session: Session, ref: str, *, by: Actor) -> str:
    """Ask it no more; answers given so far stay, with its wording. Raises Missing, Forbidden or Stale."""
    resource, question = _held_with(session, ref, by)
    question.retired_at = clock.now()
    session.flush()
    number(questions_of(session, resource))
    _record(session, "question.removed", resource, question, by)
    return ref


def copy_questions(session: Session, origin: Resource, resource: Resource, *, by: Actor) -> None:
    """Let a new resource ask what another one asks, in an act that is under way."""
    for n, question in enumerate(questions_of(session, origin), 1):
        ref = new_ref()
        _add(session, resource, _wording_of(question), by, ref=ref, thread=ref, version=1, n=n)
        resource.has_asked = True


def problems_of(wording: Wording) -> list[Problem]:
    """What is wrong with a question as somebody wants it asked. One language is enough."""
    problems = [
        Problem("too_much_text", params={"longest": longest}, field=field)
        for field, longest in _LONGEST.items()
        if len(getattr(wording, field)) > longest
    ]
    if wording.kind not in KINDS:
        problems.append(Problem("unknown_choice", params={"choices": KINDS}, field="kind"))
    if not (wording.wording_zh or wording.wording_en):
        problems.append(Problem("wording_missing", field="wording_zh"))
    if wording.kind == "choice":
        problems += _problems_of_choices(wording)
    if wording.kind == "number":
        problems += _problems_of_bounds(wording)
    return problems


def _problems_of_choices(wording: Wording) -> list[Problem]:
    problems = []
    if not 2 <= len(wording.choices) <= MOST_CHOICES:
        problems.append(Problem("wrong_choices", params={"least": 2, "most": MOST_CHOICES}, field="choices"))
    if any(len(text) > LONGEST_CHOICE for pair in wording.choices for text in pair):
        problems.append(Problem("too_much_text", params={"longest": LONGEST_CHOICE}, field="choices"))
    if len(set(wording.choices)) < len(wording.choices) or not all(map(any, wording.choices)):
        problems.append(Problem("same_choices", field="choices"))
    return problems


def _problems_of_bounds(wording: Wording) -> list[Problem]:
    problems = [
        Problem("bound_out_of_range", params={"furthest": FURTHEST}, field=field)
        for field in ("least", "most")
        # Written so that what is no number at all is refused with the rest.
        if (bound := getattr(wording, field)) is not None and not -FURTHEST <= bound <= FURTHEST
    ]
    if wording.least is not None and wording.most is not None and wording.least > wording.most:
        problems.append(Problem("bounds_reversed", field="most"))
    return problems


def _too_many(wording: Wording, others: Sequence[Question]) -> list[Problem]:
    if wording.kind != "file" or sum(each.kind == "file" for each in others) < MOST_FILES:
        return []
    return [Problem("too_many_file_questions", params={"most": MOST_FILES}, field="kind")]


def _add(session: Session, resource: Resource, wording: Wording, by: Actor, **place: Any) -> Question:
    question = Question(
        resource_id=resource.id, at=clock.now(), by_id=by.person_id, **wording.columns(), **place
    )
    session.add(question)
    session.flush()
    return question


def _wording_of(question: Question) -> Wording:
    texts = {name: getattr(question, name) or "" for name in _LONGEST}
    return Wording(
        question.kind,
        question.is_required,
        choices=tuple((zh, en) for zh, en in question.choices),
        least=question.least,
        most=question.most,
        **texts,
    )


def _held_with(session: Session, ref: str, by: Actor) -> tuple[Resource, Question]:
    found = sa.select(Question).where(Question.ref == ref)
    question = session.scalar(found) if is_ref(ref) else None
    if question is None:
        raise Missing
    resource = held_to_run(session, question.resource_id, by)
    # Once more, for somebody may have changed it while this one waited.
    question = session.scalars(found.execution_options(populate_existing=True)).one()
    if question.retired_at is not None:
        raise Stale
    return resource, question


def _record(
    session: Session, verb: str, resource: Resource, question: Question, by: Actor, **more: Any
) -> None:
    wording = {"wording_zh": question.wording_zh, "wording_en": question.wording_en}
    record(
        session,
        verb,
        "resource",
        resource.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=resource.owner_id,
        question=question.ref,
        **wording,
        **more,
    )
