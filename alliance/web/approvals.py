"""What waits for one's decision, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking
from alliance.booking.queries import PAGE, decided, inbox, may_decide_anything
from alliance.db import db
from alliance.errors import AlreadyDecided, Forbidden, Problem, Refused, Stale, Taken
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.booking_form import reasons_of
from alliance.web.booking_page import readable
from alliance.web.bulk import approve_each, ticked_among
from alliance.web.decision import decided_rows, has_part_in, pane_of, waiting_rows
from alliance.web.forms.booking import DecisionForm
from alliance.web.paging import asked_page
from alliance.web.session import require_actor

blueprint = Blueprint("approvals", __name__)

Answer = str | Response | tuple[str, int]
_TABS: Final = ("waiting", "decided")


@blueprint.get("/approvals")
@members_only
def index() -> str:
    """The list, and beside it, where there is room, the first of it."""
    actor = _decider()
    listed = _listed(actor, _tab())
    return _page(actor, listed, listed.first, is_open=False)


@blueprint.post("/approvals")
@members_only
def approve_several() -> Answer:
    """Agree to all that were ticked, and say of each what became of it."""
    actor = _decider()
    ticked = ticked_among(request.form.getlist("chosen"))
    results = list(approve_each(ticked, actor))
    listed = _listed(actor, "waiting")
    return _page(actor, listed, listed.first, is_open=False, results=results, has_sent=True)


@blueprint.get("/approvals/<ref>")
@members_only
def show(ref: str) -> Answer:
    """One request beside the list; on a phone by itself."""
    actor = require_actor()
    booking = readable(ref, actor)
    if not has_part_in(booking, actor):
        return redirect(url_for("bookings.show", ref=ref))
    return _page(actor, _listed(actor, _tab()), booking)


@blueprint.get("/bookings/<ref>/approval")
@blueprint.get("/bookings/<ref>/refusal")
@members_only
def decision(ref: str) -> Response:
    """Where a reload of a decision that was not taken leads."""
    return redirect(url_for("approvals.show", ref=ref))


@blueprint.post("/bookings/<ref>/approval")
@members_only
def approve(ref: str) -> Answer:
    """Agree; the last to agree confirms it."""
    return _decide(ref, approving=True)


@blueprint.post("/bookings/<ref>/refusal")
@members_only
def refuse(ref: str) -> Answer:
    """Say no, and why."""
    return _decide(ref, approving=False)


def _decide(ref: str, *, approving: bool) -> Answer:
    actor, form = require_actor(), DecisionForm()
    name = readable(ref, actor).person.name
    if not form.validate():
        return _again(ref, actor, form, 422)
    try:
        act = approve_booking if approving else refuse_booking
        act(ref, by=actor, reason=form.reason.data, version=form.version.data)
    except Stale:
        return _again(ref, actor, form, 409, notice=_what_changed(readable(ref, actor)))
    except AlreadyDecided as late:
        return _again(ref, actor, form, 409, notice=words_for(late.problems[0]).message)
    except Refused as refused:
        return _not_decided(ref, actor, form, refused)
    if not approving:
        sentence = _("Refused. %(name)s can read why.", name=name)
    elif readable(ref, actor).status == "approved":
        sentence = _("Approved; the booking of %(name)s is confirmed.", name=name)
    else:
        sentence = _("Approved; the next decision on the request of %(name)s is still open.", name=name)
    flash({"text": sentence, "href": url_for("bookings.show", ref=ref), "label": _("See it")}, "good")  # type: ignore[arg-type]
    return redirect(url_for("approvals.index"), 303)


def _what_changed(booking: Booking) -> str:
    """Why a decision on what was on the page does not count for what is there now."""
    if booking.status == "requested":
        return _("It was changed meanwhile, so nothing was saved. This is how it stands now.")
    late = AlreadyDecided(booking.status, booking.changed_by_name, booking.changed_at)
    return words_for(late.problems[0]).message


def _not_decided(ref: str, actor: Actor, form: DecisionForm, refused: Refused) -> Answer:
    """A reason is missing, or the rules forbid it by now."""
    if any(problem.field == "reason" for problem in refused.problems):
        form.reason.errors = [_("Say why: the applicant and the history show it.")]
        return _again(ref, actor, form, 422)
    return _again(ref, actor, form, 409 if isinstance(refused, Taken) else 422, problems=refused.problems)


def _again(
    ref: str,
    actor: Actor,
    form: DecisionForm,
    code: int,
    *,
    notice: str = "",
    problems: Sequence[Problem] = (),
) -> Answer:
    booking = readable(ref, actor)
    reasons = reasons_of([problem for problem in problems if problem.severity == "block"], booking.resource)
    listed = _listed(actor, "waiting")
    return _page(actor, listed, booking, form=form, notice=notice, reasons=reasons), code


@dataclass(frozen=True)
class _Listed:
    """Some of the requests, and which page of them that is."""

    rows: Sequence[Booking]
    number: int
    has_more: bool

    @property
    def first(self) -> Booking | None:
        """The one that stands beside the list before any was opened."""
        return self.rows[0] if self.rows else None

    def place(self, chosen: Booking | None) -> int | None:
        """Which of all requests the chosen one is, as long as it is in the list."""
        refs = [row.ref for row in self.rows]
        if chosen is None or chosen.ref not in refs:
            return None
        return (self.number - 1) * PAGE + refs.index(chosen.ref) + 1


def _page(
    actor: Actor,
    listed: _Listed,
    chosen: Booking | None,
    *,
    is_open: bool = True,
    form: DecisionForm | None = None,
    **more: Any,
) -> str:
    now, tab = clock.now(), _tab()
    form = form or DecisionForm(formdata=None)
    form.version.data = chosen.version if chosen else None
    return render_template(
        "approvals/index.html",
        tab=tab,
        rows=decided_rows(listed.rows, now) if tab == "decided" else waiting_rows(listed.rows, actor, now),
        address=_address,
        page=listed.number,
        has_more=listed.has_more,
        chosen=chosen.ref if chosen else None,
        place=listed.place(chosen) if tab == "waiting" else None,
        is_open=is_open,
        pane=pane_of(chosen, actor, now) if chosen else None,
        form=form,
        **more,
    )


def _address(ref: str = "", *, page: int = 1) -> str:
    """The list of this tab, or one request beside it, at that page of the list."""
    kept: dict[str, Any] = {
        "tab": "decided" if _tab() == "decided" else None,
        "page": page if page > 1 else None,
    }
    return url_for("approvals.show", ref=ref, **kept) if ref else url_for("approvals.index", **kept)


def _listed(actor: Actor, tab: str) -> _Listed:
    """The page that is asked for; the first where there are not so many."""
    session, now, number = db.session(), clock.now(), asked_page()
    read = decided if tab == "decided" else inbox
    # One more than is shown, to know whether there are more.
    rows = read(session, actor, now, limit=PAGE + 1, offset=(number - 1) * PAGE)
    if not rows and number > 1:
        number, rows = 1, read(session, actor, now, limit=PAGE + 1)
    return _Listed(rows[:PAGE], number, len(rows) > PAGE)


def _tab() -> str:
    tab = request.args.get("tab", "")
    return tab if tab in _TABS else "waiting"


def _decider() -> Actor:
    actor = require_actor()
    if not may_decide_anything(actor):
        raise Forbidden("decider")
    return actor
