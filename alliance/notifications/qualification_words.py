"""Qualifications in words: why one cannot be asked for, granted or kept so."""

from datetime import date
from typing import Final

from alliance.i18n import gettext as _
from alliance.notifications.words import Params, Saying, Times, Words


def _held(params: Params, times: Times) -> Words:
    until = params["until"]
    said = _("You hold this qualification.")
    if isinstance(until, date):
        said = _("You hold this qualification through %(day)s.", day=times.day(until))
    return Words(_("Held already"), said, _("Ask again when it is about to end."), "nobody")


def _asked(params: Params, times: Times) -> Words:
    return Words(
        _("Asked already"), _("You have asked for this qualification."), _("Wait for the answer."), "nobody"
    )


def _asked_often(params: Params, times: Times) -> Words:
    return Words(
        _("Enough requests"),
        _("You wait for %(most)s answers already.", most=params["most"]),
        _("Wait for one of them, or withdraw one."),
        "alliance",
    )


def _over(params: Params, times: Times) -> Words:
    return Words(
        _("Over already"), _("The last day has passed."), _("Choose a later day, or none."), "nobody"
    )


def _too_many(params: Params, times: Times) -> Words:
    return Words(
        _("Enough qualifications"),
        _("A unit has at most %(most)s qualifications.", most=params["most"]),
        _("Use one of those there are."),
        "alliance",
    )


QUALIFICATION_PROBLEMS: Final[dict[str, Saying]] = {
    "qualification_held": _held,
    "qualification_asked": _asked,
    "qualifications_asked": _asked_often,
    "qualification_over": _over,
    "too_many_qualifications": _too_many,
}
