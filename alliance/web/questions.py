"""The questions of a resource, for those who run it: adding, rewording, moving and removing them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.db import db
from alliance.errors import Missing, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.resources.questions.actions import (
    LONGEST_NOTE,
    LONGEST_WORDING,
    MOST_QUESTIONS,
    add_question,
    change_question,
    place_question,
    remove_question,
)
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import choices_of, questions_of, was_asked
from alliance.web.access import members_only
from alliance.web.answers import bounds_of
from alliance.web.forms.questions import KIND_NAMES, QuestionForm, form_of
from alliance.web.running import run_by_reader
from alliance.web.session import require_actor
from alliance.web.vocabulary import run_together

blueprint = Blueprint("questions", __name__, url_prefix="/resources/<code>/questions")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@members_only
def index(code: str) -> Answer:
    """What the resource asks, in order, and the form for another question."""
    return _list(run_by_reader(code))


@blueprint.post("")
@members_only
def add(code: str) -> Answer:
    """Ask one more, or say everything that is wrong with it."""
    resource, form = run_by_reader(code), QuestionForm()
    try:
        if (wording := form.wording()) is None:
            return _list(resource, form, 422)
        add_question(resource.id, wording, by=require_actor())
    except Refused as refused:
        _tell(form, refused.problems)
        return _list(run_by_reader(code), form, 422)
    flash(_("The question is asked from now on."), "good")
    return _back(code)


@blueprint.get("/<ref>")
@members_only
def edit(code: str, ref: str) -> Answer:
    """One question, to be asked otherwise."""
    resource = run_by_reader(code)
    question = _of(resource, ref)
    return _one(resource, question, form_of(question))


@blueprint.post("/<ref>")
@members_only
def change(code: str, ref: str) -> Answer:
    """Ask it otherwise from now on."""
    form = QuestionForm()
    try:
        question = _of(run_by_reader(code), ref)
        if (wording := form.wording()) is None:
            return _one(run_by_reader(code), question, form, 422)
        change_question(ref, wording, by=require_actor())
    except Refused as refused:
        _tell(form, refused.problems)
        resource = run_by_reader(code)
        return _one(resource, _of(resource, ref), form, 422)
    except Stale:
        return _stale(code)
    flash(_("Saved. Answers given so far keep the old wording."), "good")
    return _back(code)


@blueprint.post("/<ref>/place")
@members_only
def place(code: str, ref: str) -> Answer:
    """Move it in the list."""
    try:
        _of(run_by_reader(code), ref)
        place_question(ref, request.form.get("n", 1, _place), by=require_actor())
    except Stale:
        return _stale(code)
    return _back(code)


@blueprint.post("/<ref>/removal")
@members_only
def remove(code: str, ref: str) -> Answer:
    """Ask it no more."""
    try:
        _of(run_by_reader(code), ref)
        remove_question(ref, by=require_actor())
    except Stale:
        return _stale(code)
    flash(_("It is asked no more. Answers given so far stay."), "good")
    return _back(code)


def _of(resource: Resource, ref: str) -> Question:
    """The question of that wording; raises Stale when it was asked once and is not now, Missing for any other."""
    found = next((each for each in questions_of(db.session(), resource) if each.ref == ref), None)
    if found is None:
        raise Stale if was_asked(db.session(), resource, ref) else Missing
    return found


def _place(text: str) -> int:
    return min(max(int(text[:9]), 1), MOST_QUESTIONS)


def _stale(code: str) -> Answer:
    """Two people at once: what the second one sees is how it stands now."""
    flash(
        _("Somebody else has changed the question meanwhile, so nothing was saved. This is how it stands."),
        "bad",
    )
    return _back(code)


def _tell(form: QuestionForm, problems: Sequence[Problem]) -> None:
    """Each finding beside its field, with the way out."""
    for problem in problems:
        words, field = words_for(problem), form[problem.field or "kind"]
        field.errors = [*field.errors, run_together((words.message, words.remedy))]


def _list(resource: Resource, form: QuestionForm | None = None, code: int = 200) -> Answer:
    questions = questions_of(db.session(), resource)
    text = render_template(
        "questions/index.html",
        rows=[(question, _in_words(question)) for question in questions],
        form=form or QuestionForm(formdata=None),
        most=MOST_QUESTIONS,
        **_shared(resource),
    )
    return text, code


def _one(resource: Resource, question: Question, form: QuestionForm, code: int = 200) -> Answer:
    text = render_template("questions/edit.html", question=question, form=form, **_shared(resource))
    return text, code


def _shared(resource: Resource) -> dict[str, Any]:
    return {"resource": resource, "longest": LONGEST_WORDING, "longest_note": LONGEST_NOTE}


def _in_words(question: Question) -> list[str]:
    """What kind of answer it wants, in a few words each."""
    return [
        KIND_NAMES[question.kind](),
        _("must be answered") if question.is_required else _("may be left empty"),
        bounds_of(question),
        " / ".join(str(words) for words in choices_of(question)),
    ]


def _back(code: str) -> Response:
    return redirect(url_for("questions.index", code=code), 303)
