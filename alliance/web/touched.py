"""Bookings that a change would leave outside the opening hours: shown before it is made, whoever makes which change."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from flask import render_template, request

from alliance.booking.opening.queries import bookings_named, resources_known
from alliance.booking.permissions import seen_by
from alliance.db import db
from alliance.web.session import require_actor
from alliance.web.times import Times

# Enough to see what is at stake; how many more there are is said below.
MOST_SHOWN: Final = 50
_NOT_REPEATED: Final = ("csrf_token", "agreed", "tell", "back", "more")


def touched_rows(booking_ids: Collection[int], *, seen: Collection[int]) -> list[dict[str, Any]]:
    """The first of the bookings as the reader may see them, each with how its times are written.

    `seen` are the ids of resources the reader runs; of one he may not know of, nothing but the time is shown.
    """
    session, reader = db.session(), require_actor()
    found = bookings_named(session, booking_ids, limit=MOST_SHOWN)
    known = resources_known(session, reader, {booking.resource_id for booking in found})
    shown = seen_by(reader, found, seen=seen)
    return [
        {
            "booking": glimpse,
            # The secretariat changes a calendar that hidden resources are judged by, too.
            "resource": booking.resource if booking.resource_id in known else None,
            "times": Times.of(booking.resource.zone),
        }
        for booking, glimpse in zip(found, shown, strict=True)
    ]


def sent_again() -> Sequence[tuple[str, str]]:
    """What was typed, for a form that sends it once more."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_REPEATED]


def ask_first(booking_ids: Collection[int], mark: str, *, seen: Collection[int], **page: Any) -> str:
    """The page that shows what a change leaves outside, and asks. It answers with the same form once more.

    `page` holds `act`, where to send it, and what the crumbs need: `subject`, a resource, or the `year` of a calendar.
    """
    return render_template(
        "touched/ask.html",
        rows=touched_rows(booking_ids, seen=seen),
        count=len(booking_ids),
        agreement=mark,
        sent=sent_again(),
        **page,
    )
