"""Resources: finding them, reading about them, when they are free, and what a booking would meet."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from alliance import clock
from alliance.api import shown
from alliance.api.addressed import speak_of, target
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.pages import page, place_of
from alliance.api.problems import said
from alliance.api.schemas.resources import (
    CheckAnswer,
    CheckQuery,
    FreeAnswer,
    FreeQuery,
    ResourceAnswer,
    ResourcePage,
    ResourceQuery,
)
from alliance.booking.check import check
from alliance.booking.free_time import free_time
from alliance.db import db
from alliance.intervals import Span
from alliance.resources.particulars import surroundings
from alliance.resources.queries import Filters, resource_by_code, resources_after

blueprint = Noun("resources", "What is shared, when it is free, and what a booking would meet.")


@blueprint.call(
    "GET", "/resources", scope="read", query=ResourceQuery, answers={200: ResourcePage}, fails=(422,)
)
def index(query: dict[str, Any]) -> Response:
    """List the resources one may see, by code, narrowed by words, kinds and owner."""
    owners = (query["owner"],) if "owner" in query else ()
    filters = Filters(words=query["q"], kinds=query.get("kind", ()), units=owners)
    (after,) = place_of(query.get("cursor"), str) or ("",)
    rows = resources_after(db.session(), caller(), filters, after=after, limit=query["limit"] + 1)
    return answer(
        page(
            rows,
            query["limit"],
            show=lambda row: shown.listed_resource(row.resource, row.items),
            place=lambda row: (row.resource.code,),
        )
    )


@blueprint.call("GET", "/resources/<code>", scope="read", answers={200: ResourceAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read about one resource: facts, items, the owner's rules, whom to ask."""
    found = resource_by_code(db.session(), caller(), code)
    around = surroundings(db.session(), caller(), [found.id], with_items=True)
    return answer(shown.resource(found, around.of(found.id)))


@blueprint.call(
    "GET",
    "/resources/<code>/free",
    scope="read",
    query=FreeQuery,
    answers={200: FreeAnswer},
    fails=(404, 422),
)
def free(query: dict[str, Any], code: str) -> Response:
    """List when the resource is open and free, from now on, for at most 92 days."""
    if "unit" in query:
        target(db.session(), caller(), code, query["unit"])
    found, now = resource_by_code(db.session(), caller(), code), clock.now()
    speak_of(found.zone)
    start = max(query["since"], now)
    spans = []
    if start < query["until"]:
        window = Span(start, query["until"])
        spans = free_time(db.session(), found, window, now, quantity=query["quantity"])
    zone = ZoneInfo(found.zone)
    return answer({"free": [shown.free(span, zone) for span in spans]})


@blueprint.call(
    "GET",
    "/resources/<code>/check",
    scope="read",
    query=CheckQuery,
    answers={200: CheckAnswer},
    fails=(404, 422),
)
def judge(query: dict[str, Any], code: str) -> Response:
    """Say what booking would answer now, by the same rules, without booking."""
    wanted = target(db.session(), caller(), code, query.get("unit"))
    verdict = check(
        db.session(),
        wanted.resource_id,
        Span(query["start"], query["end"]),
        by=caller(),
        unit_id=wanted.unit_id,
        quantity=query["quantity"],
    )
    return answer(
        {
            "verdict": verdict.word,
            "problems": [said(problem) for problem in verdict.problems],
            "stages": list(verdict.stages),
            "hold_until": shown.moment(verdict.hold_until, wanted.zone),
        }
    )
