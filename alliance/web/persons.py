"""Everybody in the alliance, for the secretariat: who is where, and suspending and readmitting somebody."""

from typing import Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance import clock
from alliance.db import db
from alliance.errors import Refused
from alliance.i18n import gettext as _
from alliance.members.actor import actor_of
from alliance.members.alliance_roles import set_alliance_roles
from alliance.members.memberships import readmit_person, suspend_person
from alliance.members.roster import PAGE, everybody, known_person
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.forms.people import SuspensionForm
from alliance.web.paging import asked_page
from alliance.web.people import history_of
from alliance.web.session import require_actor
from alliance.web.vocabulary import run_together

blueprint = Blueprint("persons", __name__, url_prefix="/people")

Answer = str | Response | tuple[str, int]
_LONGEST_WORD: Final = 60


@blueprint.get("")
@members_only
def index() -> str:
    """All people by name, or those whose name or address holds what was asked for."""
    words, number = request.args.get("q", "").strip()[:_LONGEST_WORD], asked_page()
    people, total = everybody(db.session(), require_actor(), words=words, page=number)
    return render_template(
        "persons/index.html",
        words=words,
        people=people,
        total=total,
        number=number,
        pages=max(1, -(-total // PAGE)),
    )


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One person with all his units and roles, and how they came about."""
    return _page(ref, SuspensionForm(formdata=None))


@blueprint.get("/<ref>/suspension")
@members_only
def suspension(ref: str) -> Response:
    """Where a reload of the refused form leads."""
    return redirect(url_for("persons.show", ref=ref))


@blueprint.post("/<ref>/suspension")
@members_only
def suspend(ref: str) -> Answer:
    """No roles any more, until further notice."""
    form = SuspensionForm()
    # Who may not is told so before anything else.
    name = known_person(db.session(), ref, require_actor()).person.name
    if not form.validate():
        return _page(ref, form), 422
    try:
        suspend_person(ref, by=require_actor(), reason=form.reason.data)
    except Refused as refused:
        for problem in refused.problems:
            words = words_for(problem)
            errors = form[problem.field].errors if problem.field in form else form.form_errors
            errors.append(f"{words.message} {words.remedy}".strip())
        return _page(ref, form), 422
    flash(_("%(name)s is suspended. Existing bookings stay.", name=name), "good")
    return redirect(url_for("persons.show", ref=ref), 303)


@blueprint.post("/<ref>/readmission")
@members_only
def readmit(ref: str) -> Answer:
    """All roles again."""
    name = known_person(db.session(), ref, require_actor()).person.name
    readmit_person(ref, by=require_actor())
    flash(_("%(name)s is readmitted.", name=name), "good")
    return redirect(url_for("persons.show", ref=ref), 303)


@blueprint.post("/<ref>/alliance-roles")
@members_only
def set_roles(ref: str) -> Answer:
    """The roles of the alliance that are ticked, and no others."""
    name = known_person(db.session(), ref, require_actor()).person.name
    try:
        set_alliance_roles(ref, request.form.getlist("roles")[:10], by=require_actor())
    except Refused as refused:
        for problem in refused.problems:
            words = words_for(problem)
            flash(run_together([words.message, words.remedy]), "bad")
    else:
        flash(_("The roles of %(name)s are saved.", name=name), "good")
    # Whoever gave up his own role may not look at this page any more.
    gone = actor_of(db.session(), current_user.id)
    is_left = gone is None or not gone.is_secretariat
    return redirect(url_for("members.profile") if is_left else url_for("persons.show", ref=ref), 303)


def _page(ref: str, form: SuspensionForm) -> str:
    known = known_person(db.session(), ref, require_actor())
    return render_template(
        "persons/show.html",
        known=known,
        person=known.person,
        now=clock.now(),
        form=form,
        history=history_of(known.person, None, current_app.config["SETTINGS"].zone),
    )
