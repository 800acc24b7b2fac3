"""What is wrong with a unit's facts, an application or a request to join, in words."""

from collections.abc import Callable
from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.notifications.hours import comma
from alliance.notifications.words import Params, Saying, Times, Words


def _name_needed(params: Params, times: Times) -> Words:
    return Words(_("No name"), _("A name is missing here."), _("Enter one."), "alliance")


def _not_one_line(params: Params, times: Times) -> Words:
    return Words(
        _("Not one line"),
        _("A name is one line of text; this one holds a line break or a character nobody can see."),
        _("Leave it out."),
        "nobody",
    )


def _why_needed(params: Params, times: Times) -> Words:
    return Words(
        _("No reason given"),
        _("Whoever decides has to know why."),
        _("Say in a sentence or two what brings you here."),
        "alliance",
    )


def _unfit_code(params: Params, times: Times) -> Words:
    return Words(
        _("Not a code"),
        _("A code has 2 to 20 capital letters, digits or hyphens and begins with a letter."),
        _("Choose one like XWBR."),
        "alliance",
    )


def _unit_code_taken(params: Params, times: Times) -> Words:
    return Words(
        _("Taken"),
        _("The code %(code)s is taken.", code=params["code"]),
        _("Choose another one."),
        "alliance",
    )


def _unfit_email(params: Params, times: Times) -> Words:
    return Words(
        _("No mail address"),
        _("No mail can go to this address."),
        _("Write it like name@example.org."),
        "nobody",
    )


def _unfit_monogram(params: Params, times: Times) -> Words:
    return Words(
        _("Not a monogram"),
        _("A monogram is one or two letters, characters or digits."),
        _("Take what others would know the unit by."),
        "alliance",
    )


def _unknown_zone(params: Params, times: Times) -> Words:
    return Words(
        _("Unknown time zone"),
        _("There is no such time zone."),
        _("Write it like Asia/Shanghai."),
        "nobody",
    )


def _too_many_applications(params: Params, times: Times) -> Words:
    return Words(
        _("Too many applications"),
        _("So many applications are waiting that none can be taken at present."),
        _("Try again in some days, or write to the secretariat."),
        "alliance",
    )


def _unit_takes_nobody(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody is let in"),
        _("This unit is not in good standing at present and lets nobody in."),
        _("Ask the secretariat of the alliance."),
        "alliance",
    )


def _belongs_already(params: Params, times: Times) -> Words:
    return Words(
        _("You belong to it"),
        _("You belong to this unit already."),
        _("There is nothing to ask for."),
        "nobody",
    )


def _asked_already(params: Params, times: Times) -> Words:
    return Words(
        _("Asked already"),
        _("You have asked already, and nobody has decided yet."),
        _("You are told as soon as somebody does."),
        "nobody",
    )


def _asked_too_often(params: Params, times: Times) -> Words:
    return Words(
        _("Enough is open"),
        ngettext(
            "%(num)s unit has not answered you yet; more cannot be asked at once.",
            "%(num)s units have not answered you yet; more cannot be asked at once.",
            params["most"],
        ),
        _("Wait for an answer, or withdraw one of these requests."),
        "alliance",
    )


def _person_suspended_here(params: Params, times: Times) -> Words:
    return Words(
        _("Suspended"),
        _("This person is suspended and joins no unit at present."),
        _("Ask the secretariat of the alliance."),
        "alliance",
    )


STANDINGS: Final[dict[str, Callable[[], str]]] = {
    "active": lambda: _("in good standing"),
    "suspended": lambda: _("suspended"),
    "left": lambda: _("no longer a member"),
    "external": lambda: _("external"),
}


def _unit_stands_otherwise(params: Params, times: Times) -> Words:
    return Words(
        _("It stands otherwise"),
        _("The unit is %(standing)s by now.", standing=STANDINGS[params["status"]]()),
        _("Load the page again to see how it stands."),
        "nobody",
    )


