"""What kinds of news, ways of being told and troubles of letters are called."""

from alliance.i18n import gettext as _


def kind_names() -> dict[str, str]:
    """Each kind of news in a few words."""
    return {
        "to_decide": _("Requests I decide on"),
        "expiring": _("A request is about to lapse"),
        "booked": _("What I run was booked or moved"),
        "given_back": _("What I run was given back"),
        "clash": _("An outside calendar runs into bookings"),
        "webhook": _("A webhook of my unit is switched off"),
        "decided": _("My request was decided"),
        "changed": _("My booking was changed"),
        "cancelled": _("My booking was cancelled"),
        "closed": _("What I booked is closed then, or no longer open"),
        "reminder": _("My booking begins soon"),
        "message": _("Somebody writes about a booking"),
        "to_admit": _("Somebody asks to be let in"),
        "standing": _("My unit is suspended, readmitted or leaves"),
        "admitted": _("My application was decided"),
        "to_qualify": _("Somebody asks for a qualification"),
        "qualified": _("A qualification of mine"),
        "to_confirm": _("Entries I run have not been confirmed for a year"),
    }


def kind_hints() -> dict[str, str]:
    """When it comes, where the name does not say it."""
    return {
        "to_decide": "",
        "expiring": _("four hours before, if nobody decides"),
        "booked": _("without needing my decision"),
        "given_back": "",
        "clash": "",
        "webhook": _("after a day without an answer"),
        "decided": _("confirmed, refused or lapsed"),
        "changed": _("by somebody else"),
        "cancelled": _("by the owner"),
        "closed": _("the booking stays until somebody changes it"),
        "reminder": _("a day before"),
        "message": "",
        "to_admit": _("a person into my unit, or a unit into the alliance"),
        "standing": "",
        "admitted": _("to join a unit or the alliance"),
        "to_qualify": _("that I grant"),
        "qualified": _("granted, not granted or revoked; thirty days before it ends"),
        "to_confirm": _("once a month at most"),
    }


def modes() -> list[tuple[str, str]]:
    """The ways of being told."""
    return [
        ("now", _("Mail at once")),
        ("digest", _("Mail in a digest")),
        ("app", _("Only here")),
        ("off", _("Not at all")),
    ]


def digests() -> list[tuple[str, str]]:
    """How often a digest comes."""
    return [("daily", _("Every morning at eight")), ("weekly", _("Mondays at eight"))]


def calendar_parts() -> list[tuple[str, str]]:
    """What a letter brings for the calendar."""
    return [
        ("attached", _("A file to open with my calendar")),
        ("invited", _("Enter it into my calendar by itself")),
        ("none", _("Nothing; my calendar subscribes to a feed")),
    ]


def hearers() -> list[tuple[str, str]]:
    """Who of a unit's people hears of something."""
    return [
        ("all", _("Managers and admins")),
        ("managers", _("Managers of the resource")),
        ("admins", _("Admins of the unit")),
    ]


def problem_words() -> dict[str, str]:
    """What kept a letter from arriving, for those who look after it; other codes stand for themselves."""
    return {
        "not_reachable": _("The mail server could not be reached."),
        "connection_lost": _("The mail server broke off."),
        "login_refused": _("The mail server refused our password."),
        "bad_address": _("No mail can go to this address."),
        "half_sent": _("Interrupted twice while it was sent; it may have arrived."),
    }
