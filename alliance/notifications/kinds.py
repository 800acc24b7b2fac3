"""The kinds of news people can be told, one row each: what it is, who it is for, and how it comes unless one says."""

from dataclasses import dataclass
from typing import Final, Literal

Mode = Literal["now", "digest", "app", "off"]
Hearers = Literal["all", "managers", "admins"]
# News for an `admin` reach every admin of the unit; who hears of the owner's other news the owner chooses. An
# `admitter` lets people into a unit, or units into the alliance. What is the reader's own is no news to him: it is only
# entered into his calendar, where he wants that.
Side = Literal["booker", "owner", "admin", "admitter", "own"]


@dataclass(frozen=True)
class Kind:
    """One kind of news: the side that hears of it, and how it comes to whoever has chosen nothing.

    `hearers` are those of the owner's people who hear of it where their unit has chosen nothing.
    """

    code: str
    side: Side
    default: Mode
    hearers: Hearers = "managers"


KINDS: Final = (
    Kind("to_decide", "owner", "now", "all"),
    Kind("expiring", "owner", "now", "all"),
    Kind("booked", "owner", "app"),
    Kind("given_back", "owner", "app"),
    Kind("clash", "owner", "now"),
    Kind("webhook", "admin", "now"),
    Kind("to_qualify", "owner", "now", "all"),
    Kind("to_confirm", "owner", "now"),
    Kind("to_admit", "admitter", "now"),
    Kind("standing", "admin", "now"),
    Kind("admitted", "booker", "now"),
    Kind("qualified", "booker", "now"),
    Kind("decided", "booker", "now"),
    Kind("changed", "booker", "now"),
    Kind("cancelled", "booker", "now"),
    Kind("closed", "booker", "now"),
    Kind("reminder", "booker", "now"),
    Kind("message", "booker", "now"),
    Kind("entered", "own", "now"),
)
# What somebody can choose to be told in one way or another.
CHOSEN: Final = tuple(kind for kind in KINDS if kind.side != "own")
BY_CODE: Final = {kind.code: kind for kind in KINDS}
# News that change what stands in somebody's calendar.
IN_CALENDAR: Final = ("decided", "changed", "cancelled", "reminder", "entered")
# What the owner may keep from some of his people.
OWNERS: Final = tuple(kind.code for kind in KINDS if kind.side == "owner")
