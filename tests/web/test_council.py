"""The council reads everything that is not private and changes nothing: pages and calls alike."""

import re
from pathlib import Path

import pytest

from alliance.booking.messages import write_message
from alliance.db import db
from tests.authorisation import ROLES, lines_of
from tests.booking.acting import request
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, span

TABLES = [Path(__file__).parents[1] / entrance / "authorisation.txt" for entrance in ("web", "api")]
COUNCIL = ROLES.index("council")
REFUSED = {"401", "403", "404"}
# What everybody does with what is his own, or asks without changing anything. Whoever adds to it says why.
OWN = {
    *("/sign-in", "/sign-out", "/profile", "/profile/password", "/profile/sign-out-everywhere"),
    *("/forgotten-password", "/new-password", "/invitation", "/start"),  # by a link or a code, whoever has it
    *("/messages/reading", "/messages/settings", "/feeds", "/tokens"),
    *("/resources/{resource}/favourite", "/resources/{resource}/favourite/removal"),
    *("/resources/{own_unit}/favourite", "/resources/{own_unit}/favourite/removal"),
    *("/applications", "/units/{unit}/requests"),  # anybody may ask to join
    "/qualifications/{qualification}/requests",  # or to be allowed something himself
    "/api/v1/qualifications/{qualification}/requests",
    "/api/v1/find",  # looks for a time
    "/api/v1/bookings",  # for the unit he acts for, and he has none
    "/api/v1/files",  # his own, until he sends it with something
}


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def chair(sqlite_app, world):
    return Visitor(sqlite_app, world.person("chair", role="council"))


def test_every_act_but_those_on_ones_own_is_refused():
    lines = [line for table in TABLES for line in lines_of(table) if line.method != "GET"]

    open_to_the_council = {
        line.path.partition("?")[0] for line in lines if line.expected[COUNCIL] not in REFUSED
    }

    assert len(lines) > 80
    assert open_to_the_council - OWN == set()


def test_whatever_the_secretariat_reads_of_units_resources_and_bookings_the_council_reads_too():
    lines = [line for table in TABLES for line in lines_of(table) if line.method == "GET"]
    office = ROLES.index("secretariat")
    read = ("/bookings/{booking}", "/resources/{own_unit}", "/units/{unit}", "/requests", "/history")
    read += (
        "/api/v1/bookings/{booking}",
        "/api/v1/resources/{own_unit}",
        "/api/v1/bookings/{booking}/messages",
    )

    told = {line.path: (line.expected[office], line.expected[COUNCIL]) for line in lines if line.path in read}

    assert told == dict.fromkeys(read, ("200", "200"))


def test_a_booking_is_read_whole_and_offers_nothing_to_do(world, chair):
    ref = request(world, world.resource(routes=BY_OWNER), title="Slices", purpose="for a thesis")
    write_message(ref, "How thick?", by=world.actor(world.fang))

    page = chair.get(f"/bookings/{ref}")

    main = page.text.split("<main")[1].split("</main>")[0]
    for said in ("Slices", "for a thesis", "How thick?", "linyuan asked for"):
        assert said in words(page)
    assert re.findall(r'<form[^>]*method="post"', main) == []
    assert re.findall(r'href="/(?:approvals|bookings/\w+/(?:edit|cancellation|approval))', main) == []


def test_what_is_private_or_hidden_stays_so(world, chair):
    clinic = request(world, world.resource("CLINIC", detail="busy"), purpose="a private matter")
    hidden = world.resource("HIDDEN", visibility="hidden")
    secret = request(world, hidden, span("2026-11-25", "14:00", "16:00"), by=world.fang)

    assert chair.get(f"/bookings/{clinic}").status_code == 404
    assert chair.get(f"/bookings/{secret}").status_code == 404
    assert chair.get("/resources/HIDDEN").status_code == 404
    day = chair.get("/resources/CLINIC", week="2026-11-24")
    assert day.status_code == 200
    for page in (
        day,
        chair.get("/board?of=all&date=2026-11-24"),
        chair.get("/history"),
        chair.get("/requests"),
    ):
        assert "linyuan" not in page.text
        assert "HIDDEN" not in page.text


def test_what_the_council_reads_stands_on_its_page(chair):
    page = chair.get("/manage")

    assert re.findall(r'class="place" href="([^"]*)"', page.text) == ["/alliance", "/requests", "/history"]
