"""Copying the hours of one resource to others one runs: what that would do is seen first."""

from collections.abc import Collection

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.opening.actions import MOST_COPIES, copy_hours, plan_copy
from alliance.booking.opening.queries import opened_by
from alliance.db import db
from alliance.errors import Missing, Stale
from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.hours import hours_sentence
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.hours import back_to_hours, timed_resource
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.touched import sent_again, touched_rows

blueprint = Blueprint("copied_hours", __name__)

Answer = str | Response | tuple[str, int]


@blueprint.get("/resources/<code>/hours/copies/new")
@members_only
def new(code: str) -> str:
    """The choice of those that are to have the same hours."""
    resource = timed_resource(code)
    return _form(resource, set(), with_exceptions=False)


@blueprint.post("/resources/<code>/hours/copies")
@members_only
def create(code: str) -> Answer:
    """Show what copying would do to each, and then do it."""
    source, form = timed_resource(code), request.form
    codes, with_exceptions = set(form.getlist("to")), "exceptions" in form
    targets = [
        each for each in opened_by(db.session(), require_actor()) if each.code in codes and each != source
    ]
    if len(targets) != len(codes):
        raise Missing
    if not targets or len(targets) > MOST_COPIES:
        return _form(source, codes, with_exceptions=with_exceptions, wrong=True), 422
    if "back" in form:
        return _form(source, codes, with_exceptions=with_exceptions)
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
            return back_to_hours(code, outside)
    return _plan(code, {each.code for each in targets}, with_exceptions=with_exceptions)


def _plan(code: str, codes: Collection[str], *, with_exceptions: bool) -> str:
    session, source = db.session(), timed_resource(code)
    targets = [each for each in opened_by(session, require_actor()) if each.code in codes]
    plan = plan_copy(session, source, targets, with_exceptions=with_exceptions, now=clock.now())
    touched = [each.id for each in plan.touched]
    return render_template(
        "copied_hours/plan.html",
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


def _form(source: Resource, codes: Collection[str], *, with_exceptions: bool, wrong: bool = False) -> str:
    session = db.session()
    others = [each for each in opened_by(session, require_actor()) if each.id != source.id]
    return render_template(
        "copied_hours/new.html",
        resource=source,
        sentence=hours_sentence(source.policy_row.hours, source.preset),
        others=[(each, hours_sentence(each.policy_row.hours, each.preset)) for each in others],
        chosen=codes,
        with_exceptions=with_exceptions,
        most=MOST_COPIES,
        wrong=wrong,
    )
