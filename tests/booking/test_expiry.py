"""Requests lapse by themselves: whoever comes next finds the place free, whether or not a worker is awake."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import expire_overdue, request_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.check import check
from alliance.booking.models import Booking, Occupancy
from alliance.booking.queries import booking_of, bookings_on
from alliance.errors import AlreadyDecided
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.resources.policy import Route
from tests.conftest import NOW
from tests.waiting import in_background, row_lock
from tests.world import BY_OWNER, World, at, span

WISH = span("2026-11-30", "14:00", "16:00")
AFTER = timedelta(days=4)  # the hold lasts three working days


def request(world: World, resource, wish=WISH, *, by=None, **words) -> str:
    actor: Actor = world.actor(by or world.lin)
    return request_booking(resource.id, wish, by=actor, unit_id=min(actor.unit_ids), **words)


def status(world: World, ref: str) -> str:
    world.session.rollback()
    booking = booking_of(world.session, ref)
    assert booking is not None
    return booking.status


def occupied(world: World) -> int:
    world.session.rollback()
    return world.session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) or 0


# Until when a request keeps its place ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "start", "until"),
    [
        # Monday to Thursday: three plain working days.
        ("2026-11-23 10:24", "2026-12-07 09:00", "2026-11-26 10:24"),
        # Over a weekend: Thursday, then Friday, Monday, Tuesday.
        ("2026-11-26 10:24", "2026-12-07 09:00", "2026-12-01 10:24"),
        # Asked on a Saturday: Monday is the first working day after.
        ("2026-11-28 23:59", "2026-12-07 09:00", "2026-12-02 23:59"),
        # Over Spring Festival 2026: Friday 13 February; the Saturday 14 is worked; 15 to 23 is the holiday.
        ("2026-02-13 16:00", "2026-03-20 09:00", "2026-02-25 16:00"),
        # National Day: 20 September, a Sunday, is worked; 10 October, a Saturday, too.
        ("2026-10-08 09:00", "2026-11-01 09:00", "2026-10-12 09:00"),
        # Never past its own start.
        ("2026-11-23 10:24", "2026-11-24 09:00", "2026-11-24 09:00"),
        ("2026-11-23 10:24", "2026-11-26 10:00", "2026-11-26 10:00"),
    ],
)
def test_a_request_keeps_its_place_three_working_days_and_never_past_its_start(
    sqlite_world, now, start, until
):
    world = sqlite_world
    microscope = world.resource(routes=BY_OWNER)
    begins = at(start)

    with clock.frozen(at(now)):
        ref = request(world, microscope, type(WISH)(begins, begins + timedelta(hours=1)))

    assert booking_of(world.session, ref).hold_until == at(until)


def test_it_holds_to_the_last_second_and_not_a_second_more(world):
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)
    lapses = booking_of(world.session, ref).hold_until
    lin, unit = world.actor(world.lin), world.university.id

    with clock.frozen(lapses - timedelta(seconds=1)):
        assert check(world.session, microscope.id, WISH, by=lin, unit_id=unit).word == "block"
        assert expire_overdue() == 0
    with clock.frozen(lapses):
        assert check(world.session, microscope.id, WISH, by=lin, unit_id=unit).word == "approve"
        assert expire_overdue() == 1

    assert status(world, ref) == "expired"
    assert occupied(world) == 0


# A sleeping worker blocks nobody --------------------------------------------------------------------------------------


def test_who_comes_next_gets_the_place_of_a_lapsed_request(world):
    microscope = world.resource(routes=BY_OWNER)
    lapsed = request(world, microscope)

    with clock.frozen(NOW + AFTER):
        assert bookings_on(world.session, [microscope.id], WISH, clock.now()) == []
        ref = request(world, microscope)

    assert [status(world, lapsed), status(world, ref)] == ["expired", "requested"]
    assert occupied(world) == 1
    verbs = world.session.scalars(sa.select(Event.verb).order_by(Event.id)).all()
    assert verbs == ["booking.requested", "booking.expired", "booking.requested"]


def test_a_lapsed_request_for_the_whole_does_not_block_its_parts(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west, routes=BY_OWNER)
    lapsed = request(world, hall)

    with clock.frozen(NOW + AFTER):
        request(world, east)
        request(world, west)

    assert status(world, lapsed) == "expired"


def test_a_lapsed_request_for_another_whole_with_a_common_part_does_not_block(world):
    east, middle, west = (world.resource(code) for code in ("EAST", "MIDDLE", "WEST"))
    left = world.whole("LEFT", east, middle, routes=BY_OWNER)
    right = world.whole("RIGHT", middle, west, routes=BY_OWNER)
    lapsed = request(world, left)

    with clock.frozen(NOW + AFTER):
        request(world, right)

    assert status(world, lapsed) == "expired"


def test_however_many_have_lapsed_none_blocks(sqlite_world):
    world = sqlite_world
    seats = world.resource("SEATS", items=120, routes=BY_OWNER)
    for _ in range(120):
        request(world, seats)

    with clock.frozen(NOW + AFTER):
        request(world, seats, quantity=120)

    assert occupied(world) == 120


def test_a_lapsed_request_can_no_longer_be_approved_even_when_nobody_has_looked(world):
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)

    with clock.frozen(NOW + AFTER), pytest.raises(AlreadyDecided) as refusal:
        approve_booking(ref, by=world.actor(world.fang))

    assert refusal.value.status == "expired"


def test_the_worker_lets_all_lapse_that_are_due_and_nothing_else(world):
    microscope = world.resource(routes=BY_OWNER)
    due = [request(world, microscope, span(f"2026-12-0{n}", "14:00", "16:00")) for n in (1, 2, 3)]
    with clock.frozen(NOW + timedelta(days=2)):
        later = request(world, microscope, span("2026-12-04", "14:00", "16:00"))
    approved = request(world, microscope, span("2026-12-05", "14:00", "16:00"))
    approve_booking(approved, by=world.actor(world.fang))

    with clock.frozen(NOW + timedelta(days=3)):
        assert expire_overdue() == 3
        assert expire_overdue() == 0

    assert [status(world, ref) for ref in due] == ["expired"] * 3
    assert [status(world, later), status(world, approved)] == ["requested", "approved"]


def test_expiry_waits_for_whoever_is_deciding_on_the_resource(postgres_app):
    """An approval that began a second before the hold ended must not be overtaken, or it would hold no place."""
    world = World(postgres_app.extensions["sqlalchemy"].session())
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)

    with clock.frozen(NOW + AFTER), row_lock("resource", microscope.id) as lock:
        expiring = in_background(postgres_app, expire_overdue)
        lock.wait_for_waiters(1)
        lock.release()
        assert expiring.result(timeout=10) == 1

    assert status(world, ref) == "expired"


def test_a_request_of_two_stages_starts_its_hold_anew_with_each(world):
    office = world.person("office", world.university, role="secretariat")
    microscope = world.resource(routes=(Route("member", ("owner", "secretariat")),))
    ref = request(world, microscope, span("2026-12-14", "14:00", "16:00"))

    with clock.frozen(at("2026-11-26 10:00")):
        approve_booking(ref, by=world.actor(world.fang))

    booking = booking_of(world.session, ref)
    assert (booking.status, booking.hold_until) == ("requested", at("2026-12-01 10:00"))
    with clock.frozen(at("2026-12-01 09:59")):
        approve_booking(ref, by=world.actor(office))
    assert status(world, ref) == "approved"
    assert world.session.scalar(sa.select(Booking.hold_until).where(Booking.ref == ref)) is None
