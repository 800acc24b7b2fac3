"""Words that mean the same, in words: what is wrong with a set of them."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.notifications.hours import comma
from alliance.notifications.words import Params, Saying, Times, Words


def _too_few_synonyms(params: Params, times: Times) -> Words:
    return Words(
        _("One word alone"), _("At least two words mean the same."), _("Write one word a line."), "alliance"
    )


def _too_many_synonyms(params: Params, times: Times) -> Words:
    return Words(
        _("Enough words"),
        _("A set holds at most %(most)s words.", most=params["most"]),
        _("Leave out those that nobody types."),
        "alliance",
    )


def _synonym_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A word has at most %(longest)s characters.", longest=params["longest"]),
        _("Write one word a line."),
        "alliance",
    )


def _synonym_taken(params: Params, times: Times) -> Words:
    return Words(
        _("In another set"),
        _("These stand in another set already: %(words)s.", words=comma(params["words"])),
        _("Add the new words to that set."),
        "alliance",
    )


def _changed_meanwhile(params: Params, times: Times) -> Words:
    return Words(
        _("Changed meanwhile"),
        _("Somebody else changed this while you were at it."),
        _("Open the page again, look at what is there now, and change that."),
        "nobody",
    )


SYNONYM_WORDS: Final[dict[str, Saying]] = {
    "too_few_synonyms": _too_few_synonyms,
    "too_many_synonyms": _too_many_synonyms,
    "synonym_too_long": _synonym_too_long,
    "synonym_taken": _synonym_taken,
    "changed_meanwhile": _changed_meanwhile,
}
