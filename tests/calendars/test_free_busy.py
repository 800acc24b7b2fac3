"""When nothing of a resource can be had, as programs read it, on both databases."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.members.tokens import make_token
from tests.conftest import NOW
from tests.world import BY_OWNER, at, span

TUESDAY = "?from=2026-11-24&to=2026-11-25"
OFFICE = {"hours": "DAILY 09:00-17:00"}


def periods(feeds, path, **headers):
    """Each period as kind, and start and end on a clock of Beijing's Tuesday."""
    answer = feeds.get(path, **headers)
    assert answer.status_code == 200, answer.text
    (found,) = Calendar.from_ical(answer.get_data()).walk("VFREEBUSY")
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (at("2026-11-24 00:00"), at("2026-11-25 00:00"))
    lines = found.get("FREEBUSY", [])
    return [
        (str(line.params["FBTYPE"]), local(period[0]), local(period[1]))
        for line in (lines if isinstance(lines, list) else [lines])
        for period in [line.dt]
    ]


def local(instant):
    hours = (instant - at("2026-11-24 00:00")) / timedelta(hours=1)
    return f"{int(hours):02}:{round(hours % 1 * 60):02}"


def test_taken_wanted_and_closed_times_are_told_apart_and_joined(feeds, world):
    public = world.resource(visibility="public", policy=OFFICE, routes=BY_OWNER)
    for start, end in (("09:00", "10:00"), ("10:00", "11:00")):
        feeds.book(public, span("2026-11-24", start, end), by=world.fang, unit=world.institute)
    feeds.book(public, span("2026-11-24", "11:00", "12:30"))
    close_resource(
        public.id,
        by=world.actor(world.fang),
        kind="calibration",
        starts_at=at("2026-11-24 15:00"),
        ends_at=at("2026-11-24 16:00"),
    )

    assert periods(feeds, f"/resources/CONFOCAL/freebusy.ics{TUESDAY}") == [
        ("BUSY-UNAVAILABLE", "00:00", "09:00"),
        ("BUSY", "09:00", "11:00"),
        ("BUSY-TENTATIVE", "11:00", "12:30"),
        ("BUSY-UNAVAILABLE", "15:00", "16:00"),
        ("BUSY-UNAVAILABLE", "17:00", "24:00"),
    ]


def test_of_several_items_one_that_is_left_makes_it_free(feeds, world):
    pool = world.resource(visibility="public", items=2)
    feeds.book(pool, span("2026-11-24", "09:00", "12:00"))
    only_one = periods(feeds, f"/resources/CONFOCAL/freebusy.ics{TUESDAY}")

    feeds.book(pool, span("2026-11-24", "11:00", "14:00"))

    assert only_one == []
    assert periods(feeds, f"/resources/CONFOCAL/freebusy.ics{TUESDAY}") == [("BUSY", "11:00", "12:00")]


def test_a_whole_is_taken_with_any_of_its_parts_and_a_part_with_the_whole(feeds, world):
    west, east = (world.resource(code, visibility="public") for code in ("WEST", "EAST"))
    hall = world.whole("HALL", west, east, visibility="public")
    feeds.book(west, span("2026-11-24", "09:00", "10:00"))
    feeds.book(hall, span("2026-11-24", "14:00", "15:00"))

    found = {
        code: periods(feeds, f"/resources/{code}/freebusy.ics{TUESDAY}") for code in ("HALL", "WEST", "EAST")
    }

    first, second = ("BUSY", "09:00", "10:00"), ("BUSY", "14:00", "15:00")
    assert found == {"HALL": [first, second], "WEST": [first, second], "EAST": [second]}


def test_what_a_booking_needs_before_and_after_is_taken_too(feeds, world):
    booked = world.resource(visibility="public", policy={"setup_minutes": 30, "teardown_minutes": 15})
    feeds.book(booked, span("2026-11-24", "09:00", "10:00"))

    assert periods(feeds, f"/resources/CONFOCAL/freebusy.ics{TUESDAY}") == [("BUSY", "08:30", "10:15")]


