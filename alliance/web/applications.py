"""A unit applies to join: the form for everybody, and what the secretariat makes of it."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance.config import Settings
from alliance.db import db
from alliance.errors import AlreadyDecided, Forbidden, Refused
from alliance.i18n import gettext as _
from alliance.i18n import language
from alliance.members.actor import Actor
from alliance.members.joining.applications import (
    Applying,
    admit_unit,
    apply_for_unit,
    facts_applied_for,
    refuse_unit,
)
from alliance.members.joining.models import Application
from alliance.members.joining.queries import application_of, applications
from alliance.members.unit_facts import TILES
from alliance.web.access import members_only, public
from alliance.web.forms.units import ApplicationForm, NewUnitForm, ReasonForm, said
from alliance.web.session import current_actor, require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import run_together, unit_kind_name

blueprint = Blueprint("applications", __name__, url_prefix="/applications")

Answer = str | Response | tuple[str, int]


@blueprint.get("/new")
@public
def new() -> str:
    """The form; whoever is signed in applies as himself."""
    return _form(ApplicationForm(formdata=None))


@blueprint.post("")
@public
def create() -> Answer:
    """Send it to the secretariat."""
    form = _as_oneself(ApplicationForm())
    if not form.validate():
        return _form(form), 422
    wish = Applying(
        name_zh=form.name_zh.data,
        name_en=form.name_en.data,
        code=form.code.data,
        kind=form.kind.data,
        contact_email=form.contact_email.data,
        applicant_name=form.applicant_name.data,
        applicant_email=form.applicant_email.data,
        why=form.why.data,
    )
    try:
        apply_for_unit(wish, by=current_actor(), address=request.remote_addr, language=language())
    except Refused as refused:
        form.tell(refused.problems)
        return _form(form), 422
    return redirect(url_for("applications.sent"), 303)


@blueprint.get("/sent")
@public
def sent() -> str:
    """What happens next."""
    return render_template("applications/sent.html")


@blueprint.get("")
@members_only
def index() -> str:
    """Who applies, and who was answered of late: for the secretariat."""
    waiting, decided = applications(db.session(), require_actor())
    return render_template(
        "applications/index.html",
        waiting=waiting,
        decided=decided,
        kind_name=unit_kind_name,
        times=Times.of(_settings().zone),
    )


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One application, and for the secretariat the two answers to it."""
    return _page(application_of(db.session(), require_actor(), ref))


@blueprint.post("/<ref>/admission")
@members_only
def admit(ref: str) -> Answer:
    """The unit is a member from now on, its applicant its first admin."""
    actor = _secretariat(ref)
    form = NewUnitForm()
    if not form.validate():
        return _page(application_of(db.session(), actor, ref), form), 422
    try:
        code = admit_unit(ref, form.code.data, form.facts(), by=actor, key=_settings().secret_key)
    except AlreadyDecided as decided:
        return _too_late(ref, decided)
    except Refused as refused:
        form.tell(refused.problems)
        return _page(application_of(db.session(), actor, ref), form), 422
    flash(_("Admitted."), "good")
    return redirect(url_for("units.show", code=code), 303)


@blueprint.post("/<ref>/refusal")
@members_only
def refuse(ref: str) -> Answer:
    """The unit does not become a member, for a reason."""
    actor = _secretariat(ref)
    form = ReasonForm()
    if not form.validate():
        return _page(application_of(db.session(), actor, ref), refusing=form), 422
    try:
        refuse_unit(ref, by=actor, reason=form.reason.data)
    except AlreadyDecided as decided:
        return _too_late(ref, decided)
    except Refused as refused:
        form.tell(refused.problems)
        return _page(application_of(db.session(), actor, ref), refusing=form), 422
    flash(_("Refused. The reason stands with the application."), "good")
    return redirect(url_for("applications.show", ref=ref), 303)


def _form(form: ApplicationForm) -> str:
    return render_template("applications/new.html", form=_as_oneself(form))


def _as_oneself(form: ApplicationForm) -> ApplicationForm:
    """Name and mail of whoever is signed in are known."""
    if current_user.is_authenticated:
        form.applicant_name.data, form.applicant_email.data = current_user.name, current_user.email
        for field in (form.applicant_name, form.applicant_email):
            field.raw_data = [field.data]
    return form


def _secretariat(ref: str) -> Actor:
    """Who is asking, if he decides; an applicant may look at his own application and no more."""
    actor = require_actor()
    application_of(db.session(), actor, ref)
    if not actor.is_secretariat:
        raise Forbidden("secretariat")
    return actor


def _page(
    application: Application, form: NewUnitForm | None = None, refusing: ReasonForm | None = None
) -> str:
    actor = require_actor()
    decides = actor.is_secretariat and application.status == "open"
    form = form or NewUnitForm(formdata=None, data=_first_values(application))
    form.fit()
    return render_template(
        "applications/show.html",
        application=application,
        kind=unit_kind_name(application.kind),
        decides=decides,
        is_secretariat=actor.is_secretariat,
        form=form,
        refusing=refusing or ReasonForm(formdata=None),
        tiles=TILES,
        times=Times.of(_settings().zone),
    )


def _first_values(application: Application) -> dict[str, Any]:
    """What the secretariat begins with."""
    facts = vars(facts_applied_for(application, _settings().zone))
    return {**facts, "tile": str(facts["tile"]), "code": application.code}


def _settings() -> Settings:
    known: Settings = current_app.config["SETTINGS"]
    return known


def _too_late(ref: str, decided: AlreadyDecided) -> Response:
    flash(run_together(map(said, decided.problems)), "bad")
    return redirect(url_for("applications.show", ref=ref), 303)
