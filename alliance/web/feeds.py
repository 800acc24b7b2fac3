"""One's calendar feeds and API tokens: what there is, making one, ending one."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance import clock
from alliance.calendars.feeds import MadeFeed, change_feed, make_feed, renew_feed, revoke_feed
from alliance.calendars.lines import FeedLine, feeds_of
from alliance.calendars.looks import Look
from alliance.calendars.queries import state_of
from alliance.calendars.subscriptions import subscription_of
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.groups import groups_seen_by
from alliance.members.queries import memberships_of
from alliance.members.tokens import make_token, revoke_token, tokens_of
from alliance.notifications.sentences import words_for
from alliance.refs import is_ref
from alliance.web.access import members_only
from alliance.web.forms.feeds import FeedForm, LookForm, TokenForm, colour_names
from alliance.web.made_address import MadeAddress
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
    form = _fresh(what="resource" if code else "mine", resources=code)
    return _page(form, TokenForm(formdata=None))


@blueprint.post("/feeds")
@members_only
def create() -> Answer:
    """A new feed, with its address for this once."""
    form = _feed_form()
    if form.validate():
        try:
            made = make_feed(require_actor(), form.scope, form.subject, form.codes, **form.look)
        except (Missing, Forbidden):
            form.resources.errors = [_("There is no such resource, or you may not see it.")]
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            return _made(made)
    return _page(form, TokenForm(formdata=None)), 422


@blueprint.get("/feeds/<ref>")
@members_only
def edit(ref: str) -> Answer:
    """How one's own feed looks, to be changed."""
    feed = _feed(ref)
    return _edit_page(feed, LookForm(feed, formdata=None))


@blueprint.post("/feeds/<ref>")
@members_only
def change(ref: str) -> Answer:
    """The feed looks different from now on; its address stays."""
    feed = _feed(ref)
    form = LookForm(feed)
    if form.validate():
        resources = form.codes if feed.scope == "resources" else None
        try:
            change_feed(feed.ref, require_actor(), resources, **form.look)
        except Missing:
            form.resources.errors = [_("There is no such resource, or you may not see it.")]
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            flash(_("The feed is changed. Calendars show it with their next look."), "good")
            return redirect(url_for("feeds.index"))
    return _edit_page(feed, form), 422


@blueprint.post("/feeds/<ref>/address")
@members_only
def renew(ref: str) -> Answer:
    """A new address for the feed, shown this once; the old one is dead."""
    if not is_ref(ref):
        raise Missing
    return _made(renew_feed(ref, require_actor()))


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


def _page(form: FeedForm, token_form: TokenForm, *, made: MadeAddress | None = None, token: str = "") -> str:
    session, person_id = db.session(), require_actor().person_id
    return render_template(
        "feeds/index.html",
        form=form,
        token_form=token_form,
        feeds=feeds_of(session, person_id),
        tokens=tokens_of(session, person_id),
        times=Times.of(_settings().zone),
        now=clock.now(),
        made=made,
        token=token,
        colours=colour_names(),
        api_url=f"{_base_url()}/api/v1",
    )


def _edit_page(feed: FeedLine, form: LookForm) -> str:
    return render_template("feeds/edit.html", feed=feed, form=form, colours=colour_names())


def _made(made: MadeFeed) -> Answer:
    """The list with the new address above it, this once."""
    address = f"{_base_url()}{url_for('ics.feed', token=made.token)}"
    shown = MadeAddress.of(address, _held_by(made.token))
    return _page(_fresh(), TokenForm(formdata=None), made=shown), 201, _SHOWN_ONCE


def _held_by(token: str) -> int:
    """How many bookings the feed shows now."""
    session = db.session()
    subscription = subscription_of(session, token)
    state = subscription and state_of(session, subscription, clock.now(), _settings())
    return state.count if state else 0


def _feed(ref: str) -> FeedLine:
    lines = feeds_of(db.session(), require_actor().person_id, ref) if is_ref(ref) else []
    if not lines:
        raise Missing
    return lines[0]


def _feed_form(**more: object) -> FeedForm:
    session, actor = db.session(), require_actor()
    units = [membership.unit for membership in memberships_of(session, actor.person_id)]
    return FeedForm(
        [(unit.code, str(localized(unit, "name"))) for unit in units if unit.id in actor.active_unit_ids],
        [(group.code, str(localized(group, "name"))) for group in groups_seen_by(session, actor)],
        **more,
    )


def _fresh(**filled: object) -> FeedForm:
    """The form as most will want it, or as `filled` in."""
    look = {**vars(Look()), "language": current_user.profile.language}
    asked = {"what": "mine", "past": look["past_days"], "future": look["future_days"] or 0}
    return _feed_form(formdata=None, data={**look, **asked, **filled})


def _tell(form: LookForm | TokenForm, problems: Sequence[Problem]) -> None:
    """Each finding beside the field it is about; what is about none above them all."""
    for problem in problems:
        words = words_for(problem)
        where = form[problem.field].errors if problem.field in form else form.form_errors
        where.append(f"{words.message} {words.remedy}".strip())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _base_url() -> str:
    return _settings().base_url