def test_a_closure_without_an_end_and_what_is_not_booked_by_time_are_unavailable(feeds, world):
    broken = world.resource("BROKEN", visibility="public")
    world.resource("LECTURE", visibility="public", preset="sample")
    close_resource(
        broken.id,
        by=world.actor(world.fang),
        kind="breakdown",
        starts_at=at("2026-11-24 06:00"),
        ends_at=None,
    )

    assert periods(feeds, f"/resources/BROKEN/freebusy.ics{TUESDAY}") == [
        ("BUSY-UNAVAILABLE", "06:00", "24:00")
    ]
    assert periods(feeds, f"/resources/LECTURE/freebusy.ics{TUESDAY}") == [
        ("BUSY-UNAVAILABLE", "00:00", "24:00")
    ]


def test_what_takes_no_bookings_is_never_free(feeds, world):
    world.resource(visibility="public")
    world.institute.status = "suspended"
    world.session.commit()

    assert periods(feeds, f"/resources/CONFOCAL/freebusy.ics{TUESDAY}") == [
        ("BUSY-UNAVAILABLE", "00:00", "24:00")
    ]


def test_a_request_that_lapsed_takes_nothing(feeds, world):
    asked = world.resource(visibility="public", routes=BY_OWNER)
    feeds.book(asked, span("2026-11-24", "14:00", "16:00"))
    path = f"/resources/CONFOCAL/freebusy.ics{TUESDAY}"
    before = periods(feeds, path)

    with clock.frozen(NOW + timedelta(days=5)):
        after = periods(feeds, path)

    assert before == [("BUSY-TENTATIVE", "14:00", "16:00")]
    assert after == []


def test_who_may_see_the_resource_may_ask_and_hidden_looks_like_missing(feeds, world):
    for code, visibility in (("OPEN", "public"), ("OURS", "alliance"), ("SECRET", "own_unit")):
        feeds.book(world.resource(code, visibility=visibility), by=world.fang, unit=world.institute)
    token = make_token(world.actor(world.lin), "read").token
    lins = {"Authorization": f"Bearer {token}"}
    missing = feeds.get("/resources/NOWHERE/freebusy.ics")

    def told(**headers):
        return [
            feeds.get(f"/resources/{code}/freebusy.ics", **headers) for code in ("OPEN", "OURS", "SECRET")
        ]

    assert [answer.status_code for answer in told()] == [200, 404, 404]
    assert [answer.status_code for answer in told(**lins)] == [200, 200, 404]
    assert {answer.get_data() for answer in told()[1:]} == {missing.get_data()}
    text = told(**lins)[1].get_data(as_text=True)
    assert "linyuan" not in text
    assert "example.org" not in text.replace("@alliance.example.org", "")


def test_nothing_is_sent_again_until_something_is_taken(feeds, world):
    booked = world.resource(visibility="public")
    path = f"/resources/CONFOCAL/freebusy.ics{TUESDAY}"
    tag = feeds.get(path).headers["ETag"]

    with clock.frozen(NOW + timedelta(minutes=7)):
        same = feeds.get(path, If_None_Match=tag)
        feeds.book(booked)
        after = feeds.get(path, If_None_Match=tag)

    assert (same.status_code, after.status_code) == (304, 200)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=soon", "from: This is no day of the calendar. Write it like 2026-11-24."),
        ("from=2026-11-24T09:00:00", "from: "),
        ("from=2026-11-24&to=2026-11-24", "to: "),
        ("from=2026-11-24&to=2026-11-23", "to: "),
        ("from=2026-01-01&to=2026-12-31", "to: "),
        ("from=1999-11-24", "from: "),
        ("from=2037-11-24", "from: Times before 2000"),
        ("from=9999-12-31&to=0001-01-01", "from: "),
        ("to=0001-01-01", "to: "),
        ("from=%00", "from: "),
        ("from=2026-W48-2T", "from: "),
    ],
)
def test_what_is_no_window_is_refused_in_words(feeds, world, asked, said):
    world.resource(visibility="public")

    answer = feeds.get(f"/resources/CONFOCAL/freebusy.ics?{asked}", Accept_Language="en")

    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert answer.text.startswith(said)
    assert len(answer.text) > 20


def test_instants_with_any_offset_are_windows_too(feeds, world):
    world.resource(visibility="public")

    for asked in (
        "from=2026-11-23T16:00:00Z&to=2026-11-25T00:00:00%2B08:00",
        "from=2026-11-24T00:00 08:00&to=2026-11-25",
    ):
        assert periods(feeds, f"/resources/CONFOCAL/freebusy.ics?{asked}") == []
