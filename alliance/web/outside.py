"""Outside calendars: which close what one runs, how each is doing, adding one, sending a newer file, removing it."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from alliance import clock
from alliance.availability.managed import closable_by
from alliance.booking.permissions import seen_by
from alliance.calendars.outside.actions import (
    LONGEST_NAME,
    add_outside_calendar,
    calendar_problems,
    look_soon,
    remove_outside_calendar,
    send_again,
    window_at,
)
from alliance.calendars.outside.addresses import LONGEST_ADDRESS, masked
from alliance.calendars.outside.apart import Reading, Trouble, read_apart
from alliance.calendars.outside.queries import Tied, blocks_of, calendars_run_by, clashes_of
from alliance.calendars.outside.reading import LARGEST
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.notifications.outside_words import finding_sentence
from alliance.notifications.sentences import words_for
from alliance.refs import is_ref
from alliance.resources.models import Resource
from alliance.web.access import members_only
from alliance.web.failures import page
from alliance.web.forms.outside import OutsideFileForm, OutsideForm
from alliance.web.security import takes_up_to
from alliance.web.session import current_actor, require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import run_together

blueprint = Blueprint("outside", __name__, url_prefix="/outside-calendars")

Answer = str | Response | tuple[str, int]
# The file, and what a browser sends around it.
LARGEST_FORM: Final = LARGEST + 64 * 1024
_FIRST_FEW: Final = 10


@blueprint.get("")
@members_only
def index() -> str:
    """The calendars that close what one runs."""
    return _list(_manager())


@blueprint.get("/new")
@members_only
def new() -> Answer:
    """The form for one resource; without one, the choice of what a calendar closes."""
    resources = closable_by(db.session(), _manager())
    resource = _chosen(request.args.get("resource"), resources)
    if resource is None:
        return render_template("outside/choose.html", resources=resources)
    return _form(OutsideForm(formdata=None, resource=resource.code), resource)


@blueprint.post("")
@members_only
@takes_up_to(LARGEST_FORM)
def create() -> Answer:
    """Tie it, or say everything that is wrong; a file is read at once, an address by the worker."""
    actor, form = _manager(), OutsideForm()
    resource = _chosen(form.resource.data, closable_by(db.session(), actor))
    if resource is None:
        raise Missing
    item_id = form.item_id([item.id for item in resource.items if item.retired_at is None])
    by_address = form.source.data != "file"
    allowed = current_app.config["SETTINGS"].calendar_origins
    name, address = form.name.data or "", (form.address.data or "") if by_address else None
    problems, reading = calendar_problems(name, address, allowed), None
    if not by_address:
        reading, odd = _read(resource, tentative=form.tentative.data)
        problems += odd
    try:
        if problems or form.errors:
            raise Refused(problems)
        ref = add_outside_calendar(
            resource.id,
            by=actor,
            name=name,
            address=address,
            reading=reading,
            item_id=item_id,
            tentative=form.tentative.data,
            allowed=allowed,
        )
    except Refused as refused:
        _tell(form, refused.problems)
        again = _chosen(form.resource.data, closable_by(db.session(), actor))
        if again is None:
            raise Missing from refused
        return _form(form, again, 422)
    flash(
        _("The calendar is added. It is fetched within a minute.")
        if by_address
        else _("The calendar is added."),
        "good",
    )
    return redirect(url_for("outside.show", ref=ref), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the list: nothing of the form has been read, so nobody knows for which resource it was."""
    actor = current_actor()
    if actor is None:
        return page(413)
    words = words_for(Problem("too_large"))
    flash(run_together((words.message, words.remedy)), "bad")
    return _list(actor), 413


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One calendar: how it is doing, what in it was odd, which bookings it clashes with."""
    return _shown(_tied(ref), OutsideFileForm(formdata=None))


@blueprint.post("/<ref>/look")
@members_only
def look(ref: str) -> Answer:
    """Let the worker fetch it with its next look."""
    _tied(ref)
    look_soon(ref, by=require_actor())
    flash(_("It is fetched within a minute. Load this page again then."), "good")
    return redirect(url_for("outside.show", ref=ref), 303)


@blueprint.post("/<ref>/file")
@members_only
@takes_up_to(LARGEST_FORM)
def send(ref: str) -> Answer:
    """Put a newer file in the place of the last one, which stays if this one cannot be read."""
    tied, form = _tied(ref), OutsideFileForm()
    reading, problems = _read(tied.resource, tentative=tied.calendar.tentative)
    if problems or reading is None:
        _tell(form, problems)
        return _shown(_tied(ref), form), 422
    send_again(ref, reading, by=require_actor())
    flash(_("The newer file counts from now on."), "good")
    return redirect(url_for("outside.show", ref=ref), 303)


@blueprint.post("/<ref>/removal")
@members_only
def remove(ref: str) -> Answer:
    """Untie it."""
    name = _tied(ref).calendar.name
    remove_outside_calendar(ref, by=require_actor())
    flash(_("“%(name)s” is removed; its times can be booked again.", name=name), "good")
    return redirect(url_for("outside.index"), 303)


def _list(actor: Actor) -> str:
    rows = [_row(tied) for tied in calendars_run_by(db.session(), actor, clock.now())]
    return render_template("outside/index.html", rows=rows)


def _manager() -> Actor:
    """Who is asking, if he runs anything."""
    actor = require_actor()
    if not (actor.managed_ids or actor.admin_unit_ids):
        raise Forbidden("manager")
    return actor


def _tied(ref: str) -> Tied:
    """The calendar, if the person who asks runs what it closes."""
    found = calendars_run_by(db.session(), require_actor(), clock.now(), ref) if is_ref(ref) else []
    if not found:
        raise Missing
    return found[0]


def _chosen(code: str | None, resources: Sequence[Resource]) -> Resource | None:
    """The resource of that code among those one runs; what one does not run is not there. None when none is named."""
    if not code:
        return None
    found = next((resource for resource in resources if resource.code == code), None)
    if found is None:
        raise Missing
    return found


def _read(resource: Resource, *, tentative: bool) -> tuple[Reading | None, list[Problem]]:
    """What the file that was sent says, or why it says nothing. Read before the act, for it takes a while."""
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    if not content:
        return None, [Problem("calendar_file_missing", field="file")]
    try:
        window = window_at(clock.now())
        return read_apart(content, zone=resource.zone, window=window, tentative=tentative), []
    except Trouble as trouble:
        return None, [Problem(trouble.code, params=trouble.params, field="file")]


def _tell(form: OutsideFileForm, problems: Sequence[Problem]) -> None:
    """Each finding beside its field, with the way out."""
    for problem in problems:
        words, field = words_for(problem), form[problem.field or "file"]
        field.errors = [*field.errors, run_together((words.message, words.remedy))]


def _form(form: OutsideForm, resource: Resource, code: int = 200) -> Answer:
    form.fit(
        [(str(item.id), str(localized(item, "label"))) for item in resource.items if item.retired_at is None]
    )
    text = render_template(
        "outside/new.html",
        form=form,
        resource=resource,
        longest=LONGEST_NAME,
        longest_address=LONGEST_ADDRESS,
    )
    return text, code


def _shown(tied: Tied, form: OutsideFileForm) -> str:
    session, now, calendar = db.session(), clock.now(), tied.calendar
    clashes = clashes_of(session, calendar, now)
    return render_template(
        "outside/show.html",
        row=_row(tied),
        form=form,
        findings=[("warn", finding_sentence(each)) for each in calendar.findings],
        blocks=blocks_of(session, calendar, now, _FIRST_FEW),
        hit=seen_by(require_actor(), clashes, seen=[calendar.resource_id]),
    )


def _row(tied: Tied) -> dict[str, Any]:
    calendar, now = tied.calendar, clock.now()
    trouble = calendar.trouble
    return {
        "ref": calendar.ref,
        "name": calendar.name,
        "resource": tied.resource,
        "item": localized(tied.item, "label") if tied.item else None,
        "times": Times.of(tied.resource.zone),
        "state": tied.state(now),
        "source": masked(calendar.address) if calendar.address else None,
        "why": words_for(Problem(trouble["code"], params=trouble["params"])) if trouble else None,
        "tentative": calendar.tentative,
        "added_by": tied.added_by,
        "last_ok_at": calendar.last_ok_at,
        "next_at": calendar.due_at if calendar.due_at and calendar.due_at > now else None,
        "known_until": calendar.known_until,
        "blocks": tied.blocks,
        "clashes": tied.clashes,
        "findings": len(calendar.findings),
    }
