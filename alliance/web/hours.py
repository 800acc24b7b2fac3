"""Opening hours of what one runs: the week as a picture, single dates, and copying both to others."""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.calendar_days.queries import calendar_of
from alliance.booking.opening.actions import (
    LONGEST_REASON,
    MOST_COPIES,
    copy_hours,
    plan_copy,
    set_exceptions,
    set_hours,
)
from alliance.booking.opening.queries import Opening, opened_by, opening_of, run_resource
from alliance.booking.opening.touched import WouldLieOutside
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.hours import hours_sentence
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.forms.booking import one_line
from alliance.web.forms.hours import CLASSES, WEEKDAYS, DayEntry, WeekEntry
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.touched import ask_first, sent_again, touched_rows
from alliance.web.week_picture import WHOLE_DAY, day_name, hours_of, picture_of

blueprint = Blueprint("hours", __name__)

Answer = str | Response | tuple[str, int]
_STATES: Final = ("times", "closed", "always")


@blueprint.get("/opening-hours")
@members_only
def index() -> str:
    """When everything one runs is open, each with the way to change it."""
    actor = require_actor()
    if not (actor.managed_ids or actor.admin_unit_ids):
        raise Forbidden("manager")
    resources = opened_by(db.session(), actor)
    said = [(each, hours_sentence(each.policy_row.hours, each.preset)) for each in resources]
    return render_template("hours/index.html", rows=said)


@blueprint.get("/resources/<code>/hours")
@members_only
def show(code: str) -> str:
    """The week of one resource as a picture, and its single dates."""
    resource = _timed(code)
    opening, times = opening_of(db.session(), resource.id), Times.of(resource.zone)
    return render_template(
        "hours/show.html",
        resource=resource,
        rows=picture_of(opening.hours),
        window=WHOLE_DAY,
        sentence=hours_sentence(str(opening.hours), resource.preset),
        exceptions=[
            {"date": on, "words": hours_of(own.windows, resource.preset), "reason": own.reason}
            for on, own in opening.exceptions.items()
            if on >= times.today
        ],
        times=times,
        version=opening.version,
        own_calendar=calendar_of(db.session(), resource.owner_id) is not None,
        has_others=len(opened_by(db.session(), require_actor())) > 1,
    )


@blueprint.get("/resources/<code>/hours/edit")
@members_only
def edit(code: str) -> str:
    """The form for the week."""
    resource = _timed(code)
    opening = opening_of(db.session(), resource.id)
    return _week_form(resource, WeekEntry.of(opening.hours), opening.version)


@blueprint.post("/resources/<code>/hours")
@members_only
def change(code: str) -> Answer:
    """Set the week, or show first which bookings would lie outside."""
    resource, entry = _timed(code), WeekEntry.read(request.form)
    version = request.form.get("version", "")
    if "more" in request.form or "back" in request.form:
        return _week_form(resource, entry, version)
    hours = entry.hours()
    if hours is None:
        return _week_form(resource, entry, version), 422

    def act(**agreement: Any) -> int:
        return set_hours(resource.id, hours, by=require_actor(), version=version, **agreement)

    def again(problems: Collection[Problem], seen: Opening) -> str:
        return _week_form(_timed(code), entry, seen.version, problems)

    return _done(code, act, again, url_for("hours.change", code=code))


@blueprint.get("/resources/<code>/hours/exceptions/new")
@members_only
def new_exception(code: str) -> str:
    """The form for a single date, or several in a row, with what is set for it already."""
    resource = _timed(code)
    opening, times = opening_of(db.session(), resource.id), Times.of(resource.zone)
    on = _date(request.args.get("date")) or times.today + timedelta(days=1)
    own = opening.exceptions.get(on)
    entry = DayEntry.of("day", own.windows if own else ())
    return _exception_form(
        resource,
        {"first": on.isoformat(), "last": "", "reason": own.reason if own else ""},
        entry,
        opening.version,
    )


@blueprint.post("/resources/<code>/hours/exceptions")
@members_only
def add_exception(code: str) -> Answer:
    """Set the hours of a date, or show first which bookings would lie outside."""
    resource, form = _timed(code), request.form
    entry = DayEntry.read("day", form, _STATES)
    values = {name: one_line(form.get(name))[:200] for name in ("first", "last", "reason")}
    version = form.get("version", "")
    if form.get("more") == "day":
        entry.rows, entry.state = [*entry.rows, ("", "")], "times"
    if "more" in form or "back" in form:
        return _exception_form(resource, values, entry, version)
    errors = {
        name: [_("This is no date.")]
        for name in ("first", "last")
        if values[name] and not _date(values[name])
    }
    if not values["first"]:
        errors["first"] = [_("Choose a day.")]
    windows, first = entry.windows(), _date(values["first"])
    if windows is None or errors or first is None:
        return _exception_form(resource, values, entry, version, errors=errors), 422

    def act(**agreement: Any) -> int:
        last = _date(values["last"]) or first
        who = require_actor()
        reason = values["reason"]
        return set_exceptions(
            resource.id, first, last, windows, by=who, version=version, reason=reason, **agreement
        )

    def again(problems: Collection[Problem], seen: Opening) -> str:
        return _exception_form(_timed(code), values, entry, seen.version, problems)

    return _done(code, act, again, url_for("hours.add_exception", code=code))


@blueprint.post("/resources/<code>/hours/exceptions/<on>/removal")
@members_only
def remove_exception(code: str, on: str) -> Answer:
    """Let the date be like its week again, or show first which bookings would lie outside."""
    resource, day = _timed(code), _date(on)
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

    return _done(code, act, again, url_for("hours.remove_exception", code=code, on=on))


