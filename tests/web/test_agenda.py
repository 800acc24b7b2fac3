"""My bookings where they run, take several days, or are wanted once more."""

import re
from datetime import timedelta
from html import unescape

import pytest

from alliance import clock
from alliance.booking.actions import cancel_booking, request_booking
from alliance.intervals import Span
from tests.conftest import NOW, fresh_database
from tests.web.test_bookings import book, words
from tests.web.visitor import Visitor
from tests.world import at

LATER = at("2026-11-24 15:00")


@pytest.fixture
def database(request, tmp_path):
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


def long_booking(world, resource, start, end):
    return request_booking(
        resource.id, Span(at(start), at(end)), by=world.actor(world.lin), unit_id=world.university.id
    )


def test_a_running_booking_stands_once_and_says_what_can_be_done(app, lin, world):
    confocal = world.resource()
    ref = book(world, confocal)
    book(world, confocal, day="2026-11-25")

    with clock.frozen(LATER):
        page = lin.get("/bookings")
        own = words(lin.get(f"/bookings/{ref}"))

    assert page.text.count(f'href="/bookings/{ref}"') == 1
    assert "Running now" in words(page)
    assert "It has begun, so it cannot be cancelled. You can end it earlier" in words(page)
    assert f'href="/bookings/{ref}/edit">End earlier' in page.text
    assert f"/bookings/{ref}/cancellation" not in page.text
    assert "It has begun, so it cannot be cancelled." in own
    assert "End earlier or change" in own


def test_a_running_booking_alone_leaves_no_empty_list(app, lin, world):
    book(world, world.resource())

    with clock.frozen(LATER):
        page = words(lin.get("/bookings"))

    assert "Nothing else ahead." in page
    assert "Nothing ahead " not in page


def test_all_that_runs_stands_together(app, lin, world):
    book(world, world.resource())
    second = book(world, world.resource("SEM"), start="14:30", end="17:00")

    with clock.frozen(LATER):
        page = lin.get("/bookings")

    assert re.search(rf"<h2>Running now</h2>.*/bookings/{second}", page.text, re.DOTALL)


def test_times_over_several_days_take_two_lines(lin, world):
    long_booking(world, world.resource(), "2026-11-24 20:00", "2026-11-27 08:00")
    long_booking(world, world.resource("LOAN", preset="loan"), "2026-11-25 00:00", "2026-11-28 00:00")
    long_booking(world, world.resource("NIGHT"), "2026-11-26 20:00", "2026-11-27 08:00")

    page = words(lin.get("/bookings"))

    assert "From 20:00to 27 Nov, 08:00" in page
    assert "All dayto 27 Nov" in page
    assert "20:00–08:00 next day" in page


def test_book_again_opens_the_form_for_the_same_at_its_next_free_time(app, lin, world):
    confocal = world.resource(items=3, policy={"hours": "DAILY 08:00-18:00"})
    ref = book(world, confocal, start="14:00", end="17:00", quantity=2, title="Slices")
    cancel_booking(ref, by=world.actor(world.lin))
    book(world, confocal, day="2026-11-23", start="10:30", end="16:00", quantity=2)

    listed, page = lin.get("/bookings", tab="past"), lin.get(f"/bookings/{ref}")
    answer = lin.get(f"/bookings/{ref}/again")

    for shown in (listed, page):
        assert f'href="/bookings/{ref}/again"' in shown.text
    form = lin.get(unescape(answer.headers["Location"]))
    assert 'value="2026-11-24"' in form.text
    assert '<option selected value="08:00">' in form.text
    assert '<option selected value="11:00">' in form.text
    assert 'value="2"' in form.text
    assert 'value="Slices"' in form.text


def test_what_is_no_longer_on_offer_is_not_offered_again(app, lin, world):
    confocal = world.resource()
    ref = book(world, confocal)
    world.session.merge(confocal).status = "retired"
    world.session.commit()

    with clock.frozen(NOW + timedelta(days=3)):
        page = lin.get("/bookings", tab="past")

    assert ref in page.text
    assert "Book again" not in page.text


def test_only_the_booker_books_it_again(app, world):
    ref = book(world, world.resource())

    assert Visitor(app, world.fang).get(f"/bookings/{ref}/again").status_code == 403
