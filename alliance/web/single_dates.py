"""Single dates on which a resource has other hours than its week says."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.booking.opening.actions import LONGEST_REASON, set_exceptions
from alliance.booking.opening.queries import Opening, opening_of
from alliance.db import db
from alliance.errors import Missing, Problem
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.forms.booking import one_line
from alliance.web.forms.hours import DayEntry
from alliance.web.hours import as_findings, done_or_asked, timed_resource
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("single_dates", __name__)

Answer = str | Response | tuple[str, int]
_STATES: Final = ("times", "closed", "always")


@blueprint.get("/resources/<code>/hours/exceptions/new")
@members_only
def new(code: str) -> str:
    """The form for a single date, or several in a row, with what is set for it already."""
    resource = timed_resource(code)
    opening, times = opening_of(db.session(), resource.id), Times.of(resource.zone)
    on = _date(request.args.get("date")) or times.today + timedelta(days=1)
    own = opening.exceptions.get(on)
    entry = DayEntry.of("day", own.windows if own else ())
    return _form(
        resource,
        {"first": on.isoformat(), "last": "", "reason": own.reason if own else ""},
        entry,
        opening.version,
    )


@blueprint.post("/resources/<code>/hours/exceptions")
@members_only
def create(code: str) -> Answer:
    """Set the hours of a date, or show first which bookings would lie outside."""
    resource, form = timed_resource(code), request.form
    entry = DayEntry.read("day", form, _STATES)
    values = {name: one_line(form.get(name))[:200] for name in ("first", "last", "reason")}
    version = form.get("version", "")
    if form.get("more") == "day":
        entry.rows, entry.state = [*entry.rows, ("", "")], "times"
    if "more" in form or "back" in form:
        return _form(resource, values, entry, version)
    errors = {
        name: [_("This is no date.")]
        for name in ("first", "last")
        if values[name] and not _date(values[name])
    }
    if not values["first"]:
        errors["first"] = [_("Choose a day.")]
    windows, first = entry.windows(), _date(values["first"])
    if windows is None or errors or first is None:
        return _form(resource, values, entry, version, errors=errors), 422

    def act(**agreement: Any) -> int:
        last = _date(values["last"]) or first
        who = require_actor()
        reason = values["reason"]
        return set_exceptions(
            resource.id, first, last, windows, by=who, version=version, reason=reason, **agreement
        )

    def again(problems: Collection[Problem], seen: Opening) -> str:
        return _form(timed_resource(code), values, entry, seen.version, problems)

    return done_or_asked(code, act, again, url_for("single_dates.create", code=code))


@blueprint.post("/resources/<code>/hours/exceptions/<on>/removal")
@members_only
def remove(code: str, on: str) -> Answer:
    """Let the date be like its week again, or show first which bookings would lie outside."""
    resource, day = timed_resource(code), _date(on)
    if day is None:
        raise Missing
    if "back" in request.form:
        return redirect(url_for("hours.show", code=code), 303)

    def act(**agreement: Any) -> int:
        version = request.form.get("version", "")
        return set_exceptions(resource.id, day, day, None, by=require_actor(), version=version, **agreement)

    def again(problems: Collection[Problem], seen: Opening) -> Response:
        flash(" ".join(words_for(problem).message for problem in problems), "bad")
        return redirect(url_for("hours.show", code=code), 303)

    return done_or_asked(code, act, again, url_for("single_dates.remove", code=code, on=on))


def _form(
    resource: Resource,
    values: dict[str, str],
    entry: DayEntry,
    version: str,
    problems: Collection[Problem] = (),
    errors: dict[str, list[str]] | None = None,
) -> str:
    errors, others = dict(errors or {}), []
    for problem in problems:
        if problem.field in values:
            errors.setdefault(problem.field, []).append(words_for(problem).message)
        elif problem.field == "hours":
            entry.errors.append(words_for(problem).message)
        else:
            others.append(problem)
    return render_template(
        "single_dates/new.html",
        resource=resource,
        values=values,
        entry=entry,
        version=version,
        errors=errors,
        problems=as_findings(others),
        today=Times.of(resource.zone).today,
        longest_reason=LONGEST_REASON,
    )


def _date(text: str | None) -> date | None:
    try:
        on = date.fromisoformat(text or "")
    except ValueError:
        return None
    return on if 2000 <= on.year <= 2100 else None
