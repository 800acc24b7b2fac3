"""Outside calendars in the browser: adding one, seeing how it does, what it clashes with, and removing it."""

import io

import pytest
import sqlalchemy as sa

from alliance.availability.models import OutsideBusy, OutsideCalendar
from alliance.booking.actions import request_booking
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.calendars.outside.apart import Reading
from alliance.calendars.outside.fetching import Reach
from alliance.calendars.outside.refreshing import refresh_outside_calendars
from tests.calendars.outside.foreign import calendar
from tests.conftest import NOW, fresh_database
from tests.web.test_bookings import FORM as BOOKING
from tests.web.test_bookings import words
from tests.web.test_photos import post_unread
from tests.web.visitor import Visitor
from tests.world import span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
ADDRESS = "https://calendar.example.org/secret-token/basic.ics"
FORM = {
    "resource": "CONFOCAL",
    "item": "",
    "name": "大楼日历",
    "source": "address",
    "address": ADDRESS,
    "tentative": "y",
}
BUSY = calendar("DTSTART:20261124T140000\nDTEND:20261124T160000\nSUMMARY:secret title")
AFTERNOON = span("2026-11-24", "14:00", "16:00")


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def file(content: bytes):
    return io.BytesIO(content), "hall.ics"


def rows(world):
    world.session.rollback()
    return world.session.scalars(sa.select(OutsideCalendar)).all()


def book(world, resource, wish=AFTERNOON):
    return request_booking(resource.id, wish, by=world.actor(world.lin), unit_id=world.university.id)


def sent(world, resource, *blocks, findings=(), **words):
    reading = Reading(blocks, findings)
    return add_outside_calendar(
        resource.id, by=world.actor(world.fang), name="大楼日历", reading=reading, **words
    )


@BOTH
def test_an_address_is_queued_and_never_shown_again_whole(fang, world):
    world.resource()

    answer = fang.send("/outside-calendars", on="/outside-calendars/new?resource=CONFOCAL", **FORM)

    (row,) = rows(world)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/outside-calendars/{row.ref}")
    assert (row.address, row.due_at, row.tentative, row.item_id) == (ADDRESS, NOW, True, None)
    pages = fang.get(answer.headers["Location"]), fang.get("/outside-calendars")
    assert "The calendar is added. It is fetched within a minute." in words(pages[0])
    for page in pages:
        assert "calendar.example.org/…" in words(page)
        assert "Not read yet" in words(page)
        assert "secret-token" not in page.text


@BOTH
def test_a_file_is_read_at_once_and_shows_what_it_clashes_with(fang, world):
    microscope = world.resource()
    ref = book(world, microscope)
    book(world, microscope, span("2026-11-24", "18:00", "19:00"))

    answer = fang.send("/outside-calendars", **{**FORM, "source": "file", "address": "", "file": file(BUSY)})

    (row,) = rows(world)
    assert (answer.status_code, row.address, row.due_at) == (303, None, None)
    page = fang.get(f"/outside-calendars/{row.ref}")
    assert "1 booking stands in its time" in words(page)
    assert f'href="/bookings/{ref}"' in page.text
    assert page.text.count('href="/bookings/') == 1
    assert "secret title" not in page.text
    assert "1 booking stands in its time" in words(fang.get("/outside-calendars"))


def test_what_it_closes_names_it_everywhere(fang, world):
    microscope = world.resource()
    sent(world, microscope, AFTERNOON)
    lin = Visitor(fang.client.application, world.lin)

    refused = lin.send("/bookings", **BOOKING)

    assert refused.status_code == 422
    assert "Taken in the calendar “大楼日历”: Tue 24 Nov, 14:00–16:00." in words(refused)
    assert "大楼日历" in words(lin.get("/resources/CONFOCAL"))
    assert "大楼日历" in lin.get("/board", date="2026-11-24").text


def test_what_could_not_be_used_is_said_in_plain_words(fang, world):
    findings = (
        {"code": "unknown_zone", "example": "Nowhere & more", "count": 2},
        {"code": "broken", "example": "", "count": 1},
    )
    ref = sent(world, world.resource(), AFTERNOON, findings=findings)

    page = words(fang.get(f"/outside-calendars/{ref}"))

    assert "2 events are left out: their time zone “Nowhere &amp; more” is not known." in page
    assert "1 event is left out: its time or its repetition makes no sense." in page
    assert "Not all of it could be used" in words(fang.get("/outside-calendars"))


def test_a_source_that_fails_says_why_and_that_the_last_copy_stays(fang, world):
    microscope = world.resource()
    fang.send("/outside-calendars", **FORM)
    refresh_outside_calendars(Reach(resolve=lambda host, port: []))
    (row,) = rows(world)

    never = words(fang.get(f"/outside-calendars/{row.ref}"))
    row.last_ok_at = NOW
    world.session.commit()
    stale = words(fang.get(f"/outside-calendars/{row.ref}"))

    assert microscope.id == row.resource_id
    assert "Never read so far" in never
    assert "The name in the address is not known." in never
    assert "What we read last stays valid until then." not in never
    assert "Old: last read today, 10:24" in stale
    assert "What we read last stays valid until then." in stale
    assert "Next lookToday, 10:54" in stale


