"""One's calendar feeds and API tokens: what there is, making one, ending one."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance import clock
from alliance.calendars.feeds import make_feed, revoke_feed
from alliance.calendars.lines import feeds_of
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.queries import memberships_of
from alliance.members.tokens import make_token, revoke_token, tokens_of
from alliance.notifications.sentences import words_for
from alliance.notifications.shapes import SHAPES
from alliance.refs import is_ref
from alliance.web.access import members_only
from alliance.web.forms.feeds import FeedForm, TokenForm
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("feeds", __name__)

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
# What is shown once must not lie in any cache, nor come back with the browser's "back".
_SHOWN_ONCE = {"Cache-Control": "no-store"}


@blueprint.get("/feeds")
@members_only
def index() -> Answer:
    """One's feeds and tokens; `?resource=` fills the form in for that resource."""
    code = request.args.get("resource", "")
    form = _feed_form(
        formdata=None,
        data={
            "what": "resource" if code else "mine",
            "resource": code,
            "language": current_user.profile.language,
        },
    )
    return _page(form, TokenForm(formdata=None))


@blueprint.post("/feeds")
@members_only
def create() -> Answer:
    """A new feed, with its address for this once."""
    form = _feed_form()
    if form.validate():
        try:
            made = make_feed(
                require_actor(),
                form.scope,
                form.subject,
                language=form.language.data,
                detail=form.detail.data,
                label=form.label.data or "",
            )
        except (Missing, Forbidden):
            form.resource.errors = [_("There is no such resource, or you may not see it.")]
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            address = f"{_base_url()}{url_for('ics.feed', token=made.token)}"
            return _page(_fresh(), TokenForm(formdata=None), address=address), 201, _SHOWN_ONCE
    return _page(form, TokenForm(formdata=None)), 422


@blueprint.post("/feeds/<ref>/revocation")
@members_only
def revoke(ref: str) -> Answer:
    """The end of a feed."""
    if not is_ref(ref):
        raise Missing
    revoke_feed(ref, require_actor())
    flash(_("The feed has ended. Calendars that still ask for it get nothing."), "good")
    return redirect(url_for("feeds.index"))


@blueprint.post("/tokens")
@members_only
def create_token() -> Answer:
    """A new token, for this once."""
    form = TokenForm()
    if form.validate():
        try:
            made = make_token(require_actor(), form.scope.data, form.label.data or "")
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            return _page(_fresh(), TokenForm(formdata=None), token=made.token), 201, _SHOWN_ONCE
    return _page(_fresh(), form), 422


@blueprint.post("/tokens/<ref>/revocation")
@members_only
def revoke_one_token(ref: str) -> Answer:
    """The end of a token."""
    if not is_ref(ref):
        raise Missing
    revoke_token(ref, require_actor())
    flash(_("The token has ended. Programs that still use it are turned away."), "good")
    return redirect(url_for("feeds.index"))


def _page(form: FeedForm, token_form: TokenForm, *, address: str = "", token: str = "") -> str:
    session, person_id = db.session(), require_actor().person_id
    return render_template(
        "feeds/index.html",
        form=form,
        token_form=token_form,
        feeds=feeds_of(session, person_id),
        tokens=tokens_of(session, person_id),
        times=Times.of(_settings().zone),
        now=clock.now(),
        address=address,
        # What a calendar program opens when it is pressed; the address to copy stays https.
        webcal=f"webcal://{address.partition('://')[2]}" if address else "",
        token=token,
        api_url=f"{_base_url()}/api/v1",
    )


def _feed_form(**more: object) -> FeedForm:
    active = require_actor().active_unit_ids
    units = [membership.unit for membership in memberships_of(db.session(), require_actor().person_id)]
    return FeedForm(
        [(unit.code, str(localized(unit, "name"))) for unit in units if unit.id in active], **more
    )


def _fresh() -> FeedForm:
    return _feed_form(formdata=None, data={"what": "mine", "language": current_user.profile.language})


def _tell(form: FeedForm | TokenForm, problems: Sequence[Problem]) -> None:
    """Each finding beside the field it is about; what is about none above them all."""
    for problem in problems:
        words = SHAPES[problem.code](problem.params) if problem.code in SHAPES else words_for(problem)
        where = form[problem.field].errors if problem.field in form else form.form_errors
        where.append(f"{words.message} {words.remedy}".strip())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _base_url() -> str:
    return _settings().base_url
