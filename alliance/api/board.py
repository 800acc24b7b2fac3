"""The board: when many resources are free, closed and booked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response

from alliance import clock
from alliance.api import shown
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.pages import page, place_of
from alliance.api.schemas.board import BoardPage, BoardQuery
from alliance.availability.free_spans import FreeSpan
from alliance.booking.board import Row, lines_after, rows_of
from alliance.booking.facts import Closed
from alliance.booking.permissions import Glimpse
from alliance.booking.timetable import span_of
from alliance.db import db
from alliance.i18n import localized
from alliance.intervals import Span

blueprint = Noun("board", "Many resources at once: when they are free, closed and booked.")


@blueprint.call("GET", "/board", scope="read", query=BoardQuery, answers={200: BoardPage}, fails=(422,))
def index(query: dict[str, Any]) -> Response:
    """List resources that are booked by time, by code, with their free time, closures and bookings in a window."""
    session, now = db.session(), clock.now()
    window = Span(query["since"], query["until"])
    (after,) = place_of(query.get("cursor"), str) or ("",)
    lines = lines_after(
        session,
        caller(),
        unit=query.get("owner", ""),
        kinds=query.get("kind", ()),
        codes=query.get("resources"),
        after=after,
        limit=query["limit"] + 1,
    )
    rows = iter(rows_of(session, caller(), lines[: query["limit"]], window, now, "all"))
    return answer(
        page(
            lines,
            query["limit"],
            show=lambda _line: _row(next(rows), window, now),
            place=lambda line: (line.bookable.code,),
        )
    )


def _row(row: Row, window: Span, now: datetime) -> dict[str, Any]:
    bookable = row.line.bookable
    return {
        "resource": bookable.code,
        "name": str(localized(row.line, "name")),
        "owner": bookable.owner.code,
        "items": row.timetable.most,
        "zone": bookable.zone.key,
        "free": list(_free(row, now)),
        "closures": [_closure(closed, row) for closed in row.timetable.closures if closed.hits(window)],
        "bookings": [_booking(glimpse, row) for glimpse in row.bookings],
    }


def _free(row: Row, now: datetime) -> Iterator[dict[str, Any]]:
    """What is free from now on, where anything is on offer."""
    bookable = row.line.bookable
    for start, end, count in row.timetable.free() if bookable.is_on_offer else ():
        span = span_of((start, end))
        if span.end > now:
            left = Span(max(span.start, now), span.end)
            yield shown.free(FreeSpan(left, count), bookable.zone)


def _closure(closed: Closed, row: Row) -> dict[str, Any]:
    zone = row.line.bookable.zone
    label = row.line.labels.get(closed.item_id) if closed.item_id is not None else None
    return {
        "start": shown.moment(closed.start, zone),
        "end": shown.moment(closed.end, zone),
        "kind": closed.kind,
        "reason": closed.reason,
        "item": str(localized(label, "name")) if label else None,
    }


def _booking(glimpse: Glimpse, row: Row) -> dict[str, Any]:
    zone = row.line.bookable.zone
    return {
        "start": shown.moment(glimpse.span.start, zone),
        "end": shown.moment(glimpse.span.end, zone),
        "status": glimpse.status,
        "level": glimpse.level,
        "quantity": 1 if row.timetable.is_whole else len(row.timetable.busy.keys() & set(glimpse.item_ids)),
        "mine": glimpse.is_mine,
        "unit": glimpse.unit_code,
        "person": glimpse.person_name,
        "title": glimpse.title,
        "ref": glimpse.ref,
    }
