"""The editor of a resource: what stands on its sheet, section by section, each with an address of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.booking.breaking import InTheWay, WouldBreak
from alliance.booking.editing import change_resource, undo_change
from alliance.booking.permissions import Glimpse, seen_by
from alliance.booking.queries import bookings_named
from alliance.booking.readiness import findings_of
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.notifications.sentences import words_for
from alliance.resources.changes import CHANGED, Change, Overtaken, changes_of, is_same
from alliance.resources.models import Resource
from alliance.resources.permissions import require_editor
from alliance.resources.queries import resource_by_code
from alliance.resources.sheet import OF_ADMINS, Values, sheet_of
from alliance.web.access import members_only
from alliance.web.forms.approval import ApprovalForm
from alliance.web.forms.rules import RulesForm
from alliance.web.forms.sheet import (
    AccessForm,
    ManagersForm,
    PartsForm,
    QualificationsForm,
    SheetForm,
    WhatForm,
)
from alliance.web.session import require_actor
from alliance.web.sheet_choices import groups_for, parts_for, people_for, qualifications_for
from alliance.web.sheet_summary import summary_of
from alliance.web.sheet_words import RELATION_NAMES, SECTION_NAMES, field_name, in_words
from alliance.web.times import Times

blueprint = Blueprint("editor", __name__, url_prefix="/resources/<code>")

Answer = str | Response | tuple[str, int]
_HISTORY: Final = 8


@dataclass(frozen=True)
class Section:
    """One line of the editor: its name, its picture, the page on which it is edited, and where it has no sense."""

    name: str
    picture: str
    endpoint: str = "editor.section"
    of_admins: bool = False
    of_timed: bool = False

    def address(self, code: str) -> str:
        """Where it is edited."""
        if self.endpoint == "editor.section":
            return url_for(self.endpoint, code=code, name=self.name)
        return url_for(self.endpoint, code=code)


# In the order of the page. What has a page of its own names it; its words are in sheet_words.SECTION_NAMES.
LISTED: Final = (
    Section("what", "info-circle"),
    Section("items", "list-ul", "items.index", of_timed=True),
    Section("parts", "buildings", of_admins=True, of_timed=True),
    Section("access", "people"),
    Section("approval", "person-check", of_timed=True),
    Section("qualifications", "mortarboard", of_admins=True, of_timed=True),
    Section("rules", "sliders", of_timed=True),
    Section("hours", "clock", "hours.show", of_timed=True),
    Section("questions", "chat-left-text", "questions.index", of_timed=True),
    Section("photos", "file-earmark-text", "photos.index"),
    Section("documents", "download", "documents.index"),
    Section("managers", "person-badge", of_admins=True),
)
_FORMS: Final[Mapping[str, type[SheetForm]]] = {
    form.section: form
    for form in (WhatForm, PartsForm, AccessForm, ApprovalForm, QualificationsForm, RulesForm, ManagersForm)
}


@blueprint.get("/edit")
@members_only
def show(code: str) -> str:
    """All sections with what stands there, what is missing, and what was changed of late."""
    actor, session = require_actor(), db.session()
    resource = edited(code, actor)
    findings = findings_of(session, [resource])[resource.id]
    changes = changes_of(session, resource.id, _HISTORY)
    is_admin = resource.owner_id in actor.admin_unit_ids
    summaries = summary_of(session, resource)
    return render_template(
        "editor/show.html",
        resource=resource,
        is_admin=is_admin,
        sections=[
            (
                section,
                SECTION_NAMES[section.name],
                section.address(code) if is_admin or not section.of_admins else "",
                summaries.get(section.name, ()),
                [finding(problem) for problem in findings if problem.field == section.name],
            )
            for section in LISTED
            if resource.mode == "timed" or not section.of_timed
        ],
        missing=[
            (finding(problem), address_of(problem, code))
            for problem in findings
            if problem.severity == "block"
        ],
        advice=sum(problem.severity != "block" for problem in findings),
        changes=[told(change, resource) for change in changes],
        can_undo=bool(changes) and changes[0].verb == CHANGED and changes[0].version == resource.version,
    )


@blueprint.get("/edit/<name>")
@members_only
def section(code: str, name: str) -> Answer:
    """One section, to be changed."""
    actor = require_actor()
    resource = edited(code, actor)
    form_of = _form_for(name, resource, actor)
    return _page(resource, form_of.of(sheet_of(db.session(), resource, [name]), resource.version))


@blueprint.post("/edit/<name>")
@members_only
def save(code: str, name: str) -> Answer:
    """Save the section, or show what is wrong, what others changed meanwhile, or which bookings would not fit."""
    actor = require_actor()
    resource = edited(code, actor)
    form = _form_for(name, resource, actor)()
    if isinstance(form, ApprovalForm):
        form.keep(sheet_of(db.session(), resource, [name]))
    form.validate()
    wanted = form.values()
    if any(field.errors for field in form):
        return _page(resource, form, 422)
    try:
        version = change_resource(
            code, wanted, by=actor, version=form.base_version, knowing=form.knowing.data or ""
        )
    except Overtaken as overtaken:
        return _overtaken(edited(code, actor), form, wanted, overtaken.changes)
    except WouldBreak as would:
        return _would_break(edited(code, actor), form, would)
    except Refused as refused:
        form.tell(refused.problems)
        return _page(edited(code, actor), form, 422, named=refs_of(refused))
    flash(_("Saved.") if version != form.base_version else _("Nothing was changed."), "good")
    return redirect(url_for("editor.show", code=code), 303)


@blueprint.post("/restoration")
@members_only
def undo(code: str) -> Answer:
    """Put back what the last change replaced."""
    actor = require_actor()
    edited(code, actor)
    try:
        undo_change(
            code,
            by=actor,
            version=request.form.get("version", 0, int),
            knowing=request.form.get("knowing", ""),
        )
    except WouldBreak as would:
        return ask_about(edited(code, actor), would, _("Undo"), url_for("editor.undo", code=code))
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
    else:
        flash(_("The last change is undone."), "good")
    return redirect(url_for("editor.show", code=code), 303)


def edited(code: str, actor: Actor) -> Resource:
    """The resource, for somebody who may edit it, read anew. Raises Missing or Forbidden."""
    resource = resource_by_code(db.session(), actor, code)
    require_editor(actor, resource)
    return resource


def finding(problem: Problem) -> dict[str, Any]:
    """A finding for the page: its sentence, its way out, and whether it keeps the resource from being published."""
    words = words_for(problem)
    return {
        "name": words.title,
        "sentence": words.message,
        "remedy": words.remedy,
        "blocks": problem.severity == "block",
    }


def address_of(problem: Problem, code: str) -> str:
    """Where the finding is put right; nothing where there is no page for it."""
    return next((each.address(code) for each in LISTED if each.name == problem.field), "")


def told(change: Change, resource: Resource) -> dict[str, Any]:
    """A change for the page: who, when, and each field with what was and what is."""
    owner = str(localized(resource.owner, "name"))
    return {
        "verb": change.verb,
        "by": change.by,
        "at": change.at,
        "when": Times.of(resource.zone).moment(change.at),
        "is_undo": change.is_undo,
        "fields": [
            (field_name(field), in_words(field, change.before[field], owner), in_words(field, value, owner))
            for field, value in change.after.items()
        ],
    }


def named_bookings(actor: Actor, resource: Resource, refs: Sequence[str]) -> list[Glimpse]:
    """The bookings of these refs, as far as the actor may see them, by start."""
    return seen_by(actor, bookings_named(db.session(), refs), seen=[resource.id])


def refs_of(refused: Refused) -> Sequence[str]:
    """The refs of the bookings that are in the way, if any are."""
    return refused.refs if isinstance(refused, InTheWay) else ()


def ask_about(resource: Resource, would: WouldBreak, verb: str, address: str) -> Answer:
    """Show the bookings that a press of a button would leave outside the rules, and ask once more."""
    page = render_template(
        "editor/bookings.html",
        resource=resource,
        verb=verb,
        address=address,
        hit=named_bookings(require_actor(), resource, would.refs),
        row={"times": Times.of(resource.zone)},
        knowing=would.knowing,
        version=request.form.get("version", ""),
    )
    return page, 409


def _form_for(name: str, resource: Resource, actor: Actor) -> type[SheetForm]:
    form = _FORMS.get(name)
    if form is None:
        raise Missing
    if name in OF_ADMINS and resource.owner_id not in actor.admin_unit_ids:
        raise Forbidden("admin")
    return form


def _overtaken(resource: Resource, form: SheetForm, wanted: Values, changes: Sequence[Change]) -> Answer:
    """The form with what the others changed, but where both changed one field with the reader's own entry."""
    present = sheet_of(db.session(), resource, [form.section])
    base = dict(present)
    for change in reversed(changes):
        base |= {field: value for field, value in change.before.items() if field in base}
    kept = {field: value for field, value in wanted.items() if not is_same(field, value, base[field])}
    again = type(form).of({**present, **kept}, resource.version)
    mine = [
        field_name(field)
        for field in kept
        if not is_same(field, present[field], base[field]) and not is_same(field, kept[field], present[field])
    ]
    return _page(resource, again, 409, changes=[told(change, resource) for change in changes], mine=mine)


