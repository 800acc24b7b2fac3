"""What a whole consists of is set in the editor: who may, what can be a part, and that nothing booked is lost by it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from alliance.booking.actions import cancel_booking
from alliance.booking.breaking import InTheWay, known
from alliance.booking.editing import change_resource, undo_change
from alliance.booking.lineage import lineage_of
from alliance.booking.parts import parts_on_offer
from alliance.booking.publication import publish_resource, retire_resource, take_back_resource
from alliance.db import db
from alliance.errors import Forbidden, Refused, Taken
from alliance.resources.changes import Overtaken
from alliance.resources.models import Item, Resource, ResourcePart
from alliance.resources.sheet import sheet_of
from tests.booking.acting import booking, request


@pytest.fixture
def fang(world):
    return world.actor(world.fang)


@pytest.fixture
def hall(world):
    """A draft without items, beside two rooms of the same unit."""
    world.resource("EAST")
    world.resource("WEST")
    return world.resource("HALL", items=0, status="draft", description_zh="厅", place_zh="楼", name_en="Hall")


def parts(world, code="HALL"):
    world.session.rollback()
    whole = world.session.scalars(sa.select(Resource).where(Resource.code == code)).one()
    return sheet_of(world.session, whole, ["parts"])["parts"]


def change(fang, wanted, code="HALL", **more):
    return change_resource(code, {"parts": wanted}, by=fang, **more)


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_a_hall_made_of_rooms_is_booked_whole_and_its_rooms_alone(world, fang, hall):
    hall_id = hall.id
    change(fang, ["WEST", "EAST"])
    publish_resource("HALL", by=fang)
    world.session.rollback()
    whole = world.session.get_one(Resource, hall_id)

    ref = request(world, whole)
    east = world.session.scalars(sa.select(Resource).where(Resource.code == "EAST")).one()

    assert parts(world) == ["EAST", "WEST"]
    assert len(booking(world, ref).occupancies) == 2
    with pytest.raises(Taken):
        request(world, east)


def test_a_change_of_parts_is_told_undone_and_noticed_by_others(world, fang, hall):
    change(fang, ["EAST"])
    same = change(fang, ["EAST"], version=2)
    with pytest.raises(Overtaken):
        change(fang, ["WEST"], version=1)
    change(fang, ["WEST"], version=2)

    undo_change("HALL", by=fang, version=3)

    assert same == 2
    assert parts(world) == ["EAST"]


def test_what_is_published_or_booked_keeps_its_parts(world, fang, hall):
    change(fang, ["EAST"])
    publish_resource("HALL", by=fang)
    with pytest.raises(Refused) as shown:
        change(fang, ["EAST", "WEST"])
    world.session.rollback()
    whole = world.session.scalars(sa.select(Resource).where(Resource.code == "HALL")).one()
    ref = request(world, whole)
    take_back_resource("HALL", by=fang, knowing=known([ref]))
    refused = []
    for wanted in (["EAST", "WEST"], [], ["WEST"]):
        with pytest.raises(InTheWay) as booked:
            change(fang, wanted)
        refused.append((codes(booked), booked.value.refs))
    cancel_booking(ref, by=world.actor(world.lin))

    assert codes(shown) == ["whole_is_shown"]
    assert refused == [(["whole_is_booked"], (ref,))] * 3
    assert change(fang, ["WEST"]) > 0
    assert parts(world) == ["WEST"]


def test_nothing_is_undone_under_what_is_booked(world, fang, hall):
    version = change(fang, ["EAST"])
    # As if it had been booked a moment ago: nobody books a draft.
    whole = world.session.scalars(sa.select(Resource).where(Resource.code == "HALL")).one()
    whole.status = "published"
    world.session.commit()
    ref = request(world, whole)
    whole.status = "draft"
    world.session.commit()

    with pytest.raises(InTheWay) as booked:
        undo_change("HALL", by=fang, version=version)

    assert booked.value.refs == (ref,)
    assert parts(world) == ["EAST"]


def test_only_what_stands_on_the_other_level_of_the_same_unit_is_a_part(world, fang, hall):
    world.resource("THEIRS", world.university)
    world.resource("ASKED", preset="request")
    world.resource("GONE", status="retired")
    world.whole("PAIR", world.resource("ONE"), world.resource("TWO"))

    for wanted in (["THEIRS"], ["ASKED"], ["GONE"], ["PAIR"], ["HALL"], ["NOTHING"], ["EAST", "PAIR"]):
        with pytest.raises(Refused) as refused:
            change(fang, wanted)
        assert codes(refused) == ["no_such_part"], wanted
    for wanted, code in (
        (["\0"], "bad_characters"),
        (["\ud800"], "bad_characters"),
        (["x" * 21], "too_much_text"),
        ([f"R{n}" for n in range(51)], "too_many_of_these"),
    ):
        with pytest.raises(Refused) as refused:
            change(fang, wanted)
        assert codes(refused) == [code]
    # A part of one whole may be a part of another.
    change(fang, ["ONE", "EAST", "EAST"][:2])

    assert parts(world) == ["EAST", "ONE"]


def test_a_whole_is_no_part_has_no_items_and_is_booked_by_time(world, fang, hall):
    world.whole("PAIR", world.resource("ONE", status="draft"))
    world.resource("OWN", status="draft", items=2)
    world.resource("ASKED", status="draft", items=0, preset="request")

    found = {}
    for code in ("ONE", "OWN", "ASKED"):
        with pytest.raises(Refused) as refused:
            change(fang, ["EAST"], code)
        found[code] = codes(refused)
    change(fang, ["EAST"])
    with pytest.raises(Refused) as items:
        change_resource("HALL", {"items": [["1", None, True]]}, by=fang)

    assert found == {
        "ONE": ["is_a_part", "own_items_left"],
        "OWN": ["own_items_left"],
        "ASKED": ["whole_not_timed"],
    }
    assert codes(items) == ["whole_has_no_items"]
    change(fang, [])
    change_resource("HALL", {"items": [["1", None, True]]}, by=fang)


def test_a_whole_stays_booked_by_time_until_its_parts_are_taken_out(world, fang, hall):
    change(fang, ["EAST"])
    with pytest.raises(Refused) as refused:
        change_resource("HALL", {"preset": "request"}, by=fang)
    change(fang, [])

    change_resource("HALL", {"preset": "request"}, by=fang)

    assert codes(refused) == ["whole_stays_timed"]


def test_what_a_whole_consists_of_stays_among_the_choices_however_many_there_are(
    world, fang, hall, monkeypatch
):
    monkeypatch.setattr("alliance.booking.parts._MOST_OFFERED", 1)
    change(fang, ["WEST"])
    world.session.rollback()
    whole = world.session.scalars(sa.select(Resource).where(Resource.code == "HALL")).one()

    assert [each.code for each in parts_on_offer(world.session, whole)] == ["WEST"]


def test_a_whole_is_published_once_its_parts_are(world, fang, hall):
    world.resource("NEW", status="draft")
    change(fang, ["EAST", "NEW"])

    with pytest.raises(Refused) as early:
        publish_resource("HALL", by=fang)
    change(fang, ["EAST"])
    publish_resource("HALL", by=fang)

    assert (codes(early), early.value.problems[0].params) == (["parts_not_shown"], {"codes": ("NEW",)})
    with pytest.raises(Refused):
        retire_resource("EAST", by=fang)


def test_only_admins_of_the_unit_say_what_a_whole_consists_of(world, fang, hall):
    manager = world.person("mei", world.institute)
    world.manages(manager, hall)

    with pytest.raises(Forbidden):
        change(world.actor(manager), ["EAST"])

    assert parts(world) == []


def test_of_two_who_make_each_other_a_part_one_wins(app, world, fang, hall):
    world.resource("OTHER", items=0, status="draft")
    world.session.rollback()

    def make(pair):
        whole, part = pair
        with app.app_context():
            try:
                change_resource(whole, {"parts": [part]}, by=fang)
            except Refused:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(make, [("HALL", "OTHER"), ("OTHER", "HALL")]))

    assert done == [False, True]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(ResourcePart)) == 1


def test_items_of_what_is_no_whole_any_more_are_its_own(world, fang, hall):
    hall_id = hall.id
    change(fang, ["EAST"])
    change(fang, [])

    world.session.rollback()
    assert not lineage_of(world.session, hall_id).is_whole
    assert world.session.scalar(sa.select(sa.func.count()).where(Item.resource_id == hall_id)) == 0
