"""The worker fetches what is due from real servers, keeps the last good copy when that fails, and asks less often."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.models import OutsideBusy, OutsideCalendar
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.calendars.outside.fetching import Reach
from alliance.calendars.outside.queries import calendars_run_by
from alliance.calendars.outside.refreshing import refresh_outside_calendars
from alliance.errors import Refused
from alliance.intervals import Span
from tests.booking.acting import WISH, request
from tests.calendars.outside.elsewhere import server
from tests.calendars.outside.foreign import calendar
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
BUSY = "DTSTART:20261124T140000\nDTEND:20261124T160000"


@pytest.fixture
def there():
    with server() as there:
        yield there


@pytest.fixture
def reach(there):
    return Reach(allowed=(there.origin,))


def add(world, there, path: str = "/secret-token.ics", **words) -> str:
    return add_outside_calendar(
        words.pop("resource", None) or world.resource().id,
        by=world.actor(world.fang),
        name="大楼日历",
        address=there.origin + path,
        allowed=(there.origin,),
        **words,
    )


def row(world) -> OutsideCalendar:
    world.session.rollback()
    return world.session.scalars(sa.select(OutsideCalendar)).one()


def kept(world) -> list[Span]:
    world.session.rollback()
    return [
        Span(*each) for each in world.session.execute(sa.select(OutsideBusy.starts_at, OutsideBusy.ends_at))
    ]


def state(world, at) -> str:
    world.session.rollback()
    (found,) = calendars_run_by(world.session, world.actor(world.fang), at)
    return found.state(at)


def test_what_is_fetched_closes_the_resource(world, there, reach):
    microscope = world.resource()
    there.gives(
        "/secret-token.ics", calendar(BUSY, BUSY.replace("DTSTART", "DTSTART;TZID=Nowhere")), ETag='"1"'
    )
    add(world, there, resource=microscope.id)
    assert state(world, NOW) == "waiting"

    assert refresh_outside_calendars(reach) == 1

    assert kept(world) == [WISH]
    found = row(world)
    assert (found.last_ok_at, found.read_at, found.due_at, found.tag) == (NOW, NOW, NOW + 15 * MINUTE, '"1"')
    assert found.findings == [{"code": "unknown_zone", "example": "Nowhere", "count": 1}]
    assert state(world, NOW) == "fresh"
    with pytest.raises(Refused):
        request(world, microscope)


def test_the_resources_own_zone_counts_and_so_does_the_choice_about_tentative_times(world, there, reach):
    there.gives("/secret-token.ics", calendar(BUSY, BUSY.replace("1124", "1125") + "\nSTATUS:TENTATIVE"))
    add(world, there, resource=world.resource(zone="Europe/Berlin").id, tentative=False)

    refresh_outside_calendars(reach)

    assert kept(world) == [Span(WISH.start + timedelta(hours=7), WISH.end + timedelta(hours=7))]


def test_nothing_is_asked_for_before_it_is_due(world, there, reach):
    there.gives("/secret-token.ics", calendar(BUSY), ETag='"1"')
    add(world, there)
    refresh_outside_calendars(reach)

    with clock.frozen(NOW + 14 * MINUTE):
        assert refresh_outside_calendars(reach) == 0
    there.gives("/secret-token.ics", b"", 304)
    with clock.frozen(NOW + 15 * MINUTE):
        assert refresh_outside_calendars(reach) == 1

    assert [headers.get("If-None-Match") for _path, headers in there.asked] == [None, '"1"']
    assert (kept(world), row(world).last_ok_at, row(world).read_at) == ([WISH], NOW + 15 * MINUTE, NOW)


def test_the_last_good_copy_stays_when_the_source_fails_and_the_next_look_comes_later_each_time(
    world, there, reach
):
    microscope = world.resource()
    there.gives("/secret-token.ics", calendar(BUSY))
    add(world, there, resource=microscope.id)
    refresh_outside_calendars(reach)
    there.gives("/secret-token.ics", b"gone", 410)

    now, waits = NOW + 15 * MINUTE, []
    for _attempt in range(6):
        with clock.frozen(now):
            refresh_outside_calendars(reach)
            waits.append((row(world).due_at - now) // MINUTE)
            now = row(world).due_at

    assert waits == [30, 60, 120, 240, 360, 360]
    found = row(world)
    assert (found.last_ok_at, found.failures, found.trouble) == (
        NOW,
        6,
        {"code": "answered", "params": {"status": 410}},
    )
    assert (kept(world), state(world, now)) == ([WISH], "stale")
    with pytest.raises(Refused):
        request(world, microscope)
    there.gives("/secret-token.ics", calendar(BUSY.replace("1124", "1125")))
    with clock.frozen(now):
        refresh_outside_calendars(reach)
        assert (row(world).failures, row(world).trouble, state(world, now)) == (0, None, "fresh")
    assert kept(world) == [Span(WISH.start + timedelta(days=1), WISH.end + timedelta(days=1))]


def test_what_cannot_be_read_leaves_the_last_good_copy_too(world, there, reach):
    there.gives("/secret-token.ics", calendar(BUSY))
    add(world, there)
    refresh_outside_calendars(reach)
    there.gives("/secret-token.ics", b"<html>Sign in, please</html>")

    with clock.frozen(NOW + 15 * MINUTE):
        refresh_outside_calendars(reach)

    assert (kept(world), row(world).trouble) == ([WISH], {"code": "not_a_calendar", "params": {}})


def test_what_was_never_had_is_failing(world, there, reach):
    there.gives("/secret-token.ics", b"", 404)
    add(world, there)

    refresh_outside_calendars(reach)

    assert (state(world, NOW), kept(world)) == ("failing", [])


def test_where_no_worker_looks_the_copy_grows_old(world, there, reach):
    there.gives("/secret-token.ics", calendar(BUSY))
    add(world, there)
    refresh_outside_calendars(reach)

    assert [state(world, NOW + 119 * MINUTE), state(world, NOW + 120 * MINUTE)] == ["fresh", "stale"]


def test_an_origin_that_is_no_longer_allowed_is_not_asked(world, there, reach):
    there.gives("/secret-token.ics", calendar(BUSY))
    add(world, there)

    refresh_outside_calendars(Reach())

    assert (there.asked, row(world).trouble["code"]) == ([], "address_not_https")


def test_one_that_fails_keeps_no_other_from_being_read(world, there, reach):
    microscope = world.resource()
    for path in ("/gone.ics", "/secret-token.ics"):
        add(world, there, path, resource=microscope.id)
    there.gives("/gone.ics", b"", 404)
    there.gives("/secret-token.ics", calendar(BUSY))

    assert refresh_outside_calendars(reach) == 2

    assert kept(world) == [WISH]


def test_nothing_about_the_address_is_written_to_the_log(world, there, reach, caplog):
    caplog.set_level("DEBUG")
    there.gives("/secret-token.ics", b"", 404)
    add(world, there)

    refresh_outside_calendars(reach)

    assert there.paths == ["/secret-token.ics"]
    assert "secret-token" not in caplog.text
