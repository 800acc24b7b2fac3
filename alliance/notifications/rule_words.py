"""The booking rules in words: for each code a name, a whole sentence, and what would work instead."""

from collections.abc import Callable
from datetime import date
from typing import Final

from alliance.availability.hours import read_windows
from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.notifications.hours import comma, hours_sentence, listed, written
from alliance.notifications.words import Params, Saying, Times, Words


def _not_bookable(params: Params, times: Times) -> Words:
    if params["why"] == "request":
        return Words(
            _("Nothing to book by time"),
            _("This is not booked by time."),
            _("Ask the owner: the resource page says whom."),
            "owner",
        )
    return Words(
        _("Not open for booking"),
        _("The owner has not published it, or has taken it off the list."),
        _("Look for a similar resource in the catalogue."),
        "owner",
    )


def _in_the_past(params: Params, times: Times) -> Words:
    return Words(
        _("In the past"),
        _("This time is already over: it is %(now)s.", now=times.moment(params["now"])),
        _("Choose a time that is still to come."),
        "nobody",
    )


def _more_than_there_are(params: Params, times: Times) -> Words:
    return Words(
        _("More than there are"),
        _(
            "You asked for %(quantity)s, and there are %(most)s.",
            quantity=params["quantity"],
            most=params["most"],
        ),
        _("Ask for %(most)s at the most.", most=params["most"]),
        "nobody",
    )


CLOSURE_WORDS: Final[dict[str, Callable[[], str]]] = {
    "preventive": lambda: _("preventive maintenance"),
    "cleaning": lambda: _("cleaning"),
    "calibration": lambda: _("calibration"),
    "breakdown": lambda: _("a breakdown"),
    "repair": lambda: _("repair"),
    "own_use": lambda: _("the owner's own use"),
    "other": lambda: _("another reason"),
    "outside": lambda: _("what another calendar says"),
}

# The same where they stand alone, as a label or a heading.
CLOSURE_NAMES: Final[dict[str, Callable[[], str]]] = {
    "preventive": lambda: _("Preventive maintenance"),
    "cleaning": lambda: _("Cleaning"),
    "calibration": lambda: _("Calibration"),
    "breakdown": lambda: _("Breakdown"),
    "repair": lambda: _("Repair"),
    "own_use": lambda: _("Own use"),
    "other": lambda: _("Other"),
    "outside": lambda: _("Taken in another calendar"),
}


def _closed(params: Params, times: Times) -> Words:
    why = CLOSURE_WORDS[params["kind"]]()
    if params["until"] is None:
        said = _(
            "Closed for %(why)s since %(since)s, no end is known yet.",
            why=why,
            since=times.moment(params["since"]),
        )
        then = _("Choose another resource, or come back when it is open again.")
    else:
        closed = times.span(params["since"], params["until"])
        said = _("Closed for %(why)s: %(span)s.", why=why, span=closed)
        if params["kind"] == "outside" and params["reason"]:
            said = _("Taken in the calendar “%(name)s”: %(span)s.", name=params["reason"], span=closed)
        then = _("Choose a time from %(until)s on.", until=times.moment(params["until"]))
    return Words(_("Closed at this time"), said, then, "owner")


def _taken(params: Params, times: Times) -> Words:
    clashes = comma(times.span(start, end) for start, end in params.get("clashes", ()))
    quantity, free, of = params.get("quantity", 1), params.get("free", 0), params.get("of", 1)
    if params.get("fragmented"):
        said = _("Enough are free at each moment, but not the same ones for the whole time.")
        return Words(_("Taken"), said, _("Choose a shorter time, or fewer."), "nobody")
    if of > 1 and not free:
        said = _("None of the %(of)s is free for the whole time.", of=of)
        return Words(_("Taken"), said, _("Choose another time."), "nobody")
    if of > 1:
        said = ngettext(
            "Only %(num)s is free for the whole time, and you asked for %(quantity)s.",
            "Only %(num)s are free for the whole time, and you asked for %(quantity)s.",
            free,
            quantity=quantity,
        )
        return Words(_("Taken"), said, _("Choose another time, or fewer."), "nobody")
    said = (
        _("Others have it, setup and clean-up included: %(clashes)s.", clashes=clashes)
        if clashes
        else _("Somebody else has just taken this time.")
    )
    return Words(
        _("Taken"), said, _("Choose a time that is free in the week on the resource page."), "nobody"
    )


