"""Bookings: asking for one, reading one's own, changing and giving them up."""

from datetime import datetime
from typing import Any

from flask import Response, request

from alliance import clock
from alliance.api import shown
from alliance.api.addressed import readable_booking, sound_ref, target
from alliance.api.auth import caller, require, token_scope
from alliance.api.noun import PREFIX, Noun, answer, repeated
from alliance.api.once import Done, act, version_named
from alliance.api.pages import page, place_of
from alliance.api.problems import refused
from alliance.api.schemas.bookings import (
    BookingAnswer,
    BookingChange,
    BookingPage,
    BookingQuery,
    NewBooking,
    Reason,
)
from alliance.booking.actions import cancel_booking, change_booking, request_booking
from alliance.booking.alternatives import alternatives
from alliance.booking.answers import answers_shown
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.facts import Wish
from alliance.booking.listing import Sought, bookings_after
from alliance.booking.permissions import acting_as
from alliance.db import db
from alliance.errors import Refused
from alliance.intervals import Span

blueprint = Noun("bookings", "Asking for a time, reading what one has, changing it, deciding on it.")

_ACT = ("IdempotencyKey", "IfMatch")


@blueprint.call(
    "POST",
    "/bookings",
    scope="book",
    body=NewBooking,
    answers={201: BookingAnswer},
    fails=(404, 409, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any]) -> Response:
    """Book a span, or ask for it where somebody has to agree."""
    wanted = target(db.session(), caller(), body["resource"], body.get("unit"))
    wish = Wish(Span(body["start"], body["end"]), body["quantity"])
    try:
        done = act(
            request_booking,
            wanted.resource_id,
            wish.span,
            by=caller(),
            unit_id=wanted.unit_id,
            quantity=wish.quantity,
            title=body["title"],
            purpose=body["purpose"],
            answers=body["answers"],
        )
    except Refused as error:
        offered = _instead(error, wanted.resource_id, wish, wanted.unit_id)
        return refused(error, alternatives=offered)
    return _after(done, 201, {"Location": f"{PREFIX}/bookings/{done.value}"})


@blueprint.call(
    "GET", "/bookings", scope="read", query=BookingQuery, answers={200: BookingPage}, fails=(422,)
)
def index(query: dict[str, Any]) -> Response:
    """List one's own bookings, or with mine=0 all one may read, by start; those from now on unless `from` says when."""
    now = clock.now()
    since = query.get("since") or (None if query["mine"] else now)
    sought = Sought(query["mine"], since, query.get("until"), frozenset(query.get("status", ())))
    rows = bookings_after(
        db.session(),
        caller(),
        sought,
        now,
        after=place_of(query.get("cursor"), datetime, str),
        limit=query["limit"] + 1,
    )
    answers = answers_shown(db.session(), caller(), rows)
    return answer(
        page(
            rows,
            query["limit"],
            show=lambda row: shown.booking(row, now, answers[row.id]),
            place=lambda row: (row.starts_at, row.ref),
        )
    )


@blueprint.call(
    "GET",
    "/bookings/<ref>",
    scope="read",
    answers={200: BookingAnswer, 304: None},
    fails=(404,),
    headers=("IfNoneMatch",),
)
def show(ref: str) -> Response:
    """Read one booking. With If-None-Match only if it has changed since."""
    found, now = readable_booking(db.session(), caller(), ref), clock.now()
    answers = answers_shown(db.session(), caller(), [found])
    response = answer(
        shown.booking(found, now, answers[found.id]), headers={"ETag": shown.tag_of(found, now)}
    )
    response.make_conditional(request)
    return response


@blueprint.call(
    "PATCH",
    "/bookings/<ref>",
    scope="book",
    body=BookingChange,
    answers={200: BookingAnswer},
    fails=(404, 409, 412, 422),
    headers=_ACT,
)
def change(body: dict[str, Any], ref: str) -> Response:
    """Move, resize or retitle one's booking, all in one act; a move may need a new decision."""
    try:
        done = act(change_booking, sound_ref(ref), by=caller(), version=version_named(), **body)
    except Refused as error:
        found = readable_booking(db.session(), caller(), ref)
        start, end = body.get("start", found.starts_at), body.get("end", found.ends_at)
        if start >= end:
            raise
        wish = Wish(Span(start, end), body.get("quantity", found.quantity))
        offered = _instead(error, found.resource_id, wish, found.unit_id, moving=found.id)
        return refused(error, alternatives=offered)
    return _after(done)


@blueprint.call(
    "POST",
    "/bookings/<ref>/cancellation",
    scope="book",
    body=Reason,
    answers={200: BookingAnswer},
    fails=(404, 409, 412, 422),
    headers=_ACT,
)
def cancel(body: dict[str, Any], ref: str) -> Response:
    """Give a booking up: withdraw one's request, cancel one's booking, or as its owner somebody else's with a reason.

    The last is a decision and needs a token of that scope.
    """
    if token_scope() == "book":
        found = readable_booking(db.session(), caller(), ref)
        if acting_as(caller(), found) == "owner":
            require("decide")
    return _after(
        act(cancel_booking, sound_ref(ref), by=caller(), reason=body["reason"], version=version_named())
    )


@blueprint.call(
    "POST",
    "/bookings/<ref>/approval",
    scope="decide",
    body=Reason,
    answers={200: BookingAnswer},
    fails=(404, 409, 412, 422),
    headers=_ACT,
)
def approve(body: dict[str, Any], ref: str) -> Response:
    """Agree to a request; after the last stage it is approved."""
    return _after(
        act(approve_booking, sound_ref(ref), by=caller(), reason=body["reason"], version=version_named())
    )


@blueprint.call(
    "POST",
    "/bookings/<ref>/refusal",
    scope="decide",
    body=Reason,
    answers={200: BookingAnswer},
    fails=(404, 409, 412, 422),
    headers=_ACT,
)
def refuse(body: dict[str, Any], ref: str) -> Response:
    """Refuse a request, with a reason its booker can read."""
    return _after(
        act(refuse_booking, sound_ref(ref), by=caller(), reason=body["reason"], version=version_named())
    )


def _after(done: Done, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The booking as it stands after the act."""
    found, now = readable_booking(db.session(), caller(), done.value), clock.now()
    told = {"ETag": shown.tag_of(found, now), **repeated(done), **(headers or {})}
    answers = answers_shown(db.session(), caller(), [found])
    return answer(shown.booking(found, now, answers[found.id]), status, told)


def _instead(
    error: Refused, resource_id: int, wish: Wish, unit_id: int, *, moving: int | None = None
) -> list[dict[str, Any]]:
    """What the same caller could have in its place, reckoned after the refused act was rolled back."""
    offered = alternatives(
        db.session(),
        resource_id,
        wish,
        error.problems,
        by=caller(),
        unit_id=unit_id,
        now=clock.now(),
        moving=moving,
    )
    return [shown.alternative(each) for each in offered]