def _would_break(resource: Resource, form: SheetForm, would: WouldBreak) -> Answer:
    form.knowing.data = would.knowing
    return _page(resource, form, 409, breaks=named_bookings(require_actor(), resource, would.refs))


def _page(
    resource: Resource, form: SheetForm, code: int = 200, *, named: Sequence[str] = (), **more: Any
) -> Answer:
    session = db.session()
    if (offer := _OFFERED.get(form.section)) is not None:
        offer(session, form, resource)
    text = render_template(
        f"editor/{form.section}.html",
        resource=resource,
        form=form,
        title=SECTION_NAMES[form.section],
        relations=RELATION_NAMES,
        named=named_bookings(require_actor(), resource, named) if named else [],
        row={"times": Times.of(resource.zone)},
        **more,
    )
    return text, code


def _offer_groups(session: Any, form: Any, resource: Resource) -> None:
    form.offer(groups_for(session, resource))


def _offer_people(session: Any, form: Any, resource: Resource) -> None:
    form.offer(people_for(session, resource))


def _offer_qualifications(session: Any, form: Any, resource: Resource) -> None:
    form.offer(qualifications_for(session, resource))


def _offer_parts(session: Any, form: Any, resource: Resource) -> None:
    form.offer(parts_for(session, resource))


def _keep_routes(session: Any, form: Any, resource: Resource) -> None:
    form.keep(sheet_of(session, resource, ["approval"]))


_OFFERED: Final[Mapping[str, Callable[[Any, Any, Resource], None]]] = {
    "access": _offer_groups,
    "managers": _offer_people,
    "qualifications": _offer_qualifications,
    "parts": _offer_parts,
    "approval": _keep_routes,
}
