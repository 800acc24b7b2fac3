"""Moving: onto one's own place, giving back, taking the route anew, and what may never happen by it."""

from datetime import timedelta

import pytest

from alliance import clock
from alliance.booking.actions import change_booking, move_booking
from alliance.booking.approvals import approve_booking
from alliance.errors import Forbidden, Problem, Refused, Stale, Taken
from alliance.members.models import Membership
from alliance.resources.policy import Route
from tests.booking.acting import (
    WISH,
    afternoon,
    booking,
    change,
    change_policy,
    events,
    occupied,
    places,
    request,
    verbs,
)
from tests.conftest import NOW
from tests.world import BY_OWNER, World, at

MINUTE = timedelta(minutes=1)


def approved(world: World, resource, wish=WISH, **words) -> str:
    ref = request(world, resource, wish, **words)
    approve_booking(ref, by=world.actor(world.fang))
    return ref


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


# Giving back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish", [afternoon("14:00", "15:00"), afternoon("15:00", "16:00"), afternoon("14:30", "15:30")]
)
def test_shortening_keeps_the_approval_and_frees_the_rest(world, wish):
    microscope = world.resource(routes=BY_OWNER)
    ref = approved(world, microscope)

    move_booking(ref, wish, by=world.actor(world.lin))

    found = booking(world, ref)
    assert (found.status, found.span, found.version, found.sequence) == ("approved", wish, 3, 2)
    assert [(start, end) for _, start, end in places(world, ref)] == [(wish.start, wish.end)]
    assert [stage.verdict for stage in found.stages] == ["approved"]


def test_fewer_items_keep_the_approval_and_stay_where_they_are(world):
    seats = world.resource(items=4, routes=BY_OWNER)
    ref = approved(world, seats, quantity=3)
    items = [item for item, _, _ in places(world, ref)]

    move_booking(ref, WISH, by=world.actor(world.lin), quantity=1)

    assert booking(world, ref).status == "approved"
    assert [item for item, _, _ in places(world, ref)] == items[:1]


def test_shortening_a_request_leaves_it_waiting_for_the_same_people(world):
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)
    change_policy(world, microscope, routes=[Route("member").to_json()])
    before = booking(world, ref).hold_until

    move_booking(ref, afternoon("14:00", "15:00"), by=world.actor(world.lin))

    found = booking(world, ref)
    assert (found.status, found.hold_until) == ("requested", before)
    assert [(stage.deciders, stage.verdict) for stage in found.stages] == [("owner", None)]


def test_shortening_keeps_the_buffers_it_was_asked_for_with(world):
    microscope = world.resource(policy={"setup_minutes": 30, "teardown_minutes": 60})
    ref = request(world, microscope)
    change_policy(world, microscope, setup_minutes=90, teardown_minutes=0)

    move_booking(ref, afternoon("14:00", "15:00"), by=world.actor(world.lin))

    found = booking(world, ref)
    assert (found.setup_minutes, found.teardown_minutes) == (30, 60)
    assert [place[1:] for place in places(world, ref)] == [(at("2026-11-24 13:30"), at("2026-11-24 16:00"))]


def test_a_running_booking_can_end_early_but_neither_longer_nor_elsewhere(world):
    microscope = world.resource()
    ref = request(world, microscope)
    lin = world.actor(world.lin)

    with clock.frozen(at("2026-11-24 15:00")):
        for wish in (afternoon("14:00", "17:00"), afternoon("17:00", "18:00")):
            with pytest.raises(Refused) as refusal:
                move_booking(ref, wish, by=lin)
            assert "already_started" in codes(refusal)
        with pytest.raises(Refused) as refusal:
            move_booking(ref, afternoon("14:00", "15:00"), by=lin)
        assert codes(refusal) == ["in_the_past"]
        move_booking(ref, afternoon("14:00", "15:30"), by=lin)

    assert booking(world, ref).ends_at == at("2026-11-24 15:30")


def test_what_is_over_cannot_be_moved_at_all(world):
    microscope = world.resource(items=2)
    ref = request(world, microscope, quantity=2)
    lin = world.actor(world.lin)

    with clock.frozen(WISH.end):
        for wish, quantity in ((WISH, 1), (afternoon("14:00", "15:00"), 2), (afternoon("18:00", "19:00"), 2)):
            with pytest.raises(Refused):
                move_booking(ref, wish, by=lin, quantity=quantity)

    assert verbs(world) == ["booking.approved"]


# The route anew -------------------------------------------------------------------------------------------------------


def test_any_other_move_takes_the_route_anew_and_releases_the_old_place(world):
    microscope = world.resource(routes=BY_OWNER)
    ref = approved(world, microscope)

    with clock.frozen(NOW + MINUTE):
        move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    found = booking(world, ref)
    assert (found.status, found.requested_at) == ("requested", NOW + MINUTE)
    assert found.hold_until == at("2026-11-24 18:00")  # at the latest its start
    assert [(stage.n, stage.deciders, stage.verdict) for stage in found.stages] == [(1, "owner", None)]
    request(world, microscope)


def test_without_stages_it_is_approved_at_the_new_time(world):
    microscope = world.resource()
    ref = request(world, microscope)

    move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    assert booking(world, ref).status == "approved"


def test_half_decided_routes_start_from_the_beginning(world):
    dean = world.actor(world.person("dean", world.university, admin=True))
    microscope = world.resource(routes=(Route("member", ("unit", "owner")),))
    ref = request(world, microscope)
    approve_booking(ref, by=dean)

    move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    assert [(stage.deciders, stage.verdict) for stage in booking(world, ref).stages] == [
        ("unit", None),
        ("owner", None),
    ]


