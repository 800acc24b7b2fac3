"""Accounts in words: passwords, and attempts to sign in."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.words import Params, Saying, Times, Words


def _wrong_credentials(params: Params, times: Times) -> Words:
    return Words(
        _("Not signed in"),
        _("The email or the password is not right."),
        _("Try again, or ask for a link to choose a new password."),
        "alliance",
    )


def _wrong_password(params: Params, times: Times) -> Words:
    return Words(
        _("Wrong password"), _("This is not your present password."), _("Enter it again."), "alliance"
    )


def _too_many_attempts(params: Params, times: Times) -> Words:
    return Words(
        _("Too many attempts"),
        ngettext(
            "There were too many attempts. Try again in %(num)s minute.",
            "There were too many attempts. Try again in %(num)s minutes.",
            params["minutes"],
        ),
        _("Waiting helps; so does your unit's admin."),
        "alliance",
    )


def _password_too_short(params: Params, times: Times) -> Words:
    return Words(
        _("Too short"),
        _(
            "A password needs at least %(shortest)s characters; this one has %(length)s.",
            shortest=params["shortest"],
            length=params["length"],
        ),
        _("Several words in a row are easy to remember and hard to guess."),
        "alliance",
    )


def _password_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A password may have at most %(longest)s characters.", longest=params["longest"]),
        _("Choose a shorter one."),
        "alliance",
    )


def _password_is_address(params: Params, times: Times) -> Words:
    return Words(
        _("Easy to guess"),
        _("Your email is no password."),
        _("Choose something nobody else knows."),
        "alliance",
    )


def _wrong_start_code(params: Params, times: Times) -> Words:
    return Words(
        _("Wrong code"),
        _("This is not the code the server printed last."),
        _("Print a fresh one: flask --app app start-code."),
        "nobody",
    )


def _no_demo_here(params: Params, times: Times) -> Words:
    return Words(
        _("No demo here"),
        _("In production there is no demo data."),
        _("Begin with nothing."),
        "alliance",
    )


ACCOUNT_WORDS: Final[dict[str, Saying]] = {
    "wrong_credentials": _wrong_credentials,
    "wrong_password": _wrong_password,
    "too_many_attempts": _too_many_attempts,
    "password_too_short": _password_too_short,
    "password_too_long": _password_too_long,
    "password_is_address": _password_is_address,
    "wrong_start_code": _wrong_start_code,
    "no_demo_here": _no_demo_here,
}