@blueprint.get("/resources/<code>/hours/copies/new")
@members_only
def new_copies(code: str) -> str:
    """The choice of those that are to have the same hours."""
    resource = _timed(code)
    return _copy_form(resource, set(), with_exceptions=False)


@blueprint.post("/resources/<code>/hours/copies")
@members_only
def copy(code: str) -> Answer:
    """Show what copying would do to each, and then do it."""
    source, form = _timed(code), request.form
    codes, with_exceptions = set(form.getlist("to")), "exceptions" in form
    targets = [
        each for each in opened_by(db.session(), require_actor()) if each.code in codes and each != source
    ]
    if len(targets) != len(codes):
        raise Missing
    if not targets or len(targets) > MOST_COPIES:
        return _copy_form(source, codes, with_exceptions=with_exceptions, wrong=True), 422
    if "back" in form:
        return _copy_form(source, codes, with_exceptions=with_exceptions)
    if "agreed" in form:
        try:
            outside = copy_hours(
                source.id,
                [each.id for each in targets],
                by=require_actor(),
                with_exceptions=with_exceptions,
                agreed=form["agreed"],
                tell="tell" in form,
            )
        except Stale:
            flash(_("Something changed meanwhile. Please look again."), "wait")
        else:
            number = len(targets)
            flash(ngettext("Copied to %(num)d resource.", "Copied to %(num)d resources.", number), "good")
            return _changed(code, outside)
    return _copy_plan(code, {each.code for each in targets}, with_exceptions=with_exceptions)


def _copy_plan(code: str, codes: Collection[str], *, with_exceptions: bool) -> str:
    session, source = db.session(), _timed(code)
    targets = [each for each in opened_by(session, require_actor()) if each.code in codes]
    plan = plan_copy(session, source, targets, with_exceptions=with_exceptions, now=clock.now())
    touched = [each.id for each in plan.touched]
    return render_template(
        "hours/copies.html",
        resource=source,
        changes=[
            {
                "resource": resource,
                "before": hours_sentence(str(before.hours), resource.preset),
                "after": hours_sentence(str(after.hours), resource.preset),
                "dates": sum(on >= Times.of(resource.zone).today for on in after.exceptions),
                "outside": sum(each.resource_id == resource.id for each in plan.touched),
            }
            for resource, (before, after) in plan.changes.items()
        ],
        rows=touched_rows(touched, seen=[resource.id for resource in targets]),
        count=len(touched),
        agreement=plan.mark,
        sent=sent_again(),
        with_exceptions=with_exceptions,
    )


def _done(
    code: str, act: Callable[..., int], again: Callable[[Collection[Problem], Opening], Any], address: str
) -> Answer:
    """Do it and go back to the picture; or show what it touches, or what is wrong, on the page `again` makes."""
    form = request.form
    try:
        outside = act(agreed=form.get("agreed", ""), tell="tell" in form)
    except WouldLieOutside as found:
        resource = _timed(code)
        return ask_first(
            found.booking_ids,
            found.mark,
            seen=[resource.id],
            subject=resource,
            act=address,
            back=url_for("hours.show", code=code),
        )
    except Stale:
        return _answer(
            again([Problem("hours_changed_meanwhile")], opening_of(db.session(), _timed(code).id)), 409
        )
    except Refused as refused:
        return _answer(again(refused.problems, opening_of(db.session(), _timed(code).id)), 422)
    flash(_("Saved."), "good")
    return _changed(code, outside)


def _answer(body: Any, code: int) -> Answer:
    return body if isinstance(body, Response) else (body, code)


def _changed(code: str, outside: int) -> Response:
    if outside:
        said = ngettext(
            "%(num)d booking now lies outside the opening hours; it stays.",
            "%(num)d bookings now lie outside the opening hours; they stay.",
            outside,
        )
        flash(said, "wait")
    return redirect(url_for("hours.show", code=code), 303)


def _timed(code: str) -> Resource:
    """The resource, if the reader runs it and it is booked by time."""
    resource = run_resource(db.session(), require_actor(), code)
    if resource.mode != "timed":
        raise Missing
    return resource


def _week_form(resource: Resource, entry: WeekEntry, version: str, problems: Collection[Problem] = ()) -> str:
    return render_template(
        "hours/edit.html",
        resource=resource,
        entry=entry,
        classes=[entry.days[key] for key in CLASSES],
        weekdays=[entry.days[key] for key in WEEKDAYS],
        day_name=day_name,
        version=version,
        now_open=hours_sentence(resource.policy_row.hours, resource.preset),
        problems=_said(problems),
    )


def _exception_form(
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
        "hours/exception.html",
        resource=resource,
        values=values,
        entry=entry,
        version=version,
        errors=errors,
        problems=_said(others),
        today=Times.of(resource.zone).today,
        longest_reason=LONGEST_REASON,
    )


def _copy_form(
    source: Resource, codes: Collection[str], *, with_exceptions: bool, wrong: bool = False
) -> str:
    session = db.session()
    others = [each for each in opened_by(session, require_actor()) if each.id != source.id]
    return render_template(
        "hours/copy.html",
        resource=source,
        sentence=hours_sentence(source.policy_row.hours, source.preset),
        others=[(each, hours_sentence(each.policy_row.hours, each.preset)) for each in others],
        chosen=codes,
        with_exceptions=with_exceptions,
        most=MOST_COPIES,
        wrong=wrong,
    )


def _said(problems: Collection[Problem]) -> list[dict[str, str]]:
    """The problems as refusal.html shows them."""
    words = [words_for(problem) for problem in problems]
    return [{"name": each.title, "sentence": each.message, "remedy": each.remedy} for each in words]


def _date(text: str | None) -> date | None:
    try:
        on = date.fromisoformat(text or "")
    except ValueError:
        return None
    return on if 2000 <= on.year <= 2100 else None
