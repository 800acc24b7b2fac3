"""What stands around resources, in one statement, on both databases."""

from datetime import date

import sqlalchemy as sa

from alliance.members.actor import Actor
from alliance.resources.models import Item, ResourceTag, Tag
from alliance.resources.particulars import (
    Label,
    Manager,
    Particulars,
    Related,
    Required,
    Standing,
    managers_of,
    qualifications_for,
    surroundings,
)
from tests.resources.counting import statements
from tests.world import LONG_AGO


def test_everything_around_a_resource_comes_at_once(world):
    resource = world.resource(items=2)
    tag = world._add(Tag(name_zh="显微", name_en=None))
    world._add(ResourceTag(resource_id=resource.id, tag_id=tag.id))
    qualification = world.requires(resource)
    world.holds(world.lin, qualification, until=date(2027, 3, 1))
    world.manages(world.fang, resource)
    world.manages(world.person("gone", world.institute, status="suspended"), resource)

    reader, number = Actor(world.lin.id), resource.id
    with statements() as seen:
        around = surroundings(world.session, reader, [number], with_items=True).of(number)

    first, second = world.item_ids(resource)
    assert around == Particulars(
        items=(Label(first, "1 号", "No. 1"), Label(second, "2 号", "No. 2")),
        tags=(Label(tag.id, "显微", None),),
        required=(Required("USE", "USE 资格", "USE training", LONG_AGO.date(), date(2027, 3, 1)),),
        managers=(Manager("fangshuyan", "fangshuyan@example.org"),),
    )
    assert len(seen) == 1


def test_managers_are_for_readers_who_signed_in(world):
    resource = world.resource()
    world.manages(world.fang, resource)
    world.requires(resource)
    assert surroundings(world.session, world.actor(world.lin), [resource.id]).of(resource.id).managers

    around = surroundings(world.session, None, [resource.id]).of(resource.id)

    assert (around.managers, [asked.code for asked in around.required]) == ((), ["USE"])


def test_a_whole_has_the_items_of_its_parts_and_names_those_the_reader_may_see(world):
    east, west = world.resource("EAST", items=2), world.resource("WEST", visibility="hidden")
    world.session.execute(
        sa.update(Item).where(Item.id == world.item_ids(east)[1]).values(retired_at=LONG_AGO)
    )
    whole = world.whole("HALL", east, west)

    of = surroundings(world.session, world.actor(world.lin), [whole.id, east.id], with_items=True).of

    assert [item.id for item in of(whole.id).items] == [world.item_ids(east)[0], *world.item_ids(west)]
    assert of(whole.id).parts == (Related("EAST", "EAST 仪器", "EAST instrument"),)
    assert of(whole.id).relative_ids == {east.id, west.id}
    assert of(whole.id).has_parts
    assert of(east.id).wholes == (Related("HALL", "HALL 仪器", "HALL instrument"),)
    assert of(east.id).relative_ids == {whole.id}
    assert not of(east.id).has_parts


def test_how_the_reader_stands_is_told_for_each_unit_in_good_standing(world):
    friends, stranger = world.unit("FRIENDS"), world.unit("STRANGER", status="external")
    world.group("CHAIN", friends, world.institute)
    both = world.person("both", friends, stranger, world.unit("GONE", status="suspended"))

    standing = surroundings(world.session, world.actor(both), []).standing

    assert standing.statuses == {friends.id: "active", stranger.id: "external"}
    assert standing.shares_group(friends.id, world.institute.id)
    assert not standing.shares_group(stranger.id, world.institute.id)
    assert surroundings(world.session, None, []).standing == Standing()


def test_the_number_of_resources_and_items_costs_no_statement(world):
    resources = [world.resource(f"R-{n}", items=5) for n in range(4)]
    reader, numbers = world.actor(world.lin), [resource.id for resource in resources]

    with statements() as seen:
        surroundings(world.session, reader, numbers, with_items=True)

    assert len(seen) == 1


def test_managers_and_qualifications_can_be_had_alone(world):
    run, unrun = world.resource("RUN"), world.resource("UNRUN")
    world.manages(world.fang, run)
    world.holds(world.lin, world.requires(run, "USE"))
    world.requires(unrun, "OTHER")

    assert managers_of(world.session, [run.id, unrun.id]) == {
        run.id: [Manager("fangshuyan", "fangshuyan@example.org")],
        unrun.id: [],
    }
    assert qualifications_for(world.session, run.id, world.lin.id) == [
        Required("USE", "USE 资格", "USE training", LONG_AGO.date(), None)
    ]
    assert qualifications_for(world.session, unrun.id, world.lin.id) == [
        Required("OTHER", "OTHER 资格", "OTHER training")
    ]


def test_a_qualification_counts_from_its_first_through_its_last_day():
    held = Required("USE", "", None, date(2026, 1, 2), date(2026, 1, 3))

    days = [date(2026, 1, n) for n in range(1, 5)]

    assert [held.is_held_on(day) for day in days] == [False, True, True, False]
    assert Required("USE", "", None, date(2026, 1, 2)).is_held_on(date(2099, 1, 1))
    assert not Required("USE", "", None).is_held_on(date(2026, 1, 2))
