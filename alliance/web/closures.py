"""Closures: what is closed now and soon, closing something, opening it again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from alliance import clock
from alliance.availability.actions import Stretch, change_closure, close_resources, end_closure
from alliance.availability.managed import Managed, closable_by, closures_managed_by, managed_closure
from alliance.availability.models import Closure
from alliance.booking.models import Booking
from alliance.booking.opening.touched import mark_of
from alliance.booking.permissions import seen_by
from alliance.booking.queries import touched_by
from alliance.calendars.outside.queries import calendars_run_by
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.forms.closures import ClosureForm
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.touched import sent_again, touched_rows

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
    """The form for one resource, or several; without any, the choice of what to close."""
    actor = _manager()
    resources = closable_by(db.session(), actor)
    chosen = _chosen(request.args.getlist("resource"), resources)
    if not chosen:
        return render_template("closures/choose.html", resources=resources)
    times = Times.of(chosen[0].zone)
    form = ClosureForm(formdata=_first_values(request.args, times, clock.now()))
    return _form(form, chosen)


@blueprint.post("")
@members_only
def create() -> Answer:
    """Close it; where bookings are hit, show them first."""
    actor = _manager()
    chosen = _chosen(request.form.getlist("resource"), closable_by(db.session(), actor))
    if not chosen:
        raise Missing
    form = ClosureForm()
    stretches = _stretches(form, chosen)
    if stretches is None or "back" in request.form:
        return _form(form, chosen, 200 if "back" in request.form else 422)
    hit = _hit(stretches)
    mark = mark_of(booking.ref for booking in hit)
    if hit and request.form.get("agreed") != mark:
        return _ask_first(hit, mark, url_for("closures.create"), _("Close it all the same"))
    try:
        refs = close_resources(
            stretches,
            by=actor,
            kind=form.kind.data or "",
            reason=form.reason.data,
            review_on=form.review_on.data if stretches[0].ends_at is None else None,
        )
    except Refused as refused:
        _say(form, refused)
        again = _chosen(request.form.getlist("resource"), closable_by(db.session(), actor))
        return _form(form, again, 422)
    if len(refs) > 1:
        flash(ngettext("%(num)d closure made.", "%(num)d closures made.", len(refs)), "good")
        return redirect(url_for("closures.index"), 303)
    flash(_("Closed."), "good")
    return redirect(url_for("closures.show", ref=refs[0]), 303)


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One closure, and the bookings it hits: they stay, and their people should hear of it."""
    actor, now = require_actor(), clock.now()
    managed = _managed(ref, actor)
    closure = managed.closure
    hit = _hit([_stretch_of(closure)])
    return render_template(
        "closures/show.html", row=_row(managed, now), hit=seen_by(actor, hit, seen=[closure.resource_id])
    )


@blueprint.get("/<ref>/edit")
@members_only
def edit(ref: str) -> Answer:
    """The form to say more about it, or to set another end."""
    managed = _managed(ref, require_actor())
    if _row(managed, clock.now())["is_over"]:
        raise Refused([Problem("closure_over", params={"ended": managed.closure.ends_at})])
    times = Times.of(managed.resource.zone)
    form = ClosureForm(formdata=_values_of(managed.closure, times))
    return _edit_form(form, managed, managed.closure.version)


@blueprint.post("/<ref>/edit")
@members_only
def change(ref: str) -> Answer:
    """Say it; where bookings are hit that were not before, show them first."""
    actor = require_actor()
    managed, form, version = _managed(ref, actor), ClosureForm(), request.form.get("version", "")
    closure = managed.closure
    found = form.times(Times.of(managed.resource.zone).zone, clock.now(), since=closure.starts_at)
    if found is None or "back" in request.form:
        return _edit_form(form, managed, version, 200 if "back" in request.form else 422)
    end = found[1]
    before = {booking.ref for booking in _hit([_stretch_of(closure)])}
    wanted = Stretch(closure.resource_id, closure.starts_at, end, closure.item_id)
    hit = [booking for booking in _hit([wanted]) if booking.ref not in before]
    mark = mark_of(booking.ref for booking in hit)
    if hit and request.form.get("agreed") != mark:
        return _ask_first(hit, mark, url_for("closures.change", ref=ref), _("Save all the same"))
    try:
        change_closure(
            ref,
            by=actor,
            version=version,
            kind=form.kind.data or "",
            ends_at=end,
            reason=form.reason.data,
            review_on=form.review_on.data if end is None else None,
        )
    except Stale:
        form.form_errors.append(
            _("Somebody else has changed this closure meanwhile. Compare, then save again.")
        )
        again = _managed(ref, actor)
        return _edit_form(form, again, again.closure.version, 409)
    except Refused as refused:
        _say(form, refused)
        return _edit_form(form, _managed(ref, actor), version, 422)
    flash(_("Saved."), "good")
    return redirect(url_for("closures.show", ref=ref), 303)


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


