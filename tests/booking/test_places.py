"""Where bookings go: the best fit in a pool, wholes and parts, buffers between neighbours, units that stay."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.availability.models import CalendarDay
from alliance.booking.actions import cancel_booking, request_booking
from alliance.errors import Missing, Problem, Refused, Taken
from alliance.members.models import Membership, Unit
from alliance.resources.models import Item, Resource
from alliance.resources.policy import Route
from tests.booking.acting import WISH, afternoon, booking, change, change_policy, occupied, places, request
from tests.conftest import NOW
from tests.world import OPEN_TO_ALL, at, span


def item(world, ref):
    ((number, _, _),) = places(world, ref)
    return number


# Pools ----------------------------------------------------------------------------------------------------------------


def test_the_smallest_gap_is_filled_first_so_that_long_ones_stay_free(world):
    pool = world.resource(items=3)
    first, second, third = world.item_ids(pool)
    request(world, pool, afternoon("09:00", "10:00"))
    request(world, pool, afternoon("09:00", "13:00"))

    ref = request(world, pool, afternoon("14:00", "15:00"))
    after = request(world, pool, afternoon("14:00", "15:00"))
    last = request(world, pool, afternoon("14:00", "15:00"))

    assert [item(world, each) for each in (ref, after, last)] == [second, first, third]


def test_a_pool_gives_exactly_as_many_as_it_has(world):
    pool = world.resource(items=3)
    request(world, pool, quantity=2)

    with pytest.raises(Taken) as refusal:
        request(world, pool, quantity=2)
    (problem,) = refusal.value.problems
    assert (problem.params["quantity"], problem.params["free"], problem.params["of"]) == (2, 1, 3)
    request(world, pool, quantity=1)

    with pytest.raises(Refused) as refusal:
        request(world, pool, quantity=4)
    assert [problem.code for problem in refusal.value.problems] == ["more_than_there_are"]
    assert occupied(world) == 3


def test_a_refusal_caused_only_by_fragmentation_says_so(world):
    """Two items: one is busy early, one late. One is free at each moment, but none throughout; nobody is re-seated."""
    pool = world.resource(items=2)
    early = request(world, pool, afternoon("14:00", "15:00"))
    blocker = request(world, pool, afternoon("14:30", "15:30"))
    late = request(world, pool, afternoon("15:00", "16:00"))
    assert item(world, late) == item(world, early)
    cancel_booking(blocker, by=world.actor(world.lin))
    other = request(world, pool, afternoon("15:00", "16:00"))
    cancel_booking(late, by=world.actor(world.lin))

    with pytest.raises(Taken) as refusal:
        request(world, pool, WISH)

    (problem,) = refusal.value.problems
    assert problem.params == {
        "quantity": 1,
        "free": 0,
        "of": 2,
        "clashes": (
            (at("2026-11-24 14:00"), at("2026-11-24 15:00")),
            (at("2026-11-24 15:00"), at("2026-11-24 16:00")),
        ),
        "fragmented": True,
    }
    assert item(world, other) != item(world, early)


def test_what_clashes_is_told_also_when_the_free_item_is_closed(world):
    pool = world.resource(items=2)
    ref = request(world, pool)
    taken = places(world, ref)[0][0]
    free = next(number for number in world.item_ids(pool) if number != taken)
    close_resource(
        pool.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=WISH.start,
        ends_at=WISH.end,
        item_id=free,
    )

    with pytest.raises(Taken) as refusal:
        request(world, pool)

    (problem,) = refusal.value.problems
    assert (problem.params["free"], problem.params["clashes"]) == (0, ((WISH.start, WISH.end),))


# Neighbours -----------------------------------------------------------------------------------------------------------


def test_the_buffers_of_neighbours_add_up(world):
    microscope = world.resource(policy={"setup_minutes": 30, "teardown_minutes": 60})
    ref = request(world, microscope, afternoon("14:00", "16:00"))
    assert [place[1:] for place in places(world, ref)] == [(at("2026-11-24 13:30"), at("2026-11-24 17:00"))]

    for wish in (afternoon("17:00", "18:00"), afternoon("12:00", "13:00")):
        with pytest.raises(Taken):
            request(world, microscope, wish)
    request(world, microscope, afternoon("17:30", "18:00"))
    request(world, microscope, afternoon("11:00", "12:30"))


def test_changed_buffers_move_no_existing_booking(world):
    microscope = world.resource()
    first = request(world, microscope, afternoon("14:00", "16:00"))
    second = request(world, microscope, afternoon("16:00", "18:00"))
    change_policy(world, microscope, setup_minutes=60, teardown_minutes=60)

    with pytest.raises(Taken):
        request(world, microscope, afternoon("18:30", "19:00"))
    request(world, microscope, afternoon("19:00", "20:00"))

    assert [place[1:] for ref in (first, second) for place in places(world, ref)] == [
        (at("2026-11-24 14:00"), at("2026-11-24 16:00")),
        (at("2026-11-24 16:00"), at("2026-11-24 18:00")),
    ]


def test_whole_days_have_no_buffers(world):
    room = world.resource(preset="whole_day", policy={"setup_minutes": 60, "teardown_minutes": 60})

    ref = request(world, room, afternoon("00:00", "24:00"))
    request(world, room, afternoon("00:00", "24:00", day="2026-11-25"))

    assert [place[1:] for place in places(world, ref)] == [(at("2026-11-24 00:00"), at("2026-11-25 00:00"))]


# Wholes and parts -----------------------------------------------------------------------------------------------------


def test_a_whole_takes_every_item_of_its_parts_and_gives_them_back(world):
    east, west = world.resource("EAST", items=2), world.resource("WEST")
    hall = world.whole("HALL", east, west)

    ref = request(world, hall)

    assert [number for number, _, _ in places(world, ref)] == [*world.item_ids(east), *world.item_ids(west)]
    cancel_booking(ref, by=world.actor(world.lin))
    assert occupied(world) == 0


def test_wholes_with_a_common_part_are_in_each_others_way(world):
    east, middle, west = (world.resource(code) for code in ("EAST", "MIDDLE", "WEST"))
    left, right = world.whole("LEFT", east, middle), world.whole("RIGHT", middle, west)
    request(world, left)

    with pytest.raises(Taken):
        request(world, right)
    request(world, west)


# Units and people -----------------------------------------------------------------------------------------------------


def test_who_belongs_to_two_units_books_for_the_one_he_names_and_the_booking_keeps_it(world):
    both = world.person("qianlan", world.university, world.institute)
    microscope = world.resource(routes=(Route("own"), Route("member", ("owner",))))

    own = request(world, microscope, by=both, unit_id=world.institute.id)
    other = request(world, microscope, afternoon("18:00", "19:00"), by=both, unit_id=world.university.id)
    leaves = sa.delete(Membership).where(
        Membership.person_id == both.id, Membership.unit_id == world.university.id
    )
    world.session.execute(leaves)
    world.session.commit()

    assert [
        (found.unit.code, found.relation, found.status)
        for found in (booking(world, own), booking(world, other))
    ] == [("INST", "own", "approved"), ("UNIV", "member", "requested")]


def test_one_books_only_for_a_unit_one_belongs_to(world):
    microscope = world.resource()

    with pytest.raises(Refused) as refusal:
        request(world, microscope, unit_id=world.institute.id)

    assert refusal.value.problems == (Problem("not_your_unit", field="unit"),)


def test_who_left_the_unit_meanwhile_books_nothing_for_it(world):
    """Who he is was read when the request began; it may have waited its turn since."""
    microscope, before = world.resource(), world.actor(world.lin)
    gone = sa.delete(Membership).where(Membership.person_id == world.lin.id)
    world.session.execute(gone)
    world.session.commit()

    with pytest.raises(Refused) as refusal:
        request_booking(microscope.id, WISH, by=before, unit_id=world.university.id)

    assert [problem.code for problem in refusal.value.problems] == ["not_of_unit"]


def test_a_guest_books_up_to_the_end_of_his_last_day(world):
    microscope, until = world.resource(), at("2026-11-25 00:00")
    change(world, Membership, Membership.person_id == world.lin.id, ends_at=until)
    ref = request(world, microscope, span("2026-11-24", "20:00", "24:00"))

    with pytest.raises(Refused) as refusal:
        request(world, microscope, span("2026-11-25", "00:00", "01:00"))

    assert booking(world, ref).status == "approved"
    assert refusal.value.problems == (Problem("beyond_membership", params={"until": until}, field="end"),)


def test_limits_count_for_the_unit_of_the_booking(world):
    both = world.person("qianlan", world.university, world.institute)
    microscope = world.resource(policy={"active_per_unit": 1})
    request(world, microscope, by=both, unit_id=world.university.id)

    with pytest.raises(Refused) as refusal:
        request(world, microscope, afternoon("18:00", "19:00"))
    assert [problem.code for problem in refusal.value.problems] == ["too_many_of_unit"]
    request(world, microscope, afternoon("18:00", "19:00"), by=both, unit_id=world.institute.id)


def test_a_booking_counts_until_it_is_over_and_never_after_it_is_given_up(world):
    microscope = world.resource(policy={"active_per_person": 1})
    ref = request(world, microscope)
    tomorrow = afternoon(day="2026-11-25")
    for instant in (WISH.start, WISH.end - timedelta(seconds=1)):
        with clock.frozen(instant), pytest.raises(Refused) as refusal:
            request(world, microscope, tomorrow)
        assert [problem.code for problem in refusal.value.problems] == ["too_many_of_person"]
    with clock.frozen(WISH.end):
        second = request(world, microscope, tomorrow)
        cancel_booking(second, by=world.actor(world.lin))
        request(world, microscope, tomorrow)

    assert booking(world, ref).status == "approved"


@pytest.mark.parametrize(
    ("visibility", "sees"),
    [("hidden", "f"), ("own_unit", "fc"), ("groups", "fcg"), ("alliance", "fcgl"), ("public", "fcgl")],
)
def test_what_one_may_not_see_is_missing_for_booking_too(sqlite_world, visibility, sees):
    world = sqlite_world
    friend_unit = world.unit("FRIEND")
    group = world.group("CHAIN", world.institute, friend_unit)
    microscope = world.resource(visibility=visibility, groups=(group,), items=4, routes=OPEN_TO_ALL)
    people = {
        "f": world.fang,
        "c": world.person("colleague", world.institute),
        "g": world.person("friend", friend_unit),
        "l": world.lin,
    }

    for letter, person in people.items():
        if letter in sees:
            request(world, microscope, by=person)
        else:
            with pytest.raises(Missing):
                request(world, microscope, by=person)

    with pytest.raises(Missing):
        request_booking(microscope.id + 99, WISH, by=world.actor(world.lin), unit_id=world.university.id)


def test_when_the_owner_is_suspended_what_is_booked_stays_and_nothing_new_comes(world):
    microscope = world.resource()
    ref = request(world, microscope)
    change(world, Unit, Unit.id == world.institute.id, status="suspended")

    with pytest.raises(Refused) as refusal:
        request(world, microscope, afternoon("18:00", "19:00"))

    assert refusal.value.problems == (Problem("owner_suspended"),)
    assert booking(world, ref).status == "approved"


def test_a_draft_is_missing_to_others_and_not_bookable_for_its_owner(world):
    microscope = world.resource()
    change(world, Resource, Resource.id == microscope.id, status="draft")

    with pytest.raises(Missing):
        request(world, microscope)
    with pytest.raises(Refused) as refusal:
        request(world, microscope, by=world.fang)
    assert refusal.value.problems == (Problem("not_bookable", params={"why": "draft"}),)


# The world changes, bookings stay -------------------------------------------------------------------------------------


def test_a_holiday_announced_later_changes_what_can_be_booked_and_nothing_that_is(sqlite_world):
    world = sqlite_world
    microscope = world.resource(policy={"hours": "WD 08:00-20:00"})
    ref = request(world, microscope)
    change(world, CalendarDay, CalendarDay.date == WISH.start.date(), day_class="PH", name_zh="临时假日")

    with pytest.raises(Refused) as refusal:
        request(world, microscope, afternoon("18:00", "19:00"))

    assert [problem.code for problem in refusal.value.problems] == ["outside_opening_hours"]
    assert booking(world, ref).status == "approved"


def test_fewer_items_than_are_booked_keep_the_bookings_and_take_no_more(sqlite_world):
    world = sqlite_world
    pool = world.resource(items=3)
    refs = [request(world, pool) for _ in range(3)]
    change(world, Item, Item.id.in_(world.item_ids(pool)[1:]), retired_at=NOW)

    with pytest.raises(Taken) as refusal:
        request(world, pool)

    assert refusal.value.problems[0].params["of"] == 1
    assert [len(places(world, ref)) for ref in refs] == [1, 1, 1]
