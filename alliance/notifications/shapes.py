"""Words for what is wrong with a call itself, before or beside any rule: its fields, its headers, its rights."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.hours import comma
from alliance.notifications.words import Words

Params = Mapping[str, Any]

_KINDS: Final[dict[str, Callable[[], str]]] = {
    "text": lambda: _("a text"),
    "whole_number": lambda: _("a whole number"),
    "time": lambda: _("a time, written as text"),
    "day": lambda: _("a date, written as text"),
    "object": lambda: _("a JSON object"),
    "list": lambda: _("a list"),
    "flag": lambda: _("0 or 1"),
    "truth": lambda: _("true or false"),
}
_ROLES: Final[dict[str, Callable[[], str]]] = {
    "booker": lambda: _("whoever booked"),
    "decider": lambda: _("whoever the decision lies with"),
    "manager": lambda: _("a manager of the resource, or an admin of its owner"),
    "member": lambda: _("a member of the unit"),
    "group_lead": lambda: _("the secretariat, or an admin of the unit that leads the group"),
    "admin": lambda: _("an admin of the unit"),
    "secretariat": lambda: _("the secretariat"),
}


def _missing_field(params: Params) -> Words:
    return Words(
        _("Something is missing"),
        _("The field “%(name)s” is missing.", name=params["name"]),
        _("Add it."),
        "nobody",
    )


def _unknown_field(params: Params) -> Words:
    return Words(
        _("Unknown field"),
        _("There is no field “%(name)s”.", name=params["name"]),
        _("Leave it out, or look for its right name in the description of the API."),
        "nobody",
    )


def _wrong_type(params: Params) -> Words:
    return Words(
        _("Wrong type"),
        _("This must be %(kind)s.", kind=_KINDS[params["expected"]]()),
        _("Send it in that form."),
        "nobody",
    )


def _bad_time(params: Params) -> Words:
    return Words(
        _("Not a time"),
        _("This is no time as RFC 3339 writes it, or no day of the calendar."),
        _("Write it like 2026-11-24T14:00:00+08:00."),
        "nobody",
    )


def _bad_day(params: Params) -> Words:
    return Words(
        _("Not a date"), _("This is no day of the calendar."), _("Write it like 2026-11-24."), "nobody"
    )


def _no_offset(params: Params) -> Words:
    return Words(
        _("No offset"),
        _("The time does not say how far it is from UTC."),
        _("Add the offset, for example +08:00, or Z for UTC."),
        "nobody",
    )


def _not_whole_minute(params: Params) -> Words:
    return Words(
        _("Not on the minute"),
        _("Times are counted in whole minutes."),
        _("Leave seconds and their fractions at zero."),
        "nobody",
    )


def _too_distant(params: Params) -> Words:
    return Words(
        _("Too far away"),
        _("Times before 2000, or more than ten years from now, are not taken."),
        _("Choose a nearer time."),
        "nobody",
    )


def _zero_length(params: Params) -> Words:
    return Words(_("No length"), _("It ends when it starts."), _("Choose a later end."), "nobody")


def _endless(params: Params) -> Words:
    return Words(
        _("Too long to be meant"),
        _("Nothing lasts more than %(years)s years here.", years=params["years"]),
        _("Choose an earlier end."),
        "nobody",
    )


def _window_too_long(params: Params) -> Words:
    return Words(
        _("Too long a time"),
        _("At most %(days)s days can be asked for at once.", days=params["days"]),
        _("Ask for one stretch after the other."),
        "nobody",
    )


def _not_in_range(params: Params) -> Words:
    return Words(
        _("Out of range"),
        _("This must be from %(least)s to %(most)s.", least=params["least"], most=params["most"]),
        _("Choose a number in between."),
        "nobody",
    )


def _too_much_text(params: Params) -> Words:
    return Words(
        _("Too long a text"),
        ngettext("At most %(num)s character fits.", "At most %(num)s characters fit.", params["longest"]),
        _("Shorten it."),
        "nobody",
    )


def _bad_characters(params: Params) -> Words:
    return Words(
        _("Unusable characters"),
        _("The text holds a character that cannot be stored: zero, or half of a pair."),
        _("Leave it out."),
        "nobody",
    )


def _bad_cursor(params: Params) -> Words:
    return Words(
        _("Unknown cursor"),
        _("This cursor is not one of ours."),
        _("Take it from “next” of the page before, or begin again without it."),
        "nobody",
    )


def _bad_key(params: Params) -> Words:
    return Words(
        _("Unusable Idempotency-Key"),
        _("The key must have 1 to 255 visible ASCII characters."),
        _("Use a UUID, for example."),
        "nobody",
    )


def _key_reused(params: Params) -> Words:
    return Words(
        _("Idempotency-Key used before"),
        _("This key came before with another call."),
        _("Use a fresh key for every new act, the old one only to repeat the same."),
        "nobody",
    )


def _unit_needed(params: Params) -> Words:
    return Words(
        _("Unit missing"),
        _(
            "You belong to several units, so say for which one you act: %(units)s.",
            units=comma(params["units"]),
        ),
        _("Add the field “unit” with one of these codes."),
        "alliance",
    )


def _missing(params: Params) -> Words:
    return Words(
        _("Not found"),
        _("There is nothing here, or nothing you may see."),
        _("Check the address, or ask whoever gave it to you."),
        "nobody",
    )


def _not_allowed(params: Params) -> Words:
    who = _ROLES[params["needs"]]() if params["needs"] in _ROLES else params["needs"]
    return Words(_("Not allowed"), _("Only %(who)s may do this.", who=who), _("Ask them to."), "alliance")


def _scope_too_small(params: Params) -> Words:
    return Words(
        _("Token too weak"),
        _(
            "This needs a token of scope “%(needs)s”; yours has “%(has)s”.",
            needs=params["needs"],
            has=params["has"],
        ),
        _("Make another token on the page “Calendars and tokens”."),
        "alliance",
    )


def _no_token(params: Params) -> Words:
    return Words(
        _("Not signed in"),
        _("The call brought no token."),
        _("Send the header Authorization: Bearer, a space, and your token."),
        "nobody",
    )


def _bad_token(params: Params) -> Words:
    return Words(
        _("Token not accepted"),
        _("The token is unknown, revoked or older than a year."),
        _("Make a new one on the page “Calendars and tokens”."),
        "nobody",
    )


def _bad_json(params: Params) -> Words:
    return Words(
        _("Not JSON"), _("The body cannot be read as JSON in UTF-8."), _("Send one JSON object."), "nobody"
    )


def _not_json(params: Params) -> Words:
    return Words(
        _("Not sent as JSON"),
        _("The body is not marked as JSON."),
        _("Send the header Content-Type: application/json, and the body uncompressed."),
        "nobody",
    )


def _body_too_large(params: Params) -> Words:
    return Words(
        _("Too much at once"),
        _("The body is larger than %(kilobytes)s KB.", kilobytes=params["kilobytes"]),
        _("Send less."),
        "nobody",
    )


def _wrong_method(params: Params) -> Words:
    return Words(
        _("Wrong method"),
        _("This address takes %(allowed)s.", allowed=comma(params["allowed"])),
        _("Use one of these methods."),
        "nobody",
    )


def _bad_request(params: Params) -> Words:
    return Words(
        _("Not understood"),
        _("The call could not be understood."),
        _("Check how it was put together."),
        "nobody",
    )


def _stale(params: Params) -> Words:
    return Words(
        _("Changed meanwhile"),
        _("It is no longer in the version you named in If-Match."),
        _("Read it again, then decide anew."),
        "nobody",
    )


def _busy(params: Params) -> Words:
    return Words(
        _("Busy at the moment"),
        _("Too much is going on right now; nothing was changed."),
        _("Send the same call again in a moment."),
        "nobody",
    )


def _too_many_requests(params: Params) -> Words:
    return Words(
        _("Too many calls"), _("These were too many calls in a short time."), _("Wait a moment."), "nobody"
    )


def _unexpected(params: Params) -> Words:
    return Words(
        _("Something went wrong here"),
        _("This is our mistake; nothing was changed."),
        _("Tell us the number in “instance”: our log knows more under it."),
        "nobody",
    )


def _too_many_feeds(params: Params) -> Words:
    return Words(
        _("Too many feeds"),
        _("You have %(most)s feeds, and nobody may have more.", most=params["most"]),
        _("Revoke one you no longer use."),
        "alliance",
    )


def _not_of_resources(params: Params) -> Words:
    return Words(
        _("Not a feed of chosen resources"),
        _("This feed shows something else, so no resources can be chosen for it."),
        _("Make another feed with the scope “resources”."),
        "nobody",
    )


SHAPES: Final[dict[str, Callable[[Params], Words]]] = {
    "missing_field": _missing_field,
    "unknown_field": _unknown_field,
    "wrong_type": _wrong_type,
    "bad_time": _bad_time,
    "bad_day": _bad_day,
    "no_offset": _no_offset,
    "not_whole_minute": _not_whole_minute,
    "too_distant": _too_distant,
    "zero_length": _zero_length,
    "endless": _endless,
    "window_too_long": _window_too_long,
    "not_in_range": _not_in_range,
    "too_much_text": _too_much_text,
    "bad_characters": _bad_characters,
    "bad_cursor": _bad_cursor,
    "bad_key": _bad_key,
    "key_reused": _key_reused,
    "unit_needed": _unit_needed,
    "missing": _missing,
    "not_allowed": _not_allowed,
    "scope_too_small": _scope_too_small,
    "no_token": _no_token,
    "bad_token": _bad_token,
    "bad_json": _bad_json,
    "not_json": _not_json,
    "body_too_large": _body_too_large,
    "wrong_method": _wrong_method,
    "bad_request": _bad_request,
    "stale": _stale,
    "busy": _busy,
    "too_many_requests": _too_many_requests,
    "unexpected": _unexpected,
    "label_too_long": _too_much_text,
    "too_many_feeds": _too_many_feeds,
    "not_of_resources": _not_of_resources,
}
