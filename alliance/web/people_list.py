"""Inviting many at once by a table: what would happen is shown first, line by line, and only then does it."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance import clock
from alliance.db import db
from alliance.errors import Problem, Refused
from alliance.i18n import ngettext
from alliance.members.invitations import invite_all
from alliance.members.people import unit_for_its_people
from alliance.members.people_file import COLUMNS, MOST_LINES, Line, decoded, judged, lines_of
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.forms.people import PeopleForm
from alliance.web.session import require_actor

blueprint = Blueprint("people_list", __name__, url_prefix="/units/<code>/people/list")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@members_only
def new(code: str) -> Answer:
    """Where the table is pasted or chosen."""
    return _form(code, PeopleForm(formdata=None))


@blueprint.post("")
@members_only
def preview(code: str) -> Answer:
    """What would happen with each line; nothing has happened yet."""
    unit = unit_for_its_people(db.session(), code, require_actor())
    form = PeopleForm()
    try:
        text = _text(form)
        lines = judged(db.session(), unit, lines_of(text), clock.now())
    except Refused as refused:
        for problem in refused.problems:
            field = form[problem.field] if problem.field in ("people", "file") else form.people
            field.errors = [*field.errors, _sentence(problem)]
        return _form(code, form), 422
    return render_template(
        "people/preview.html",
        unit=unit,
        text=text,
        lines=[(line, [_sentence(problem) for problem in line.problems]) for line in lines],
        good=sum(not line.problems for line in lines),
        columns=COLUMNS,
    )


@blueprint.get("/invitations")
@members_only
def confirmed(code: str) -> Response:
    """Where a reload of what was sent leads."""
    return redirect(url_for("people_list.new", code=code))


@blueprint.post("/invitations")
@members_only
def confirm(code: str) -> Answer:
    """Letters to all whose lines are good; judged anew, for the unit may have changed meanwhile."""
    actor = require_actor()
    unit = unit_for_its_people(db.session(), code, actor)
    try:
        lines = judged(db.session(), unit, lines_of(request.form.get("people", "")), clock.now())
        good: Sequence[Line] = [line for line in lines if not line.problems]
        key = current_app.config["SETTINGS"].secret_key
        invite_all(code, [line.guest for line in good], by=actor, key=key)
    except Refused as refused:
        flash(" ".join(map(_sentence, refused.problems[:3])), "bad")
        return redirect(url_for("people_list.new", code=code), 303)
    said = ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", len(good))
    flash(said, "good")
    return redirect(url_for("people.index", code=code), 303)


def _text(form: PeopleForm) -> str:
    """What was chosen as a file, or else what was pasted."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return decoded(file.read())
    return form.people.data or ""


def _form(code: str, form: PeopleForm) -> str:
    unit = unit_for_its_people(db.session(), code, require_actor())
    return render_template(
        "people/list.html", unit=unit, form=form, columns=",".join(COLUMNS), most=MOST_LINES
    )


def _sentence(problem: Problem) -> str:
    words = words_for(problem)
    return f"{words.message} {words.remedy}".strip()
