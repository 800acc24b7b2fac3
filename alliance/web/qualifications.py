"""Qualifications: what one holds and asks for, and for those who grant them who asks and who holds."""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.qualified import bookings_needing
from alliance.db import db
from alliance.errors import AlreadyDecided, Forbidden, Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import language
from alliance.members.models import Unit
from alliance.members.queries import units_of
from alliance.resources.models import Qualification
from alliance.resources.qualifications import queries
from alliance.resources.qualifications.actions import (
    ask_for_qualification,
    decline_qualification,
    grant_qualification,
    revoke_qualification,
    withdraw_qualification_request,
)
from alliance.resources.qualifications.keeping import change_qualification, make_qualification
from alliance.resources.qualifications.queries import Holder
from alliance.web.access import members_only
from alliance.web.forms.qualifications import AskForm, GrantForm, QualificationForm
from alliance.web.forms.units import ReasonForm, said
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.touched import MOST_SHOWN, touched_rows
from alliance.web.vocabulary import run_together

blueprint = Blueprint("qualifications", __name__, url_prefix="/qualifications")

Answer = str | Response | tuple[str, int]
# What is ready in the form; the owner decides.
_USUAL: Final = timedelta(days=730)


@blueprint.get("")
@members_only
def index() -> str:
    """What one holds and asks for, and what one grants."""
    actor, session, now = require_actor(), db.session(), clock.now()
    return render_template(
        "qualifications/index.html",
        held=[
            (each, each.state_at(now), each.may_be_renewed_at(now))
            for each in queries.held_by(session, actor.person_id)
        ],
        asked=queries.own_requests(session, actor.person_id),
        granted=queries.granted_ones(session, actor),
        units=units_of(session, actor.admin_unit_ids),
        times=Times.of(current_app.config["SETTINGS"].zone),
    )


@blueprint.get("/new")
@members_only
def new() -> Answer:
    """The form for another qualification of a unit."""
    return _edit(_administered(request.args.get("unit")), QualificationForm(formdata=None))


@blueprint.post("")
@members_only
def create() -> Answer:
    """Another qualification."""
    unit, form = _administered(request.form.get("unit")), QualificationForm()
    if not form.validate():
        return _edit(unit, form), 422
    try:
        code = make_qualification(unit.code, by=require_actor(), **_entered(form))
    except Refused as refused:
        form.tell(refused.problems)
        return _edit(_administered(request.form.get("unit")), form), 422
    flash(
        _("Created. Whoever books what asks for it must hold it from now on; bookings there are stay."),
        "good",
    )
    return redirect(url_for("qualifications.show", code=code), 303)


@blueprint.get("/<code>")
@members_only
def show(code: str) -> Answer:
    """One qualification for those who grant it; others are led to where they ask for it."""
    try:
        return _page(code)
    except Forbidden:
        return redirect(url_for("qualifications.ask", code=code))


@blueprint.get("/<code>/edit")
@members_only
def edit(code: str) -> Answer:
    """What it is called and what asks for it, to be changed."""
    found, unit = _own(code)
    asking = queries.asked_for_by(db.session(), require_actor(), found.id)
    form = QualificationForm(
        formdata=None,
        name_zh=found.name_zh,
        name_en=found.name_en or "",
        resources=[each.code for each in asking if each.owner_id == unit.id],
    )
    return _edit(unit, form, found)


@blueprint.post("/<code>/edit")
@members_only
def change(code: str) -> Answer:
    """Another name, other resources."""
    found, unit = _own(code)
    form = QualificationForm()
    if not form.validate():
        return _edit(unit, form, found), 422
    try:
        change_qualification(code, by=require_actor(), **_entered(form))
    except Refused as refused:
        form.tell(refused.problems)
        found, unit = _own(code)
        return _edit(unit, form, found), 422
    flash(_("Saved."), "good")
    return redirect(url_for("qualifications.show", code=code), 303)


@blueprint.get("/<code>/requests/new")
@members_only
def ask(code: str) -> Answer:
    """Asking for it."""
    return _asking(code, AskForm(formdata=None))


@blueprint.post("/<code>/requests")
@members_only
def send(code: str) -> Answer:
    """Ask those who grant it."""
    form = AskForm()
    if not form.validate():
        return _asking(code, form), 422
    try:
        ask_for_qualification(code, by=require_actor(), note=form.note.data or "")
    except Refused as refused:
        form.tell(refused.problems)
        return _asking(code, form), 422
    flash(_("Asked. You are told as soon as it is decided."), "wait")
    return redirect(url_for("qualifications.index"), 303)


@blueprint.post("/<code>/requests/<ref>/withdrawal")
@members_only
def withdraw(code: str, ref: str) -> Response:
    """Ask no longer."""
    try:
        withdraw_qualification_request(ref, by=require_actor(), code=code)
    except AlreadyDecided as decided:
        _tell(decided)
    else:
        flash(_("You no longer ask for it."), "good")
    return redirect(url_for("qualifications.index"), 303)


@blueprint.post("/<code>/holders/<person>")
@members_only
def grant(code: str, person: str) -> Answer:
    """Whoever asked or holds it holds it from one day through another."""
    form = GrantForm()
    if form.validate():
        try:
            grant_qualification(
                code,
                person,
                by=require_actor(),
                valid_from=form.valid_from.data,
                valid_until=form.valid_until.data,
            )
        except Refused as refused:
            form.tell(refused.problems)
    if form.errors:
        return _page(code, at=person, granting=form), 422
    flash(_("Granted; the person is told."), "good")
    return redirect(url_for("qualifications.show", code=code), 303)