def _person_suspended(params: Params, times: Times) -> Words:
    return Words(
        _("Your account is suspended"),
        _("While it is, nothing new can be booked; what you have stays."),
        _("Ask your unit's admin."),
        "alliance",
    )


def _unit_suspended(params: Params, times: Times) -> Words:
    return Words(
        _("Your unit is suspended"),
        _("For this unit nothing new can be booked now; what it has stays."),
        _("Ask your unit's admin or the secretariat, or book for another of your units."),
        "alliance",
    )


def _not_of_unit(params: Params, times: Times) -> Words:
    return Words(
        _("Not of this unit"),
        _("Who books does not, or no longer, belong to the unit that is booked for."),
        _("Book for another of your units, or ask an admin of the unit."),
        "alliance",
    )


def _beyond_membership(params: Params, times: Times) -> Words:
    return Words(
        _("After a guest's last day"),
        _("Who books belongs to the unit until %(until)s only.", until=times.moment(params["until"])),
        _("Choose a time before that, or ask an admin of the unit for a later last day."),
        "alliance",
    )


def _owner_suspended(params: Params, times: Times) -> Words:
    return Words(
        _("The owner is suspended"),
        _("The unit that owns it takes no new bookings now."),
        _("Look for a similar resource in the catalogue."),
        "alliance",
    )


def _unqualified(params: Params, times: Times) -> Words:
    names = listed(params[f"names_{language()}"])
    if params["expired"]:
        said = _(
            "You need %(names)s through the last day; yours ends on %(day)s.",
            names=names,
            day=times.day(params["expired"][0]),
        )
    else:
        said = _("You need %(names)s to use it.", names=names)
    return Words(
        _("Qualification missing"),
        said,
        _("Ask for it on the page of the resource; its owner decides."),
        "owner",
    )


def _not_whole_days(params: Params, times: Times) -> Words:
    return Words(
        _("Whole days only"),
        _("It is booked by whole days, from midnight to midnight."),
        _("Choose a first and a last day."),
        "owner",
    )


def _off_grid(params: Params, times: Times) -> Words:
    grid = times.minutes(params["grid_minutes"])
    return Words(
        _("Not on the grid"),
        _("Bookings start and end in steps of %(grid)s, counted from midnight.", grid=grid),
        _("Choose a start and an end on these steps."),
        "owner",
    )


def _outside_opening_hours(params: Params, times: Times) -> Words:
    if params.get("dates"):
        days = listed(times.day(day) for day in params["dates"][:3])
        said = _("It is closed on %(days)s.", days=days)
    else:
        said = _("The time does not lie within opening hours as a whole.")
    usual = hours_sentence(params["hours"])
    met = [exception.partition(" ") for exception in params.get("exceptions", ())[:3]]
    if not met:
        return Words(_("Outside opening hours"), said, usual, "owner")
    special = comma(
        _("%(day)s: %(hours)s", day=times.day(date.fromisoformat(on)), hours=written(read_windows(text)))
        if text != "off"
        else _("%(day)s: closed", day=times.day(date.fromisoformat(on)))
        for on, _blank, text in met
    )
    remedy = _("Special hours, %(special)s. Otherwise: %(usual)s", special=special, usual=usual)
    return Words(_("Outside opening hours"), said, remedy, "owner")


