"""Closures: they keep new bookings out and leave existing ones alone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import (
    Stretch,
    change_closure,
    close_resource,
    close_resources,
    end_closure,
)
from alliance.availability.models import Closure
from alliance.booking.queries import touched_by
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery
from tests.booking.acting import WISH, afternoon, booking, occupied, places, request, verbs
from tests.conftest import NOW
from tests.world import World, at

HOUR = timedelta(hours=1)


def close(world: World, resource, **words) -> str:
    words = {"kind": "preventive", "starts_at": WISH.start, "ends_at": WISH.end, **words}
    return close_resource(resource.id, by=world.actor(words.pop("by", world.fang)), **words)


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_nothing_new_is_booked_into_a_closure_and_all_around_it_is(world):
    microscope = world.resource()
    close(world, microscope, reason="laser service")

    for wish in (WISH, afternoon("13:00", "14:30"), afternoon("15:30", "17:00"), afternoon("10:00", "20:00")):
        with pytest.raises(Refused) as refusal:
            request(world, microscope, wish)
        assert codes(refusal) == ["closed"]
    request(world, microscope, afternoon("13:00", "14:00"))
    request(world, microscope, afternoon("16:00", "17:00"))


def test_a_breakdown_is_savable_over_bookings_and_cancels_none(world):
    microscope = world.resource(items=2)
    running, later = request(world, microscope), request(world, microscope, afternoon(day="2026-11-25"))
    before = places(world, running), places(world, later)

    with clock.frozen(WISH.start + HOUR):
        close(world, microscope, kind="breakdown", starts_at=WISH.start + HOUR, ends_at=None)
        with pytest.raises(Refused) as refusal:
            request(world, microscope, afternoon("18:00", "19:00"))
        assert codes(refusal) == ["closed"]
        window = type(WISH)(WISH.start + HOUR, WISH.start + 72 * HOUR)
        hit = touched_by(world.session, microscope.id, None, window, clock.now())
        assert [found.ref for found in hit] == [running, later]

    assert (places(world, running), places(world, later)) == before
    assert [booking(world, ref).status for ref in (running, later)] == ["approved", "approved"]
    assert verbs(world) == ["booking.approved", "booking.approved", "closure.made"]


def test_without_an_end_it_closes_half_a_year_from_now_until_it_is_ended(world):
    microscope = world.resource()
    ref = close(world, microscope, kind="breakdown", starts_at=NOW, ends_at=None)
    far = afternoon(day="2027-05-24")
    with pytest.raises(Refused):
        request(world, microscope, far)

    with clock.frozen(NOW + HOUR):
        end_closure(ref, by=world.actor(world.fang))
        request(world, microscope, far)
        request(world, microscope, WISH)


def test_one_item_of_a_pool_is_closed_and_the_others_are_not(world):
    pool = world.resource(items=3)
    first = world.item_ids(pool)[0]
    close(world, pool, item_id=first)

    ref = request(world, pool, quantity=2)

    assert first not in [number for number, _, _ in places(world, ref)]
    with pytest.raises(Refused) as refusal:
        request(world, pool, quantity=3)
    assert codes(refusal) == ["closed"]
    hit = touched_by(world.session, pool.id, first, WISH, clock.now())
    assert hit == []


def test_closing_a_whole_closes_its_parts_and_closing_a_part_closes_the_whole(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    evening = afternoon("18:00", "20:00")
    close(world, hall)
    close(world, east, starts_at=evening.start, ends_at=evening.end)

    for resource, wish in ((east, WISH), (west, WISH), (hall, WISH), (east, evening), (hall, evening)):
        with pytest.raises(Refused) as refusal:
            request(world, resource, wish)
        assert codes(refusal) == ["closed"]
    request(world, west, evening)


def test_one_closed_item_of_a_part_closes_the_whole(world):
    east, west = world.resource("EAST", items=2), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    close(world, east, item_id=world.item_ids(east)[0])

    with pytest.raises(Refused) as refusal:
        request(world, hall)
    assert codes(refusal) == ["closed"]
    request(world, east)


def test_a_closure_also_stops_setup_and_teardown(world):
    microscope = world.resource(policy={"setup_minutes": 30, "teardown_minutes": 30})
    close(world, microscope)

    with pytest.raises(Refused):
        request(world, microscope, afternoon("16:00", "17:00"))
    request(world, microscope, afternoon("16:30", "17:00"))


def test_only_who_runs_it_may_close_it_and_who_cannot_see_it_finds_nothing(world):
    microscope = world.resource(visibility="own_unit")
    keeper = world.person("keeper", world.institute)
    with pytest.raises(Missing):
        close(world, microscope, by=world.lin)
    with pytest.raises(Forbidden):
        close(world, microscope, by=keeper)
    world.manages(keeper, microscope)

    ref = close(world, microscope, by=keeper)

    with pytest.raises(Missing):
        end_closure(ref, by=world.actor(world.lin))
    with pytest.raises(Missing):
        end_closure("0000000000", by=world.actor(keeper))
    end_closure(ref, by=world.actor(keeper))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"kind": "holiday"}, "unknown_choice"),
        ({"ends_at": WISH.start}, "reversed"),
        ({"ends_at": WISH.start - HOUR}, "reversed"),
        ({"starts_at": NOW - 2 * HOUR, "ends_at": NOW}, "in_the_past"),
        ({"item_id": 999}, "no_such_item"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_trace(sqlite_world, words, code):
    world = sqlite_world
    microscope = world.resource()

    with pytest.raises(Refused) as refusal:
        close(world, microscope, **words)

    assert codes(refusal) == [code]
    assert verbs(world) == []


def test_a_closure_that_has_not_begun_is_taken_back_whole(sqlite_world):
    world = sqlite_world
    microscope = world.resource()
    ref = close(world, microscope)

    end_closure(ref, by=world.actor(world.fang))

    request(world, microscope)
    assert verbs(world) == ["closure.made", "closure.ended", "booking.approved"]


def test_a_closure_can_be_ended_early_at_a_time_to_come_and_only_while_it_lasts(sqlite_world):
    world = sqlite_world
    microscope = world.resource()
    ref = close(world, microscope)
    fang = world.actor(world.fang)
    end_closure(ref, by=fang, at=at("2026-11-24 15:00"))
    request(world, microscope, afternoon("15:00", "16:00"))

    with clock.frozen(at("2026-11-24 15:00")):
        with pytest.raises(Refused) as refusal:
            end_closure(ref, by=fang)
        assert codes(refusal) == ["closure_over"]
    with clock.frozen(at("2026-11-24 14:30")):
        with pytest.raises(Refused) as refusal:
            end_closure(ref, by=fang, at=at("2026-11-24 14:00"))
        assert codes(refusal) == ["in_the_past"]
    assert occupied(world) == 1


def test_ending_a_closure_never_prolongs_it(sqlite_world):
    world = sqlite_world
    ref = close(world, world.resource())
    fang, ends = world.actor(world.fang), world.session.scalars(sa.select(Closure.ends_at)).one()

    with pytest.raises(Refused) as refusal:
        end_closure(ref, by=fang, at=ends + timedelta(minutes=1))
    end_closure(ref, by=fang, at=ends)

    assert codes(refusal) == ["later_than_its_end"]
    assert world.session.scalars(sa.select(Closure.ends_at)).one() == ends


def change(world, ref, **words):
    closure = world.session.scalars(sa.select(Closure).where(Closure.ref == ref)).one()
    given = {"kind": closure.kind, "ends_at": closure.ends_at, "reason": closure.reason, "review_on": None}
    by = world.actor(words.pop("by", world.fang))
    version = words.pop("version", closure.version)
    return change_closure(ref, by=by, version=version, **{**given, **words})


def test_several_are_closed_together_or_not_at_all(world):
    mine, other = world.resource(), world.resource("OTHER", world.university)
    pool = world.resource("POOL", items=2)
    fang = world.actor(world.fang)
    places = [
        Stretch(mine.id, WISH.start, WISH.end),
        Stretch(pool.id, WISH.start, None, world.item_ids(pool)[1]),
    ]

    with pytest.raises(Forbidden):
        close_resources([*places, Stretch(other.id, WISH.start)], by=fang, kind="cleaning")
    assert verbs(world) == []
    refs = close_resources(places, by=fang, kind="cleaning")

    assert len(set(refs)) == 2
    assert verbs(world) == ["closure.made", "closure.made"]


def test_a_closure_made_longer_is_told_to_those_it_newly_hits(world):
    microscope = world.resource()
    ref = close(world, microscope)
    wen = world.person("wen", world.university)
    world.session.rollback()
    later = request(world, microscope, afternoon("18:00", "19:00"), by=wen)

    change(world, ref, ends_at=WISH.end + 4 * HOUR, reason="takes longer")
    while tell("Asia/Shanghai"):
        pass

    told = world.session.scalars(sa.select(Delivery).where(Delivery.kind == "closed")).all()
    assert {line.person_id for line in told} == {wen.id}
    assert booking(world, later).status == "approved"
    assert verbs(world)[-1] == "closure.changed"


def test_nobody_changes_a_closure_he_has_not_seen_or_does_not_run(world):
    ref = close(world, world.resource())

    with pytest.raises(Stale):
        change(world, ref, version="old")
    with pytest.raises(Forbidden):
        change(world, ref, by=world.lin)
    with pytest.raises(Refused) as refusal:
        change(world, ref, ends_at=WISH.start)
    assert codes(refusal) == ["reversed"]
    with clock.frozen(WISH.end + HOUR), pytest.raises(Refused) as refusal:
        change(world, ref, reason="too late")
    assert codes(refusal) == ["closure_over"]
    assert verbs(world) == ["closure.made"]
