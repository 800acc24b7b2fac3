"""Giving up: when it is late, when it is the owner's doing, and that the place is free again."""

from datetime import timedelta

import pytest

from alliance import clock
from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import approve_booking
from alliance.errors import AlreadyDecided, Forbidden, Missing, Problem, Refused
from alliance.members.models import Person, Unit
from tests.booking.acting import WISH, booking, change, change_policy, events, occupied, request, verbs
from tests.world import BY_OWNER

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("before_start", "late"),
    [(25 * HOUR, False), (24 * HOUR, False), (24 * HOUR - SECOND, True), (SECOND, True)],
)
def test_exactly_at_the_deadline_is_in_time_and_a_second_later_is_late(world, before_start, late):
    microscope = world.resource(policy={"cancel_hours": 24})
    with clock.frozen(WISH.start - 30 * HOUR):
        ref = request(world, microscope)

    with clock.frozen(WISH.start - before_start):
        cancel_booking(ref, by=world.actor(world.lin))

    assert (booking(world, ref).status, booking(world, ref).cancelled_late) == ("cancelled", late)
    assert events(world)[-1] == ("booking.cancelled", {"reason": "", "late": late})


def test_without_a_deadline_nothing_is_late(sqlite_world):
    ref = request(sqlite_world, sqlite_world.resource())

    with clock.frozen(WISH.start - SECOND):
        cancel_booking(ref, by=sqlite_world.actor(sqlite_world.lin))

    assert not booking(sqlite_world, ref).cancelled_late


def test_a_request_is_withdrawn_free_of_any_deadline(sqlite_world):
    world = sqlite_world
    ref = request(world, world.resource(routes=BY_OWNER, policy={"cancel_hours": 240}))

    cancel_booking(ref, by=world.actor(world.lin), reason="  found another ")

    found = booking(world, ref)
    assert (found.status, found.cancelled_late, found.reason) == ("withdrawn", False, "found another")
    assert found.hold_until is None


def test_cancelling_by_the_owner_is_never_the_bookers_fault(world):
    ref = request(world, world.resource(routes=BY_OWNER, policy={"cancel_hours": 24}))
    fang = world.actor(world.fang)
    approve_booking(ref, by=fang)

    with clock.frozen(WISH.start - SECOND):
        for silence in ("", "  \n"):
            with pytest.raises(Refused) as refusal:
                cancel_booking(ref, by=fang, reason=silence)
            assert refusal.value.problems == (Problem("reason_needed", field="reason"),)
        cancel_booking(ref, by=fang, reason="the laser is broken")

    found = booking(world, ref)
    assert (found.status, found.cancelled_late, found.reason) == ("cancelled", False, "the laser is broken")
    assert found.changed_by.name == "fangshuyan"
    assert occupied(world) == 0
    request(world, found.resource)


def test_the_owner_may_end_what_is_running_and_the_booker_may_not(sqlite_world):
    world = sqlite_world
    ref = request(world, world.resource())

    with clock.frozen(WISH.start):
        with pytest.raises(Refused) as refusal:
            cancel_booking(ref, by=world.actor(world.lin))
        assert refusal.value.problems == (Problem("already_started"),)
        cancel_booking(ref, by=world.actor(world.fang), reason="fire alarm")

    assert booking(world, ref).status == "cancelled"


def test_what_is_over_is_nobodys_to_cancel(sqlite_world):
    world = sqlite_world
    ref = request(world, world.resource())

    with clock.frozen(WISH.end):
        for person in (world.lin, world.fang):
            with pytest.raises(Refused):
                cancel_booking(ref, by=world.actor(person), reason="late")

    assert verbs(world) == ["booking.approved"]


def test_others_may_not_and_strangers_do_not_even_hear_of_it(sqlite_world):
    world = sqlite_world
    ref = request(world, world.resource())
    dean = world.person("dean", world.university, admin=True)
    stranger = world.person("stranger", world.unit("OTHER"))

    with pytest.raises(Forbidden):
        cancel_booking(ref, by=world.actor(dean))
    with pytest.raises(Missing):
        cancel_booking(ref, by=world.actor(stranger))
    with pytest.raises(Missing):
        cancel_booking("0000000000", by=world.actor(stranger))


def test_twice_is_once(sqlite_world):
    world = sqlite_world
    ref = request(world, world.resource())
    cancel_booking(ref, by=world.actor(world.lin))

    with pytest.raises(AlreadyDecided) as refusal:
        cancel_booking(ref, by=world.actor(world.lin))

    assert (refusal.value.status, refusal.value.by) == ("cancelled", "linyuan")
    assert verbs(world) == ["booking.approved", "booking.cancelled"]


@pytest.mark.parametrize("whose", ["person", "unit"])
def test_the_suspended_keep_what_they_have_and_may_give_it_up(sqlite_world, whose):
    world = sqlite_world
    ref = request(world, world.resource())
    if whose == "person":
        change(world, Person, Person.id == world.lin.id, status="suspended")
    else:
        change(world, Unit, Unit.id == world.university.id, status="suspended")
    assert booking(world, ref).status == "approved"

    cancel_booking(ref, by=world.actor(world.lin))

    assert booking(world, ref).status == "cancelled"


def test_a_new_deadline_counts_from_now_on(sqlite_world):
    """The deadline is the owner's and not part of the booking: what the page says now is what counts."""
    world = sqlite_world
    microscope = world.resource()
    ref = request(world, microscope)
    change_policy(world, microscope, cancel_hours=240)

    cancel_booking(ref, by=world.actor(world.lin))

    assert booking(world, ref).cancelled_late
