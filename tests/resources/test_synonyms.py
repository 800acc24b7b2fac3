"""Words that mean the same: who keeps them, what is refused, and that nothing is left behind."""

import pytest
import sqlalchemy as sa

from alliance.errors import Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.resources.common_words import COMMON
from alliance.resources.models import Synonym
from alliance.resources.synonyms import (
    add_common_synonyms,
    add_synonyms,
    change_synonyms,
    remove_synonyms,
    synonym_sets,
    words_in,
)
from alliance.resources.words import fold
from tests.resources.counting import statements


@pytest.fixture
def office(world):
    return world.actor(world.person("office", role="secretariat"))


def kept(world) -> list[list[str]]:
    world.session.rollback()
    return [[each.word for each in found.words] for found in synonym_sets(world.session)]


def verbs(world) -> list[str]:
    return list(world.session.scalars(sa.select(Event.verb).order_by(Event.id)))


def problems(act) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return [problem.code for problem in refused.value.problems]


def test_a_set_is_added_changed_and_removed_with_history(world, office):
    ref = add_synonyms(["TEM", "透射电镜"], by=office)
    change_synonyms(ref, ["TEM", "透射电子显微镜"], by=office, version=1)
    assert kept(world) == [["TEM", "透射电子显微镜"]]
    remove_synonyms(ref, by=office)

    assert kept(world) == []
    assert verbs(world) == ["synonyms.made", "synonyms.changed", "synonyms.removed"]
    assert world.session.scalars(sa.select(Event)).all()[1].data == {
        "synonyms": ref,
        "words": ["TEM", "透射电子显微镜"],
        "before": ["TEM", "透射电镜"],
    }


def test_what_will_not_do_is_refused_and_leaves_nothing(world, office):
    add_synonyms(["TEM", "透射电镜"], by=office)
    other = add_synonyms(["SEM", "扫描电镜"], by=office)

    assert problems(lambda: add_synonyms(["alone"], by=office)) == ["too_few_synonyms"]
    assert problems(lambda: add_synonyms([f"w{n}" for n in range(21)], by=office)) == ["too_many_synonyms"]
    assert problems(lambda: add_synonyms(["x" * 61, "y"], by=office)) == ["synonym_too_long"]
    assert problems(lambda: add_synonyms(["ｔｅｍ", "new"], by=office)) == ["synonym_taken"]
    assert problems(lambda: change_synonyms(other, ["SEM", "tem"], by=office, version=1)) == ["synonym_taken"]
    assert problems(lambda: change_synonyms(other, ["SEM", "x"], by=office, version=2)) == [
        "changed_meanwhile"
    ]
    assert kept(world) == [["SEM", "扫描电镜"], ["TEM", "透射电镜"]]
    assert verbs(world) == ["synonyms.made"] * 2


def test_only_the_secretariat_may(world, office):
    ref = add_synonyms(["TEM", "透射电镜"], by=office)
    council = world.person("council", role="council")

    for person in (world.lin, world.fang, council):
        actor = world.actor(person)
        for act in (
            lambda actor=actor: add_synonyms(["a1", "b1"], by=actor),
            lambda actor=actor: add_common_synonyms(by=actor),
            lambda actor=actor: change_synonyms(ref, ["a1", "b1"], by=actor, version=1),
            lambda actor=actor: remove_synonyms(ref, by=actor),
        ):
            with pytest.raises(Forbidden):
                act()
    with pytest.raises(Missing):
        remove_synonyms("0000000000", by=office)
    assert kept(world) == [["TEM", "透射电镜"]]


def test_the_usual_words_come_once_and_leave_what_is_there(world, office):
    add_synonyms(["tem", "电镜之一"], by=office)

    assert add_common_synonyms(by=office) == len(COMMON) - 1
    assert add_common_synonyms(by=office) == 0
    assert ["tem", "电镜之一"] in kept(world)


def test_no_usual_word_stands_in_two_sets():
    folded = [fold(word) for words in COMMON for word in words]

    assert len(folded) == len(set(folded))


def test_words_are_read_from_lines_and_between_commas():
    assert words_in(" TEM \r\n透射电镜、ｔｅｍ；mass  spectrometry,,\x00") == [
        "TEM",
        "透射电镜",
        "mass spectrometry",
    ]
    assert words_in("\x00 \n") == []


def test_the_list_costs_the_same_with_one_set_and_many(world, office):
    add_synonyms(["TEM", "透射电镜"], by=office)
    with statements() as one:
        kept(world)
    add_common_synonyms(by=office)
    with statements() as many:
        kept(world)

    assert len(one) == len(many) == 2
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Synonym)) > 100
