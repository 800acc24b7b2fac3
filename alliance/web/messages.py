"""What one is told: the lines behind the bell, what one wishes to be told and how, and the way out of mail."""

from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from alliance.booking.queries import may_decide_anything
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.queries import units_of
from alliance.notifications import actions as acts
from alliance.notifications.kinds import CHOSEN, OWNERS
from alliance.notifications.letters import ref_signed
from alliance.notifications.models import CALENDAR_PARTS, DIGESTS, HEARERS
from alliance.notifications.queries import hearers_of, line_of, lines_of, undelivered
from alliance.refs import is_ref
from alliance.web.access import by_address, members_only, public
from alliance.web.message_words import (
    calendar_parts,
    digests,
    hearers,
    kind_hints,
    kind_names,
    modes,
    problem_words,
)
from alliance.web.paging import asked_page
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages")
@members_only
def index() -> str:
    """The lines, the latest first, by day."""
    actor, session = require_actor(), db.session()
    number = asked_page()
    news, has_more = lines_of(session, actor, page=number)
    times = Times.of(_settings().zone)
    return render_template(
        "messages/index.html",
        days=[(times.day_alone(on), list(of_day)) for on, of_day in groupby(news, _moment_of_day(times))],
        times=times,
        is_first=number == 1,
        earlier=url_for("messages.index", page=number - 1) if number > 1 else "",
        later=url_for("messages.index", page=number + 1) if has_more else "",
        undelivered=undelivered(session) if actor.is_secretariat else (),
        problems=problem_words(),
    )


def _moment_of_day(times: Times) -> Any:
    """The midnight that began the day of a line: lines of one day stand together."""

    def key(line: Any) -> datetime:
        at: datetime = line.event.at
        local = at.astimezone(times.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    return key


@blueprint.get("/messages/<ref>")
@members_only
def show(ref: str) -> BaseResponse:
    """To the place where something can be done about it; the line counts as read."""
    actor = require_actor()
    line = line_of(db.session(), actor, ref) if is_ref(ref) else None
    if line is None:
        raise Missing
    path = line.path
    acts.mark_read(ref, by=actor)
    return redirect(path, 303)


@blueprint.post("/messages/reading")
@members_only
def read_all() -> BaseResponse:
    """All lines count as read."""
    acts.mark_all_read(by=require_actor())
    return redirect(url_for("messages.index"), 303)


@blueprint.get("/messages/settings")
@members_only
def settings() -> str:
    """What one wishes to be told, and how."""
    return _settings_page()


@blueprint.post("/messages/settings")
@members_only
def choose() -> BaseResponse | tuple[str, int]:
    """Keep what was chosen."""
    actor, form = require_actor(), request.form
    chosen = {kind.code: form.get(f"kind-{kind.code}", kind.default) for kind in CHOSEN}
    try:
        acts.choose(
            by=actor,
            modes=chosen,
            digest=form.get("digest", DIGESTS[0]),
            calendar_part=form.get("calendar", CALENDAR_PARTS[0]),
        )
    except Refused:
        return _settings_page(failed=True), 422
    flash(_("Saved. It holds from the next message on."), "good")
    return redirect(url_for("messages.settings"), 303)


@blueprint.post("/messages/settings/<code>")
@members_only
def choose_hearers(code: str) -> BaseResponse | tuple[str, int]:
    """Keep who of the unit hears of what."""
    actor, form = require_actor(), request.form
    chosen = {kind: form.get(f"who-{kind}", HEARERS[0]) for kind in OWNERS}
    try:
        acts.choose_hearers(code, by=actor, hearers=chosen)
    except Refused:
        return _settings_page(failed=True), 422
    flash(_("Saved. It holds from the next message on."), "good")
    return redirect(url_for("messages.settings", _anchor=f"unit-{code}"), 303)


@blueprint.get("/unsubscribe/<signed>")
@public
def ask_to_stop(signed: str) -> str:
    """Whether mail of this kind shall stop; programs that look at every link change nothing by it."""
    return _stopping(signed, done=False)


@blueprint.post("/unsubscribe/<signed>")
@by_address
def stop(signed: str) -> str:
    """Mail of this kind stops. Mail programs send this by themselves (RFC 8058), so the address is all they bring."""
    ref = ref_signed(signed, _settings())
    if ref is None:
        raise Missing
    acts.write_no_more(ref)
    return _stopping(signed, done=True)


def _stopping(signed: str, *, done: bool) -> str:
    if ref_signed(signed, _settings()) is None:
        raise Missing
    return render_template("messages/unsubscribe.html", done=done)


def _settings_page(*, failed: bool = False) -> str:
    actor, session = require_actor(), db.session()
    wishes = acts.wishes_of(session, [actor.person_id])[actor.person_id]
    decides = may_decide_anything(actor)
    admits = bool(actor.admin_unit_ids) or actor.is_secretariat
    administers = bool(actor.admin_unit_ids)
    shows = {"booker": True, "owner": decides, "admin": administers, "admitter": admits}
    shown = [kind for kind in CHOSEN if shows[kind.side]]
    units = units_of(session, actor.admin_unit_ids)
    hearing = hearers_of(session, [unit.id for unit in units])
    names, hints = kind_names(), kind_hints()
    return render_template(
        "messages/settings.html",
        failed=failed,
        kinds=[(kind.code, names[kind.code], hints[kind.code], wishes.mode(kind.code)) for kind in shown],
        modes=modes(),
        digests=digests(),
        digest=wishes.digest,
        calendar_parts=calendar_parts(),
        calendar_part=wishes.calendar_part,
        hearers=hearers(),
        units=[(unit.code, localized(unit, "name"), hearing[unit.id].items(), names) for unit in units],
    )


def _settings() -> Settings:
    known: Settings = current_app.config["SETTINGS"]
    return known
