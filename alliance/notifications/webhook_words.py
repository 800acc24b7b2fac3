"""Webhooks in words: what is wrong with an address, and what may not be."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.notifications.words import Params, Saying, Times, Words


def _bad_address(params: Params, times: Times) -> Words:
    return Words(
        _("Not an address"),
        _("This is no web address."),
        _("Enter it whole, as in https://chat.example.org/hook; names in Chinese in their xn-- form."),
        "nobody",
    )


def _not_https(params: Params, times: Times) -> Words:
    return Words(
        _("Not protected"),
        _("Events are sent over https only."),
        _("Enter an address that begins with https://."),
        "alliance",
    )


def _not_public(params: Params, times: Times) -> Words:
    return Words(
        _("Not on the internet"),
        _("The address leads into a private network."),
        _("Enter a public one, or ask whoever runs the installation to allow this host."),
        "alliance",
    )


def _too_many_webhooks(params: Params, times: Times) -> Words:
    return Words(
        _("Enough webhooks"),
        _("A unit has at most %(most)s webhooks.", most=params["most"]),
        _("Remove one first."),
        "alliance",
    )


def _webhook_off(params: Params, times: Times) -> Words:
    return Words(_("Switched off"), _("The webhook is switched off."), _("Switch it on first."), "nobody")


WEBHOOK_WORDS: Final[dict[str, Saying]] = {
    "webhook_bad": _bad_address,
    "webhook_not_https": _not_https,
    "webhook_not_public": _not_public,
    "too_many_webhooks": _too_many_webhooks,
    "webhook_off": _webhook_off,
}
