"""A person asks to belong to a unit, and its admins answer."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from alliance.db import db
from alliance.errors import AlreadyDecided, Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.joining.models import JoinRequest
from alliance.members.joining.queries import join_requests_to, own_join_request
from alliance.members.joining.requests import (
    admit_person,
    ask_to_join,
    decline_person,
    withdraw_join_request,
)
from alliance.members.models import Unit
from alliance.members.units import unit_by_code
from alliance.web.access import members_only
from alliance.web.forms.units import JoinForm, ReasonForm, said
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import run_together

blueprint = Blueprint("joining", __name__, url_prefix="/units/<code>/requests")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@members_only
def index(code: str) -> str:
    """Who asks to join the unit, for its admins."""
    return _list(unit_by_code(db.session(), code))


@blueprint.get("/new")
@members_only
def new(code: str) -> Answer:
    """Asking; what one asked already stands on the page of the unit."""
    actor, session = require_actor(), db.session()
    unit = unit_by_code(session, code)
    asked = own_join_request(session, actor, unit.id)
    if unit.id in actor.unit_ids or unit.status != "active" or (asked and asked.status == "open"):
        return redirect(url_for("units.show", code=code))
    return _ask(unit, JoinForm(formdata=None))


@blueprint.post("")
@members_only
def create(code: str) -> Answer:
    """Ask the unit's admins."""
    actor, form = require_actor(), JoinForm()
    unit = unit_by_code(db.session(), code)
    if not form.validate():
        return _ask(unit, form), 422
    try:
        ask_to_join(code, by=actor, why=form.why.data or "")
    except Refused as refused:
        form.tell(refused.problems)
        return _ask(unit_by_code(db.session(), code), form), 422
    flash(_("Asked. You are told as soon as an admin of the unit decides."), "wait")
    return redirect(url_for("units.show", code=code), 303)


@blueprint.post("/<ref>/withdrawal")
@members_only
def withdraw(code: str, ref: str) -> Response:
    """Ask no longer."""
    unit_by_code(db.session(), code)
    try:
        withdraw_join_request(ref, by=require_actor())
    except AlreadyDecided as decided:
        _tell(decided)
    else:
        flash(_("You no longer ask to join."), "good")
    return redirect(url_for("units.show", code=code), 303)


@blueprint.post("/<ref>/admission")
@members_only
def admit(code: str, ref: str) -> Response:
    """He belongs to the unit from now on."""
    name = _known(code, ref).person.name
    try:
        admit_person(ref, by=require_actor())
    except Refused as refused:
        _tell(refused)
    else:
        flash(_("%(name)s belongs to the unit now.", name=name), "good")
    return redirect(url_for("joining.index", code=code), 303)


@blueprint.post("/<ref>/refusal")
@members_only
def decline(code: str, ref: str) -> Answer:
    """He does not, for a reason."""
    name, form = _known(code, ref).person.name, ReasonForm()
    if not form.validate():
        return _list(unit_by_code(db.session(), code), ref, form), 422
    try:
        decline_person(ref, by=require_actor(), reason=form.reason.data)
    except AlreadyDecided as decided:
        _tell(decided)
    except Refused as refused:
        form.tell(refused.problems)
        return _list(unit_by_code(db.session(), code), ref, form), 422
    else:
        flash(_("%(name)s is told, with your reason.", name=name), "good")
    return redirect(url_for("joining.index", code=code), 303)


def _ask(unit: Unit, form: JoinForm) -> str:
    return render_template("joining/new.html", unit=unit, form=form)


def _list(unit: Unit, refusing: str = "", form: ReasonForm | None = None) -> str:
    waiting, decided = join_requests_to(db.session(), require_actor(), unit.id)
    return render_template(
        "joining/index.html",
        unit=unit,
        waiting=[
            (asked, form if form and asked.ref == refusing else ReasonForm(formdata=None))
            for asked in waiting
        ],
        decided=decided,
        times=Times.of(unit.zone),
        name=localized(unit, "name"),
    )


def _known(code: str, ref: str) -> JoinRequest:
    """The request, if it is one to this unit and the reader one of its admins; raises Missing."""
    session = db.session()
    waiting, decided = join_requests_to(session, require_actor(), unit_by_code(session, code).id)
    found = next((asked for asked in (*waiting, *decided) if asked.ref == ref), None)
    if found is None:
        raise Missing
    return found


def _tell(refused: Refused) -> None:
    flash(run_together(map(said, refused.problems)), "bad")
