"""Bookings that a change would leave outside the opening hours: shown before it is made, whoever makes which change."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from flask import render_template, request

from alliance.booking.opening.queries import bookings_named
from alliance.booking.permissions import seen_by
from alliance.db import db
from alliance.web.session import require_actor
from alliance.web.times import Times

# Enough to see what is at stake; how many more there are is said below.
MOST_SHOWN: Final = 50
_NOT_REPEATED: Final = ("csrf_token", "agreed", "tell", "back", "more")


def touched_rows(booking_ids: Collection[int], *, seen: Collection[int]) -> list[dict[str, Any]]:
    """The first of the bookings as the reader may see them, each with how its times are written.

    `seen` are the ids of the resources whose bookings these are, which the reader runs.
    """
    found = bookings_named(db.session(), booking_ids, limit=MOST_SHOWN)
    shown = seen_by(require_actor(), found, seen=seen)
    return [
        {"booking": glimpse, "resource": booking.resource, "times": Times.of(booking.resource.zone)}
        for booking, glimpse in zip(found, shown, strict=True)
    ]


def sent_again() -> Sequence[tuple[str, str]]:
    """What was typed, for a form that sends it once more."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_REPEATED]


def ask_first(booking_ids: Collection[int], mark: str, *, seen: Collection[int], **page: Any) -> str:
    """The page that shows what a change leaves outside, and asks. It answers with the same form once more.

    `page` holds `title`, `crumbs`, `act` (where to send it), `verb`, and may hold `subject`, the resource.
    """
    return render_template(
        "touched/ask.html",
        rows=touched_rows(booking_ids, seen=seen),
        count=len(booking_ids),
        agreement=mark,
        sent=sent_again(),
        **page,
    )