def test_more_items_take_the_route_anew(world):
    seats = world.resource(items=3, routes=BY_OWNER)
    ref = approved(world, seats)
    own = places(world, ref)[0][0]

    move_booking(ref, WISH, by=world.actor(world.lin), quantity=3)

    assert booking(world, ref).status == "requested"
    assert own in [item for item, _, _ in places(world, ref)]
    assert occupied(world) == 3


def test_a_move_takes_the_buffers_of_today(world):
    microscope = world.resource(policy={"setup_minutes": 0, "teardown_minutes": 0})
    ref = request(world, microscope)
    change_policy(world, microscope, setup_minutes=30, teardown_minutes=60)

    move_booking(ref, afternoon("14:00", "17:00"), by=world.actor(world.lin))

    assert [place[1:] for place in places(world, ref)] == [(at("2026-11-24 13:30"), at("2026-11-24 18:00"))]


# Places ---------------------------------------------------------------------------------------------------------------


def test_its_own_place_is_never_in_the_way_but_others_are(world):
    microscope = world.resource(policy={"setup_minutes": 30, "teardown_minutes": 30})
    ref = request(world, microscope)
    request(world, microscope, afternoon("18:00", "19:00"))
    lin = world.actor(world.lin)

    with pytest.raises(Taken):
        move_booking(ref, afternoon("15:30", "17:30"), by=lin)
    move_booking(ref, afternoon("15:00", "17:00"), by=lin)

    assert booking(world, ref).span == afternoon("15:00", "17:00")


def test_a_refused_move_changes_nothing(world):
    microscope = world.resource(routes=BY_OWNER)
    ref, _ = approved(world, microscope), request(world, microscope, afternoon("18:00", "19:00"))
    before, place, happened = booking(world, ref), places(world, ref), verbs(world)

    with pytest.raises(Taken):
        move_booking(ref, afternoon("17:30", "18:30"), by=world.actor(world.lin))

    after = booking(world, ref)
    assert (after.status, after.span, after.version) == ("approved", WISH, before.version)
    assert (places(world, ref), verbs(world)) == (place, happened)


def test_a_move_stays_on_its_item_while_that_is_free(world):
    seats = world.resource(items=3)
    first, second = request(world, seats), request(world, seats)
    own = places(world, second)[0][0]
    move_booking(first, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    move_booking(second, afternoon("14:00", "17:00"), by=world.actor(world.lin))

    assert [item for item, _, _ in places(world, second)] == [own]


def test_a_move_to_where_it_is_does_nothing(world):
    ref = request(world, world.resource())

    move_booking(ref, WISH, by=world.actor(world.lin))

    assert (booking(world, ref).version, verbs(world)) == (1, ["booking.approved"])


def test_it_does_not_count_against_its_own_limit(world):
    microscope = world.resource(policy={"active_per_person": 1, "active_per_unit": 1})
    ref = request(world, microscope)

    move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    assert booking(world, ref).starts_at == at("2026-11-24 18:00")


# Who and when ---------------------------------------------------------------------------------------------------------


def test_only_the_booker_moves(world):
    ref = request(world, world.resource())
    dean = world.person("dean", world.university, admin=True)

    for other in (world.fang, dean):
        with pytest.raises(Forbidden):
            move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(other))


def test_an_old_version_moves_nothing(world):
    ref = request(world, world.resource())

    with pytest.raises(Stale):
        move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin), version=7)

    move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin), version=1)


def test_who_has_left_the_unit_may_give_back_but_take_nothing_new_in_its_name(world):
    ref = request(world, world.resource())
    change(world, Membership, Membership.person_id == world.lin.id, unit_id=world.institute.id)
    lin = world.actor(world.lin)

    with pytest.raises(Refused) as refusal:
        move_booking(ref, afternoon("18:00", "19:00"), by=lin)
    assert refusal.value.problems == (Problem("not_of_unit", field="unit"),)
    move_booking(ref, afternoon("14:00", "15:00"), by=lin)

    assert booking(world, ref).unit_id == world.university.id


def test_moving_and_renaming_is_one_act(world):
    microscope = world.resource()
    ref = request(world, microscope)
    request(world, microscope, afternoon("18:00", "19:00"))
    lin = world.actor(world.lin)

    with pytest.raises(Taken):
        change_booking(ref, by=lin, start=at("2026-11-24 17:00"), end=at("2026-11-24 19:00"), title="both")
    with pytest.raises(Refused) as refusal:
        change_booking(ref, by=lin, start=at("2026-11-24 17:00"), title="both")
    assert codes(refusal) == ["reversed"]
    assert booking(world, ref).title == ""
    change_booking(ref, by=lin, end=at("2026-11-24 17:00"), title="both")

    found = booking(world, ref)
    assert (found.title, found.ends_at) == ("both", at("2026-11-24 17:00"))
    assert verbs(world)[-2:] == ["booking.moved", "booking.retitled"]


def test_history_knows_the_place_before_and_after(world):
    ref = request(world, world.resource(routes=BY_OWNER))

    move_booking(ref, afternoon("18:00", "19:00"), by=world.actor(world.lin))

    verb, data = events(world)[-1]
    assert verb == "booking.moved"
    assert data == {
        "before": {
            "starts_at": "2026-11-24T06:00:00+00:00",
            "ends_at": "2026-11-24T08:00:00+00:00",
            "quantity": 1,
        },
        "starts_at": "2026-11-24T10:00:00+00:00",
        "ends_at": "2026-11-24T11:00:00+00:00",
        "quantity": 1,
        "status": "requested",
    }
