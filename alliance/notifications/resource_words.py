"""What a resource's owner may have to be told: what is wrong with an entry, what is missing, which rules clash."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.notifications.formats import format_length
from alliance.notifications.hours import comma
from alliance.notifications.words import Params, Saying, Times, Words

_HOURS: Final[dict[str, Callable[[], str]]] = {
    "unknown_day": lambda: _("no day is called that"),
    "day_twice": lambda: _("the day is there twice"),
    "no_hours": lambda: _("the day has no hours"),
    "bad_window": lambda: _("this is no time from and until"),
    "windows_overlap": lambda: _("these times overlap"),
}
_DECIDERS: Final[dict[str, Callable[[], str]]] = {
    "owner": lambda: _("the owner"),
    "unit": lambda: _("the booker's own unit"),
    "secretariat": lambda: _("the secretariat"),
}


def _overtaken(params: Params, times: Times) -> Words:
    return Words(
        _("Changed meanwhile"),
        _("%(by)s saved this section while you were editing it.", by=params["by"] or _("Somebody")),
        _("Look at what changed, then save again."),
        "nobody",
    )


def _changed_since(params: Params, times: Times) -> Words:
    return Words(
        _("Changed since"),
        _("Something was changed after that, so it cannot simply be taken back."),
        _("Look at the page again, and change it by hand."),
        "nobody",
    )


def _nothing_to_undo(params: Params, times: Times) -> Words:
    return Words(
        _("Nothing to undo"), _("The last thing that happened was no change of its entries."), "", "nobody"
    )


def _would_break(params: Params, times: Times) -> Words:
    return Words(
        _("Bookings do not fit"),
        ngettext(
            "%(num)s booking still to come does not fit this any more.",
            "%(num)s bookings still to come do not fit this any more.",
            params["count"],
        ),
        _("They stay as they are. Look at them, then save again."),
        "nobody",
    )


def _requests_wait(params: Params, times: Times) -> Words:
    return Words(
        _("Requests wait"),
        ngettext(
            "%(num)s request still waits, and nobody could agree to it any more.",
            "%(num)s requests still wait, and nobody could agree to them any more.",
            params["count"],
        ),
        _("Decide first."),
        "alliance",
    )


def _part_of_published(params: Params, times: Times) -> Words:
    return Words(
        _("Part of a whole"),
        _("It is part of what can still be booked whole: %(wholes)s.", wholes=comma(params["wholes"])),
        _("Make the whole a draft first, or retire it."),
        "alliance",
    )


def _whole_is_shown(params: Params, times: Times) -> Words:
    return Words(
        _("It is published"),
        _("What it consists of does not change while others can book it."),
        _("Make it a draft again first, and publish it afterwards."),
        "alliance",
    )


def _whole_is_booked(params: Params, times: Times) -> Words:
    return Words(
        _("Still booked"),
        ngettext(
            "%(num)s booking still has its places in the parts as they are.",
            "%(num)s bookings still have their places in the parts as they are.",
            params["count"],
        ),
        _("Wait until they are over, end them, or begin another resource that consists of what you want."),
        "alliance",
    )


def _is_a_part(params: Params, times: Times) -> Words:
    return Words(
        _("Part of a whole"),
        _("It is itself part of %(wholes)s, and parts have no parts.", wholes=comma(params["wholes"])),
        _("Take it out there first."),
        "alliance",
    )


def _own_items_left(params: Params, times: Times) -> Words:
    return Words(
        _("It has pieces of its own"),
        ngettext(
            "%(num)d piece of its own can be booked; a whole has only its parts.",
            "%(num)d pieces of its own can be booked; a whole has only its parts.",
            params["count"],
        ),
        _("Retire them first under “What it consists of”."),
        "alliance",
    )


def _whole_has_no_items(params: Params, times: Times) -> Words:
    return Words(
        _("It consists of parts"),
        _("A whole has only its parts, and no pieces of its own."),
        _("Add them to one of the parts, or take the parts out first."),
        "alliance",
    )


def _whole_stays_timed(params: Params, times: Times) -> Words:
    return Words(
        _("It consists of others"),
        _("What consists of others is booked by time."),
        _("Take its parts out first."),
        "alliance",
    )


def _whole_not_timed(params: Params, times: Times) -> Words:
    return Words(
        _("Not booked by time"),
        _("Only what is booked by time can consist of others."),
        _("Choose another way of use first."),
        "alliance",
    )


def _parts_not_shown(params: Params, times: Times) -> Words:
    return Words(
        _("Parts are not published"),
        _("These parts cannot be booked: %(codes)s.", codes=comma(params["codes"])),
        _("Publish them first, or take them out."),
        "alliance",
    )


def _item_is_booked(params: Params, times: Times) -> Words:
    return Words(
        _("Still booked"),
        ngettext(
            "%(num)s booking still has what you want to retire.",
            "%(num)s bookings still have what you want to retire.",
            params["count"],
        ),
        _("Close it so that no more come, and retire it when the last one is over."),
        "alliance",
    )


def _value_missing(params: Params, times: Times) -> Words:
    return Words(_("Missing"), _("This cannot be empty."), _("Enter something."), "alliance")


def _half_a_specification(params: Params, times: Times) -> Words:
    return Words(
        _("Only half of it"),
        _("Each line needs a name and a value."),
        _("Write them like “Resolution: 0.2 nm”."),
        "alliance",
    )


def _label_missing(params: Params, times: Times) -> Words:
    return Words(_("Name missing"), _("Each one needs a name."), _("A number will do."), "alliance")


def _too_many_of_these(params: Params, times: Times) -> Words:
    return Words(
        _("Too many"),
        _("There can be %(most)s of these at the most.", most=params["most"]),
        _("Leave some out."),
        "alliance",
    )


def _no_such_group(params: Params, times: Times) -> Words:
    return Words(
        _("No such group"), _("One of these groups is not there."), _("Choose from the list."), "nobody"
    )


def _not_of_the_owner(params: Params, times: Times) -> Words:
    return Words(
        _("Not of the owner"),
        _("Managers are people of the unit that owns it."),
        _("Choose from the list; the unit's admin can admit more people."),
        "alliance",
    )


def _bad_hours(params: Params, times: Times) -> Words:
    return Words(
        _("Hours cannot be read"),
        _("“%(piece)s”: %(why)s.", piece=params["piece"], why=_HOURS[params["why"]]()),
        _("Write them like “WD 09:00-18:00; RD off; PH off”."),
        "nobody",
    )


def _decides_twice(params: Params, times: Times) -> Words:
    return Words(
        _("Decides twice"), _("The same side decides twice."), _("Choose each side once."), "alliance"
    )


def _bad_code(params: Params, times: Times) -> Words:
    return Words(
        _("No such code"),
        _("A code is “%(start)s” and capital letters, digits or dashes.", start=params["start"]),
        _("Leave it empty to get the next free number."),
        "alliance",
    )


def _code_taken(params: Params, times: Times) -> Words:
    return Words(
        _("Code taken"),
        _("%(code)s is taken.", code=params["code"]),
        _("%(free)s is free.", free=params["free"]),
        "nobody",
    )


def _length(minutes: int) -> str:
    return format_length(timedelta(minutes=minutes), language())


def _grid_over_longest(params: Params, times: Times) -> Words:
    return Words(
        _("Nothing fits the grid"),
        _(
            "Starts and ends lie %(grid)s apart, but a booking lasts at most %(longest)s: nobody can book.",
            grid=_length(params["grid"]),
            longest=_length(params["longest"]),
        ),
        _("Choose a finer grid, or allow longer bookings."),
        "nobody",
    )


def _shortest_over_longest(params: Params, times: Times) -> Words:
    return Words(
        _("Shortest over longest"),
        _(
            "A booking lasts at least %(shortest)s and at most %(longest)s: nobody can book.",
            shortest=_length(params["shortest"]),
            longest=_length(params["longest"]),
        ),
        _("Change one of the two."),
        "nobody",
    )


def _notice_over_horizon(params: Params, times: Times) -> Words:
    return Words(
        _("Too late before it is early enough"),
        _(
            "One has to book %(notice)s ahead, but can do so only %(ahead)s ahead: nobody can book.",
            notice=_length(params["hours"] * 60),
            ahead=_length(params["days"] * 24 * 60),
        ),
        _("Ask for less notice, or open bookings earlier."),
        "nobody",
    )


def _never_open(params: Params, times: Times) -> Words:
    return Words(
        _("Never open"), _("It is open on no day: nobody can book."), _("Set opening hours."), "nobody"
    )


def _shortest_over_hours(params: Params, times: Times) -> Words:
    return Words(
        _("Longer than it is open"),
        _(
            "A booking lasts at least %(shortest)s, but it is open for %(open)s at a stretch: nobody can book.",
            shortest=_length(params["shortest"]),
            open=_length(params["open"]),
        ),
        _("Allow shorter bookings, or open longer."),
        "nobody",
    )


def _nobody_decides(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody decides"),
        _("Requests wait for %(who)s, where there is nobody to decide.", who=_DECIDERS[params["stage"]]()),
        _("Name somebody, or let others decide."),
        "nobody",
    )


def _nobody_grants(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody grants it"),
        _("It asks for a qualification that nobody can grant: %(codes)s.", codes=comma(params["codes"])),
        _("Its owner needs an admin, or do not ask for it."),
        "nobody",
    )


def _description_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Description missing"),
        _("Nothing says what it is for."),
        _("Describe it in a few sentences, in Chinese or English."),
        "alliance",
    )


def _items_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Nothing to book"), _("There is nothing of it that one could have."), _("Add one."), "alliance"
    )


def _open_to_nobody(params: Params, times: Times) -> Words:
    return Words(
        _("Open to nobody"), _("Nobody's bookings are accepted."), _("Say who may book."), "alliance"
    )


def _nobody_to_ask(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody to ask"),
        _("It has no manager, and its unit no address."),
        _("Name a manager, or give the unit an address."),
        "alliance",
    )


def _place_missing(params: Params, times: Times) -> Words:
    return Words(_("Place missing"), _("Nothing says where it is."), _("Say where to find it."), "nobody")


def _english_missing(params: Params, times: Times) -> Words:
    return Words(
        _("English name missing"),
        _("Whoever reads English sees the Chinese name."),
        _("Add an English name."),
        "nobody",
    )


def _manager_missing(params: Params, times: Times) -> Words:
    return Words(_("No manager"), _("Questions go to the unit's address."), _("Name a manager."), "nobody")


def _photos_missing(params: Params, times: Times) -> Words:
    return Words(_("No photo"), _("It has no photo yet."), _("Add one."), "nobody")


RESOURCE_WORDS: Final[dict[str, Saying]] = {
    "overtaken": _overtaken,
    "changed_since": _changed_since,
    "nothing_to_undo": _nothing_to_undo,
    "would_break": _would_break,
    "requests_wait": _requests_wait,
    "part_of_published": _part_of_published,
    "whole_is_shown": _whole_is_shown,
    "whole_is_booked": _whole_is_booked,
    "is_a_part": _is_a_part,
    "own_items_left": _own_items_left,
    "whole_has_no_items": _whole_has_no_items,
    "whole_not_timed": _whole_not_timed,
    "whole_stays_timed": _whole_stays_timed,
    "parts_not_shown": _parts_not_shown,
    "item_is_booked": _item_is_booked,
    "value_missing": _value_missing,
    "half_a_specification": _half_a_specification,
    "label_missing": _label_missing,
    "too_many_of_these": _too_many_of_these,
    "no_such_group": _no_such_group,
    "not_of_the_owner": _not_of_the_owner,
    "bad_hours": _bad_hours,
    "decides_twice": _decides_twice,
    "bad_code": _bad_code,
    "code_taken": _code_taken,
    "grid_over_longest": _grid_over_longest,
    "shortest_over_longest": _shortest_over_longest,
    "notice_over_horizon": _notice_over_horizon,
    "never_open": _never_open,
    "shortest_over_hours": _shortest_over_hours,
    "nobody_decides": _nobody_decides,
    "nobody_grants": _nobody_grants,
    "description_missing": _description_missing,
    "items_missing": _items_missing,
    "open_to_nobody": _open_to_nobody,
    "nobody_to_ask": _nobody_to_ask,
    "place_missing": _place_missing,
    "english_missing": _english_missing,
    "manager_missing": _manager_missing,
    "photos_missing": _photos_missing,
}
