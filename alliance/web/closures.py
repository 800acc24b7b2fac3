"""Closures: what is closed now and soon, closing something, opening it again."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from alliance import clock
from alliance.availability.actions import close_resource, end_closure
from alliance.availability.managed import Managed, closable_by, closures_managed_by, managed_closure
from alliance.booking.permissions import seen_by
from alliance.booking.queries import touched_by
from alliance.calendars.outside.queries import calendars_run_by
from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.forms.closures import ClosureForm
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("closures", __name__, url_prefix="/closures")

Answer = str | Response | tuple[str, int]
# An open end is looked at this far: nobody books further ahead.
_FOR_LONG: Final = timedelta(days=366)
_HOUR: Final = timedelta(hours=1)
_FIELDS: Final = {"start": "start", "end": "end", "item": "item", "kind": "kind"}


@blueprint.get("")
@members_only
def index() -> str:
    """What is closed now and soon, of what one runs."""
    actor, now, session = _manager(), clock.now(), db.session()
    rows = [_row(managed, now) for managed in closures_managed_by(session, actor, now)]
    outside = calendars_run_by(session, actor, now)
    return render_template(
        "closures/index.html",
        current=[row for row in rows if row["is_current"]],
        coming=[row for row in rows if not row["is_current"]],
        wanting=sum(tied.wants_a_look(now) for tied in outside),
    )


@blueprint.get("/new")
@members_only
def new() -> Answer:
    """The form for one resource; without one, the choice of what to close."""
    actor = _manager()
    resources = closable_by(db.session(), actor)
    resource = _chosen(request.args.get("resource"), resources)
    if resource is None:
        return render_template("closures/choose.html", resources=resources)
    times = Times.of(resource.zone)
    form = ClosureForm(formdata=_first_values(request.args, times, clock.now()))
    return _form(form, resource)


@blueprint.post("")
@members_only
def create() -> Answer:
    """Close it, and show which bookings that hits."""
    actor = _manager()
    resource = _chosen(request.form.get("resource"), closable_by(db.session(), actor))
    if resource is None:
        raise Missing
    form = ClosureForm()
    found = form.times(Times.of(resource.zone).zone, clock.now())
    item_id = form.item_id([item.id for item in resource.items if item.retired_at is None])
    if found is None or form.errors:
        return _form(form, resource, 422)
    try:
        ref = close_resource(
            resource.id,
            by=actor,
            kind=form.kind.data or "",
            starts_at=found[0],
            ends_at=found[1],
            item_id=item_id,
            reason=form.reason.data,
            review_on=form.review_on.data if found[1] is None else None,
        )
    except Refused as refused:
        for problem in refused.problems:
            field = form[_FIELDS.get(problem.field or "", "kind")]
            field.errors = [*field.errors, words_for(problem).message]
        again = _chosen(form.resource.data, closable_by(db.session(), actor))
        if again is None:
            raise Missing from refused
        return _form(form, again, 422)
    flash(_("Closed."), "good")
    return redirect(url_for("closures.show", ref=ref), 303)


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One closure, and the bookings it hits: they stay, and their people should hear of it."""
    actor, now, session = require_actor(), clock.now(), db.session()
    managed = _managed(ref, actor)
    closure = managed.closure
    start = max(closure.starts_at, now)
    end = closure.ends_at or max(now, closure.starts_at) + _FOR_LONG
    hit = (
        touched_by(session, closure.resource_id, closure.item_id, Span(start, end), now)
        if start < end
        else ()
    )
    return render_template(
        "closures/show.html", row=_row(managed, now), hit=seen_by(actor, hit, seen=[closure.resource_id])
    )


@blueprint.post("/<ref>/end")
@members_only
def end(ref: str) -> Answer:
    """Open it again now; what has not begun is taken back."""
    actor = require_actor()
    name = localized(_managed(ref, actor).resource, "name")
    try:
        end_closure(ref, by=actor)
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
    else:
        flash(_("%(name)s can be booked again.", name=name), "good")
    return redirect(url_for("closures.index"), 303)


def _manager() -> Actor:
    """Who is asking, if he runs anything."""
    actor = require_actor()
    if not (actor.managed_ids or actor.admin_unit_ids):
        raise Forbidden("manager")
    return actor


def _managed(ref: str, actor: Actor) -> Managed:
    managed = managed_closure(db.session(), actor, ref) if ref.isascii() and ref.isalnum() else None
    if managed is None:
        raise Missing
    return managed


def _chosen(code: str | None, resources: Any) -> Resource | None:
    """The resource of that code among those one runs; what one does not run is not there. None when none is named."""
    if not code:
        return None
    found: Resource | None = next((resource for resource in resources if resource.code == code), None)
    if found is None:
        raise Missing
    return found


def _row(managed: Managed, now: datetime) -> dict[str, Any]:
    closure, times = managed.closure, Times.of(managed.resource.zone)
    return {
        "ref": closure.ref,
        "resource": managed.resource,
        "item": localized(managed.item, "label") if managed.item else None,
        "kind": CLOSURE_NAMES[closure.kind](),
        "reason": closure.reason,
        "times": times,
        "span": Span(closure.starts_at, closure.ends_at) if closure.ends_at else None,
        "since": closure.starts_at,
        "review_on": closure.review_on,
        "is_due": closure.review_on is not None and closure.review_on <= times.today,
        "is_current": closure.starts_at <= now,
        "is_over": closure.ends_at is not None and closure.ends_at <= now,
        "made_by": managed.made_by,
    }


def _first_values(values: MultiDict[str, str], times: Times, now: datetime) -> MultiDict[str, str]:
    """What the form begins with: a breakdown starts now and has no end yet, anything else is planned."""
    full = MultiDict(values)
    kind = full.setdefault("kind", "preventive")
    soon = now.astimezone(times.zone).replace(minute=0, second=0) + _HOUR
    later = soon + 2 * _HOUR
    full.setdefault("begin", "now" if kind == "breakdown" else "at")
    full.setdefault("finish", "open" if kind == "breakdown" else "at")
    full.setdefault("start_date", soon.date().isoformat())
    full.setdefault("start", f"{soon:%H:%M}")
    full.setdefault("end_date", later.date().isoformat())
    full.setdefault("end", f"{later:%H:%M}")
    full.setdefault("review_on", (times.today + timedelta(days=1)).isoformat())
    return full


def _form(form: ClosureForm, resource: Resource, code: int = 200) -> Answer:
    items = [
        (str(item.id), str(localized(item, "label"))) for item in resource.items if item.retired_at is None
    ]
    form.fit(items)
    return render_template("closures/new.html", form=form, resource=resource), code
