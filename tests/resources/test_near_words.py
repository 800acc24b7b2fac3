"""What a question that found nothing may have meant, on both databases, and only from what its reader may see."""

import pytest

from alliance.resources.models import Resource, Tag
from alliance.resources.near_words import NearThings, NearUnit, near_things
from alliance.resources.search import compose_search_text
from alliance.resources.synonyms import add_synonyms
from tests.resources.counting import statements
from tests.world import World


def add(world: World, code: str, zh: str, en: str, tags: tuple[Tag, ...] = (), **columns) -> Resource:
    resource = world.resource(code, name_zh=zh, name_en=en, **columns)
    resource.search_text = compose_search_text(resource, tags)
    world.session.commit()
    return resource


@pytest.fixture
def scopes(world):
    return [
        add(world, "CONF", "激光共聚焦显微镜", "Laser confocal microscope"),
        add(world, "MASS", "高分辨质谱仪", "Mass spectrometer", owner=world.university),
        add(world, "HALL", "报告厅", "Auditorium", kind="venue"),
    ]


@pytest.mark.parametrize(
    ("question", "spelling"),
    [
        ("confocl", "confocal"),
        ("cnofocal", "confocal"),
        ("Spectometer", "spectrometer"),
        ("mass spectometer", "mass spectrometer"),
        ("lasr", "laser"),
        ("laxxr", ""),  # two wrong in five letters
        ("confocal", ""),  # nothing is wrong with it
        ("xyzzy", ""),
        ("confocl spectometer", ""),  # nothing is both
        ("共聚焦", ""),
        ("\x00\ud800", ""),
        ("a" * 5000, ""),
    ],
)
def test_misspelt_words_are_put_right_when_that_finds_something(world, scopes, question, spelling):
    assert near_things(world.session, world.actor(world.lin), question).spelling == spelling


def test_a_misspelt_synonym_is_put_right(world, scopes):
    add_synonyms(["质谱", "ionization"], by=world.actor(world.person("office", role="secretariat")))

    assert near_things(world.session, world.actor(world.lin), "ionisation").spelling == "ionization"


def test_what_shares_a_part_comes_near_with_its_kind_and_who_shares_such(world, scopes):
    near = near_things(world.session, world.actor(world.lin), "超分辨显微镜")

    university = NearUnit("UNIV", "UNIV 单位", "UNIV Unit")
    institute = NearUnit("INST", "INST 单位", "INST Unit")
    assert near == NearThings("", (scopes[0].id, scopes[1].id), ("instrument",), (institute, university))


def test_no_sign_in_the_name_of_a_unit_keeps_others_from_finding(world, scopes):
    world.institute.name_zh, world.institute.name_en = "研\x1d究\n所", "In\x1dst"
    world.session.commit()

    near = near_things(world.session, world.actor(world.lin), "超分辨显微镜")

    assert near.units == (NearUnit("INST", "研 究\n所", "In st"), NearUnit("UNIV", "UNIV 单位", "UNIV Unit"))


def test_nothing_hidden_is_hinted_at(world, scopes):
    add(world, "SECRET", "保密离心机", "Secret centrifuge", visibility="hidden")
    add(world, "GONE", "退役离心机", "Retired centrifuge", status="retired")
    fang, lin = world.actor(world.fang), world.actor(world.lin)

    assert near_things(world.session, fang, "centrifge").spelling == "centrifuge"
    assert near_things(world.session, lin, "centrifge") == NearThings()
    assert near_things(world.session, lin, "离心机组") == NearThings()
    assert near_things(world.session, None, "confocl") == NearThings()


def test_it_costs_one_statement(world, scopes):
    lin = world.actor(world.lin)
    for question in ("confocl", "超分辨显微镜", "xyzzy"):
        with statements() as seen:
            near_things(world.session, lin, question)
        assert len(seen) == 1