def _too_short(params: Params, times: Times) -> Words:
    shortest = times.minutes(params["shortest_minutes"])
    return Words(
        _("Too short"),
        _("A booking lasts at least %(length)s.", length=shortest),
        _("Choose a later end."),
        "owner",
    )


def _too_long(params: Params, times: Times) -> Words:
    longest = times.minutes(params["longest_minutes"])
    return Words(
        _("Too long"),
        _("A booking lasts at most %(length)s.", length=longest),
        _("Choose an earlier end."),
        "owner",
    )


def _too_soon(params: Params, times: Times) -> Words:
    return Words(
        _("Too soon"),
        _("The owner needs %(length)s of notice.", length=times.minutes(params["hours"] * 60)),
        _("The earliest start is %(earliest)s.", earliest=times.moment(params["earliest"])),
        "owner",
    )


def _too_far_ahead(params: Params, times: Times) -> Words:
    return Words(
        _("Too far ahead"),
        ngettext("It opens %(num)s day ahead.", "It opens %(num)s days ahead.", params["days"]),
        _("The latest start you can book now is %(latest)s.", latest=times.moment(params["latest"])),
        "owner",
    )


def _too_many_of_person(params: Params, times: Times) -> Words:
    return Words(
        _("Too many bookings of yours"),
        _(
            "Each person may have %(most)s bookings of it that are not over yet, and you have %(have)s.",
            most=params["most"],
            have=params["have"],
        ),
        _("Cancel one of them, or wait until one is over."),
        "owner",
    )


def _too_many_of_unit(params: Params, times: Times) -> Words:
    return Words(
        _("Too many bookings of your unit"),
        _(
            "Each unit may have %(most)s bookings of it that are not over yet, and yours has %(have)s.",
            most=params["most"],
            have=params["have"],
        ),
        _("Ask a colleague to cancel one, or wait until one is over."),
        "owner",
    )


def _not_open_to_you(params: Params, times: Times) -> Words:
    return Words(
        _("Not open to your unit"),
        _("The owner has not opened it to units like yours."),
        _("Ask the owner: the resource page says whom."),
        "owner",
    )


STAGE_WORDS: Final[dict[str, Callable[[], str]]] = {
    "owner": lambda: _("the owner"),
    "unit": lambda: _("your unit's admin"),
    "secretariat": lambda: _("the secretariat"),
}


def _needs_approval(params: Params, times: Times) -> Words:
    who = _(", then ").join(STAGE_WORDS[stage]() for stage in params["stages"])
    return Words(
        _("Needs approval"),
        _("This is decided by %(who)s.", who=who),
        _("Your request keeps the time until it is decided or lapses."),
        "owner",
    )


def _not_announced(params: Params, times: Times) -> Words:
    return Words(
        _("Holidays not announced yet"),
        _(
            "The public holidays of %(year)s are not announced yet, so only weekdays count.",
            year=params["year"],
        ),
        _("Look again when they are: opening hours may change."),
        "alliance",
    )


RULE_WORDS: Final[dict[str, Saying]] = {
    "not_bookable": _not_bookable,
    "in_the_past": _in_the_past,
    "more_than_there_are": _more_than_there_are,
    "closed": _closed,
    "taken": _taken,
    "person_suspended": _person_suspended,
    "unit_suspended": _unit_suspended,
    "not_of_unit": _not_of_unit,
    "beyond_membership": _beyond_membership,
    "owner_suspended": _owner_suspended,
    "unqualified": _unqualified,
    "not_whole_days": _not_whole_days,
    "off_grid": _off_grid,
    "outside_opening_hours": _outside_opening_hours,
    "too_short": _too_short,
    "too_long": _too_long,
    "too_soon": _too_soon,
    "too_far_ahead": _too_far_ahead,
    "too_many_of_person": _too_many_of_person,
    "too_many_of_unit": _too_many_of_unit,
    "not_open_to_you": _not_open_to_you,
    "needs_approval": _needs_approval,
    "not_announced": _not_announced,
}
