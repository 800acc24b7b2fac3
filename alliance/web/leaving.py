"""A unit leaves or is suspended: what ties it, each tie to be handed over or ended, and the act itself.

Both pages are the secretariat's. Whoever leaves has to undo every tie; whoever is suspended may come back to them.
"""

from collections.abc import Sequence
from typing import Any, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.booking.leaving import (
    SHOWN,
    end_for_leaving,
    hand_over,
    let_leave,
    retire_for_leaving,
    ties_of,
)
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.suspension import suspend_unit
from alliance.db import db
from alliance.errors import AlreadyDecided, Forbidden, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.members.actor import Actor
from alliance.members.groups import leads_of
from alliance.members.queries import member_units
from alliance.members.unit_actions import SUSPENDABLE
from alliance.members.units import unit_by_code
from alliance.refs import is_ref
from alliance.web.access import members_only
from alliance.web.forms.booking import some_lines
from alliance.web.forms.units import ReasonForm, said
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("leaving", __name__, url_prefix="/units/<code>")

Answer = str | Response | tuple[str, int]
Act = Literal["leaving", "suspension"]


@blueprint.get("/leaving")
@members_only
def index(code: str) -> str:
    """What ties the unit."""
    return _page(code, "leaving")


@blueprint.get("/suspension")
@members_only
def suspension(code: str) -> Answer:
    """What a unit that is suspended would leave behind, and to whom it can go."""
    _secretariat(code)
    if unit_by_code(db.session(), code).status not in SUSPENDABLE:
        return redirect(url_for("unit_care.standing", code=code))
    return _page(code, "suspension")


@blueprint.post("/suspension")
@members_only
def suspend(code: str) -> Answer:
    """Nothing of it can be booked, and its people book nothing, for a reason; others lead the groups chosen so."""
    actor, form = _secretariat(code), ReasonForm()
    if not form.validate():
        return _page(code, "suspension", form=form), 422
    leads = {
        name.removeprefix("lead-"): value
        for name, value in request.form.items()
        if name.startswith("lead-") and value
    }
    try:
        suspend_unit(code, leads, by=actor, reason=form.reason.data)
    except Refused as refused:
        form.tell(refused.problems)
        return _page(code, "suspension", form=form), 422
    flash(_("Suspended. Existing bookings stay; its admins read the reason."), "good")
    return redirect(url_for("unit_care.standing", code=code), 303)


@blueprint.post("/leaving")
@members_only
def leave(code: str) -> Answer:
    """It leaves."""
    try:
        let_leave(code, by=_secretariat(code), reason=some_lines(request.form.get("reason"))[:500])
    except Refused as refused:
        return _page(code, "leaving", refused), 422
    flash(_("It has left the alliance. Its people keep their accounts and their other units."), "good")
    return redirect(url_for("unit_care.standing", code=code), 303)


@blueprint.post("/leaving/handover", defaults={"act": "leaving"})
@blueprint.post("/suspension/handover", defaults={"act": "suspension"})
@members_only
def hand(code: str, act: Act) -> Answer:
    """Another unit owns what is ticked, bookings and all."""
    actor, to = _secretariat(code), request.form.get("to", "")
    try:
        moved = hand_over(code, _ticked("resource"), to, by=actor)
    except Refused as refused:
        return _page(code, act, refused), 422
    number = len(moved)
    flash(ngettext("%(num)d resource is handed over.", "%(num)d resources are handed over.", number), "good")
    return _back(code, act)


@blueprint.post("/leaving/retirement")
@members_only
def retire(code: str) -> Answer:
    """What is ticked goes off the list."""
    try:
        retired = retire_for_leaving(code, _ticked("resource"), by=_secretariat(code))
    except Refused as refused:
        return _page(code, "leaving", refused), 422
    flash(ngettext("%(num)d resource is retired.", "%(num)d resources are retired.", len(retired)), "good")
    return redirect(url_for("leaving.index", code=code), 303)


@blueprint.post("/leaving/cancellations", defaults={"act": "leaving"})
@blueprint.post("/suspension/cancellations", defaults={"act": "suspension"})
@members_only
def cancel(code: str, act: Act) -> Answer:
    """The ticked bookings end, each by itself, with one reason; what somebody else ended meanwhile is passed over."""
    actor, reason = _secretariat(code), some_lines(request.form.get("reason"))
    refs, ended = [ref for ref in _ticked("booking") if is_ref(ref)], 0
    try:
        for ref in refs:
            try:
                end_for_leaving(code, ref, by=actor, reason=reason)
                ended += 1
            except AlreadyDecided:
                continue
    except Refused as refused:
        return _page(code, act, refused, reason=reason, ticked=refs), 422
    if not refs:
        flash(_("Nothing is ticked. Tick the bookings you mean."), "bad")
    else:
        flash(
            ngettext(
                "%(num)d booking is ended; everybody concerned is told why.",
                "%(num)d bookings are ended; everybody concerned is told why.",
                ended,
            ),
            "good",
        )
    return _back(code, act)


def _secretariat(code: str) -> Actor:
    unit_by_code(db.session(), code)
    actor = require_actor()
    if not actor.is_secretariat:
        raise Forbidden("secretariat")
    return actor


def _ticked(name: str) -> list[str]:
    return list(dict.fromkeys(request.form.getlist(name)))[:2000]


def _back(code: str, act: Act) -> Response:
    return redirect(url_for("leaving.index" if act == "leaving" else "leaving.suspension", code=code), 303)


def _page(
    code: str,
    act: Act,
    refused: Refused | None = None,
    *,
    form: ReasonForm | None = None,
    reason: str = "",
    ticked: Sequence[str] = (),
) -> str:
    session, actor = db.session(), require_actor()
    ties = ties_of(session, code, actor)
    led = leads_of(session, ties.led) if act == "suspension" else {}
    return render_template(
        f"leaving/{act}.html",
        act=act,
        ties=ties,
        unit=ties.unit,
        shown=SHOWN,
        on_ours=[_row(booking) for booking in ties.on_ours],
        by_ours=[_row(booking) for booking in ties.by_ours],
        heirs=[unit for unit in member_units(session) if unit.id != ties.unit.id],
        leads=[
            (group, led[group.id], request.form.get(f"lead-{group.code}", "")) for group in ties.led if led
        ],
        form=form or ReasonForm(formdata=None),
        problems=[said(problem) for problem in refused.problems] if refused else [],
        reason=reason,
        ticked=ticked,
        chosen=request.form.getlist("resource"),
        to=request.form.get("to", ""),
    )


def _row(booking: Booking) -> dict[str, Any]:
    # What is private stays so: that there is such a booking, and nothing more.
    private = not may_read(require_actor(), booking)
    return {
        "ref": booking.ref,
        "resource": localized(booking.resource, "name"),
        "when": Times.of(booking.resource.zone).words(booking.span),
        "who": booking.person.name,
        "unit": localized(booking.unit, "name"),
        "is_private": private,
        "status": booking.status,
    }
