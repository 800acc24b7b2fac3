"""Resources: finding them, reading about them, when they are free, and what a booking would meet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Response

from alliance import clock
from alliance.api import shown
from alliance.api.addressed import speak_of, target, unit_of
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.pages import page, place_of
from alliance.api.problems import said
from alliance.api.schemas.resources import (
    CheckAnswer,
    CheckQuery,
    FindQuery,
    FoundAnswers,
    FreeAnswer,
    FreeQuery,
    ResourceAnswer,
    ResourcePage,
    ResourceQuery,
)
from alliance.booking.bookable import Bookable, bookables
from alliance.booking.check import check
from alliance.booking.finding import find as find_time
from alliance.booking.free_time import Opening, free_time, free_within, next_free
from alliance.db import db
from alliance.intervals import Span
from alliance.resources.models import Resource
from alliance.resources.near_words import near_things
from alliance.resources.particulars import surroundings
from alliance.resources.permissions import visible_to
from alliance.resources.queries import Filters, Listing, found_by, resource_by_code, resources_after
from alliance.resources.questions.queries import questions_of

blueprint = Noun("resources", "What is shared, when it is free, and what a booking would meet.")


@blueprint.call(
    "GET", "/resources", scope="read", query=ResourceQuery, answers={200: ResourcePage}, fails=(422,)
)
def index(query: dict[str, Any]) -> Response:
    """List the resources one may see, by code, narrowed by words, kinds, owner and time."""
    owners = (query["owner"],) if "owner" in query else ()
    filters = Filters(words=query["q"], kinds=query.get("kind", ()), units=owners)
    if "unit" in query:
        unit_of(db.session(), caller(), query["unit"])
    (after,) = place_of(query.get("cursor"), str) or ("",)
    limit, wanted = query["limit"] + 1, _wanted(query)
    if "free_from" in query:
        rows, free = _free_within(filters, after, limit, wanted, query)
    else:
        rows = _found(filters, after, limit)
        bookable = [Bookable.of(row.resource) for row in rows]
        free = next_free(db.session(), bookable, clock.now(), wanted=wanted, quantity=query["quantity"])
    return answer(
        page(
            rows,
            query["limit"],
            show=lambda row: shown.listed_resource(row.resource, row.items, free.get(row.resource.id)),
            place=lambda row: (row.resource.code,),
        )
    )


def _found(filters: Filters, after: str, limit: int) -> list[Listing]:
    """What the filters leave; where that is nothing and the words were misspelt, what they were meant to find."""
    session = db.session()
    rows = resources_after(session, caller(), filters, after=after, limit=limit)
    if rows or not filters.words:
        return rows
    spelling = near_things(session, caller(), filters.words).spelling
    if not spelling:
        return []
    return resources_after(session, caller(), replace(filters, words=spelling), after=after, limit=limit)


def _wanted(query: dict[str, Any]) -> timedelta | None:
    return timedelta(minutes=query["minutes"]) if "minutes" in query else None


def _free_within(
    filters: Filters, after: str, limit: int, wanted: timedelta | None, query: dict[str, Any]
) -> tuple[list[Listing], dict[int, Opening]]:
    """The first resources that have such a time within the one asked for, and that time."""
    session, now = db.session(), clock.now()
    among = bookables(session, found_by(caller(), filters), Resource.code > after)
    within = Span(query["free_from"], query["free_to"])
    free = free_within(session, among, within, now, wanted=wanted, quantity=query["quantity"])
    codes = [bookable.code for bookable in among if bookable.id in free][:limit]
    rows = resources_after(session, caller(), filters, codes=codes, limit=limit)
    return rows, free


@blueprint.call("POST", "/find", scope="read", body=FindQuery, answers={200: FoundAnswers}, fails=(404, 422))
def find(body: dict[str, Any]) -> Response:
    """Find the soonest times at which booking would be accepted, among all one may see or some of it."""
    session = db.session()
    chosen = visible_to(caller())
    if "kind" in body:
        chosen = sa.and_(chosen, Resource.kind.in_(body["kind"]))
    if "resources" in body:
        chosen = sa.and_(chosen, Resource.code.in_(body["resources"]))
    found = find_time(
        session,
        bookables(session, chosen),
        Span(body["since"], body["until"]),
        timedelta(minutes=body["minutes"]),
        person_id=caller().person_id,
        unit_id=unit_of(session, caller(), body.get("unit")),
        now=clock.now(),
        quantity=body["quantity"],
        limit=body["limit"],
    )
    return answer({"items": [shown.found(each) for each in found]})


@blueprint.call("GET", "/resources/<code>", scope="read", answers={200: ResourceAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read about one resource: facts, items, the owner's rules, whom to ask."""
    found = resource_by_code(db.session(), caller(), code)
    around = surroundings(db.session(), caller(), [found.id], with_items=True)
    questions = questions_of(db.session(), found)
    return answer(shown.resource(found, around.of(found.id), questions))


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