def _unit_is_tied(params: Params, times: Times) -> Words:
    return Words(
        _("Something is left to do"),
        _(
            "It still shares %(shares)s resources, %(on_ours)s bookings are to come on them, and its people have "
            "%(by_ours)s bookings elsewhere.",
            **params,
        ),
        _("Deal with each of them first; they are listed here."),
        "alliance",
    )


def _still_booked(params: Params, times: Times) -> Words:
    return Words(
        _("Still booked"),
        _("Bookings are to come on: %(codes)s.", codes=comma(params["codes"])),
        _("Hand it over with its bookings, or end them with a reason first."),
        "alliance",
    )


def _no_heir(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody to take it"),
        _("This unit cannot take them over."),
        _("Choose another unit in good standing."),
        "alliance",
    )


def _nothing_chosen(params: Params, times: Times) -> Words:
    return Words(_("Nothing chosen"), _("Nothing is ticked."), _("Tick what you mean."), "nobody")


def _not_for_groups(params: Params, times: Times) -> Words:
    return Words(
        _("Not for groups"),
        _("Only members in good standing are in groups."),
        _("Choose another unit."),
        "alliance",
    )


def _in_the_group(params: Params, times: Times) -> Words:
    return Words(
        _("There already"), _("The unit is in the group already."), _("Nothing is left to do here."), "nobody"
    )


def _leads_the_group(params: Params, times: Times) -> Words:
    return Words(
        _("It leads the group"),
        _("The lead unit of a group stays in it."),
        _("Let another unit lead it first."),
        "alliance",
    )


def _lead_not_in_group(params: Params, times: Times) -> Words:
    return Words(
        _("Not in the group"),
        _("Only a unit of the group “%(group)s” can lead it.", group=_group(params)),
        _("Choose one of its units, or add this one first."),
        "alliance",
    )


def _lead_not_in_good_standing(params: Params, times: Times) -> Words:
    return Words(
        _("Not in good standing"),
        _("Only a unit in good standing can lead the group “%(group)s”.", group=_group(params)),
        _("Choose another one of its units."),
        "alliance",
    )


def _leads_no_such_group(params: Params, times: Times) -> Words:
    return Words(
        _("Not led by it"),
        _("The unit leads no group %(code)s, or no longer does.", code=params["code"]),
        _("Load the page again to see how it stands."),
        "alliance",
    )


def _group(params: Params) -> str:
    return str(params["name_en"] if language() == "en" and params["name_en"] else params["name_zh"])


def _last_secretary(params: Params, times: Times) -> Words:
    return Words(
        _("The last of the secretariat"),
        _("Somebody has to stay in the secretariat."),
        _("Give the role to somebody else first."),
        "alliance",
    )


ADMISSION_PROBLEMS: Final[dict[str, Saying]] = {
    "name_needed": _name_needed,
    "not_one_line": _not_one_line,
    "why_needed": _why_needed,
    "unfit_code": _unfit_code,
    "unit_code_taken": _unit_code_taken,
    "unfit_email": _unfit_email,
    "unfit_monogram": _unfit_monogram,
    "unknown_zone": _unknown_zone,
    "too_many_applications": _too_many_applications,
    "unit_takes_nobody": _unit_takes_nobody,
    "belongs_already": _belongs_already,
    "asked_already": _asked_already,
    "asked_too_often": _asked_too_often,
    "person_suspended_here": _person_suspended_here,
    "unit_stands_otherwise": _unit_stands_otherwise,
    "unit_is_tied": _unit_is_tied,
    "still_booked": _still_booked,
    "no_heir": _no_heir,
    "nothing_chosen": _nothing_chosen,
    "not_for_groups": _not_for_groups,
    "in_the_group": _in_the_group,
    "leads_the_group": _leads_the_group,
    "lead_not_in_group": _lead_not_in_group,
    "lead_not_in_good_standing": _lead_not_in_good_standing,
    "leads_no_such_group": _leads_no_such_group,
    "last_secretary": _last_secretary,
}
