"""Feeds: secret addresses from which calendars read bookings."""

from typing import Any

from flask import Response

from alliance.api import shown
from alliance.api.addressed import sound_ref
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, nothing, repeated
from alliance.api.once import Done, act
from alliance.api.schemas.feeds import FeedAnswer, FeedChange, FeedPage, NewAddress, NewFeed
from alliance.calendars.feeds import MadeFeed, change_feed, make_feed, renew_feed, revoke_feed
from alliance.calendars.lines import FeedLine, feeds_of
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
    look = {"language": language(), **body}
    scope, subject = look.pop("scope"), look.pop("subject", None)
    return _with_address(act(make_feed, caller(), scope, subject, look.pop("resources", ()), **look))


@blueprint.call(
    "PATCH",
    "/feeds/<ref>",
    scope="book",
    body=FeedChange,
    answers={200: FeedAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def change(body: dict[str, Any], ref: str) -> Response:
    """Change how a feed looks, or which resources it is about. Its address stays."""
    resources = body.pop("resources", None)
    done = act(change_feed, sound_ref(ref), caller(), resources, **body)
    return answer(shown.feed(_line(ref)), 200, repeated(done))


@blueprint.call(
    "POST",
    "/feeds/<ref>/address",
    scope="book",
    body=NewAddress,
    answers={201: FeedAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def renew(_body: dict[str, Any], ref: str) -> Response:
    """Give a feed a new address, told this once; the old one answers nothing from now on."""
    return _with_address(act(renew_feed, sound_ref(ref), caller()))


@blueprint.call("DELETE", "/feeds/<ref>", scope="book", answers={204: None}, fails=(404,))
def revoke(ref: str) -> Response:
    """End a feed: its address answers nothing from now on."""
    revoke_feed(sound_ref(ref), caller())
    return nothing()


def _with_address(done: Done) -> Response:
    made = done.value if isinstance(done.value, MadeFeed) else None
    ref = made.ref if made else str(done.value)
    return answer(shown.feed(_line(ref), made.token if made else None), 201, repeated(done))


def _line(ref: str) -> FeedLine:
    lines = feeds_of(db.session(), caller().person_id, ref)
    if not lines:
        raise Missing
    return lines[0]
