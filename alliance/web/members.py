"""Signing in and out, and the page about oneself."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance import clock
from alliance.db import db
from alliance.errors import Problem, Refused
from alliance.i18n import gettext as _
from alliance.members import sign_in as acts
from alliance.members.queries import memberships_of, ref_of
from alliance.notifications.sentences import message
from alliance.resources.qualifications.queries import held_by
from alliance.resources.queries import managed_by
from alliance.web.access import members_only, public
from alliance.web.forms.members import LanguageForm, PasswordForm, SignInForm
from alliance.web.language import speak
from alliance.web.security import set_cookie
from alliance.web.session import (
    came_from,
    end_session,
    keep_session,
    require_actor,
    safe_way_back,
    session_id,
    start_session,
)
from alliance.web.times import Times

blueprint = Blueprint("members", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> str | Response:
    """The door."""
    way_back = safe_way_back(request.args.get("next")) or came_from()
    if current_user.is_authenticated:
        return redirect(_after_sign_in(way_back))
    return render_template("members/sign_in.html", form=SignInForm(formdata=None, next=way_back))


@blueprint.post("/sign-in")
@public
def start() -> Response | tuple[str, int]:
    """Through the door, and on to where one was going."""
    form = SignInForm()
    if form.validate():
        try:
            person_id = acts.sign_in(form.email.data, form.password.data, request.remote_addr)
        except Refused as refused:
            form.form_errors.extend(map(message, refused.problems))
            current_app.logger.info("Sign-in refused: %s", refused)
        else:
            start_session(person_id)
            return redirect(_after_sign_in(form.next.data))
    return render_template("members/sign_in.html", form=form), 422


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Out, on this browser, and with every copy of its cookie."""
    person_id, known = current_user.id if current_user.is_authenticated else None, session_id()
    end_session()
    if person_id is not None and known is not None:
        acts.sign_out(person_id, known)
    flash(_("You are signed out."), "good")
    return redirect(url_for("home.index"))


@blueprint.get("/profile")
@members_only
def profile() -> str:
    """Who one is here, and what one can set."""
    return _profile(_language_form(), PasswordForm(formdata=None))


@blueprint.post("/profile")
@members_only
def set_language() -> Response | tuple[str, int]:
    """The language of pages and mail from now on, on this browser too."""
    form = LanguageForm()
    if not form.validate():
        return _profile(form, PasswordForm(formdata=None)), 422
    acts.set_language(require_actor().person_id, form.language.data)
    speak(form.language.data)
    flash(_("Your language is saved."), "good")
    response = redirect(url_for("members.profile"))
    set_cookie(response, "lang", form.language.data, current_app.config["SETTINGS"])
    return response


@blueprint.get("/profile/password")
@members_only
def password() -> Response:
    """Where a reload of the refused form leads."""
    return redirect(url_for("members.profile", _anchor="password"))


@blueprint.post("/profile/password")
@members_only
def change_password() -> Response | tuple[str, int]:
    """A new password, which ends all other sessions."""
    form, person_id = PasswordForm(), require_actor().person_id
    if form.validate():
        try:
            epoch = acts.change_password(person_id, form.old.data, form.new.data)
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            keep_session(person_id, epoch)
            flash(_("Your password is changed. All your other sessions have ended."), "good")
            return redirect(url_for("members.profile"))
    return _profile(_language_form(), form), 422


@blueprint.post("/profile/sign-out-everywhere")
@members_only
def sign_out_everywhere() -> Response:
    """Out, on all browsers."""
    acts.sign_out_everywhere(require_actor().person_id)
    end_session()
    flash(_("You are signed out everywhere."), "good")
    return redirect(url_for("members.sign_in"))


def _profile(language_form: LanguageForm, password_form: PasswordForm) -> str:
    session, actor, now = db.session(), require_actor(), clock.now()
    return render_template(
        "members/profile.html",
        actor=actor,
        memberships=memberships_of(session, actor.person_id),
        managed=managed_by(session, actor),
        qualifications=[(each, each.state_at(now)) for each in held_by(session, actor.person_id)],
        times=Times.of(current_app.config["SETTINGS"].zone),
        language_form=language_form,
        password_form=password_form,
        my_ref=ref_of(session, actor.person_id),
    )


def _language_form() -> LanguageForm:
    return LanguageForm(formdata=None, language=current_user.profile.language)


def _after_sign_in(way_back: str | None) -> str:
    """Where one was, unless that was the door itself."""
    way_back = safe_way_back(way_back)
    if way_back is None or way_back.partition("?")[0] in (url_for("members.sign_in"), "/sign-out"):
        return url_for("home.index")
    return way_back


def _tell(form: PasswordForm, problems: Sequence[Problem]) -> None:
    """Each finding beside the field it is about; what is about none above them all."""
    for problem in problems:
        errors = form[problem.field].errors if problem.field else form.form_errors
        errors.append(message(problem))
