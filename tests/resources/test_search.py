"""Finding resources by words in both languages, on both databases."""

import pytest
import sqlalchemy as sa

from alliance.members.models import Unit
from alliance.resources.models import Resource, Tag
from alliance.resources.search import compose_search_text, matches, place_matches, rank, words_of
from alliance.resources.synonyms import add_synonyms
from alliance.resources.words import in_sections
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


TEM = {
    "code": "XWUT-002",
    "name_zh": "300kV冷冻透射电镜",
    "name_en": "300 kV cryo electron microscope",
    "description_en": "For systems of any temperature",
}


def means_the_same(world: World, *words: str) -> None:
    add_synonyms(words, by=world.actor(world.person("office", role="secretariat")))


@pytest.mark.parametrize(
    "question",
    [
        "toushe",
        "toushedianjing",
        "dianjing",
        "tsdj",
        "TSDJ",
        "dj",
        "tou she dian jing",
        "yqsb",  # the kind
    ],
)
def test_chinese_names_are_found_by_their_sound(world, question):
    add(world, **TEM)
    add(world, code="HALL", name_zh="报告厅", name_en="Hall", kind="venue", description_zh="透射电镜")
    unheard = ["toushi", "xsx"]

    names = {"dj": []}.get(question, ["XWUT-002"])
    assert found(world, matches(question)) == names
    assert [found(world, matches(each)) for each in unheard] == [[], []]


@pytest.mark.parametrize(
    "question",
    [
        "TEM",
        "透射电子显微镜",
        "transmission electron microscope",
        "ｔｅｍ",
        "transmission electron microscope 300kv",
    ],
)
def test_any_word_of_a_set_finds_what_is_called_by_another(world, question):
    add(world, **TEM)
    means_the_same(world, "TEM", "透射电镜", "透射电子显微镜", "transmission electron microscope")

    assert found(world, matches(question)) == ["XWUT-002"]
    assert found(world, matches(f"{question} 报告厅")) == []


def test_short_words_of_a_set_are_found_only_where_they_stand_alone(world):
    add(
        world,
        **CONFOCAL,
    )
    add(world, code="MASS", name_zh="高分辨仪", name_en="LC-MS with ESI")
    add(world, code="OTHER", name_zh="其他", name_en="Systems and programs")
    means_the_same(world, "质谱", "MS")

    assert found(world, matches("质谱")) == ["MASS"]
    assert found(world, matches("ms")) == ["MASS"]
    assert found(world, matches("esi")) == ["MASS"]
    assert found(world, matches("tem")) == []


def test_the_best_come_first(world):
    add(world, code="REST", name_zh="其他", name_en=None, description_zh="也能做拉曼")
    add(world, code="SOUND", name_zh="拉满", name_en=None)
    add(world, code="TECH", name_zh="光谱仪", name_en=None, tags=(Tag(name_zh="拉曼光谱"),))
    add(world, code="SAME", name_zh="Raman 光谱仪", name_en=None)
    add(world, code="HOLDS", name_zh="显微拉曼光谱仪", name_en=None)
    add(world, code="BEGINS", name_zh="拉曼光谱仪", name_en=None)
    add(world, code="拉曼", name_zh="甲", name_en=None)
    means_the_same(world, "拉曼", "Raman")

    def ranked(question: str) -> list[tuple[str, int]]:
        chosen = sa.select(Resource.code, rank(question)).where(matches(question))
        return [tuple(row) for row in world.session.execute(chosen.order_by(rank(question), Resource.code))]

    assert ranked("拉曼") == [
        ("拉曼", 0),
        ("BEGINS", 1),
        ("HOLDS", 2),
        ("SAME", 3),
        ("TECH", 3),
        ("REST", 5),
    ]
    assert ranked("laman") == [("BEGINS", 4), ("HOLDS", 4), ("SOUND", 4), ("TECH", 4), ("拉曼", 4)]


def test_a_short_word_that_only_begins_another_comes_last(world):
    add(world, code="COLD", name_zh="冷箱", name_en="Temperature chamber")
    add(world, code="REAL", name_zh="电镜", name_en="A TEM")

    chosen = sa.select(Resource.code).where(matches("tem")).order_by(rank("tem"))
    assert list(world.session.scalars(chosen)) == ["REAL", "COLD"]


def test_what_is_found_follows_the_text_however_it_is_written(world):
    resource = add(world, **TEM)
    world.session.execute(
        sa.insert(Resource).values(
            code="BULK",
            owner_id=world.institute.id,
            kind="instrument",
            preset="slot_self",
            mode="timed",
            name_zh="扫描电镜",
            changed_at=resource.changed_at,
            search_text=in_sections(("BULK", "扫描电镜"), (), ()),
        )
    )
    resource.name_zh = "离心机"
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()

    assert found(world, matches("saomiao")) == ["BULK"]
    assert (found(world, matches("toushe")), found(world, matches("lixinji"))) == ([], ["XWUT-002"])


@pytest.mark.parametrize(
    "question", ["\x00", "\x1e\x1f", "%" * 100, "a " * 50, "ﷺ" * 100, "\ud800", "' OR 1=1 --", "aeiou" * 20]
)
def test_hostile_questions_find_nothing_and_break_nothing(world, question):
    add(world, **CONFOCAL)

    chosen = sa.select(Resource.code, rank(question)).where(matches(question))
    assert [tuple(row) for row in world.session.execute(chosen)] in ([], [("XWBR-001", 0)], [("XWBR-001", 5)])


def test_a_question_is_cut_into_folded_words_each_once():
    assert words_of("  Ｘ射线\u3000x射线\tLC-MS ") == ["x射线", "lc-ms"]
    assert len("".join(words_of("长" * 1000))) == 100
