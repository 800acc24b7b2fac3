"""Pages stay calm whatever is sent: odd headers, numbers without end, and the character no database takes."""

import pytest
import sqlalchemy as sa

from alliance.booking.actions import change_booking, request_booking
from alliance.booking.queries import booking_of
from alliance.calendars.feeds import make_feed
from alliance.calendars.lines import feeds_of
from alliance.db import db
from alliance.members.tokens import make_token, tokens_of
from tests.conftest import fresh_database
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, at, span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
MANY_DIGITS = "9" * 5000  # Python reads no number as long as that
NOT_ADDRESSES = ["http://[", "http://[::1", "http://a\u2100b/"]


@pytest.fixture
def database(request, tmp_path):
    """Most of it needs one kind only; where texts reach a statement, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.mark.parametrize("referrer", NOT_ADDRESSES)
@pytest.mark.parametrize(("path", "status"), [("/sign-in", 200), ("/nothing", 404), ("/bookings", 302)])
def test_a_referrer_that_is_no_address_is_passed_over(client, referrer, path, status):
    sent = referrer.encode().decode("latin-1")

    assert client.get(path, headers={"Referer": sent}).status_code == status


def test_a_current_address_that_is_none_is_passed_over(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://["}

    answer = client.get("/bookings/check", headers=headers)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize("start", [f"{MANY_DIGITS}:00", f"09:{MANY_DIGITS}"])
def test_a_start_of_many_digits_is_asked_for_again(lin, world, start):
    world.resource()

    page = lin.get("/bookings/new", resource="CONFOCAL", date="2026-11-25", start=start)

    assert page.status_code == 200
    assert "Choose a start." in page.text


@pytest.mark.parametrize("version", [MANY_DIGITS, "-1", "１", "x"])
def test_a_version_that_never_was_saves_nothing(lin, world, version):
    ref = _requested(world)
    form = {"date": "2026-11-24", "start": "14:00", "end": "16:00", "quantity": "1", "title": "Newer"}

    answer = lin.send(f"/bookings/{ref}/edit", **form, version=version)

    assert answer.status_code == 303
    assert booking_of(world.session, ref).title == ""


@BOTH
@pytest.mark.parametrize(
    "path",
    [
        "/resources/%00",
        "/resources/%00/calendar.ics",
        "/resources?unit=%00&tag=%00&place=%00&q=%00",
        "/bookings/%00%00%00%00%00%00%00%00%00%00",
        "/bookings/%00%00%00%00%00%00%00%00%00%00.ics",
        "/bookings/new?resource=%00",
        "/bookings/check?ref=%00",
        "/closures/%00",
        "/feeds/%00.ics",
        "/feeds?resource=%00",
    ],
)
def test_the_character_zero_is_never_our_mistake(lin, world, path):
    assert lin.get(path).status_code in (200, 403, 404)


@BOTH
@pytest.mark.parametrize("path", ["/feeds/%00/revocation", "/tokens/%00/revocation"])
def test_nothing_is_called_by_the_character_zero(lin, world, path):
    assert lin.send(path).status_code == 404


@BOTH
def test_labels_and_codes_are_kept_without_what_cannot_be_seen(lin, world):
    world.resource()

    token = lin.send("/tokens", **{"token-scope": "read", "token-label": "on\0 the\r\nphone"})
    feed = {"what": "resource", "detail": "full", "language": "en", "label": "on\0 the\r\nphone"}
    made = lin.send("/feeds", **feed, past="60", future="0", resources="CON\0FOCAL")

    assert (token.status_code, made.status_code) == (201, 201)
    assert [row.label for row in tokens_of(db.session(), world.lin.id)] == ["on the phone"]
    assert [line.label for line in feeds_of(db.session(), world.lin.id)] == ["on the phone"]


@pytest.mark.parametrize(("act", "fields"), [("approval", {}), ("refusal", {"reason": "no"})])
def test_nobody_decides_on_what_he_has_not_seen(app, world, act, fields):
    fang, ref = Visitor(app, world.fang), _requested(world)
    page = fang.get(f"/approvals/{ref}").text
    change_booking(ref, by=world.actor(world.lin), start=at("2026-11-25 09:00"), end=at("2026-11-25 10:00"))

    answer = fang.send(f"/bookings/{ref}/{act}", **fields, version="1")

    assert 'name="version" type="hidden" value="1"' in page
    assert answer.status_code == 409
    assert "It was changed meanwhile, so nothing was saved." in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert booking_of(world.session, ref).status == "requested"


def _requested(world):
    confocal = world.resource(routes=BY_OWNER)
    wished = span("2026-11-24", "14:00", "16:00")
    return request_booking(confocal.id, wished, by=world.actor(world.lin), unit_id=world.university.id)


@pytest.fixture
def read_only(app):
    """Takes away the right to write, as a full disk does."""
    return lambda: sa.event.listen(
        db.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON")
    )


def test_where_nothing_can_be_written_tokens_and_feeds_still_read(app, client, world, read_only):
    token = make_token(world.actor(world.lin), "read").token
    feed = make_feed(world.actor(world.lin), "mine").token
    db.session.remove()
    read_only()

    bookings = client.get("/api/v1/bookings", headers={"Authorization": f"Bearer {token}"})
    calendar = client.get(f"/feeds/{feed}.ics")

    assert (bookings.status_code, calendar.status_code) == (200, 200)
