"""People of a unit in words: who cannot be invited, and what cannot be done to whom."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.notifications.words import Params, Saying, Times, Words


def _no_mail_address(params: Params, times: Times) -> Words:
    return Words(
        _("No mail address"),
        _("This is no mail address."),
        _("Write it as name@example.org."),
        "nobody",
    )


def _already_a_member(params: Params, times: Times) -> Words:
    return Words(
        _("Already a member"),
        _("%(email)s belongs to the unit already.", email=params["email"]),
        _("Change roles and dates on the page of that person."),
        "nobody",
    )


def _name_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Name missing"),
        _("Others must know who you are."),
        _("Enter the name people call you by."),
        "alliance",
    )


def _name_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A name may have at most %(longest)s characters.", longest=params["longest"]),
        _("Make it shorter."),
        "alliance",
    )


def _ends_in_the_past(params: Params, times: Times) -> Words:
    return Words(
        _("Already past"),
        _("The last day of a guest lies before today."),
        _("Choose today or a later day."),
        "nobody",
    )


def _too_many_invitations(params: Params, times: Times) -> Words:
    return Words(
        _("Too many invitations"),
        _("A unit has at most %(most)s open invitations.", most=params["most"]),
        _("Wait until some are accepted, or end some."),
        "alliance",
    )


def _invited_often(params: Params, times: Times) -> Words:
    return Words(
        _("Invited often enough"),
        _(
            "%(email)s has had %(most)s letters of this unit within a day.",
            email=params["email"],
            most=params["most"],
        ),
        _("Ask whether they arrived, perhaps among unwanted mail; a day later one more can be sent."),
        "alliance",
    )


def _last_admin(params: Params, times: Times) -> Words:
    unit = params["unit_en"] if language() == "en" and params["unit_en"] else params["unit_zh"]
    return Words(
        _("The last admin"),
        _("%(name)s is the last admin of %(unit)s who stays.", name=params["name"], unit=unit),
        _("Make somebody else an admin first, without a last day."),
        "alliance",
    )


def _reason_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A reason may have at most %(longest)s characters.", longest=params["longest"]),
        _("Make it shorter."),
        "alliance",
    )


def _not_oneself(params: Params, times: Times) -> Words:
    return Words(
        _("Yourself"),
        _("Nobody does this to himself."),
        _("Ask another member of the secretariat."),
        "alliance",
    )


def _not_owned(params: Params, times: Times) -> Words:
    return Words(
        _("Not a resource of the unit"),
        _("The unit owns nothing of this code."),
        _("Choose one from the list."),
        "nobody",
    )


def _heir_not_of_unit(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody to take it over"),
        _("Whoever takes something over belongs to the unit."),
        _("Choose one of its people."),
        "alliance",
    )


def _nobody_else_decides(params: Params, times: Times) -> Words:
    return Words(
        _("Nobody would decide"),
        ngettext(
            "%(num)s request waits that nobody else can decide.",
            "%(num)s requests wait that nobody else can decide.",
            params["requests"],
        ),
        _("Choose who manages the resources from now on, or have them decided first."),
        "alliance",
    )


def _cannot_take_over(params: Params, times: Times) -> Words:
    is_english = language() == "en" and params["resource_en"]
    return Words(
        _("Not allowed to"),
        _(
            "%(name)s may not book %(resource)s, so the booking of %(when)s cannot be handed over.",
            name=params["name"],
            resource=params["resource_en"] if is_english else params["resource_zh"],
            when=times.span(params["starts_at"], params["ends_at"]),
        ),
        _("Choose somebody else, or leave this booking where it is."),
        "owner",
    )


def _no_date(params: Params, times: Times) -> Words:
    return Words(_("No date"), _("The last day is no date."), _("Write it as 2027-06-30."), "nobody")


def _twice_in_the_file(params: Params, times: Times) -> Words:
    return Words(
        _("Twice"),
        _("The same address stands in line %(line)s already.", line=params["line"]),
        _("Keep one of the two."),
        "nobody",
    )


def _unreadable_text(params: Params, times: Times) -> Words:
    return Words(
        _("Unreadable"),
        _("This is no text that can be read as a table."),
        _("Save it as CSV in UTF-8."),
        "nobody",
    )


def _text_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("At most %(longest)s characters at once.", longest=params["longest"]),
        _("Send it in parts."),
        "nobody",
    )


def _no_lines(params: Params, times: Times) -> Words:
    return Words(
        _("Nothing there"), _("There is no line in it."), _("Choose a file, or paste the table."), "nobody"
    )


def _no_email_column(params: Params, times: Times) -> Words:
    return Words(
        _("No column of addresses"),
        _("The first line must name the columns, and one of them is email."),
        _("Put a line with the names of the columns on top."),
        "nobody",
    )


def _too_many_lines(params: Params, times: Times) -> Words:
    return Words(
        _("Too many lines"),
        _("At most %(most)s people at once.", most=params["most"]),
        _("Send it in parts."),
        "nobody",
    )


PEOPLE_WORDS: Final[dict[str, Saying]] = {
    "no_mail_address": _no_mail_address,
    "already_a_member": _already_a_member,
    "name_missing": _name_missing,
    "name_too_long": _name_too_long,
    "ends_in_the_past": _ends_in_the_past,
    "too_many_invitations": _too_many_invitations,
    "invited_often": _invited_often,
    "last_admin": _last_admin,
    "reason_too_long": _reason_too_long,
    "not_oneself": _not_oneself,
    "not_owned": _not_owned,
    "no_date": _no_date,
    "twice_in_the_file": _twice_in_the_file,
    "unreadable_text": _unreadable_text,
    "text_too_long": _text_too_long,
    "no_lines": _no_lines,
    "no_email_column": _no_email_column,
    "too_many_lines": _too_many_lines,
    "heir_not_of_unit": _heir_not_of_unit,
    "nobody_else_decides": _nobody_else_decides,
    "cannot_take_over": _cannot_take_over,
}
