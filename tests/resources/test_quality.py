"""What wants a look in the catalogue, who is told of it, and confirming that an entry is right."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.booking.publication import publish_resource
from alliance.errors import Forbidden
from alliance.history.queries import events_of
from alliance.refs import new_ref
from alliance.resources import quality as of_quality
from alliance.resources.models import Photo, Resource
from alliance.resources.quality import CONFIRMED_FOR, FLAWS, confirm_entries, quality
from tests.conftest import NOW
from tests.resources.counting import statements


def good(world, code: str, **columns) -> Resource:
    """An entry with nothing wrong."""
    resource = world.resource(code, **{"description_zh": "好", "confirmed_at": NOW, **columns})
    world.manages(world.fang, resource)
    world.session.add(
        Photo(ref=new_ref(), resource_id=resource.id, n=1, width=400, height=300, at=NOW, by_id=world.fang.id)
    )
    world.session.commit()
    return resource


def found(world, person, **choice) -> list[tuple[str, tuple[str, ...]]]:
    told = quality(world.session, world.actor(person), NOW, **choice)
    return [(entry.resource.code, entry.flaws) for entry in told.entries]


def test_what_is_complete_and_confirmed_is_left_in_peace(world):
    good(world, "GOOD")

    told = quality(world.session, world.actor(world.fang), NOW)

    assert (told.entries, told.wanting, told.judged) == ((), 0, 1)


@pytest.mark.parametrize(
    ("columns", "flaw"),
    [
        ({"policy": {"hours": ""}}, "never_open"),
        ({"confirmed_at": NOW - CONFIRMED_FOR}, "not_confirmed"),
        ({"confirmed_at": None}, "not_confirmed"),
        ({"description_zh": None}, "no_description"),
        ({"description_zh": "", "description_en": ""}, "no_description"),
        ({"name_en": None}, "no_english_name"),
    ],
)
def test_each_flaw_is_found(world, columns, flaw):
    good(world, "A", **columns)

    assert found(world, world.fang) == [("A", (flaw,))]


@pytest.mark.parametrize(
    "columns",
    [
        {"confirmed_at": NOW - CONFIRMED_FOR + timedelta(seconds=1)},
        {"description_zh": None, "description_en": "Good"},
        {"policy": {"hours": ""}, "preset": "request", "items": 0},
        {"policy": {"hours": "WD off; RD off; PH 10:00-11:00"}},
    ],
)
def test_what_is_just_good_enough_is_no_flaw(world, columns):
    good(world, "A", **columns)

    assert found(world, world.fang) == []


def test_a_manager_who_is_suspended_is_none(world):
    away = world.person("away", world.institute, status="suspended")
    resource = world.resource("A", description_zh="好", confirmed_at=NOW)
    world.manages(away, resource)

    assert found(world, world.fang) == [("A", ("no_manager", "no_photo"))]


def test_the_gravest_come_first_and_one_grave_flaw_outweighs_all_lesser_ones(world):
    good(world, "B-LESSER", description_zh=None, name_en=None, confirmed_at=None)
    good(world, "A-PHOTO", name_en=None)
    good(world, "C-SHUT", policy={"hours": ""})

    assert [code for code, _ in found(world, world.fang)] == ["C-SHUT", "B-LESSER", "A-PHOTO"]
    assert [code for code, _ in found(world, world.fang, flaw="no_english_name")] == ["B-LESSER", "A-PHOTO"]


def test_owners_see_theirs_the_secretariat_all_but_what_is_hidden(world):
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    council = world.person("council", role="council")
    manager = world.person("manager", world.institute)
    for code, owner, visibility in (
        ("OURS", world.institute, "own_unit"),
        ("HIDDEN", world.institute, "hidden"),
        ("THEIRS", world.university, "alliance"),
    ):
        world.resource(code, owner=owner, visibility=visibility)
    world.resource("DRAFT", status="draft")
    world.resource("RETIRED", status="retired")
    world.manages(manager, world.resource("MANAGED"))

    def seen(person) -> tuple[list[str], list[tuple[str, int]]]:
        told = quality(world.session, world.actor(person), NOW)
        return [entry.resource.code for entry in told.entries], [(unit.code, n) for unit, n in told.units]

    assert seen(world.fang) == (["HIDDEN", "OURS", "MANAGED"], [("INST", 3)])
    assert seen(manager) == (["MANAGED"], [("INST", 1)])
    assert seen(secretariat) == (["OURS", "THEIRS", "MANAGED"], [("INST", 2), ("UNIV", 1)])
    for person in (world.lin, council):
        with pytest.raises(Forbidden):
            seen(person)


def test_counts_are_those_of_the_choice(world):
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    world.resource("A", owner=world.university, name_en=None)
    world.resource("B", policy={"hours": ""})
    good(world, "C")

    told = quality(world.session, world.actor(secretariat), NOW, unit="INST", flaw="never_open")

    assert told.flaws == {
        "never_open": 1,
        "no_manager": 1,
        "not_confirmed": 1,
        "no_description": 1,
        "no_photo": 1,
    }
    assert [(unit.code, number) for unit, number in told.units] == [("INST", 1)]
    assert (told.wanting, told.judged, told.total) == (1, 2, 1)


def test_more_entries_cost_no_more_statements_and_come_in_pages(world, monkeypatch):
    monkeypatch.setattr(of_quality, "PAGE_SIZE", 2)
    fang = world.actor(world.fang)
    world.resource("A")
    with statements() as of_one:
        quality(world.session, fang, NOW)
    for code in "BCDE":
        world.resource(code)

    with statements() as of_many:
        told = quality(world.session, fang, NOW, page=99)

    assert len(of_many) == len(of_one) == 2
    assert ([entry.resource.code for entry in told.entries], told.number, told.pages) == (["E"], 3, 3)


def test_confirming_is_noted_with_who_and_when_and_stands_in_the_history(world):
    resource = good(world, "A", confirmed_at=None)
    number = resource.id

    assert confirm_entries(["A", "A"], by=world.actor(world.fang)) == ("A",)

    assert found(world, world.fang) == []
    world.session.refresh(resource)
    assert (resource.confirmed_at, resource.confirmed_by_id) == (NOW, world.fang.id)
    (event,) = events_of(world.session, "resource", number)
    assert (event.verb, event.actor_id, event.data) == ("resource.confirmed", world.fang.id, {"code": "A"})


def test_only_those_who_run_it_confirm_and_the_rest_is_left_out(world):
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    manager = world.person("manager", world.institute)
    mine, others = world.resource("MINE"), world.resource("OTHERS")
    world.manages(manager, mine)
    world.resource("DRAFT", status="draft")
    wanted = ["OTHERS", "MINE", "DRAFT", "NONE", "\0"]

    assert confirm_entries(wanted, by=world.actor(manager)) == ("MINE",)
    for person in (world.lin, secretariat):
        with pytest.raises(Forbidden):
            confirm_entries(wanted, by=world.actor(person))

    confirmed = sa.select(Resource.code).where(Resource.confirmed_at.is_not(None))
    assert world.session.scalars(confirmed).all() == ["MINE"]
    assert events_of(world.session, "resource", others.id) == []


def test_publishing_confirms_an_entry(world):
    fang = world.actor(world.fang)
    draft = good(world, "A", status="draft", confirmed_at=None)

    publish_resource("A", by=fang)

    world.session.refresh(draft)
    assert (draft.status, draft.confirmed_at, draft.confirmed_by_id) == ("published", NOW, world.fang.id)


def test_every_flaw_has_its_name(app):
    from alliance.web.vocabulary import FLAW_NAMES

    assert tuple(FLAW_NAMES) == FLAWS