@blueprint.post("/<code>/requests/<ref>/refusal")
@members_only
def decline(code: str, ref: str) -> Answer:
    """Not granted, for a reason."""
    form = ReasonForm()
    if form.validate():
        try:
            decline_qualification(ref, by=require_actor(), reason=form.reason.data, code=code)
        except AlreadyDecided as decided:
            _tell(decided)
            return redirect(url_for("qualifications.show", code=code), 303)
        except Refused as refused:
            form.tell(refused.problems)
    if form.errors:
        return _page(code, at=ref, declining=form), 422
    flash(_("Not granted; the person reads your reason."), "good")
    return redirect(url_for("qualifications.show", code=code), 303)


@blueprint.get("/<code>/holders/<person>/revocation")
@members_only
def revoking(code: str, person: str) -> Answer:
    """What revoking it would mean, before it is done."""
    return _revocation(code, person, ReasonForm(formdata=None))


@blueprint.post("/<code>/holders/<person>/revocation")
@members_only
def revoke(code: str, person: str) -> Answer:
    """The person holds it no longer."""
    form = ReasonForm()
    if form.validate():
        try:
            revoke_qualification(code, person, by=require_actor(), reason=form.reason.data)
        except Refused as refused:
            form.tell(refused.problems)
    if form.errors:
        return _revocation(code, person, form), 422
    flash(_("Revoked; the person is told. The bookings stay."), "good")
    return redirect(url_for("qualifications.show", code=code), 303)


def _page(
    code: str, *, at: str = "", granting: GrantForm | None = None, declining: ReasonForm | None = None
) -> str:
    """Requests and holders; the form that was refused stands open where it was sent from."""
    actor, session = require_actor(), db.session()
    found, unit = queries.granted_qualification(session, actor, code)
    times = Times.of(unit.zone)
    ready = GrantForm(formdata=None, valid_from=times.today, valid_until=times.today + _USUAL)
    return render_template(
        "qualifications/show.html",
        qualification=found,
        unit=unit,
        times=times,
        is_own=unit.id in actor.admin_unit_ids,
        asking=queries.asked_for_by(session, actor, found.id),
        waiting=[
            (
                each,
                granting if granting and at == each.person.ref else ready,
                declining if declining and at == each.ref else ReasonForm(formdata=None),
            )
            for each in queries.open_requests(session, found.id)
        ],
        holders=[
            (
                each,
                each.state_on(times.today),
                granting
                if granting and at == each.person.ref
                else GrantForm(formdata=None, valid_from=each.valid_from, valid_until=each.valid_until),
            )
            for each in queries.holders_of(session, found.id)
        ],
    )


def _asking(code: str, form: AskForm) -> str:
    session, actor = db.session(), require_actor()
    found, unit = queries.qualification_of(session, actor, code)
    return render_template(
        "qualifications/ask.html",
        qualification=found,
        unit=unit,
        form=form,
        asking=queries.asked_for_by(session, actor, found.id),
    )


def _revocation(code: str, person: str, form: ReasonForm) -> str:
    session, actor, now = db.session(), require_actor(), clock.now()
    found, unit = queries.granted_qualification(session, actor, code)
    holder = _holder(session, found, person)
    touched = bookings_needing(session, holder.person.id, found.id, now)
    asking = queries.asked_for_by(session, actor, found.id)
    run = [each.id for each in asking if actor.runs(each.id, each.owner_id)]
    return render_template(
        "qualifications/revocation.html",
        qualification=found,
        unit=unit,
        person=holder.person,
        form=form,
        rows=touched_rows(touched[:MOST_SHOWN], seen=run),
        count=len(touched),
    )


def _edit(unit: Unit, form: QualificationForm, found: Qualification | None = None) -> str:
    form.offer(
        [
            (code, f"{(language() == 'en' and en) or zh} · {code}")
            for code, zh, en in queries.resources_to_choose(db.session(), unit.id)
        ]
    )
    return render_template("qualifications/edit.html", unit=unit, form=form, found=found)


def _entered(form: QualificationForm) -> dict[str, Any]:
    return {
        "name_zh": form.name_zh.data or "",
        "name_en": form.name_en.data or "",
        "resources": form.resources.data or (),
    }


def _administered(code: str | None) -> Unit:
    """The unit of that code, if the reader is its admin; any other is not there."""
    units = units_of(db.session(), require_actor().admin_unit_ids)
    found = next((unit for unit in units if unit.code == code), None)
    if found is None:
        raise Missing
    return found


def _own(code: str) -> tuple[Qualification, Unit]:
    """The qualification, for admins of its unit."""
    actor = require_actor()
    found, unit = queries.granted_qualification(db.session(), actor, code)
    if unit.id not in actor.admin_unit_ids:
        raise Forbidden("unit_admin")
    return found, unit


def _holder(session: Session, of: Qualification, ref: str) -> Holder:
    found = next((each for each in queries.holders_of(session, of.id) if each.person.ref == ref), None)
    if found is None:
        raise Missing
    return found


def _tell(refused: Refused) -> None:
    flash(run_together(map(said, refused.problems)), "bad")
