"""Outside calendars in words: why one cannot be had, and what in one cannot be used."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.words import Params, Saying, Times, Words

Finding = Callable[[int, str], str]


def _calendar_name_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Name missing"),
        _("The name is what others read as the reason."),
        _("Name the calendar in a few words."),
        "alliance",
    )


def _calendar_name_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A name has at most %(longest)s characters.", longest=params["longest"]),
        _("Choose a shorter one."),
        "alliance",
    )


def _too_many_calendars(params: Params, times: Times) -> Words:
    return Words(
        _("Enough calendars"),
        _("A resource has at most %(most)s outside calendars.", most=params["most"]),
        _("Remove one first."),
        "alliance",
    )


def _calendar_file_missing(params: Params, times: Times) -> Words:
    return Words(
        _("No calendar"),
        _("No file was chosen, or it is empty."),
        _("Choose an .ics file, or give an address instead."),
        "nobody",
    )


def _address_malformed(params: Params, times: Times) -> Words:
    return Words(
        _("No address"),
        _("This is not the address of a calendar."),
        _("Copy the whole address; it begins with https:// or webcal://."),
        "nobody",
    )


def _address_not_https(params: Params, times: Times) -> Words:
    return Words(
        _("Not a secure address"),
        _("Calendars are fetched by https on its usual port only."),
        _("Use an address that begins with https://, or ask who runs this system to allow this one."),
        "alliance",
    )


def _address_with_password(params: Params, times: Times) -> Words:
    return Words(
        _("Password in the address"),
        _("The address holds a name or a password."),
        _("Use a secret address of the calendar instead, without a password."),
        "alliance",
    )


def _address_not_public(params: Params, times: Times) -> Words:
    return Words(
        _("Not in the internet"),
        _("The address leads into a closed network."),
        _("Ask who runs this system to allow it, or send a file."),
        "alliance",
    )


def _no_such_host(params: Params, times: Times) -> Words:
    return Words(
        _("Unknown machine"),
        _("The name in the address is not known."),
        _("Check the address: remove this calendar and add it anew."),
        "nobody",
    )


def _not_reached(params: Params, times: Times) -> Words:
    return Words(
        _("Not reached"),
        _("The other server does not answer, or breaks off."),
        _("We try again by ourselves; if it stays so, ask who runs that calendar."),
        "nobody",
    )


def _not_secure(params: Params, times: Times) -> Words:
    return Words(
        _("Not trusted"),
        _("The other server cannot prove who it is."),
        _("Ask who runs that calendar to renew its certificate."),
        "nobody",
    )


def _too_slow(params: Params, times: Times) -> Words:
    return Words(
        _("Too slow"),
        _("The other server took longer than we wait."),
        _("We try again by ourselves; if it stays so, ask who runs that calendar."),
        "nobody",
    )


def _answered(params: Params, times: Times) -> Words:
    return Words(
        _("Refused"),
        _("The other server answered with error %(status)s.", status=params["status"]),
        _("The address may have been withdrawn: ask for a new one and add it anew."),
        "nobody",
    )


def _too_many_redirects(params: Params, times: Times) -> Words:
    return Words(
        _("Sent around"),
        _("The address leads on and on, and never to a calendar."),
        _("Open it in a browser and use the address you end at."),
        "nobody",
    )


def _not_a_calendar(params: Params, times: Times) -> Words:
    return Words(
        _("Not a calendar"),
        _("What stands there is no calendar in the iCalendar format (.ics)."),
        _("Look for “iCal address” or “export” in the other program."),
        "nobody",
    )


def _too_large(params: Params, times: Times) -> Words:
    return Words(
        _("Too large"),
        _("The calendar has more than 5 MB."),
        _("Share or export less of the past."),
        "alliance",
    )


def _too_many_events(params: Params, times: Times) -> Words:
    return Words(
        _("Too large"),
        _("The calendar holds more than 5,000 entries."),
        _("Share or export less of the past."),
        "alliance",
    )


def _too_many_times(params: Params, times: Times) -> Words:
    return Words(
        _("Too many times"),
        _("Repeated events of this calendar give more times than can be kept."),
        _("Share a calendar with fewer repeated events."),
        "alliance",
    )


def _too_much_to_read(params: Params, times: Times) -> Words:
    return Words(
        _("Too much work"),
        _("Reading the calendar took more time or memory than it may."),
        _("Share or export less of the past, and fewer repeated events."),
        "alliance",
    )


def _not_read_now(params: Params, times: Times) -> Words:
    return Words(
        _("Not now"),
        _("There was no room to read it just now."),
        _("Try again in a moment."),
        "nobody",
    )


OUTSIDE_WORDS: Final[dict[str, Saying]] = {
    "calendar_name_missing": _calendar_name_missing,
    "calendar_name_too_long": _calendar_name_too_long,
    "calendar_file_missing": _calendar_file_missing,
    "too_many_calendars": _too_many_calendars,
    "address_malformed": _address_malformed,
    "address_not_https": _address_not_https,
    "address_with_password": _address_with_password,
    "address_not_public": _address_not_public,
    "no_such_host": _no_such_host,
    "not_reached": _not_reached,
    "not_secure": _not_secure,
    "too_slow": _too_slow,
    "answered": _answered,
    "too_many_redirects": _too_many_redirects,
    "not_a_calendar": _not_a_calendar,
    "too_large": _too_large,
    "too_many_events": _too_many_events,
    "too_many_times": _too_many_times,
    "too_slow_to_read": _too_much_to_read,
    "too_much_to_read": _too_much_to_read,
    "not_read_now": _not_read_now,
}


def _unknown_zone(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: its time zone “%(zone)s” is not known.",
        "%(num)s events are left out: their time zone “%(zone)s” is not known.",
        num,
        zone=example,
    )


def _ends_before_it_starts(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out, on %(day)s: it ends before it starts, or at once.",
        "%(num)s events are left out, the first on %(day)s: they end before they start, or at once.",
        num,
        day=example,
    )


def _no_length(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: it says no end.", "%(num)s events are left out: they say no end.", num
    )


def _too_long(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out, on %(day)s: it takes more than 31 days. Enter it as all-day.",
        "%(num)s events are left out, the first on %(day)s: they take more than 31 days. Enter them as all-day.",
        num,
        day=example,
    )


def _too_often(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: it repeats more often than daily.",
        "%(num)s events are left out: they repeat more often than daily.",
        num,
    )


def _too_many_dates(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: it lists more than 1,000 single dates.",
        "%(num)s events are left out: they list more than 1,000 single dates.",
        num,
    )


def _too_much_work(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: its repetition takes too long to reckon.",
        "%(num)s events are left out: their repetition takes too long to reckon.",
        num,
    )


def _too_old(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: it repeats since before 1900.",
        "%(num)s events are left out: they repeat since before 1900.",
        num,
    )


def _broken(num: int, example: str) -> str:
    return ngettext(
        "%(num)s event is left out: its time or its repetition makes no sense.",
        "%(num)s events are left out: their time or their repetition makes no sense.",
        num,
    )


def _this_and_future(num: int, example: str) -> str:
    return ngettext(
        "%(num)s change of “this and all later ones” is taken as a change of that one only.",
        "%(num)s changes of “this and all later ones” are taken as changes of that one only.",
        num,
    )


def _too_many_times_of_one(num: int, example: str) -> str:
    return ngettext(
        "Of %(num)s event only the first 500 times are taken.",
        "Of %(num)s events only the first 500 times each are taken.",
        num,
    )


def _too_many_blocks(num: int, example: str) -> str:
    return _("Only the first 5,000 times are taken.")


def _no_events(num: int, example: str) -> str:
    return _("The calendar holds no events.")


FINDING_WORDS: Final[dict[str, Finding]] = {
    "unknown_zone": _unknown_zone,
    "ends_before_it_starts": _ends_before_it_starts,
    "no_length": _no_length,
    "too_long": _too_long,
    "too_often": _too_often,
    "too_many_dates": _too_many_dates,
    "too_much_work": _too_much_work,
    "too_old": _too_old,
    "broken": _broken,
    "this_and_future": _this_and_future,
    "too_many_times_of_one": _too_many_times_of_one,
    "too_many_blocks": _too_many_blocks,
    "no_events": _no_events,
}


def finding_sentence(finding: Mapping[str, Any]) -> str:
    """What was odd in a calendar, as a whole sentence."""
    return FINDING_WORDS[finding["code"]](finding["count"], finding["example"])
