"""The webhooks of a unit, for its admins: where events go, whether they arrive, and the secrets that sign them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from alliance import clock
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.units import unit_by_code
from alliance.notifications.sentences import words_for
from alliance.notifications.webhooks.actions import (
    MOST_WEBHOOKS,
    add_webhook,
    drop_old_secret,
    remove_webhook,
    rotate_secret,
    send_test_event,
    switch_webhook,
)
from alliance.notifications.webhooks.queries import (
    CallLine,
    WebhookLine,
    latest_calls,
    webhook_line,
    webhooks_of,
)
from alliance.refs import is_ref
from alliance.web.access import members_only
from alliance.web.forms.webhooks import WebhookForm
from alliance.web.session import require_actor
from alliance.web.times import Times, with_times

blueprint = Blueprint("webhooks", __name__, url_prefix="/units/<code>/webhooks")

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
# What is shown once must not lie in any cache, nor come back with the browser's "back".
_SHOWN_ONCE: Final = {"Cache-Control": "no-store"}
_FAILURES: Final[dict[str, Callable[[], str]]] = {
    "bad": lambda: _("this is no web address"),
    "not_https": lambda: _("the address is not https"),
    "not_public": lambda: _("the address leads into a private network"),
    "no_such_host": lambda: _("nobody knows this host"),
    "no_answer": lambda: _("nobody listens there"),
    "too_slow": lambda: _("no answer within ten seconds"),
    "bad_certificate": lambda: _("its certificate is not valid"),
    "broken_answer": lambda: _("the connection broke off"),
}


@blueprint.get("")
@members_only
def index(code: str) -> Answer:
    """All webhooks of the unit, and the form for another."""
    return _list(_administered(code), WebhookForm(formdata=None))


@blueprint.post("")
@members_only
def create(code: str) -> Answer:
    """A new webhook, with its secret for this once."""
    unit, form = _administered(code), WebhookForm()
    if not form.validate():
        return _list(unit, form), 422
    try:
        made = add_webhook(
            unit.code,
            form.address.data,
            by=require_actor(),
            label=form.label.data or "",
            allowed_hosts=_settings().reachable_hosts,
        )
    except Refused as refused:
        for problem in refused.problems:
            where = form[problem.field].errors if problem.field in form else form.form_errors
            where.append(_sentence(problem))
        return _list(_administered(code), form), 422
    return _page(_administered(code), made.ref, secret=made.secret), 201, _SHOWN_ONCE


@blueprint.get("/<ref>")
@members_only
def show(code: str, ref: str) -> Answer:
    """One webhook: whether it arrives, its latest calls, and what can be done about it."""
    return _page(_administered(code), ref)


@blueprint.post("/<ref>/tests")
@members_only
def test(code: str, ref: str) -> Answer:
    """A call about nothing but itself."""
    _known(code, ref)
    try:
        send_test_event(ref, by=require_actor())
    except Refused as refused:
        flash(" ".join(map(_sentence, refused.problems)), "bad")
    else:
        flash(
            _("The test event goes out within a minute. Load this page again to see how it was answered."),
            "wait",
        )
    return _back(code, ref)


@blueprint.post("/<ref>/secrets")
@members_only
def rotate(code: str, ref: str) -> Answer:
    """A new secret, for this once; the old one signs a day longer."""
    _known(code, ref)
    made = rotate_secret(ref, by=require_actor())
    return _page(_administered(code), ref, secret=made.secret), 201, _SHOWN_ONCE


@blueprint.post("/<ref>/old-secret/removal")
@members_only
def drop_old(code: str, ref: str) -> Answer:
    """The end of the old secret."""
    _known(code, ref)
    drop_old_secret(ref, by=require_actor())
    flash(_("Only the new secret signs from now on."), "good")
    return _back(code, ref)


@blueprint.post("/<ref>/on")
@members_only
def switch_on(code: str, ref: str) -> Answer:
    """Events go out again, from now on."""
    _known(code, ref)
    switch_webhook(ref, on=True, by=require_actor())
    flash(_("The webhook is on. What happened before is not sent any more."), "good")
    return _back(code, ref)


@blueprint.post("/<ref>/off")
@members_only
def switch_off(code: str, ref: str) -> Answer:
    """Nothing goes out until it is switched on again."""
    _known(code, ref)
    switch_webhook(ref, on=False, by=require_actor())
    flash(_("The webhook is off. Nothing is sent until you switch it on again."), "good")
    return _back(code, ref)


@blueprint.post("/<ref>/removal")
@members_only
def remove(code: str, ref: str) -> Answer:
    """The end of a webhook."""
    _known(code, ref)
    remove_webhook(ref, by=require_actor())
    flash(_("The webhook is removed; its secret signs nothing any more."), "good")
    return redirect(url_for("webhooks.index", code=code), 303)


def _list(unit: Unit, form: WebhookForm) -> str:
    lines = webhooks_of(db.session(), unit.id)
    return render_template(
        "webhooks/index.html",
        unit=unit,
        form=form,
        webhooks=[(line, _state(line, unit)) for line in lines],
        is_full=len(lines) >= MOST_WEBHOOKS,
        most=MOST_WEBHOOKS,
        times=_times(unit),
    )


def _page(unit: Unit, ref: str, *, secret: str = "") -> str:
    line = _line(unit, ref, require_actor())
    calls: Sequence[CallLine] = latest_calls(db.session(), ref)
    return render_template(
        "webhooks/show.html",
        unit=unit,
        webhook=line,
        state=_state(line, unit),
        calls=[(call, _result(call, _times(unit))) for call in calls],
        times=_times(unit),
        is_rotating=line.old_until is not None and line.old_until > clock.now(),
        secret=secret,
    )


def _state(line: WebhookLine, unit: Unit) -> dict[str, Any]:
    """How it stands: the look of its badge, its word, and a sentence."""
    times = _times(unit)
    if line.state == "off":
        return {
            "look": "closed",
            "icon": "slash-circle",
            "word": _("Switched off"),
            "said": _("Nothing is sent."),
        }
    if line.state == "failed":
        said = _(
            "One of its calls failed for a whole day, so it was switched off and what waited was given up."
        )
        return {"look": "refused", "icon": "x-lg", "word": _("Failed for a day"), "said": said}
    if line.failing_since is not None:
        said = with_times(
            _("Calls fail since %(since)s; they are tried for a day."), since=times.moment(line.failing_since)
        )
        return {"look": "pending", "icon": "hourglass-split", "word": _("Not answering"), "said": said}
    if line.answered_at is None:
        said = _("Nothing was sent yet. A test event shows whether it arrives.")
    else:
        said = with_times(_("The last call arrived %(at)s."), at=times.moment(line.answered_at))
    return {"look": "confirmed", "icon": "check2", "word": _("Switched on"), "said": said}


def _result(call: CallLine, times: Times) -> Any:
    """What became of a call, in a sentence."""
    if call.state == "sent":
        if call.attempts > 1:
            tries = {"attempts": call.attempts, "status": call.answer_status}
            return _("Arrived at attempt %(attempts)s, answered %(status)s", **tries)
        return _("Arrived, answered %(status)s", status=call.answer_status)
    if call.state == "withheld":
        return _("Not sent: your unit may no longer see it")
    why = _why(call)
    if call.state == "given_up":
        return _("Given up: %(why)s", why=why) if why else _("Given up: it was switched off")
    if not why:
        return _("Not sent yet")
    sentence = _("Attempt %(attempts)s failed, %(why)s; the next one %(at)s at the earliest")
    return with_times(sentence, attempts=call.attempts, why=why, at=times.moment(call.next_at))


def _why(call: CallLine) -> str:
    if call.failure is not None:
        return _FAILURES[call.failure]()
    return _("it answered %(status)s", status=call.answer_status) if call.answer_status is not None else ""


def _administered(code: str) -> Unit:
    """The unit, if the reader is one of its admins; to all others its webhooks do not exist."""
    unit = unit_by_code(db.session(), code)
    if unit.id not in require_actor().admin_unit_ids:
        raise Missing
    return unit


def _known(code: str, ref: str) -> None:
    """Raise Missing unless the webhook is this unit's and the reader one of its admins."""
    _line(_administered(code), ref, require_actor())


def _line(unit: Unit, ref: str, reader: Actor) -> WebhookLine:
    if not is_ref(ref):
        raise Missing
    return webhook_line(db.session(), unit.id, ref, reader)


def _back(code: str, ref: str) -> Response:
    return redirect(url_for("webhooks.show", code=code, ref=ref), 303)


def _sentence(problem: Problem) -> str:
    words = words_for(problem)
    return f"{words.message} {words.remedy}".strip()


def _times(unit: Unit) -> Times:
    return Times.of(unit.zone)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
