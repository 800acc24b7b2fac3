"""Closures: when and why a resource cannot be used."""

from datetime import datetime
from typing import Any

from flask import Response

from alliance import clock
from alliance.api import shown
from alliance.api.addressed import sound_ref, speak_of
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, nothing, repeated
from alliance.api.once import act
from alliance.api.pages import page, place_of
from alliance.api.schemas.closures import (
    ClosureAnswer,
    ClosureEnd,
    ClosurePage,
    ClosureQuery,
    NewClosure,
)
from alliance.availability.actions import close_resource, end_closure
from alliance.availability.queries import closures_listed
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.resources.particulars import surroundings
from alliance.resources.queries import resource_by_code

blueprint = Noun("closures", "When and why a resource cannot be used.")


@blueprint.call(
    "GET",
    "/resources/<code>/closures",
    scope="read",
    query=ClosureQuery,
    answers={200: ClosurePage},
    fails=(404, 422),
)
def index(query: dict[str, Any], code: str) -> Response:
    """List the closures of a resource by start; those not over yet unless `from` says when."""
    found = resource_by_code(db.session(), caller(), code)
    speak_of(found.zone)
    rows = closures_listed(
        db.session(),
        caller(),
        resource_id=found.id,
        since=query.get("since") or clock.now(),
        until=query.get("until"),
        after=place_of(query.get("cursor"), datetime, str),
        limit=query["limit"] + 1,
    )
    return answer(
        page(
            rows,
            query["limit"],
            show=lambda row: shown.closure(*row),
            place=lambda row: (row[0].starts_at, row[0].ref),
        )
    )


@blueprint.call(
    "POST",
    "/resources/<code>/closures",
    scope="decide",
    body=NewClosure,
    answers={201: ClosureAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any], code: str) -> Response:
    """Close a resource, or one item of it. Bookings stay: a closure says what is, it cancels nothing."""
    found = resource_by_code(db.session(), caller(), code)
    resource_id = found.id
    speak_of(found.zone)
    done = act(
        close_resource,
        resource_id,
        by=caller(),
        kind=body["kind"],
        starts_at=body.get("start") or clock.now(),
        ends_at=body.get("end"),
        item_id=_item_id(resource_id, body.get("item")),
        reason=body["reason"],
        review_on=body.get("review_on"),
    )
    rows = closures_listed(db.session(), caller(), ref=done.value)
    if not rows:
        raise Missing
    return answer(shown.closure(*rows[0]), 201, repeated(done))


@blueprint.call(
    "POST",
    "/closures/<ref>/end",
    scope="decide",
    body=ClosureEnd,
    answers={200: ClosureAnswer, 204: None},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def end(body: dict[str, Any], ref: str) -> Response:
    """End a closure, by default now. One that has not begun is taken back whole, and nothing is left to show: 204."""
    done = act(end_closure, sound_ref(ref), by=caller(), at=body.get("end"))
    rows = closures_listed(db.session(), caller(), ref=done.value)
    return answer(shown.closure(*rows[0]), headers=repeated(done)) if rows else nothing(repeated(done))


def _item_id(resource_id: int, label: str | None) -> int | None:
    """The one item of that label, in either language; raises Refused when there is none, or more than one."""
    if label is None:
        return None
    items = surroundings(db.session(), caller(), [resource_id], with_items=True).of(resource_id).items
    found = [item.id for item in items if label in (item.name_zh, item.name_en)]
    if len(found) != 1:
        raise Refused([Problem("no_such_item", field="item")])
    return found[0]
