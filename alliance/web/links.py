"""Links that came by mail and work once: the door behind each, a forgotten password, and an invitation.

The token of a link is taken out of the address at once and kept in the session: so it stands in no history of a shared
browser, and goes to nobody as the page one came from.
"""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance.config import Settings
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.forgotten import ask_for_new_password, choose_new_password, person_to_help
from alliance.members.invitations import Invited, accept, accept_as_new, invited
from alliance.members.links import purpose_of
from alliance.members.sign_in import normal_email
from alliance.members.standing import last_day
from alliance.notifications.sentences import message
from alliance.web.access import public
from alliance.web.forms.members import AcceptForm, ForgottenForm, NewPasswordForm
from alliance.web.session import (
    end_session,
    let_go_of_link,
    link_in_hand,
    require_actor,
    start_session,
    take_in_hand,
)
from alliance.web.times import Times

blueprint = Blueprint("links", __name__)

Answer = str | Response | tuple[str, int]
_PAGES = {"password": "links.new_password", "invitation": "links.invitation"}


@blueprint.get("/links/<token>")
@public
def follow(token: str) -> Answer:
    """Behind the link: the page it is for, without the token."""
    purpose = purpose_of(db.session(), token)
    if purpose is None:
        return _spent()
    take_in_hand(token)
    response = redirect(url_for(_PAGES[purpose]))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/forgotten-password")
@public
def forgotten() -> Answer:
    """Whose password is forgotten."""
    return render_template("links/forgotten.html", form=ForgottenForm(formdata=None))


@blueprint.post("/forgotten-password")
@public
def ask() -> Answer:
    """A letter to the address, if it is somebody's; the answer is the same for all."""
    form = ForgottenForm()
    if form.validate():
        try:
            ask_for_new_password(form.email.data, request.remote_addr, key=_settings().secret_key)
        except Refused as refused:
            form.form_errors.extend(map(message, refused.problems))
        else:
            return render_template("links/asked.html", email=normal_email(form.email.data))
    return render_template("links/forgotten.html", form=form), 422


@blueprint.get("/new-password")
@public
def new_password() -> Answer:
    """The form for a new password, for whoever came by its link."""
    return _new_password(NewPasswordForm(formdata=None))


@blueprint.post("/new-password")
@public
def choose() -> Answer:
    """A new password in place of the forgotten one; all sessions end."""
    form = NewPasswordForm()
    if not form.validate():
        return _new_password(form, 422)
    try:
        choose_new_password(link_in_hand() or "", form.new.data)
    except Missing:
        return _spent()
    except Refused as refused:
        _tell(form, refused.problems)
        return _new_password(form, 422)
    # Whoever was signed in on this browser is so no more, were it the same person or another.
    end_session()
    flash(_("Your new password is saved, and all your sessions have ended. Sign in with it."), "good")
    return redirect(url_for("members.sign_in"), 303)


@blueprint.get("/invitation")
@public
def invitation() -> Answer:
    """What one is invited to, and the form to accept it."""
    found = _invited()
    if found is None:
        return _spent()
    known = {"name": found.name, "language": found.language}
    return _invitation(found, AcceptForm(formdata=None, data=known))


@blueprint.post("/invitation")
@public
def join() -> Answer:
    """Into the unit: with the account one has, or with a new one."""
    found = _invited()
    if found is None:
        return _spent()
    return _join_as_oneself(found) if found.has_account else _join_as_new(found)


def _join_as_oneself(found: Invited) -> Answer:
    try:
        accept(link_in_hand() or "", by=require_actor())
    except Missing:
        return _spent()
    except Forbidden:
        return _invitation(found, AcceptForm(formdata=None)), 403
    return _welcome(found)


def _join_as_new(found: Invited) -> Answer:
    form = AcceptForm()
    if not form.validate():
        return _invitation(found, form), 422
    words = {"name": form.name.data, "language": form.language.data, "password": form.new.data}
    try:
        person_id = accept_as_new(link_in_hand() or "", **words)
    except Missing:
        return _spent()
    except Stale:
        # Meanwhile there is an account of this address: the page now asks to sign in with it.
        return redirect(url_for("links.invitation"), 303)
    except Refused as refused:
        _tell(form, refused.problems)
        return _invitation(found, form), 422
    start_session(person_id)
    return _welcome(found)


def _welcome(found: Invited) -> Response:
    let_go_of_link()
    flash(_("Welcome. You now belong to %(unit)s.", unit=localized(found.unit, "name")), "good")
    return redirect(url_for("home.index"), 303)


def _new_password(form: NewPasswordForm, code: int = 200) -> Answer:
    try:
        email = person_to_help(link_in_hand() or "")
    except Missing:
        return _spent()
    return render_template("links/new_password.html", form=form, email=email), code


def _invited() -> Invited | None:
    return invited(db.session(), link_in_hand() or "")


def _invitation(found: Invited, form: AcceptForm) -> str:
    times = Times.of(found.unit.zone)
    return render_template(
        "links/invitation.html",
        form=form,
        invited=found,
        unit=found.unit,
        last=times.day(last_day(found.ends_at, found.unit.zone)) if found.ends_at else "",
        is_me=current_user.is_authenticated and current_user.email == found.email,
    )


def _spent() -> tuple[str, int]:
    """One page for links that were used, have lapsed, were ended, or never were any."""
    let_go_of_link()
    return render_template("links/spent.html"), 410


def _tell(form: NewPasswordForm | AcceptForm, problems: Sequence[Problem]) -> None:
    for problem in problems:
        errors = form[problem.field].errors if problem.field in form else form.form_errors
        errors.append(message(problem))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
