"""Groups of units: the list, the page of each, and looking after them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.db import db
from alliance.errors import Forbidden, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.groups import (
    Known,
    add_to_group,
    edit_group,
    group_known_to,
    group_version,
    groups_known_to,
    make_group,
    may_fill,
    remove_from_group,
)
from alliance.members.models import Unit
from alliance.members.queries import member_units
from alliance.resources.queries import counts_on_offer
from alliance.web.access import members_only
from alliance.web.forms.groups import GroupForm, NewGroupForm
from alliance.web.forms.units import said
from alliance.web.session import require_actor
from alliance.web.vocabulary import run_together, unit_kind_name

blueprint = Blueprint("groups", __name__, url_prefix="/groups")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@members_only
def index() -> str:
    """The groups one's units are in; all of them for those who work for the alliance."""
    actor = require_actor()
    known = groups_known_to(db.session(), actor)
    return render_template("groups/index.html", known=known, may_make=actor.is_secretariat)


@blueprint.get("/new")
@members_only
def new() -> str:
    """The form for another group, for the secretariat."""
    _secretariat()
    return render_template("groups/new.html", form=NewGroupForm(formdata=None))


@blueprint.post("")
@members_only
def create() -> Answer:
    """A group without units, to be filled on its page."""
    actor, form = _secretariat(), NewGroupForm()
    if not form.validate():
        return render_template("groups/new.html", form=form), 422
    try:
        code = make_group(form.code.data, form.name_zh.data, form.name_en.data or "", by=actor)
    except Refused as refused:
        form.tell(refused.problems)
        return render_template("groups/new.html", form=form), 422
    flash(_("Made. Add its units here."), "good")
    return redirect(url_for("groups.show", code=code), 303)


@blueprint.get("/<code>")
@members_only
def show(code: str) -> str:
    """One group: who leads it, which units are in it, and what each of them shares."""
    return _page(code)


@blueprint.get("/<code>/edit")
@members_only
def edit(code: str) -> str:
    """Its names and its lead unit."""
    actor = _secretariat()
    known, units = group_known_to(db.session(), code, actor)
    return _edit(known, units, _stands(known))


@blueprint.post("/<code>/edit")
@members_only
def change(code: str) -> Answer:
    """Change them."""
    actor, form = _secretariat(), GroupForm()
    known, units = group_known_to(db.session(), code, actor)
    if not form.validate():
        return _edit(known, units, form), 422
    try:
        edit_group(code, form.changes(), by=actor, version=form.version.data or None)
    except Stale:
        known, units = group_known_to(db.session(), code, actor)
        now = _stands(known)
        form.tell_of_others(now.version.data)
        return _edit(known, units, form, now), 409
    except Refused as refused:
        form.tell(refused.problems)
        known, units = group_known_to(db.session(), code, actor)
        return _edit(known, units, form), 422
    flash(_("Saved."), "good")
    return redirect(url_for("groups.show", code=code), 303)


@blueprint.post("/<code>/units")
@members_only
def add(code: str) -> Answer:
    """One unit more."""
    try:
        add_to_group(code, request.form.get("unit", ""), by=require_actor())
    except Refused as refused:
        return _page(code, refused.problems), 422
    flash(_("Added. What is shown to the group it sees from now on."), "good")
    return redirect(url_for("groups.show", code=code), 303)


@blueprint.post("/<code>/units/<unit>/removal")
@members_only
def remove(code: str, unit: str) -> Answer:
    """One unit less."""
    try:
        remove_from_group(code, unit, by=require_actor())
    except Refused as refused:
        return _page(code, refused.problems), 422
    flash(_("Taken out. What only the group sees is hidden from it from now on."), "good")
    return redirect(url_for("groups.show", code=code), 303)


def _secretariat() -> Actor:
    actor = require_actor()
    if not actor.is_secretariat:
        raise Forbidden("secretariat")
    return actor


def _page(code: str, problems: tuple[Problem, ...] = ()) -> str:
    session, actor = db.session(), require_actor()
    known, units = group_known_to(session, code, actor)
    fills = may_fill(actor, known.group)
    there = {unit.id for unit in units}
    offered = {owner.code: number for owner, number in counts_on_offer(session, actor).units.items()}
    return render_template(
        "groups/show.html",
        group=known.group,
        lead=known.lead,
        rows=[(unit, unit_kind_name(unit.kind), offered.get(unit.code, 0)) for unit in units],
        fills=fills,
        edits=actor.is_secretariat,
        others=[unit for unit in member_units(session) if unit.id not in there] if fills else [],
        problem=run_together(map(said, problems)),
    )


def _stands(known: Known) -> GroupForm:
    """The form as it stands."""
    values = {
        "name_zh": known.group.name_zh,
        "name_en": known.group.name_en or "",
        "lead": known.lead.code if known.lead else "",
        # A unit more or less changes nothing that is edited here.
        "version": group_version(known.group),
    }
    return GroupForm(formdata=None, data=values)


def _edit(known: Known, units: Sequence[Unit], form: GroupForm, now: GroupForm | None = None) -> str:
    """The form; with `now` beside it what somebody else has made of it."""
    choices = [(unit.code, str(localized(unit, "name"))) for unit in units]
    for each in (form, now):
        if each is not None:
            each.fit(choices)
    return render_template("groups/edit.html", group=known.group, form=form, now=now)
