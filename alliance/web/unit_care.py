"""Looking after a unit: entering one, editing what it says of itself, how it stands, and its history."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.history.queries import events_of
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import names_of
from alliance.members.unit_actions import edit_unit, make_unit, readmit_unit
from alliance.members.unit_facts import TILES, facts_of, unit_version
from alliance.members.units import unit_by_code
from alliance.notifications.happenings import happening
from alliance.web.access import members_only
from alliance.web.forms.units import NewUnitForm, UnitForm, said
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import run_together

blueprint = Blueprint("unit_care", __name__, url_prefix="/units")

Answer = str | Response | tuple[str, int]


@blueprint.get("/new")
@members_only
def new() -> str:
    """The form for another unit, for the secretariat."""
    _secretariat()
    return _new(NewUnitForm(formdata=None, data={"tile": "1", "zone": current_app.config["SETTINGS"].zone}))


@blueprint.post("")
@members_only
def create() -> Answer:
    """Enter the unit."""
    actor, form = _secretariat(), NewUnitForm()
    if not form.validate():
        return _new(form), 422
    status = "external" if request.form.get("status") == "external" else "active"
    try:
        code = make_unit(form.code.data, form.facts(), status=status, by=actor)
    except Refused as refused:
        form.tell(refused.problems)
        return _new(form), 422
    flash(_("Entered. Invite its first admin from the page of its people."), "good")
    return redirect(url_for("units.show", code=code), 303)


@blueprint.get("/<code>/edit")
@members_only
def edit(code: str) -> str:
    """What the unit says of itself, to be changed by its admins and the secretariat."""
    unit = _looked_after(code)
    return _edit(unit, _stands(unit))


@blueprint.post("/<code>/edit")
@members_only
def change(code: str) -> Answer:
    """Change it."""
    unit, form = _looked_after(code), UnitForm()
    if not form.validate():
        return _edit(unit, form), 422
    try:
        edit_unit(code, form.facts(), by=require_actor(), version=form.version.data or None)
    except Stale:
        unit = _looked_after(code)
        form.tell_of_others(unit_version(unit))
        return _edit(unit, form, now=_stands(unit)), 409
    except Refused as refused:
        form.tell(refused.problems)
        return _edit(_looked_after(code), form), 422
    flash(_("Saved."), "good")
    return redirect(url_for("units.show", code=code), 303)


@blueprint.get("/<code>/standing")
@members_only
def standing(code: str) -> str:
    """How the unit stands and what happened to it: its admins read, the secretariat acts."""
    return _standing(_looked_after(code))


@blueprint.post("/<code>/readmission")
@members_only
def readmit(code: str) -> Response:
    """A member in good standing again."""
    _looked_after(code)
    try:
        readmit_unit(code, by=_secretariat())
    except Refused as refused:
        flash(run_together(map(said, refused.problems)), "bad")
    else:
        flash(_("A member in good standing."), "good")
    return redirect(url_for("unit_care.standing", code=code), 303)


def _secretariat() -> Actor:
    actor = require_actor()
    if not actor.is_secretariat:
        raise Forbidden("secretariat")
    return actor


def _looked_after(code: str) -> Unit:
    """The unit, for its admins and the secretariat; to all others there is nothing to look after."""
    unit, actor = unit_by_code(db.session(), code), require_actor()
    if not actor.is_secretariat and unit.id not in actor.admin_unit_ids:
        raise Missing
    return unit


def _new(form: NewUnitForm) -> str:
    return render_template(
        "unit_care/new.html", form=form, tiles=TILES, external=request.form.get("status") == "external"
    )


def _stands(unit: Unit) -> UnitForm:
    """The form as it stands."""
    facts = vars(facts_of(unit))
    return UnitForm(formdata=None, data={**facts, "tile": str(facts["tile"]), "version": unit_version(unit)})


def _edit(unit: Unit, form: UnitForm, now: UnitForm | None = None) -> str:
    """The form; with `now` beside it what somebody else has made of it."""
    form.fit()
    return render_template("unit_care/edit.html", unit=unit, form=form, now=now, tiles=TILES)


def _standing(unit: Unit) -> str:
    session, times = db.session(), Times.of(unit.zone)
    events = events_of(session, "unit", unit.id)[::-1]
    names = names_of(session, {event.actor_id for event in events if event.actor_id})
    lines: list[tuple[Any, str]] = [
        (times.moment(event.at), happening(event, names.get(event.actor_id or 0, ""), times.zone))
        for event in events
        if event.verb.startswith("unit.")
    ]
    return render_template(
        "unit_care/standing.html",
        unit=unit,
        lines=lines,
        decides=require_actor().is_secretariat,
    )
