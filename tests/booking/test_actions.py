"""Booking acts on both databases."""

import pytest
import sqlalchemy as sa

from alliance.booking.actions import cancel_booking, move_booking, request_booking, retitle_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking, Occupancy
from alliance.booking.queries import booking_of
from alliance.errors import AlreadyDecided, Forbidden, Missing, Refused, Taken
from alliance.history.models import Event
from tests.world import BY_OWNER, World, span


def verbs(world: World) -> list[str]:
    return list(world.session.scalars(sa.select(Event.verb).order_by(Event.id)))


def test_a_free_span_is_booked_at_once_where_the_owner_asks_for_no_decision(world):
    microscope = world.resource()

    ref = request_booking(
        microscope.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )

    booking = booking_of(world.session, ref)
    assert booking.status == "approved"
    assert [o.item_id for o in booking.occupancies] == world.item_ids(microscope)
    assert verbs(world) == ["booking.approved"]


def test_a_refused_booking_leaves_no_trace(world):
    microscope = world.resource()
    lin, unit = world.actor(world.lin), world.university.id
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=unit)

    with pytest.raises(Taken):
        request_booking(microscope.id, span("2026-11-24", "15:00", "17:00"), by=lin, unit_id=unit)

    assert verbs(world) == ["booking.approved"]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_a_request_is_approved_by_the_owner_and_by_nobody_else(world):
    microscope = world.resource(routes=BY_OWNER)
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    stranger = world.actor(world.person("guest", world.unit("OTHER")))
    ref = request_booking(
        microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id
    )

    with pytest.raises(Forbidden):
        approve_booking(ref, by=lin)
    with pytest.raises(Missing):
        approve_booking(ref, by=stranger)
    approve_booking(ref, by=fang)

    assert booking_of(world.session, ref).status == "approved"
    with pytest.raises(AlreadyDecided) as refusal:
        refuse_booking(ref, by=fang, reason="late")
    assert (refusal.value.status, refusal.value.by) == ("approved", "fangshuyan")


def test_moving_ignores_its_own_place_and_a_wider_span_takes_the_route_anew(world):
    microscope = world.resource(routes=BY_OWNER)
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    ref = request_booking(
        microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id
    )
    approve_booking(ref, by=fang)

    move_booking(ref, span("2026-11-24", "14:30", "15:30"), by=lin)
    assert booking_of(world.session, ref).status == "approved"
    move_booking(ref, span("2026-11-24", "15:00", "17:00"), by=lin)

    assert booking_of(world.session, ref).status == "requested"
    assert verbs(world) == ["booking.requested", "booking.approved", "booking.moved", "booking.moved"]


def test_giving_up_frees_the_place(world):
    microscope = world.resource(routes=BY_OWNER)
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    wish = span("2026-11-24", "14:00", "16:00")
    withdrawn = request_booking(microscope.id, wish, by=lin, unit_id=world.university.id)
    cancel_booking(withdrawn, by=lin)
    cancelled = request_booking(microscope.id, wish, by=lin, unit_id=world.university.id)
    approve_booking(cancelled, by=fang)

    with pytest.raises(Refused):
        cancel_booking(cancelled, by=fang)
    cancel_booking(cancelled, by=fang, reason="laser broken")

    assert [booking_of(world.session, ref).status for ref in (withdrawn, cancelled)] == [
        "withdrawn",
        "cancelled",
    ]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) == 0


def test_a_whole_takes_all_its_parts_and_a_part_takes_the_whole(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    lin, unit = world.actor(world.lin), world.university.id
    morning, evening = span("2026-11-24", "09:00", "11:00"), span("2026-11-24", "18:00", "20:00")

    request_booking(hall.id, morning, by=lin, unit_id=unit)
    request_booking(west.id, evening, by=lin, unit_id=unit)

    with pytest.raises(Taken):
        request_booking(east.id, morning, by=lin, unit_id=unit)
    with pytest.raises(Taken):
        request_booking(hall.id, evening, by=lin, unit_id=unit)
    request_booking(east.id, evening, by=lin, unit_id=unit)


def test_retitling_counts_as_a_change_no_calendar_must_notice(world):
    microscope = world.resource()
    lin = world.actor(world.lin)
    ref = request_booking(
        microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id
    )

    retitle_booking(ref, by=lin, title="海马切片")

    booking = booking_of(world.session, ref)
    assert (booking.title, booking.version, booking.sequence) == ("海马切片", 2, 0)
