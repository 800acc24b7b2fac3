"""The one line that says before the click what the reader may do."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import Babel

from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.models import PolicyRow, Resource
from alliance.resources.particulars import Manager, Particulars, Required, Standing
from alliance.resources.policy import Route
from alliance.web.eligibility import eligibility

TODAY = date(2026, 11, 23)
READER = Actor(1)
OWNER, MINE, FRIEND = 1, 2, 3
BY_OWNER = (
    Route("own"),
    Route("group"),
    Route("member", ("owner",)),
    Route("external", ("owner", "secretariat")),
)
MEMBER = Standing({MINE: "active"})
USE = Required("USE", "上机资格", "Operation")
HELD = Required("USE", "上机资格", "Operation", date(2026, 1, 1))
EXPIRED = Required("USE", "上机资格", "Operation", date(2026, 1, 1), TODAY - timedelta(days=1))
TO_COME = Required("USE", "上机资格", "Operation", TODAY + timedelta(days=1))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are made in a language; here the one their keys are written in."""
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")
    with app.app_context():
        yield


def resource(routes: tuple[Route, ...] = BY_OWNER, **columns) -> Resource:
    owner = Unit(id=OWNER, name_zh="所", name_en="Lab", status=columns.pop("owner_status", "active"))
    made = Resource(**{"id": 1, "owner_id": OWNER, "mode": "timed", "status": "published", **columns})
    made.__dict__["owner"] = owner
    made.__dict__["policy_row"] = PolicyRow(
        hours="DAILY 00:00-24:00",
        grid_minutes=30,
        setup_minutes=0,
        teardown_minutes=0,
        hold_days=3,
        routes=[route.to_json() for route in routes],
    )
    return made


def line(
    made: Resource, *required: Required, standing: Standing = MEMBER, reader: Actor | None = READER, **around
):
    found = eligibility(made, Particulars(required=required, **around), standing, reader, TODAY)
    return found.look, found.sentence, found.may_book


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing({OWNER: "active"}), "You can book at once"),
        (Standing({MINE: "active"}, frozenset({(MINE, OWNER)})), "You can book at once"),
        (Standing({MINE: "active"}, frozenset({(FRIEND, OWNER)})), "Needs approval by Lab"),
        (Standing({MINE: "external"}), "Needs approval by Lab and the secretariat"),
        (Standing({MINE: "external", OWNER: "active"}), "You can book at once"),
    ],
)
def test_the_closest_of_the_readers_units_counts(standing, said):
    assert line(resource(), standing=standing) == ("ok", said, True)


@pytest.mark.parametrize(
    ("required", "look", "said", "may_book"),
    [
        ((), "ok", "Needs approval by Lab", True),
        ((HELD,), "ok", "You are qualified; needs approval by Lab", True),
        ((USE,), "no", "You still need: Operation", False),
        ((HELD, USE), "no", "You still need: Operation", False),
        ((EXPIRED,), "no", "Expired: Operation", False),
        ((EXPIRED, USE), "no", "You still need: Operation and Operation", False),
        ((TO_COME,), "no", "You still need: Operation", False),
    ],
)
def test_what_is_lacking_comes_before_who_decides(required, look, said, may_book):
    assert line(resource(), *required) == (look, said, may_book)


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ((Route("member"),), "You can book at once"),
        (
            (Route("member", longest_minutes=240), Route("member", ("owner",))),
            "At once for up to 4 hours, otherwise approval by Lab",
        ),
        ((Route("member", longest_minutes=240),), "You can book at once"),
    ],
)
def test_routes_without_stages_say_so(routes, said):
    assert line(resource(routes)) == ("ok", said, True)


def test_those_qualified_for_what_needs_no_decision_hear_both():
    assert line(resource((Route("member"),)), HELD) == ("ok", "You are qualified and can book at once", True)


def test_what_cannot_be_booked_says_why():
    assert line(resource((Route("own"),))) == ("no", "Not open to your unit", False)
    assert line(resource(), standing=Standing()) == ("no", "Your unit cannot book at present", False)
    assert line(resource(owner_status="suspended")) == ("no", "Takes no bookings at present", False)
    assert line(resource(status="draft")) == ("no", "Not on offer", False)


def test_who_is_not_signed_in_is_asked_to():
    assert line(resource(), USE, reader=None, standing=Standing()) == ("ok", "Sign in to book", True)


def test_what_goes_by_request_names_whom_to_ask():
    managers = (Manager("Fang", "fang@example.org"), Manager("Lin", "lin@example.org"))

    assert line(resource(mode="request"), managers=managers) == ("ok", "Ask Fang and Lin", False)
    assert line(resource(mode="request"), reader=None) == ("ok", "Ask Lab", False)
