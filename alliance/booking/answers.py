"""Answers to the questions of a resource: judged with the wish, kept with the booking, shown to its readers."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from alliance.booking.models import Answer, Booking
from alliance.booking.permissions import may_read_answers
from alliance.errors import Problem
from alliance.members.actor import Actor
from alliance.refs import is_ref
from alliance.resources.files.models import File
from alliance.resources.models import Resource
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import questions_of

LONGEST_SHORT: Final = 200
LONGEST_LONG: Final = 2000
# Three decimals are what measures need, and what survives any way of writing numbers down.
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,3})?")
FIELD: Final = "answers."

# By the ref of the wording that was answered; of a file the ref under which it was sent.
Given = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """What a resource asks one person now: its questions, and those files of his that he names as answers."""

    questions: Sequence[Question] = ()
    files: Mapping[str, File] | None = None

    def problems_with(self, given: Given, *, to_come: Collection[str] = ()) -> list[Problem]:
        """Every finding on the answers, each naming its question; files for those `to_come` are yet to be sent."""
        known = {question.ref for question in self.questions}
        problems = [] if given.keys() <= known else [Problem("questions_changed", field="answers")]
        for question in self.questions:
            answer = _plain(question, given)
            if question.kind == "file" and question.ref in to_come:
                continue
            if not answer:
                problems += [_finding(_MISSING[question.kind], question)] if question.is_required else []
            elif (found := self._problem(question, answer)) is not None:
                problems.append(found)
        return problems

    def _problem(self, question: Question, answer: str) -> Problem | None:
        if question.kind in _LONGEST and len(answer) > _LONGEST[question.kind]:
            return _finding("answer_too_long", question, longest=_LONGEST[question.kind])
        if question.kind == "choice" and answer not in _places(question):
            return _finding("answer_unknown", question)
        if question.kind == "number":
            return _problem_with_number(question, answer)
        if question.kind == "file" and answer not in (self.files or {}):
            return _finding("answer_file_gone", question)
        return None

    def rows(self, booking: Booking, given: Given) -> list[Answer]:
        """The answers as they are kept with the booking; call it with what has no problems."""
        answered = ((question, _plain(question, given)) for question in self.questions)
        return [self._row(booking, question, answer) for question, answer in answered if answer]

    def _row(self, booking: Booking, question: Question, answer: str) -> Answer:
        file = (self.files or {}).get(answer) if question.kind == "file" else None
        if question.kind == "number":
            answer = f"{Decimal(answer):f}"
        value = file.name if file else answer
        return Answer(
            booking_id=booking.id, question_id=question.id, value=value, file_id=file.id if file else None
        )


_LONGEST: Final = {"short_text": LONGEST_SHORT, "long_text": LONGEST_LONG}
_MISSING: Final = {
    "short_text": "answer_missing",
    "long_text": "answer_missing",
    "choice": "choice_missing",
    "number": "answer_missing",
    "file": "answer_file_missing",
    "consent": "consent_missing",
}
# What is only not there yet, rather than wrong.
MISSING: Final = frozenset(_MISSING.values())
_YES: Final = "yes"


def asked_by(session: Session, resource: Resource, given: Given, *, person_id: int) -> Asked:
    """What the resource asks, in one statement, and in another the files named; in none where it never asked."""
    questions = questions_of(session, resource)
    refs = [_plain(question, given) for question in questions if question.kind == "file"]
    return Asked(questions, files_named(session, person_id, refs))


def files_named(session: Session, person_id: int, refs: Collection[str]) -> dict[str, File]:
    """Those of the files that the person sent, by their refs."""
    possible = [ref for ref in refs if is_ref(ref)]
    if not possible:
        return {}
    chosen = sa.select(File).where(File.ref.in_(possible), File.by_id == person_id)
    return {file.ref: file for file in session.scalars(chosen)}


def answers_shown(
    session: Session, reader: Actor, bookings: Sequence[Booking]
) -> dict[int, list[Answer] | None]:
    """The answers of each booking, by its id, with questions and files; None where the reader may not see them.

    In one statement, or none where nothing was ever asked. Bookings are loaded with their resources and stages.
    """
    found: dict[int, list[Answer] | None] = {
        booking.id: [] if may_read_answers(reader, booking) else None for booking in bookings
    }
    ids = [each.id for each in bookings if each.resource.has_asked and found[each.id] is not None]
    if ids:
        chosen = (
            sa.select(Answer)
            .join(Answer.question)
            .outerjoin(Answer.file)
            .where(Answer.booking_id.in_(ids))
            .options(contains_eager(Answer.question), contains_eager(Answer.file))
            .order_by(Question.n, Question.id)
        )
        answers = session.scalars(chosen).all()
        for booking_id in ids:
            found[booking_id] = [answer for answer in answers if answer.booking_id == booking_id]
    return found


def answers_of(session: Session, reader: Actor, booking: Booking) -> list[Answer]:
    """The answers of one booking, if the reader may see them."""
    return answers_shown(session, reader, [booking])[booking.id] or []


def given_again(answers: Sequence[Answer], questions: Sequence[Question]) -> dict[str, str]:
    """What of these answers can stand for the questions asked now; consent is never given in advance."""
    now = {question.thread: question for question in questions}
    again = {}
    for answer in answers:
        question = now.get(answer.question.thread)
        if question is None or question.kind != answer.question.kind or question.kind == "consent":
            continue
        if question.kind == "file":
            value = answer.file.ref if answer.file else ""
        elif question.kind == "choice":
            value = _same_choice(answer, question)
        else:
            value = answer.value
        if value:
            again[question.ref] = value
    return again


def _same_choice(answer: Answer, question: Question) -> str:
    """The place the same words have among the choices of now, or nothing."""
    wanted = answer.question.choices[int(answer.value) - 1]
    return str(question.choices.index(wanted) + 1) if wanted in question.choices else ""


def _plain(question: Question, given: Given) -> str:
    """The answer without what surrounds it; digits as a Chinese keyboard writes them count as digits."""
    answer = given.get(question.ref, "").replace("\0", "").strip()
    if question.kind == "number":
        answer = unicodedata.normalize("NFKC", answer)
    if question.kind == "consent":
        return _YES if answer == _YES else ""
    return answer


def _places(question: Question) -> set[str]:
    return {str(place) for place in range(1, len(question.choices) + 1)}


def _problem_with_number(question: Question, answer: str) -> Problem | None:
    if not _NUMBER.fullmatch(answer):
        return _finding("answer_not_a_number", question)
    least, most = question.least, question.most
    number = float(answer)
    if (least is not None and number < least) or (most is not None and number > most):
        measures = {"measure_zh": question.measure_zh, "measure_en": question.measure_en}
        return _finding("answer_out_of_bounds", question, least=least, most=most, **measures)
    return None


def _finding(code: str, question: Question, **params: Any) -> Problem:
    """A problem that names the question, by its ref and in words."""
    wording = {"wording_zh": question.wording_zh, "wording_en": question.wording_en}
    return Problem(code, params={"question": question.ref, **wording, **params}, field=FIELD + question.ref)
