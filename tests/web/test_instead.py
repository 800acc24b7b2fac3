"""After a refusal: what would work instead, each way one press from a filled form."""

import re
from html import unescape

import pytest

from tests.conftest import fresh_database
from tests.web.test_bookings import FORM, book, number, words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
TYPED = {"title": "Slices", "purpose": "Three channels"}


@pytest.fixture
def database(request, tmp_path):
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


def cards(page):
    """What each card says, and where it leads."""
    found = re.findall(r'<a class="instead" href="([^"]+)">(.*?)</a>', page.text, re.DOTALL)
    return {words_of(body): unescape(address) for address, body in found}


def words_of(body):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip().replace(" , ", ", ")


@BOTH
def test_a_refusal_offers_three_ways_out_that_would_be_accepted(lin, world):
    confocal, like = world.resource(), world.resource("LIKE", routes=BY_OWNER, place_en="Building 4")
    world.alike(confocal, like)
    book(world, confocal, start="15:00", end="17:00")
    before = number(world)

    refused = lin.send("/bookings", **FORM, **TYPED)

    assert refused.status_code == 409
    found = cards(refused)
    assert [text.replace(" ·", "") for text in found] == [
        "Another time Tomorrow, 13:00–15:00 1 hour earlier Confirmed at once Take this time",
        "Same time, elsewhere Tomorrow, 14:00–16:00 LIKE instrument Building 4 "
        "Needs approval by INST Unit Take this one",
        "Shorter Tomorrow, 14:00–15:00 1 hour instead of 2 hours Confirmed at once Take this time",
    ]
    for address in found.values():
        form = lin.get(address)
        assert form.status_code == 200
        assert "This cannot be booked" not in words(form)
        assert 'value="Slices"' in form.text
        assert "Three channels" in form.text
        assert cards(form) == {}
    assert number(world) == before


def test_a_form_that_opens_on_a_taken_time_offers_them_at_once(lin, world):
    book(world, world.resource())

    page = lin.get("/bookings/new", **FORM)

    assert "This would work" in words(page)
    assert [text.split(",")[0] for text in cards(page)] == ["Another time Tomorrow"] * 2


def test_where_time_is_not_at_fault_none_are_offered(lin, world):
    resource = world.resource()
    world.requires(resource)

    assert cards(lin.send("/bookings", **FORM)) == {}


def test_a_refused_move_offers_times_of_the_same_booking(lin, world):
    confocal = world.resource()
    mine = book(world, confocal, title="Mine")
    book(world, confocal, start="18:00", end="20:00")

    refused = lin.send(
        f"/bookings/{mine}/edit", **{**FORM, "start": "17:00", "end": "19:00"}, title="New", purpose="More"
    )

    assert refused.status_code == 409
    found = cards(refused)
    assert found
    for address in found.values():
        assert address.startswith(f"/bookings/{mine}/edit?")
        form = lin.get(address)
        assert "Confirmed at once when you save" in words(form)
        assert 'value="New"' in form.text
        assert "More" in form.text


def test_a_long_purpose_does_not_make_an_address_no_server_takes(lin, world):
    book(world, world.resource())

    refused = lin.send("/bookings", **FORM, title="Slices", purpose="样品" * 900)

    addresses = list(cards(refused).values())
    assert addresses
    assert max(map(len, addresses)) < 3500
    assert all("title=Slices" in address for address in addresses)
