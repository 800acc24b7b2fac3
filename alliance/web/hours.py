"""Opening hours of what one runs: the week as a picture, and the form that changes it."""

from collections.abc import Callable, Collection
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.booking.calendar_days.queries import calendar_of
from alliance.booking.opening.actions import (
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
from alliance.web.forms.hours import CLASSES, WEEKDAYS, WeekEntry
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.touched import ask_first
from alliance.web.week_picture import WHOLE_DAY, day_name, hours_of, picture_of

blueprint = Blueprint("hours", __name__)

Answer = str | Response | tuple[str, int]


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
    resource = timed_resource(code)
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
    resource = timed_resource(code)
    opening = opening_of(db.session(), resource.id)
    return _week_form(resource, WeekEntry.of(opening.hours), opening.version)


@blueprint.post("/resources/<code>/hours")
@members_only
def change(code: str) -> Answer:
    """Set the week, or show first which bookings would lie outside."""
    resource, entry = timed_resource(code), WeekEntry.read(request.form)
    version = request.form.get("version", "")
    if "more" in request.form or "back" in request.form:
        return _week_form(resource, entry, version)
    hours = entry.hours()
    if hours is None:
        return _week_form(resource, entry, version), 422

    def act(**agreement: Any) -> int:
        return set_hours(resource.id, hours, by=require_actor(), version=version, **agreement)

    def again(problems: Collection[Problem], seen: Opening) -> str:
        return _week_form(timed_resource(code), entry, seen.version, problems)

    return done_or_asked(code, act, again, url_for("hours.change", code=code))


def done_or_asked(
    code: str, act: Callable[..., int], again: Callable[[Collection[Problem], Opening], Any], address: str
) -> Answer:
    """Do it and go back to the picture; or show what it touches, or what is wrong, on the page `again` makes."""
    form = request.form
    try:
        outside = act(agreed=form.get("agreed", ""), tell="tell" in form)
    except WouldLieOutside as found:
        resource = timed_resource(code)
        return ask_first(found.booking_ids, found.mark, seen=[resource.id], subject=resource, act=address)
    except Stale:
        return _answer(again([Problem("hours_changed_meanwhile")], _seen(code)), 409)
    except Refused as refused:
        return _answer(again(refused.problems, _seen(code)), 422)
    flash(_("Saved."), "good")
    return back_to_hours(code, outside)


def _seen(code: str) -> Opening:
    """When the resource is open now, as the next form begins from."""
    return opening_of(db.session(), timed_resource(code).id)


def _answer(body: Any, code: int) -> Answer:
    return body if isinstance(body, Response) else (body, code)


def back_to_hours(code: str, outside: int) -> Response:
    """To the picture, saying how many bookings lie outside from now on."""
    if outside:
        said = ngettext(
            "%(num)d booking now lies outside the opening hours; it stays.",
            "%(num)d bookings now lie outside the opening hours; they stay.",
            outside,
        )
        flash(said, "wait")
    return redirect(url_for("hours.show", code=code), 303)


def timed_resource(code: str) -> Resource:
    """The resource, if the reader runs it and it is booked by time; raises Missing or Forbidden."""
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
        problems=as_findings(problems),
    )


def as_findings(problems: Collection[Problem]) -> list[dict[str, str]]:
    """The problems as refusal.html shows them."""
    words = [words_for(problem) for problem in problems]
    return [{"name": each.title, "sentence": each.message, "remedy": each.remedy} for each in words]
