"""Catalogue quality: which entries say too little or may be out of date, and saying that they are right."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance import clock
from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.notifications.formats import format_day
from alliance.resources.quality import FLAWS, Entry, confirm_entries, quality
from alliance.web.access import members_only
from alliance.web.language import here
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import FLAW_NAMES

blueprint = Blueprint("quality", __name__, url_prefix="/manage/quality")

_LAST_PAGE: Final = 100_000
_LONGEST_CODE: Final = 20
_GRAVE: Final = ("never_open", "no_manager")


@blueprint.get("")
@members_only
def index() -> str:
    """What wants a look, the gravest first."""
    reader, now = require_actor(), clock.now()
    flaw, unit = _chosen_flaw(), _chosen_unit()
    found = quality(
        db.session(), reader, now, flaw=flaw, unit=unit, page=request.args.get("page", 1, _page_number)
    )
    return render_template(
        "quality/index.html",
        found=found,
        flaw=flaw,
        unit=unit,
        tabs=[
            (_("All"), here(flaw=None, page=None), found.wanting, not flaw),
            *(
                (str(FLAW_NAMES[name]), here(flaw=name, page=None), found.flaws.get(name, 0), name == flaw)
                for name in FLAWS
                if name in found.flaws or name == flaw
            ),
        ],
        units=[(each.code, str(localized(each, "name")), number) for each, number in found.units],
        rows=[_row(entry, now) for entry in found.entries],
        confirmable=any(entry.is_run for entry in found.entries),
    )


@blueprint.post("/confirmations")
@members_only
def confirm() -> Response:
    """Confirm one entry by its own button, or all that are ticked."""
    actor = require_actor()
    only = request.form.get("only")
    codes = [only] if only else request.form.getlist("code")
    confirmed = confirm_entries(codes, by=actor)
    if confirmed:
        flash(
            ngettext("%(num)d entry is confirmed.", "%(num)d entries are confirmed.", len(confirmed)), "good"
        )
    else:
        flash(_("Nothing was confirmed: tick the entries that are right."), "wait")
    return redirect(url_for("quality.index", flaw=_chosen_flaw() or None, unit=_chosen_unit() or None), 303)


def _chosen_flaw() -> str:
    flaw = request.values.get("flaw", "")
    return flaw if flaw in FLAWS else ""


def _chosen_unit() -> str:
    return request.values.get("unit", "").strip()[:_LONGEST_CODE].replace("\0", "")


def _page_number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE)


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    resource = entry.resource
    times = Times.of(resource.zone)
    return {
        "resource": resource,
        "owner": entry.owner,
        "is_run": entry.is_run,
        "flaws": [(str(FLAW_NAMES[flaw]), *_look(flaw)) for flaw in entry.flaws],
        "wants_photo": "no_photo" in entry.flaws and entry.is_run,
        "confirmed": _confirmed(entry, times),
    }


def _look(flaw: str) -> tuple[str, str]:
    """The icon and the look of its flag."""
    if flaw in _GRAVE:
        return "exclamation-triangle", "bad"
    return ("clock-history", "") if flaw == "not_confirmed" else ("info-circle", "ok")


def _confirmed(entry: Entry, times: Times) -> str:
    at = entry.resource.confirmed_at
    if at is None:
        return _("Never confirmed")
    when = format_day(at, times.zone, times.language, times.today)
    if entry.confirmed_by:
        return _("Confirmed %(when)s by %(who)s", when=when, who=entry.confirmed_by)
    return _("Confirmed %(when)s", when=when)
