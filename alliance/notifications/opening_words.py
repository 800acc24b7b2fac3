"""Opening hours and calendar days in words: what is wrong with a change of them."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.words import Params, Saying, Times, Words


def _would_lie_outside(params: Params, times: Times) -> Words:
    return Words(
        _("Bookings outside the opening hours"),
        ngettext(
            "%(num)d booking would lie outside the opening hours.",
            "%(num)d bookings would lie outside the opening hours.",
            params["count"],
        ),
        _("Look at them; then send the same again with the mark “%(mark)s”.", mark=params["agreed"]),
        "owner",
    )


def _hours_changed_meanwhile(params: Params, times: Times) -> Words:
    return Words(
        _("Changed meanwhile"),
        _("Somebody else has changed these hours since you opened the form."),
        _("Compare with what is open now, then save again."),
        "nobody",
    )


def _too_many_windows(params: Params, times: Times) -> Words:
    return Words(
        _("Too many times"),
        _("So many different times cannot be kept."),
        _("Put times that touch into one."),
        "alliance",
    )


def _date_over(params: Params, times: Times) -> Words:
    return Words(_("Already over"), _("This day is over."), _("Choose today or a later day."), "nobody")


def _date_too_far(params: Params, times: Times) -> Words:
    return Words(
        _("Too far away"),
        _("Dates can be set up to %(latest)s.", latest=times.day(params["latest"])),
        _("Choose an earlier day."),
        "alliance",
    )


def _too_many_dates(params: Params, times: Times) -> Words:
    return Words(
        _("Too many days"),
        _("At most %(most)s days can be set at once.", most=params["most"]),
        _("Set one stretch after the other."),
        "alliance",
    )


def _not_one_year(params: Params, times: Times) -> Words:
    return Words(
        _("Two years"),
        _("Days that are changed together must be of one year."),
        _("Change those of each year by themselves."),
        "alliance",
    )


def _not_announced_yet(params: Params, times: Times) -> Words:
    return Words(
        _("Not announced"),
        _("The announcement for %(year)s is not known to this program yet.", year=params["year"]),
        _("Enter the days by hand, then publish them as they stand."),
        "nobody",
    )


def _calendar_changed_meanwhile(params: Params, times: Times) -> Words:
    return Words(
        _("Changed meanwhile"),
        _("Somebody else has changed this year since you opened the form."),
        _("Look at the calendar, then save again."),
        "nobody",
    )


OPENING_WORDS: Final[dict[str, Saying]] = {
    "would_lie_outside": _would_lie_outside,
    "hours_changed_meanwhile": _hours_changed_meanwhile,
    "too_many_windows": _too_many_windows,
    "date_over": _date_over,
    "date_too_far": _date_too_far,
    "too_many_dates": _too_many_dates,
    "not_one_year": _not_one_year,
    "not_announced_yet": _not_announced_yet,
    "calendar_changed_meanwhile": _calendar_changed_meanwhile,
}
