"""What waits for one's decision."""

from datetime import datetime
from typing import Any

from flask import Response

from alliance import clock
from alliance.api import shown
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.pages import page, place_of
from alliance.api.schemas.bookings import BookingPage, PageQuery
from alliance.booking.answers import answers_shown
from alliance.booking.queries import inbox
from alliance.db import db

blueprint = Noun("approvals", "What waits for one's decision.")


@blueprint.call("GET", "/approvals", scope="read", query=PageQuery, answers={200: BookingPage}, fails=(422,))
def index(query: dict[str, Any]) -> Response:
    """List the requests whose next decision is the caller's: what lapses soonest first, then the oldest."""
    now = clock.now()
    after = place_of(query.get("cursor"), datetime, datetime, str)
    rows = inbox(db.session(), caller(), now, after=after, limit=query["limit"] + 1)
    answers = answers_shown(db.session(), caller(), rows)
    return answer(
        page(
            rows,
            query["limit"],
            show=lambda row: shown.booking(row, now, answers[row.id]),
            place=lambda row: (row.hold_until, row.requested_at, row.ref),
        )
    )