def _chosen(codes: Sequence[str], resources: Sequence[Resource]) -> list[Resource]:
    """The resources of these codes among those one runs; what one does not run is not there."""
    wanted = set(filter(None, codes))
    found = [resource for resource in resources if resource.code in wanted]
    if len(found) != len(wanted):
        raise Missing
    return found


def _stretches(form: ClosureForm, chosen: Sequence[Resource]) -> list[Stretch] | None:
    """What the form closes when, each resource by its own clock; None with the errors beside their fields."""
    now = clock.now()
    spans = [form.times(Times.of(resource.zone).zone, now) for resource in chosen]
    items = [item.id for item in chosen[0].items if item.retired_at is None]
    # Only after the times, for looking at them forgets what was wrong before.
    ids = form.item_ids(items) if len(chosen) == 1 else [None]
    if form.errors:
        return None
    return [
        Stretch(resource.id, *span, item_id=item_id)
        for resource, span in zip(chosen, spans, strict=True)
        if span is not None
        for item_id in ids
    ]


def _stretch_of(closure: Closure) -> Stretch:
    return Stretch(closure.resource_id, closure.starts_at, closure.ends_at, closure.item_id)


def _hit(stretches: Sequence[Stretch]) -> list[Booking]:
    """The bookings that lie in any of these from now on, by start."""
    now, found = clock.now(), dict[int, Booking]()
    for each in stretches:
        start = max(each.starts_at, now)
        end = each.ends_at or start + _FOR_LONG
        if start < end:
            hit = touched_by(db.session(), each.resource_id, each.item_id, Span(start, end), now)
            found |= {booking.id: booking for booking in hit}
    return sorted(found.values(), key=lambda booking: (booking.starts_at, booking.id))


def _ask_first(hit: Sequence[Booking], mark: str, address: str, verb: str) -> str:
    ids, seen = [booking.id for booking in hit], {booking.resource_id for booking in hit}
    return render_template(
        "closures/ask.html",
        rows=touched_rows(ids, seen=seen),
        count=len(ids),
        agreement=mark,
        sent=sent_again(),
        act=address,
        verb=verb,
    )


def _say(form: ClosureForm, refused: Refused) -> None:
    for problem in refused.problems:
        field = form[_FIELDS.get(problem.field or "", "kind")]
        field.errors = [*field.errors, words_for(problem).message]


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


def _values_of(closure: Closure, times: Times) -> MultiDict[str, str]:
    """What the form begins with when a closure is changed."""
    end = (closure.ends_at or clock.now() + _HOUR).astimezone(times.zone)
    return MultiDict(
        {
            "kind": closure.kind,
            "begin": "now",
            "finish": "open" if closure.ends_at is None else "at",
            "end_date": end.date().isoformat(),
            "end": f"{end:%H:%M}",
            "review_on": (closure.review_on or times.today + timedelta(days=1)).isoformat(),
            "reason": closure.reason,
        }
    )


def _form(form: ClosureForm, resources: Sequence[Resource], code: int = 200) -> Answer:
    items = [
        (str(item.id), str(localized(item, "label")))
        for item in resources[0].items
        if item.retired_at is None and len(resources) == 1
    ]
    form.fit(items)
    return render_template("closures/new.html", form=form, resources=resources), code


def _edit_form(form: ClosureForm, managed: Managed, version: str, code: int = 200) -> Answer:
    form.fit([])
    row = _row(managed, clock.now())
    return render_template("closures/edit.html", form=form, row=row, version=version), code
