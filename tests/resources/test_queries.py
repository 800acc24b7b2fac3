"""The catalogue's pages and counts, on both databases."""

import pytest
import sqlalchemy as sa

from alliance.errors import Missing
from alliance.members.actor import Actor
from alliance.resources.models import Item, Resource, ResourceTag, Tag
from alliance.resources.queries import (
    PAGE_SIZE,
    Filters,
    catalogue,
    counts_on_offer,
    found_by,
    resource_by_code,
)
from alliance.resources.search import compose_search_text
from tests.resources.counting import statements
from tests.world import LONG_AGO, World


def tag(world: World, resource: Resource, name: str) -> None:
    found = world.session.scalar(sa.select(Tag).where(Tag.name_zh == name)) or world._add(Tag(name_zh=name))
    world._add(ResourceTag(resource_id=resource.id, tag_id=found.id))


def listed(world: World, **columns) -> Resource:
    resource = world.resource(columns.pop("code"), **columns)
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()
    return resource


@pytest.fixture
def lin(world: World) -> Actor:
    return world.actor(world.lin)


def codes(world: World, reader: Actor | None, **filters) -> list[str]:
    return [row.resource.code for row in catalogue(world.session, reader, Filters(**filters)).rows]


def test_filters_of_one_field_widen_and_fields_narrow(world, lin):
    microscope = listed(world, code="A-1", kind="instrument", place_zh="4号楼")
    listed(world, code="A-2", kind="venue", place_zh="5号楼")
    listed(world, code="B-1", kind="venue", owner=world.university, place_zh="4号楼")
    listed(world, code="B-2", kind="training", owner=world.university)
    tag(world, microscope, "显微")

    assert codes(world, lin) == ["A-1", "B-2", "A-2", "B-1"]
    assert codes(world, lin, kinds=("venue", "training")) == ["B-2", "A-2", "B-1"]
    assert codes(world, lin, kinds=("venue",), units=("INST",)) == ["A-2"]
    assert codes(world, lin, classes=("venue",), kinds=("instrument",)) == ["A-1", "A-2", "B-1"]
    assert codes(world, lin, units=("INST", "UNIV"), place="4号楼") == ["A-1", "B-1"]
    assert codes(world, lin, tags=("显微",)) == ["A-1"]
    assert codes(world, lin, tags=("显微",), kinds=("venue",)) == []
    assert codes(world, lin, words="培训") == ["B-2"]


def test_what_bears_the_words_in_its_name_comes_first(world, lin):
    listed(world, code="A", description_zh="用于显微镜")
    listed(world, code="B", name_zh="显微镜")

    assert codes(world, lin, words="显微镜") == ["B", "A"]


def test_counts_say_what_each_further_choice_would_leave(world, lin):
    first = listed(world, code="A-1", kind="instrument")
    second = listed(world, code="A-2", kind="venue")
    listed(world, code="B-1", kind="venue", owner=world.university)
    tag(world, first, "显微")
    tag(world, second, "会议")

    page = catalogue(world.session, lin, Filters(kinds=("venue",), units=("INST",)))

    assert page.total == 1
    assert page.counts.kinds == {"instrument": 1, "venue": 1}
    assert page.counts.classes == {"research": 1, "venue": 1}
    assert {unit.code: number for unit, number in page.counts.units.items()} == {"INST": 1, "UNIV": 1}
    assert {tag.name_zh: number for tag, number in page.counts.tags.items()} == {"会议": 1}


def test_rows_and_counts_never_leak_what_is_hidden(world, lin):
    shown = listed(world, code="SHOWN")
    for code, columns in {
        "HIDDEN": {"visibility": "hidden"},
        "OWN": {"visibility": "own_unit"},
        "DRAFT": {"status": "draft"},
        "GONE": {"status": "retired"},
    }.items():
        tag(world, listed(world, code=code, kind="venue", **columns), "秘密")
    tag(world, shown, "显微")
    everything = catalogue(world.session, world.actor(world.fang), Filters())
    assert everything.total == 4  # those who run them find all but the retired one

    page = catalogue(world.session, lin, Filters())

    assert [row.resource.code for row in page.rows] == ["SHOWN"]
    assert (page.total, page.counts.kinds) == (1, {"instrument": 1})
    assert {unit.code: number for unit, number in page.counts.units.items()} == {"INST": 1}
    assert {tag.name_zh for tag in page.counts.tags} == {"显微"}
    assert counts_on_offer(world.session, lin).kinds == {"instrument": 1}
    assert counts_on_offer(world.session, None).kinds == {}


def test_pages_are_cut_and_a_page_too_far_is_the_last(world, lin):
    for n in range(PAGE_SIZE + 1):
        world.resource(f"R-{n:02}")

    first, second, beyond = (catalogue(world.session, lin, Filters(), page) for page in (1, 2, 99))

    assert [row.resource.code for row in first.rows] == [f"R-{n:02}" for n in range(PAGE_SIZE)]
    assert [row.resource.code for row in second.rows] == [f"R-{PAGE_SIZE:02}"]
    assert (beyond.number, beyond.rows) == (2, second.rows)
    assert (first.total, first.pages) == (PAGE_SIZE + 1, 2)
    assert catalogue(world.session, lin, Filters(), 0).number == 1


def test_an_empty_catalogue_is_one_empty_page(world, lin):
    page = catalogue(world.session, lin, Filters())

    assert (page.rows, page.total, page.number, page.pages) == ((), 0, 1, 1)


def test_items_that_are_gone_are_not_counted(world, lin):
    resource = world.resource("POOL", items=3)
    world.session.execute(
        sa.update(Item).where(Item.id == world.item_ids(resource)[0]).values(retired_at=LONG_AGO)
    )

    (row,) = catalogue(world.session, lin, Filters()).rows

    assert row.items == 2


def test_three_statements_for_one_row_as_for_many(world, lin):
    def asked() -> int:
        world.session.expire_all()
        with statements() as seen:
            page = catalogue(world.session, lin, Filters(words="仪器", kinds=("instrument",)))
            assert all(row.resource.owner.code and row.resource.policy_row.hours for row in page.rows)
        return len(seen)

    listed(world, code="R-0")
    one = asked()
    for n in range(1, 4):
        tag(world, listed(world, code=f"R-{n}", owner=world.unit(f"U-{n}"), items=3), "显微")

    assert asked() == one == 3


def test_the_api_may_page_through_the_same_selection(world, lin):
    listed(world, code="A-1")
    listed(world, code="A-2", kind="venue")

    found = world.session.scalars(sa.select(Resource.code).where(found_by(lin, Filters(kinds=("venue",)))))

    assert found.all() == ["A-2"]


def test_a_resource_is_found_by_its_code_with_owner_and_policy(world, lin):
    world.resource("CONFOCAL")
    world.session.expire_all()

    with statements() as seen:
        resource = resource_by_code(world.session, lin, "CONFOCAL")
        assert (resource.owner.code, resource.policy_row.grid_minutes) == ("INST", 30)

    assert len(seen) == 1


@pytest.mark.parametrize("code", ["HIDDEN", "NOTHING", "", "CONFO%", "A\x00B", "共" * 5000])
def test_hidden_and_missing_look_alike(world, lin, code):
    world.resource("HIDDEN", visibility="hidden")

    with pytest.raises(Missing):
        resource_by_code(world.session, lin, code)
