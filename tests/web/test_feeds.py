"""The page of one's feeds and tokens, and the file of one booking."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.booking.actions import request_booking
from alliance.booking.models import Booking
from alliance.calendars.feeds import make_feed
from alliance.calendars.lines import feeds_of
from alliance.members.tokens import make_token, tokens_of
from alliance.web.qr import qr_svg
from tests.calendars.conftest import events_in
from tests.calendars.test_window import fill
from tests.conftest import fresh_database
from tests.web.browser import KEPT, send, sign_in
from tests.world import at, span


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def lin(world):
    return world.person("lin", world.university, world.unit("SOUTH"), password_hash=KEPT)


@pytest.fixture
def browser(app, lin):
    client = app.test_client()
    client.get("/sign-in?lang=en")
    assert sign_in(client, "lin@example.org").status_code == 302
    return client


def make(browser, **fields):
    return send(
        browser,
        "/feeds",
        on="/feeds",
        **{
            "what": "mine",
            "detail": "full",
            "language": "en",
            "label": "",
            "past": "60",
            "future": "0",
            **fields,
        },
    )


def test_who_is_not_signed_in_is_asked_to(client):
    assert client.get("/feeds").headers["Location"] == "/sign-in?next=/feeds"


def test_a_new_feed_shows_its_address_once_and_works(browser, lin, world):
    world.resource()

    answer = make(browser, what="resource", resources=" confocal ", label="phone")

    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    (token,) = set(re.findall(r"http://localhost/feeds/([\w-]{43})\.ics", answer.text))
    assert f'href="webcal://localhost/feeds/{token}.ics"' in answer.text
    assert browser.get(f"/feeds/{token}.ics").status_code == 200
    page = browser.get("/feeds").text
    assert "CONFOCAL instrument" in page
    assert "phone" in page
    assert token not in page


def test_units_of_ones_own_can_be_subscribed_to(browser, lin, world):
    make(browser, what="unit:SOUTH")
    refused = make(browser, what="unit:INST")

    assert refused.status_code == 422
    assert [(feed.scope, feed.subject_code) for feed in feeds_of(world.session, lin.id)] == [
        ("unit", "SOUTH")
    ]


def test_a_resource_that_is_not_there_or_hidden_is_refused_alike(browser, lin, world):
    world.resource("SECRET", visibility="own_unit")

    answers = [make(browser, what="resource", resources=code) for code in ("SECRET", "NOWHERE", "")]

    for answer in answers:
        assert answer.status_code == 422
        assert "There is no such resource, or you may not see it." in answer.text
    assert feeds_of(world.session, lin.id) == []


def test_what_the_form_composes_is_what_the_feed_shows(browser, lin, world):
    group = world.group("CHAIN", world.university, world.institute)
    for code in ("ONE", "TWO"):
        world.resource(code)
    look = {
        "detail": "busy",
        "colour": "teal",
        "past": "7",
        "future": "90",
        "cancelled": "y",
        "language": "zh",
    }

    answers = [
        make(browser, what="resource", resources="two, one TWO", **look),
        make(browser, what="approvals", pending="y"),
        make(browser, what=f"group:{group.code}", pending="y"),
    ]

    assert [answer.status_code for answer in answers] == [201] * 3
    of_group, approvals, chosen = feeds_of(world.session, lin.id)
    assert (of_group.scope, of_group.subject_code, approvals.scope) == ("group", "CHAIN", "approvals")
    assert (chosen.scope, [each.code for each in chosen.resources]) == ("resources", ["ONE", "TWO"])
    kept = (chosen.detail, chosen.colour, chosen.past_days, chosen.future_days, chosen.language)
    assert (*kept, chosen.pending, chosen.cancelled) == ("busy", "teal", 7, 90, "zh", False, True)


def test_every_way_into_a_calendar_holds_the_address_and_no_other_site_gets_it_unasked(browser):
    answer = make(browser)

    (token,) = set(re.findall(r"http://localhost/feeds/([\w-]{43})\.ics", answer.text))
    links = dict(re.findall(r'href="(https?://[a-z.]+)(/[^"]+)"', answer.text))
    assert links == {
        "https://calendar.google.com": f"/calendar/r?cid=webcal%3A%2F%2Flocalhost%2Ffeeds%2F{token}.ics",
        "https://outlook.office.com": f"/calendar/0/addfromweb?url=http%3A%2F%2Flocalhost%2Ffeeds%2F{token}.ics",
    }
    assert answer.text.count('rel="noopener noreferrer"') == 2
    (drawn,) = re.findall(r'<svg viewBox="0 0 \d+ \d+" class="qr-code">.+?</svg>', answer.text)
    assert "style" not in drawn
    assert drawn == str(qr_svg(f"webcal://localhost/feeds/{token}.ics"))


def test_a_feed_is_changed_in_place(browser, lin, world):
    made = make_feed(world.actor(lin), "mine", label="phone", past_days=45)
    page = browser.get(f"/feeds/{made.ref}").text

    fields = {
        "detail": "unit",
        "language": "en",
        "label": "tablet",
        "colour": "purple",
        "past": "45",
        "future": "30",
    }
    answer = send(browser, f"/feeds/{made.ref}", on=f"/feeds/{made.ref}", **fields)

    assert '<option selected value="45">The last 45 days</option>' in page
    assert 'value="phone"' in page
    assert answer.headers["Location"] == "/feeds"
    (line,) = feeds_of(world.session, lin.id)
    assert (line.label, line.colour, line.future_days, line.pending) == ("tablet", "purple", 30, False)
    assert browser.get(f"/feeds/{made.token}.ics").status_code == 200


def test_a_change_that_cannot_be_is_refused_and_kept_in_the_form(browser, lin, world):
    world.resource("ONE")
    ref = make_feed(world.actor(lin), "resources", None, ["ONE"]).ref
    fields = {"detail": "full", "language": "en", "label": "new", "past": "60", "future": "0"}

    answers = [
        send(browser, f"/feeds/{ref}", on=f"/feeds/{ref}", **fields, resources=codes)
        for codes in ("ONE NOWHERE", "", " ".join(f"R{n}" for n in range(51)))
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all('value="new"' in answer.text for answer in answers)
    assert feeds_of(world.session, lin.id)[0].label == ""


def test_a_new_address_is_shown_once_and_the_old_one_is_dead(browser, lin, world):
    made = make_feed(world.actor(lin), "mine")

    answer = send(browser, f"/feeds/{made.ref}/address", on=f"/feeds/{made.ref}")

    (token,) = set(re.findall(r"http://localhost/feeds/([\w-]{43})\.ics", answer.text))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert browser.get(f"/feeds/{made.token}.ics").status_code == 404
    assert browser.get(f"/feeds/{token}.ics").status_code == 200


def test_nobody_elses_feed_can_be_looked_at_changed_or_renewed(browser, world):
    theirs = make_feed(world.actor(world.fang), "mine")

    answers = [
        browser.get(f"/feeds/{theirs.ref}"),
        send(browser, f"/feeds/{theirs.ref}", on="/feeds", label="x"),
        send(browser, f"/feeds/{theirs.ref}/address", on="/feeds"),
        browser.get("/feeds/%00"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert browser.get(f"/feeds/{theirs.token}.ics").status_code == 200


def test_a_feed_that_some_may_refuse_says_so(browser, lin, world):
    fill(world, world.resource(), [at("2026-12-01 00:00") + timedelta(hours=n) for n in range(1001)])
    world.session.execute(sa.update(Booking).values(person_id=lin.id))
    world.session.commit()

    made = make(browser)
    smaller = make(browser, future="7")

    assert "Google may refuse the feed" in made.text
    assert "Google may refuse the feed" not in smaller.text
    (token, *_) = re.findall(r"http://localhost/feeds/([\w-]{43})\.ics", made.text)
    browser.get(f"/feeds/{token}.ics")
    assert browser.get("/feeds").text.count("Google may refuse the feed") == 1


def test_what_does_not_fit_is_said_beside_the_field(browser):
    answer = make(browser, label="x" * 81)

    assert answer.status_code == 422
    assert "At most 80 characters." in answer.text


def test_the_link_of_a_resource_fills_the_form_in(browser, world):
    world.resource()

    page = browser.get("/feeds?resource=CONFOCAL").text

    assert '<option selected value="resource">' in page
    assert 'value="CONFOCAL"' in page
    assert len(re.findall(r"<input checked", page)) == 3


def test_a_feed_is_ended_by_its_owner_only(browser, lin, world):
    ours = make_feed(world.actor(lin), "mine")
    theirs = make_feed(world.actor(world.fang), "mine")

    assert send(browser, f"/feeds/{ours.ref}/revocation", on="/feeds").status_code == 302
    assert send(browser, f"/feeds/{theirs.ref}/revocation", on="/feeds").status_code == 404
    assert browser.get(f"/feeds/{ours.token}.ics").status_code == 404
    assert browser.get(f"/feeds/{theirs.token}.ics").status_code == 200


def test_a_feed_one_lost_says_so_without_naming_it(browser, lin, world):
    microscope = world.resource()
    make_feed(world.actor(lin), "resource", "CONFOCAL")
    assert "CONFOCAL" in browser.get("/feeds").text

    microscope.visibility = "own_unit"
    world.session.commit()
    page = browser.get("/feeds").text

    assert "No longer visible to you" in page
    assert "CONFOCAL" not in page


def test_a_token_is_shown_once_and_ended(browser, lin, world):
    answer = send(browser, "/tokens", on="/feeds", **{"token-scope": "read", "token-label": "script"})

    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(r'data-copy="[\w-]{43}"', answer.text)
    (kept,) = tokens_of(world.session, lin.id)
    assert (kept.scope, kept.label) == ("read", "script")
    assert send(browser, f"/tokens/{kept.ref}/revocation", on="/feeds").status_code == 302
    assert tokens_of(world.session, lin.id) == []


def test_an_unknown_scope_of_a_token_is_refused(browser, lin, world):
    assert (
        send(browser, "/tokens", on="/feeds", **{"token-scope": "all", "token-label": ""}).status_code == 422
    )
    assert tokens_of(world.session, lin.id) == []


def test_every_form_has_its_own_fields(browser):
    ids = re.findall(r'\bid="([^"]+)"', browser.get("/feeds").text)

    assert len(ids) == len(set(ids))


def booked(world, person):
    microscope = world.resource(detail="full")
    unit_id = world.university.id
    wanted = span("2026-11-24", "14:00", "16:00")
    return request_booking(microscope.id, wanted, by=world.actor(person), unit_id=unit_id, title="imaging")


def test_ones_booking_comes_as_a_file_for_the_browser(browser, lin, world):
    ref = booked(world, lin)

    answer = browser.get(f"/bookings/{ref}.ics")

    (event,) = events_in(answer)
    assert str(event["SUMMARY"]) == "CONFOCAL instrument · lin · imaging"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{ref}.ics"'
    assert (
        browser.get(f"/bookings/{ref}.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code
        == 304
    )


def test_ones_booking_comes_as_a_file_for_a_program(client, lin, world):
    ref = booked(world, lin)
    token = make_token(world.actor(lin), "read").token

    answer = client.get(f"/bookings/{ref}.ics", headers={"Authorization": f"Bearer {token}"})

    assert len(events_in(answer)) == 1
    assert "Set-Cookie" not in answer.headers


def test_free_and_busy_times_are_told_to_whoever_is_signed_in_and_may_see_the_resource(browser, lin, world):
    world.resource("OURS", visibility="alliance")
    world.resource("SECRET", visibility="own_unit")

    answers = [browser.get(f"/resources/{code}/freebusy.ics") for code in ("OURS", "SECRET", "NOWHERE")]

    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert answers[0].mimetype == "text/calendar"
    assert answers[1].get_data() == answers[2].get_data()


def test_nobody_else_gets_the_file(app, lin, world):
    ref = booked(world, lin)
    guest = world.person("guest", world.unit("OTHER"))
    theirs = {"Authorization": f"Bearer {make_token(world.actor(guest), 'read').token}"}
    client = app.test_client()

    anonymous = client.get(f"/bookings/{ref}.ics")
    wrong = client.get(f"/bookings/{ref}.ics", headers={"Authorization": "Bearer wrong"})
    hidden = client.get(f"/bookings/{ref}.ics", headers=theirs)
    missing = client.get("/bookings/0000000000.ics", headers=theirs)

    assert (anonymous.status_code, anonymous.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert wrong.status_code == 401
    assert (hidden.status_code, hidden.get_data()) == (404, missing.get_data())
