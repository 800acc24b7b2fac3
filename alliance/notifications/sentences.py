"""Findings in words, for every entrance.

The domain knows codes and parameters only; sentences are made here, in the language of whoever reads them. `WORDS` is
the whole list; a test holds it against the rules.
"""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from alliance.errors import Problem
from alliance.i18n import gettext as _
from alliance.notifications.account_words import ACCOUNT_WORDS
from alliance.notifications.admission_words import ADMISSION_PROBLEMS
from alliance.notifications.exchange_words import EXCHANGE_WORDS
from alliance.notifications.file_words import FILE_WORDS
from alliance.notifications.hours import comma
from alliance.notifications.opening_words import OPENING_WORDS
from alliance.notifications.outside_words import OUTSIDE_WORDS
from alliance.notifications.people_words import PEOPLE_WORDS
from alliance.notifications.photo_words import PHOTO_WORDS
from alliance.notifications.qualification_words import QUALIFICATION_PROBLEMS
from alliance.notifications.question_words import QUESTION_WORDS
from alliance.notifications.resource_words import RESOURCE_WORDS
from alliance.notifications.rule_words import RULE_WORDS
from alliance.notifications.shapes import SHAPES
from alliance.notifications.synonym_words import SYNONYM_WORDS
from alliance.notifications.webhook_words import WEBHOOK_WORDS
from alliance.notifications.words import Params, Saying, Times, Words


def words_for(problem: Problem, zone: ZoneInfo | None = None) -> Words:
    """The problem in the reader's language, with times in `zone`, by default Beijing's."""
    if problem.code in SHAPES:
        return SHAPES[problem.code](problem.params)
    return WORDS[problem.code](problem.params, Times(zone or ZoneInfo("Asia/Shanghai")))


def title(problem: Problem, zone: ZoneInfo | None = None) -> str:
    """What is wrong, in a few words."""
    return words_for(problem, zone).title


def message(problem: Problem, zone: ZoneInfo | None = None) -> str:
    """What is wrong, as a whole sentence."""
    return words_for(problem, zone).message


def remedy(problem: Problem, zone: ZoneInfo | None = None) -> str:
    """What would work instead; empty when nothing is known."""
    return words_for(problem, zone).remedy


def _not_your_unit(params: Params, times: Times) -> Words:
    return Words(
        _("Not your unit"),
        _("You book for a unit you belong to."),
        _("Choose one of your units."),
        "alliance",
    )


def _already_started(params: Params, times: Times) -> Words:
    return Words(
        _("Already begun"),
        _("The booking has begun."),
        _("You can still give back the rest: choose an earlier end."),
        "alliance",
    )


def _message_empty(params: Params, times: Times) -> Words:
    return Words(_("Nothing written"), _("The message is empty."), _("Write something first."), "nobody")


def _message_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _(
            "A message may have at most %(longest)s characters; this one has %(length)s.",
            longest=params["longest"],
            length=params["length"],
        ),
        _("Make it shorter, or write it in two."),
        "alliance",
    )


def _too_many_messages(params: Params, times: Times) -> Words:
    return Words(
        _("Enough messages"),
        _("A booking holds at most %(most)s messages.", most=params["most"]),
        _("Go on by mail or telephone."),
        "alliance",
    )


STATUS_WORDS: Final[dict[str, Callable[[], str]]] = {
    "requested": lambda: _("waiting for approval"),
    "approved": lambda: _("confirmed"),
    "refused": lambda: _("refused"),
    "admitted": lambda: _("admitted"),
    "granted": lambda: _("granted"),
    "declined": lambda: _("not granted"),
    "withdrawn": lambda: _("withdrawn"),
    "expired": lambda: _("lapsed"),
    "cancelled": lambda: _("cancelled"),
}


def _already_decided(params: Params, times: Times) -> Words:
    status = STATUS_WORDS[params["status"]]()
    if params["by"] and params["at"]:
        said = _(
            "%(by)s was faster: it is %(status)s since %(at)s.",
            by=params["by"],
            status=status,
            at=times.moment(params["at"]),
        )
    elif params["at"]:
        said = _("It is %(status)s since %(at)s.", status=status, at=times.moment(params["at"]))
    else:
        said = _("It is already %(status)s.", status=status)
    return Words(_("Already decided"), said, _("Nothing is left to do here."), "nobody")


def _not_yet_decided(params: Params, times: Times) -> Words:
    return Words(
        _("Not decided yet"),
        _("This is a request, not a booking yet."),
        _("Refuse it with a reason instead of cancelling it."),
        "alliance",
    )


def _reason_needed(params: Params, times: Times) -> Words:
    return Words(
        _("Reason missing"),
        _("The other side is told why."),
        _("Write a reason in a few words."),
        "alliance",
    )


def _closure_over(params: Params, times: Times) -> Words:
    return Words(
        _("Already over"),
        _("The closure ended %(ended)s.", ended=times.moment(params["ended"])),
        _("Nothing is left to do here."),
        "nobody",
    )


def _later_than_its_end(params: Params, times: Times) -> Words:
    return Words(
        _("Later than its end"),
        _(
            "The closure ends %(ends)s by itself; ending it can only make it shorter.",
            ends=times.moment(params["ends"]),
        ),
        _("Choose an earlier end, or close the time after it as well."),
        "nobody",
    )


def _reversed(params: Params, times: Times) -> Words:
    return Words(
        _("End before start"),
        _("The end must come after the start."),
        _("Choose a later end."),
        "nobody",
    )


def _no_such_item(params: Params, times: Times) -> Words:
    return Words(
        _("No such item"),
        _("The resource has no such item."),
        _("Choose one from its list, or the whole resource."),
        "nobody",
    )


def _unknown_choice(params: Params, times: Times) -> Words:
    return Words(
        _("Unknown choice"),
        _("This is not one of the choices: %(choices)s.", choices=comma(params["choices"])),
        _("Choose one of them."),
        "nobody",
    )


_OWN_WORDS: Final[dict[str, Saying]] = {
    "not_your_unit": _not_your_unit,
    "already_started": _already_started,
    "already_decided": _already_decided,
    "not_yet_decided": _not_yet_decided,
    "reason_needed": _reason_needed,
    "message_empty": _message_empty,
    "message_too_long": _message_too_long,
    "too_many_messages": _too_many_messages,
    "closure_over": _closure_over,
    "later_than_its_end": _later_than_its_end,
    "reversed": _reversed,
    "no_such_item": _no_such_item,
    "unknown_choice": _unknown_choice,
}

# Each code stands in one of them alone: of two, the later one would speak for both.
PARTS: Final[tuple[dict[str, Saying], ...]] = (
    RULE_WORDS,
    ACCOUNT_WORDS,
    PEOPLE_WORDS,
    PHOTO_WORDS,
    ADMISSION_PROBLEMS,
    FILE_WORDS,
    QUESTION_WORDS,
    WEBHOOK_WORDS,
    OPENING_WORDS,
    OUTSIDE_WORDS,
    RESOURCE_WORDS,
    SYNONYM_WORDS,
    EXCHANGE_WORDS,
    QUALIFICATION_PROBLEMS,
    _OWN_WORDS,
)
WORDS: Final[dict[str, Saying]] = {code: saying for part in PARTS for code, saying in part.items()}
