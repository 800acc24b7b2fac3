"""What one runs: the list with what is missing, new resources and copies, and whether others see them."""

from collections.abc import Callable, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from alliance.booking.breaking import WouldBreak
from alliance.booking.publication import publish_resource, retire_resource, take_back_resource
from alliance.booking.readiness import findings_of
from alliance.db import db
from alliance.errors import Forbidden, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import units_of
from alliance.notifications.sentences import words_for
from alliance.resources.drafts import copy_resource, create_resource, next_code
from alliance.resources.kinds import PRESETS, STATUSES
from alliance.resources.owned import owned_by
from alliance.web.access import members_only
from alliance.web.editor import ask_about, edited, finding
from alliance.web.forms.owned import NewForm
from alliance.web.paging import asked_page
from alliance.web.session import require_actor
from alliance.web.sheet_words import PRESET_EXAMPLES, PRESET_NAMES, STATUS_NAMES
from alliance.web.vocabulary import kind_name

blueprint = Blueprint("owned", __name__)

Answer = str | Response | tuple[str, int]
_LOOKS: Final = {
    "draft": ("done", "pencil"),
    "published": ("confirmed", "check2"),
    "retired": ("done", "dash-lg"),
}


@blueprint.get("/manage/resources")
@members_only
def index() -> str:
    """What the reader runs, by code, a page at a time: its status, and what is missing."""
    actor, session = _runner(), db.session()
    status = request.args.get("status")
    status = status if status in STATUSES else None
    owned = owned_by(session, actor, status=status, page=asked_page())
    findings = findings_of(session, owned.rows)
    return render_template(
        "owned/index.html",
        rows=[
            (
                resource,
                kind_name(resource.kind),
                (_LOOKS[resource.status][0], STATUS_NAMES[resource.status], _LOOKS[resource.status][1]),
                [finding(problem) for problem in findings[resource.id]],
            )
            for resource in owned.rows
        ],
        tabs=[
            (
                name,
                url_for("owned.index", status=code),
                owned.counts.get(code, 0) if code else sum(owned.counts.values()),
                code == status,
            )
            for code, name in ((None, _("All")), *STATUS_NAMES.items())
        ],
        earlier=url_for("owned.index", status=status, page=owned.number - 1) if owned.number > 1 else "",
        later=url_for("owned.index", status=status, page=owned.number + 1)
        if owned.number < owned.pages
        else "",
        may_create=bool(actor.admin_unit_ids),
    )


@blueprint.get("/resources/new")
@members_only
def new() -> Answer:
    """The few questions a draft begins with."""
    units = _units()
    first = {"unit": units[0].code, "kind": "instrument", "preset": "slot_self"}
    asked = {name: request.args[name] for name in ("unit", "kind", "preset") if name in request.args}
    return _form(NewForm(formdata=MultiDict({**first, **asked})), units)


@blueprint.post("/resources")
@members_only
def create() -> Answer:
    """Begin the draft, and go on in its editor."""
    _units()
    form = NewForm()
    form.validate()
    try:
        code = create_resource(
            form.unit.data or "",
            by=require_actor(),
            kind=form.kind.data or "",
            preset=form.preset.data or "",
            name_zh=form.name_zh.data or "",
            name_en=form.name_en.data or "",
            code=form.code.data or "",
        )
    except Refused as refused:
        form.tell(refused.problems)
        return _form(form, _units(), 422)
    flash(_("The draft is begun. Nobody but those who run it sees it yet."), "good")
    return redirect(url_for("editor.show", code=code), 303)


@blueprint.post("/resources/<code>/copies")
@members_only
def copy(code: str) -> Answer:
    """A draft like this one, in the same unit where one is its admin, else in one's first."""
    actor = require_actor()
    resource = edited(code, actor)
    units = _units()
    unit = next((unit for unit in units if unit.id == resource.owner_id), units[0])
    # The name says what it is until its owner gives it a better one; what is too long is cut.
    names = {
        "name_zh": _copied(resource.name_zh, "（副本）", 120),
        "name_en": _copied(resource.name_en, " (copy)", 160) if resource.name_en else "",
    }
    try:
        made = copy_resource(code, by=actor, unit_code=unit.code, **names)
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
        return redirect(url_for("editor.show", code=code), 303)
    flash(_("This is the copy, a draft. Give it a name of its own."), "good")
    return redirect(url_for("editor.section", code=made, name="what"), 303)


@blueprint.post("/resources/<code>/publication")
@members_only
def publish(code: str) -> Answer:
    """Show it to whom it is meant for."""
    return _become(code, publish_resource, _("It is on the list now."))


@blueprint.post("/resources/<code>/draft")
@members_only
def take_back(code: str) -> Answer:
    """Make it a draft again."""
    return _become(
        code,
        take_back_resource,
        _("It is a draft again; only those who run it see it."),
        _("Make it a draft again"),
        "owned.take_back",
    )


@blueprint.post("/resources/<code>/retirement")
@members_only
def retire(code: str) -> Answer:
    """Take it off the list."""
    return _become(code, retire_resource, _("It is retired."), _("Retire"), "owned.retire")


def _become(
    code: str, act: Callable[..., int], done: str, verb: str = "", endpoint: str = "owned.publish"
) -> Answer:
    actor = require_actor()
    edited(code, actor)
    known = {"knowing": request.form.get("knowing", "")} if verb else {}
    try:
        act(code, by=actor, version=request.form.get("version", None, int), **known)
    except WouldBreak as would:
        return ask_about(edited(code, actor), would, verb, url_for(endpoint, code=code))
    except Stale:
        flash(_("Somebody changed it in the meantime. Look at it again."), "bad")
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
    else:
        flash(done, "good")
    return redirect(url_for("editor.show", code=code), 303)


def _copied(name: str, mark: str, longest: int) -> str:
    return name[: longest - len(mark)] + mark


def _runner() -> Actor:
    """Who is asking, if he runs anything."""
    actor = require_actor()
    if not (actor.managed_ids or actor.admin_unit_ids):
        raise Forbidden("manager")
    return actor


def _units() -> Sequence[Unit]:
    """The units whose admin the reader is; there is at least one."""
    units = units_of(db.session(), require_actor().admin_unit_ids)
    if not units:
        raise Forbidden("admin")
    return units


def _form(form: NewForm, units: Sequence[Unit], code: int = 200) -> Answer:
    form.unit.choices = [(unit.code, str(localized(unit, "name"))) for unit in units]
    chosen = next((unit for unit in units if unit.code == form.unit.data), units[0])
    text = render_template(
        "owned/new.html",
        form=form,
        presets=[(preset, PRESET_NAMES[preset], PRESET_EXAMPLES[preset]) for preset in PRESETS],
        proposed=next_code(db.session(), chosen),
        several=len(units) > 1,
    )
    return text, code
