"""Approving several requests at once: each is an act of its own, with a result of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from flask import url_for

from alliance.booking.approvals import approve_booking
from alliance.booking.models import Booking
from alliance.db import db
from alliance.errors import AlreadyDecided, Busy, Forbidden, Missing, Refused, Stale
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.notifications.sentences import words_for
from alliance.web.agenda import times_of
from alliance.web.booking_page import readable

_MOST: Final = 100


@dataclass(frozen=True)
class Ticked:
    """A request somebody ticked, as it stood on his page."""

    ref: str
    version: int


@dataclass(frozen=True)
class Result:
    """What became of one of them, as a message on the page."""

    look: Literal["good", "wait", "bad"]
    sentence: str
    href: str


def ticked_among(values: Iterable[str]) -> list[Ticked]:
    """What the boxes of the list say; anything else is left out."""
    pairs = (value.partition(".") for value in dict.fromkeys(values))
    found = [
        Ticked(ref, int(version))
        for ref, _dot, version in pairs
        if version.isascii() and version.isdecimal() and len(version) < 10
    ]
    return found[:_MOST]


def approve_each(ticked: Iterable[Ticked], actor: Actor) -> Iterator[Result]:
    """Approve one after the other; what cannot be approved stops none of the others."""
    for one in ticked:
        try:
            what = _named(readable(one.ref, actor))
        except Missing:
            yield Result("bad", _("One of the requests is not there any more."), url_for("approvals.index"))
            continue
        look, sentence = _approve(one, actor, what)
        yield Result(look, sentence, url_for("bookings.show", ref=one.ref))


def _approve(one: Ticked, actor: Actor, what: str) -> tuple[Literal["good", "wait", "bad"], str]:
    try:
        approve_booking(one.ref, by=actor, version=one.version)
    except (Stale, AlreadyDecided):
        return "wait", _what_changed(readable(one.ref, actor), what)
    except Forbidden:
        return "bad", _("%(what)s: the decision is not yours.", what=what)
    except Busy:
        db.session.rollback()
        return "bad", _("%(what)s: not approved, too much is going on. Try again.", what=what)
    except Refused as refused:
        why = " ".join(words_for(one).message for one in refused.problems if one.severity == "block")
        return "bad", _("%(what)s: not approved. %(why)s", what=what, why=why)
    if readable(one.ref, actor).status == "approved":
        return "good", _("%(what)s: approved.", what=what)
    return "good", _("%(what)s: approved; the next decision is still open.", what=what)


def _what_changed(booking: Booking, what: str) -> str:
    """Who decided meanwhile and when; or that it is another request now, to be looked at again."""
    by, at = booking.changed_by_name, times_of(booking).moment_words(booking.changed_at)
    if booking.status == "requested":
        return _("%(what)s: it was changed meanwhile and not approved. Look at it again.", what=what)
    if by is None:
        return _("%(what)s: nobody decided in time, so it lapsed.", what=what)
    said = {
        "approved": _("%(what)s: already approved by %(by)s, %(at)s.", what=what, by=by, at=at),
        "refused": _("%(what)s: already refused by %(by)s, %(at)s.", what=what, by=by, at=at),
        "withdrawn": _("%(what)s: withdrawn by %(by)s, %(at)s.", what=what, by=by, at=at),
        "cancelled": _("%(what)s: approved and cancelled since, by %(by)s, %(at)s.", what=what, by=by, at=at),
    }
    return said.get(booking.status) or _("%(what)s: nobody decided in time, so it lapsed.", what=what)


def _named(booking: Booking) -> str:
    """A request in a few words: whose, and when."""
    return _("%(person)s, %(when)s", person=booking.person.name, when=times_of(booking).words(booking.span))