def test_fetching_now_puts_it_first(fang, world):
    world.resource()
    fang.send("/outside-calendars", **FORM)
    refresh_outside_calendars(Reach(resolve=lambda host, port: []))
    (row,) = rows(world)
    assert row.due_at > NOW

    answer = fang.send(f"/outside-calendars/{row.ref}/look", on=f"/outside-calendars/{row.ref}")

    assert (answer.status_code, rows(world)[0].due_at) == (303, NOW)
    assert "It is fetched within a minute." in words(fang.get(f"/outside-calendars/{row.ref}"))


def test_a_newer_file_takes_the_place_of_the_last_one_unless_it_cannot_be_read(fang, world):
    ref = sent(world, world.resource(), AFTERNOON)

    refused = fang.send(f"/outside-calendars/{ref}/file", file=file(b"<html>"))
    kept = world.session.scalars(sa.select(OutsideBusy.starts_at)).all()
    taken = fang.send(f"/outside-calendars/{ref}/file", file=file(BUSY.replace(b"T14", b"T15")))

    assert refused.status_code == 422
    assert "What stands there is no calendar in the iCalendar format (.ics)." in words(refused)
    assert kept == [AFTERNOON.start]
    assert taken.status_code == 303
    world.session.rollback()
    assert world.session.scalars(sa.select(OutsideBusy.ends_at)).all() == [AFTERNOON.end]


def test_removing_it_asks_first_and_frees_its_time(fang, world):
    microscope = world.resource()
    ref = sent(world, microscope, AFTERNOON)

    question = words(fang.get(f"/outside-calendars/{ref}"))
    fang.send(f"/outside-calendars/{ref}/removal")

    assert "Remove this calendar?" in question
    assert rows(world) == []
    assert "No outside calendar yet" in words(fang.get("/outside-calendars"))
    book(world, microscope)


BAD_INPUT = [
    ({"name": ""}, "Name the calendar in a few words."),
    ({"name": "n" * 81}, "A name has at most 80 characters."),
    ({"item": "999999"}, "Choose one of these."),
    ({"address": ""}, "Calendars are fetched by https on its usual port only."),
    ({"address": "http://calendar.example.org/"}, "Calendars are fetched by https on its usual port only."),
    ({"address": "https://lin:secret@calendar.example.org/"}, "The address holds a name or a password."),
    ({"address": "https://a b"}, "This is not the address of a calendar."),
    ({"source": "file"}, "No file was chosen, or it is empty."),
    ({"source": "file", "file": (io.BytesIO(b"hello"), "a.ics")}, "What stands there is no calendar"),
]


@pytest.mark.parametrize(("fields", "said"), BAD_INPUT, ids=[said[:24] for _fields, said in BAD_INPUT])
def test_what_is_wrong_is_said_and_nothing_is_saved(fang, world, fields, said):
    world.resource()

    answer = fang.send("/outside-calendars", **{**FORM, **fields})

    assert answer.status_code == 422
    assert said in words(answer)
    assert rows(world) == []


def test_everything_that_is_wrong_is_said_at_once(fang, world):
    world.resource()

    answer = words(fang.send("/outside-calendars", **{**FORM, "name": "", "address": "x", "item": "7"}))

    for said in (
        "Name the calendar in a few words.",
        "Choose one of these.",
        "Calendars are fetched by https",
    ):
        assert said in answer


def test_a_form_that_is_too_large_is_not_read(fang, world):
    world.resource()

    answer = post_unread(fang, "/outside-calendars", 6)

    assert answer.status_code == 413
    assert "The calendar has more than 5 MB. Share or export less of the past." in words(answer)
    assert rows(world) == []


def test_it_is_nobody_elses_affair(app, fang, world):
    ref = sent(world, world.resource(), AFTERNOON)
    lin, other = Visitor(app, world.lin), Visitor(app, world.person("wang", world.university, admin=True))

    assert lin.get("/outside-calendars").status_code == 403
    assert "No outside calendar yet" in words(other.get("/outside-calendars"))
    for visitor in (lin, other):
        assert visitor.get(f"/outside-calendars/{ref}").status_code == 404
        for act in ("look", "file", "removal"):
            assert visitor.send(f"/outside-calendars/{ref}/{act}").status_code == 404
    assert other.send("/outside-calendars", **FORM).status_code == 404
    assert other.get("/outside-calendars/new", resource="CONFOCAL").status_code == 404
    assert fang.get("/outside-calendars/0000000000").status_code == 404
    assert fang.get("/outside-calendars/x").status_code == 404
    assert len(rows(world)) == 1


def test_without_a_resource_it_asks_what_the_calendar_closes(fang, world):
    world.resource()

    page = fang.get("/outside-calendars/new")

    assert 'href="/outside-calendars/new?resource=CONFOCAL"' in page.text
    assert 'href="/outside-calendars"' in fang.get("/closures").text


def test_one_of_several_can_be_chosen(fang, world):
    pool = world.resource(items=2)
    item = world.item_ids(pool)[1]

    assert "No. 2" in fang.get("/outside-calendars/new", resource="CONFOCAL").text
    fang.send("/outside-calendars", **{**FORM, "item": str(item), "tentative": ""})

    (row,) = rows(world)
    assert (row.item_id, row.tentative) == (item, False)
    assert "No. 2" in words(fang.get("/outside-calendars"))


def test_the_page_of_closures_says_when_one_wants_a_look(fang, world):
    microscope, other = world.resource(), world.resource("OTHER")
    sent(world, other, AFTERNOON)
    quiet = words(fang.get("/closures"))
    book(world, microscope)
    sent(world, microscope, AFTERNOON)

    assert "want" not in quiet
    assert "1 outside calendar wants a look" in words(fang.get("/closures"))
