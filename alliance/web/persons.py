"""Everybody in the alliance, for the secretariat: who is where, and suspending and readmitting somebody."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.suspension import Post, posts_of, suspend_person
from alliance.db import db
from alliance.errors import Problem, Refused
from alliance.i18n import gettext as _
from alliance.members.actor import actor_of
from alliance.members.alliance_roles import secretariat_ids, set_alliance_roles
from alliance.members.memberships import readmit_person
from alliance.members.roster import PAGE, everybody, known_person
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.duties import shown
from alliance.web.forms.people import DepartureForm, SuspensionForm
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
    known = known_person(db.session(), ref, require_actor())
    return render_template(
        "persons/show.html",
        known=known,
        person=known.person,
        now=clock.now(),
        history=history_of(known.person, None, current_app.config["SETTINGS"].zone),
    )


@blueprint.get("/<ref>/suspension")
@members_only
def suspension(ref: str) -> Answer:
    """What somebody who is suspended would leave behind in each of his units, and to whom it can go."""
    actor = require_actor()
    person = known_person(db.session(), ref, actor).person
    if person.status == "suspended" or person.id == actor.person_id:
        return redirect(url_for("persons.show", ref=ref))
    return _suspension(ref, SuspensionForm(formdata=None))


@blueprint.post("/<ref>/suspension")
@members_only
def suspend(ref: str) -> Answer:
    """No roles any more, until further notice, with what was chosen handed over."""
    form, actor = SuspensionForm(), require_actor()
    # Who may not is told so before anything else.
    person = known_person(db.session(), ref, actor).person
    name, posts = person.name, posts_of(db.session(), person, clock.now(), actor)
    chosen = frozenset(request.form.getlist("booking"))
    parts = {post.unit.code: DepartureForm(prefix=post.unit.code) for post in posts}
    if not form.validate():
        return _suspension(ref, form, parts, chosen), 422
    handovers = {code: part.handover(chosen) for code, part in parts.items()}
    try:
        suspend_person(ref, handovers, by=actor, reason=form.reason.data)
    except Refused as refused:
        for problem in refused.problems:
            _tell([form, *parts.values()], problem)
        return _suspension(ref, form, parts, chosen), 422
    flash(_("%(name)s is suspended. What was not handed over stays.", name=name), "good")
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


def _suspension(
    ref: str,
    form: SuspensionForm,
    parts: Mapping[str, DepartureForm] | None = None,
    chosen: frozenset[str] | None = None,
) -> str:
    session, actor, now = db.session(), require_actor(), clock.now()
    known = known_person(session, ref, actor)
    person = known.person
    posts = [
        (post, shown(person, post.unit, post.duties, chosen), _part(post, parts or {}))
        for post in posts_of(session, person, now, actor)
    ]
    return render_template(
        "persons/suspension.html",
        known=known,
        person=person,
        form=form,
        posts=posts,
        lacking=[post.unit for post, _shown, _form in posts if post.is_last_admin],
        others=len(secretariat_ids(session)) - 1 if "secretariat" in known.roles else 0,
    )


def _part(post: Post, parts: Mapping[str, DepartureForm]) -> DepartureForm:
    """The form that hands over what is in one unit: as it was sent, or a fresh one."""
    part = parts.get(post.unit.code) or DepartureForm(formdata=None, prefix=post.unit.code)
    part.fit([(heir.ref, heir.name) for heir in post.heirs])
    return part


def _tell(forms: Sequence[Any], problem: Problem) -> None:
    """A finding beside the field it is about; what is about none above them all."""
    words = words_for(problem)
    said = run_together([words.message, words.remedy])
    for form in forms:
        for field in form:
            if field.name == problem.field:
                field.errors = [*field.errors, said]
                return
    if said not in forms[0].form_errors:
        forms[0].form_errors.append(said)
