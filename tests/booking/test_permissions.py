"""Who sees what of a booking: for every kind of reader and every detail, in one table."""

from dataclasses import fields, replace

import pytest

from alliance import clock
from alliance.booking.approvals import approve_booking
from alliance.booking.light import light_bookings
from alliance.booking.permissions import (
    Glimpse,
    may_cancel,
    may_decide,
    may_move,
    may_read,
    seen_by,
)
from alliance.booking.queries import booking_of, deciders_of, inbox
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from tests.booking.acting import WISH, change, request
from tests.conftest import NOW
from tests.world import BY_OWNER, World

# Every decider there can be, so that what is always busy is read by them too.
BY_OFFICE = (Route("own"), Route("member", ("owner", "unit", "secretariat")))

# What each level knows beyond the time itself.
OF_UNIT = {"unit_code", "unit_name_zh", "unit_name_en"}
OF_PERSON = {*OF_UNIT, "person_name", "title"}
ALL = {*OF_PERSON, "ref", "purpose"}
KNOWN = {"busy": set(), "unit": OF_UNIT, "full": OF_PERSON, "opens": ALL}

# One row for each reader: what he knows where the resource shows busy / unit / full.
READERS = {
    "nobody": ("busy", "busy", "busy"),
    "booker": ("opens", "opens", "opens"),
    "colleague": ("busy", "unit", "full"),
    "dean": ("busy", "opens", "opens"),
    "other member": ("busy", "unit", "full"),
    "owner's member": ("busy", "unit", "full"),
    "owner's admin": ("busy", "opens", "opens"),
    "manager": ("opens", "opens", "opens"),
    "secretariat": ("busy", "opens", "opens"),
    "council": ("busy", "opens", "opens"),
    "suspended unit": ("busy", "busy", "busy"),
}


@pytest.fixture
def readers(sqlite_world: World):
    world = sqlite_world
    left_behind = world.unit("SUSPENDED", status="suspended")
    return {
        "nobody": None,
        "booker": world.lin,
        "colleague": world.person("colleague", world.university),
        "dean": world.person("dean", world.university, admin=True),
        "other member": world.person("other", world.unit("OTHER")),
        "owner's member": world.person("assistant", world.institute),
        "owner's admin": world.fang,
        "manager": world.person("keeper", world.institute),
        "secretariat": world.person("office", world.unit("ALLY"), role="secretariat"),
        "council": world.person("chair", world.unit("BOARD"), role="council"),
        "suspended unit": world.person("waiting", left_behind),
    }


@pytest.mark.parametrize(("column", "detail"), list(enumerate(("busy", "unit", "full"))))
def test_every_reader_sees_what_the_resource_shows_and_his_part_allows(sqlite_world, readers, column, detail):
    world = sqlite_world
    microscope = world.resource(visibility="public", detail=detail)
    world.manages(readers["manager"], microscope)
    ref = request(world, microscope, title="海马切片", purpose="甲 for 乙")
    booking = booking_of(world.session, ref)
    secrets = {"unit_code", "unit_name_zh", "unit_name_en", "person_name", "title", "ref", "purpose"}
    assert {field.name for field in fields(Glimpse)} >= secrets

    for name, levels in READERS.items():
        reader = world.actor(readers[name]) if readers[name] else None
        (glimpse,) = seen_by(reader, [booking])

        known = {field for field in secrets if getattr(glimpse, field) is not None}
        assert known == KNOWN[levels[column]], name
        assert (glimpse.ref is not None) == may_read(reader, booking), name
        assert glimpse.is_mine == (name == "booker"), name
        assert (glimpse.span, glimpse.status, glimpse.quantity) == (WISH, "approved", 1), name


@pytest.mark.parametrize("visibility", ["public", "own_unit", "groups", "hidden"])
@pytest.mark.parametrize("detail", ["busy", "unit", "full"])
def test_a_booking_read_lightly_is_seen_as_the_same_booking(sqlite_world, readers, detail, visibility):
    world = sqlite_world
    microscope = world.resource(visibility="public", detail=detail, routes=BY_OFFICE, items=2)
    world.manages(readers["manager"], microscope)
    ref = request(world, microscope, title="海马切片", quantity=2)
    change(world, Resource, Resource.id == microscope.id, visibility=visibility)
    items = world.item_ids(microscope)

    for name, person in readers.items():
        reader = world.actor(person) if person else None
        for seen in ((), (microscope.id,)):
            (whole,) = seen_by(reader, [booking_of(world.session, ref)], seen=seen)
            (light,) = seen_by(reader, light_bookings(world.session, reader, items, WISH, NOW), seen=seen)
            # A board tells neither the purpose nor how to reach somebody, so it reads neither.
            assert light == replace(whole, purpose=None, person_email=None), name


@pytest.mark.parametrize("detail", ["busy", "unit"])
def test_the_inbox_and_the_list_of_deciders_and_the_right_to_decide_are_the_same_people(
    sqlite_world, readers, detail
):
    """What is always busy is its managers' affair alone, also when it is decided."""
    world = sqlite_world
    microscope = world.resource(visibility="public", detail=detail, routes=BY_OWNER)
    world.manages(readers["manager"], microscope)
    ref = request(world, microscope)
    booking = booking_of(world.session, ref)

    may = {name for name, person in readers.items() if person and may_decide(world.actor(person), booking)}
    hears = {
        name for name, person in readers.items() if person and inbox(world.session, world.actor(person), NOW)
    }
    named = {person.name for person in deciders_of(world.session, booking, booking.stages[0])}

    assert may == hears == ({"manager"} if detail == "busy" else {"manager", "owner's admin"})
    assert named == {readers[name].name for name in may}


def test_the_buttons_one_is_offered_are_the_acts_one_may_do(sqlite_world, readers):
    world = sqlite_world
    ref = request(world, world.resource(routes=BY_OWNER))
    lin, fang, dean = (world.actor(readers[name]) for name in ("booker", "owner's admin", "dean"))

    def offered(now):
        booking = booking_of(world.session, ref)
        return [
            (may_move(who, booking, now), may_cancel(who, booking, now), may_decide(who, booking))
            for who in (lin, fang, dean)
        ]

    assert offered(NOW) == [(True, True, False), (False, False, True), (False, False, False)]
    approve_booking(ref, by=fang)
    assert offered(NOW) == [(True, True, False), (False, True, False), (False, False, False)]
    with clock.frozen(WISH.start):
        assert offered(WISH.start) == [(True, False, False), (False, True, False), (False, False, False)]
    assert offered(WISH.end) == [(False, False, False)] * 3


def test_a_suspended_manager_sees_like_anybody(sqlite_world, readers):
    world = sqlite_world
    microscope = world.resource(visibility="public", detail="busy")
    keeper = readers["manager"]
    world.manages(keeper, microscope)
    ref = request(world, microscope)
    change(world, type(keeper), type(keeper).id == keeper.id, status="suspended")

    booking = booking_of(world.session, ref)
    assert seen_by(world.actor(keeper), [booking])[0].level == "busy"
