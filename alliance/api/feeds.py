"""Feeds: secret addresses from which calendars read bookings."""

from typing import Any

from flask import Response

from alliance.api import shown
from alliance.api.addressed import sound_ref
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, nothing, repeated
from alliance.api.once import act
from alliance.api.schemas.feeds import FeedAnswer, FeedPage, NewFeed
from alliance.calendars.feeds import MadeFeed, feeds_of, make_feed, revoke_feed
from alliance.db import db
from alliance.errors import Missing
from alliance.i18n import language

blueprint = Noun("feeds", "Secret addresses from which calendars read bookings.")


@blueprint.call("GET", "/feeds", scope="read", answers={200: FeedPage})
def index() -> Response:
    """List one's feeds, the newest first; their addresses are not known any more."""
    lines = feeds_of(db.session(), caller().person_id)
    return answer({"items": [shown.feed(line) for line in lines], "next": None})


@blueprint.call(
    "POST",
    "/feeds",
    scope="book",
    body=NewFeed,
    answers={201: FeedAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any]) -> Response:
    """Make a feed. The answer holds its address, this once; a repeated call answers without it."""
    done = act(
        make_feed,
        caller(),
        body["scope"],
        subject_code=body.get("subject"),
        language=body.get("language") or language(),
        detail=body["detail"],
        label=body["label"],
    )
    made = done.value if isinstance(done.value, MadeFeed) else None
    ref = made.ref if made else done.value
    line = next((line for line in feeds_of(db.session(), caller().person_id) if line.ref == ref), None)
    if line is None:
        raise Missing
    return answer(shown.feed(line, made.token if made else None), 201, repeated(done))


@blueprint.call("DELETE", "/feeds/<ref>", scope="book", answers={204: None}, fails=(404,))
def revoke(ref: str) -> Response:
    """End a feed: its address answers nothing from now on."""
    revoke_feed(sound_ref(ref), caller())
    return nothing()
