"""Finding resources by words in both languages, on both databases."""

import sqlalchemy as sa

from alliance.members.models import Unit
from alliance.resources.models import Resource, Tag
from alliance.resources.search import compose_search_text, fold, matches, place_matches, words_of
from tests.world import World

CONFOCAL = {
    "code": "XWBR-001",
    "name_zh": "激光共聚焦显微镜",
    "name_en": "Laser confocal microscope",
    "place_zh": "4号楼203",
    "place_en": "Building 4, Room 203",
    "description_zh": "多通道荧光成像（活细胞），物镜 10×",
    "description_en": "Fluorescence at 100% power",
    "subcategory": "microscopy",
    "instrument_class": "01",
}


def add(world: World, tags: tuple[Tag, ...] = (), **columns) -> Resource:
    resource = world.resource(columns.pop("code"), **columns)
    resource.search_text = compose_search_text(resource, tags)
    world.session.commit()
    return resource


def found(world: World, condition: sa.ColumnElement[bool]) -> list[str]:
    return list(world.session.scalars(sa.select(Resource.code).where(condition).order_by(Resource.code)))


FINDS_THE_CONFOCAL = [
    "",
    "镜",
    "共聚",
    "激光共聚焦显微镜",
    "confocal",
    "CONFOCAL Laser",
    "ｃｏｎｆｏｃａｌ",  # full width
    "xwbr-001",
    "203",
    "4号楼 显微",
    "显微\u3000共聚焦",  # a full-width blank
    "仪器设备",  # the kind
    "科研",  # its class
    "分析仪器",  # the national class of instruments
    "analytical",
    "microscopy",
    "荧光显微",  # a technique
    "fluorescence microscopy",
    "(活细胞)",  # written with full-width brackets
    "100%",
    "inst",  # the owner's code name in its English name
    "INST 单位 显微镜",  # the owner and the thing
]


def test_words_in_either_language_find_it(world):
    add(world, tags=(Tag(name_zh="荧光显微", name_en="Fluorescence microscopy"),), **CONFOCAL)
    add(world, code="HALL", name_zh="报告厅", name_en="Hall", kind="venue", owner=world.university)

    missed = [
        question for question in FINDS_THE_CONFOCAL if "XWBR-001" not in found(world, matches(question))
    ]

    assert missed == []


def test_every_word_must_occur_and_signs_mean_themselves(world):
    add(world, **{**CONFOCAL, "description_en": "no signs"})
    questions = ["电镜", "激光 电镜", "%", "_", "激光%显微", "100_", "\\", "'; --", "微显"]

    wrong = [question for question in questions if found(world, matches(question))]

    assert wrong == []


def test_a_zero_character_finds_what_the_rest_finds(world):
    add(world, **CONFOCAL)

    assert found(world, matches("共\x00聚")) == ["XWBR-001"]


def test_owners_with_full_width_brackets_are_found(world):
    owner = world._add(
        Unit(
            code="OCT",
            name_zh="华侨城（光明）集团",
            name_en="OCT",
            monogram_zh="侨",
            monogram_en="OC",
            kind="enterprise",
            changed_at=world.university.changed_at,
        )
    )
    add(world, code="HALL", name_zh="展厅", name_en=None, owner=owner)

    assert found(world, matches("华侨城(光明)")) == ["HALL"]
    assert found(world, matches("华侨城（光明）集团 展厅")) == ["HALL"]


def test_places_are_found_by_themselves(world):
    add(world, **CONFOCAL)
    add(world, code="NEAR", name_zh="203 号展品", place_zh="1号楼")

    assert found(world, place_matches("203")) == ["XWBR-001"]
    assert found(world, place_matches("building ROOM")) == ["XWBR-001"]
    assert found(world, place_matches("5号楼 203")) == []


def test_a_question_is_cut_into_folded_words_each_once():
    assert words_of("  Ｘ射线\u3000x射线\tLC-MS ") == ["x射线", "lc-ms"]
    assert len("".join(words_of("长" * 1000))) == 100


def test_folding_forgets_width_case_and_control_characters():
    assert fold("  ΓABC\x00\x07（１）\n") == "γabc(1)"
