"""The items of a resource: the interchangeable things a booking occupies. Added, renamed, retired and brought back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.booking.editing import change_resource
from alliance.booking.lineage import lineage_of
from alliance.db import db
from alliance.errors import Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.sentences import words_for
from alliance.resources.changes import Overtaken
from alliance.resources.models import Resource
from alliance.resources.sheet import sheet_of
from alliance.resources.sheet_checks import LONGEST_LABEL, MOST_ITEMS
from alliance.web.access import members_only
from alliance.web.editor import edited, named_bookings, refs_of
from alliance.web.forms.booking import one_line
from alliance.web.forms.items import NewItemsForm
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("items", __name__, url_prefix="/resources/<code>/items")

Answer = str | Response | tuple[str, int]
Items = list[list[Any]]


@blueprint.get("")
@members_only
def index(code: str) -> Answer:
    """All of them, and the form for more."""
    return _page(edited(code, require_actor()))


@blueprint.post("")
@members_only
def add(code: str) -> Answer:
    """One more, or several with numbers behind their name."""
    resource, form = edited(code, require_actor()), NewItemsForm()
    if not form.validate():
        return _page(resource, form=form, code=422)
    items = _items(resource)
    more = form.labels(len(items))
    return _save(
        resource,
        [*items, *more],
        ngettext("%(num)d added.", "%(num)d added.", len(more)),
        form=form,
    )


@blueprint.post("/names")
@members_only
def rename(code: str) -> Answer:
    """Give them other names, all at once."""
    resource = edited(code, require_actor())
    items = _items(resource)
    typed = [
        [
            one_line(request.form.get(f"zh-{n}", zh)),
            one_line(request.form.get(f"en-{n}", en or "")) or None,
            live,
        ]
        for n, (zh, en, live) in enumerate(items, 1)
    ]
    return _save(resource, typed, _("Saved."), typed=typed)


@blueprint.post("/<int:n>/retirement")
@members_only
def retire(code: str, n: int) -> Answer:
    """Take it away, if nobody has it from now on."""
    return _switch(code, n, live=False)


@blueprint.post("/<int:n>/return")
@members_only
def bring_back(code: str, n: int) -> Answer:
    """Offer it again."""
    return _switch(code, n, live=True)


def _switch(code: str, n: int, *, live: bool) -> Answer:
    resource = edited(code, require_actor())
    items = _items(resource)
    if not 1 <= n <= len(items):
        raise Missing
    items[n - 1] = [*items[n - 1][:2], live]
    return _save(resource, items, _("It can be booked again.") if live else _("It is retired."))


def _save(
    resource: Resource,
    items: Items,
    done: str,
    *,
    form: NewItemsForm | None = None,
    typed: Items | None = None,
) -> Answer:
    """Save the items as they shall be; the list they were counted by is the one the page showed."""
    code, text = resource.code, request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        change_resource(code, {"items": items}, by=require_actor(), version=version)
    except Overtaken as overtaken:
        return _page(edited(code, require_actor()), refused=overtaken, form=form, code=409)
    except Refused as refused:
        resource = edited(code, require_actor())
        return _page(resource, refused=refused, form=form, typed=typed, code=422)
    flash(done, "good")
    return redirect(url_for("items.index", code=code), 303)


def _items(resource: Resource) -> Items:
    found: Items = sheet_of(db.session(), resource, ["items"])["items"]
    return found


def _page(
    resource: Resource,
    *,
    refused: Refused | None = None,
    form: NewItemsForm | None = None,
    typed: Items | None = None,
    code: int = 200,
) -> Answer:
    session, actor = db.session(), require_actor()
    rows = [(n, *item) for n, item in enumerate(typed or _items(resource), 1)]
    refs = refs_of(refused) if refused else ()
    text = render_template(
        "editor/items.html",
        resource=resource,
        live=[row for row in rows if row[3]],
        retired=[row for row in rows if not row[3]],
        form=form or NewItemsForm(formdata=None),
        problems=[words_for(problem) for problem in refused.problems] if refused else [],
        hit=named_bookings(actor, resource, refs) if refs else [],
        row={"times": Times.of(resource.zone)},
        is_whole=lineage_of(session, resource.id).is_whole,
        longest=LONGEST_LABEL,
        most=MOST_ITEMS,
    )
    return text, code
