"""Defining what a resource asks: who may, what is refused, and what a change leaves as it was."""

import pytest

from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.history.queries import events_of
from alliance.resources.drafts import copy_resource
from alliance.resources.models import Resource
from alliance.resources.questions.actions import (
    MOST_FILES,
    MOST_QUESTIONS,
    Wording,
    add_question,
    change_question,
    place_question,
    remove_question,
)
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import questions_of

MATERIAL = Wording("short_text", is_required=True, wording_zh="样品材料", wording_en="Sample material")
HAZARD = Wording("choice", wording_zh="危险性", choices=(("无", "None"), ("有毒", "Toxic")))
THICKNESS = Wording("number", wording_en="Thickness", least=0.5, most=20, measure_zh="毫米", measure_en="mm")


@pytest.fixture
def confocal(world):
    return world.resource().id


def asked(world, resource_id) -> list[Question]:
    db.session.rollback()
    return list(questions_of(world.session, db.session().get(Resource, resource_id)))


def test_questions_are_asked_in_the_order_they_were_added(world, confocal):
    fang = world.actor(world.fang)

    refs = [add_question(confocal, wording, by=fang) for wording in (MATERIAL, HAZARD, THICKNESS)]

    found = asked(world, confocal)
    assert [(each.ref, each.n, each.kind) for each in found] == [
        (refs[0], 1, "short_text"),
        (refs[1], 2, "choice"),
        (refs[2], 3, "number"),
    ]
    assert found[1].choices == [["无", "None"], ["有毒", "Toxic"]]
    assert (found[2].least, found[2].most, found[2].measure_en) == (0.5, 20, "mm")
    verbs = [event.verb for event in events_of(world.session, "resource", confocal)]
    assert verbs == ["question.added"] * 3


def test_a_new_wording_is_a_new_row_and_the_old_one_stays(world, confocal):
    fang = world.actor(world.fang)
    first = add_question(confocal, MATERIAL, by=fang)

    second = change_question(first, Wording("short_text", wording_zh="样品是什么"), by=fang)

    (now,) = asked(world, confocal)
    old = db.session.query(Question).filter_by(ref=first).one()
    assert (now.ref, now.thread, now.version, now.wording_zh) == (second, first, 2, "样品是什么")
    assert (old.wording_zh, old.is_required, old.version) == ("样品材料", True, 1)
    assert old.retired_at is not None


def test_saving_what_it_says_already_changes_nothing(world, confocal):
    fang = world.actor(world.fang)
    ref = add_question(confocal, THICKNESS, by=fang)

    assert change_question(ref, THICKNESS, by=fang) == ref

    assert [event.verb for event in events_of(world.session, "resource", confocal)] == ["question.added"]


def test_the_second_of_two_who_change_it_at_once_is_told(world, confocal):
    fang = world.actor(world.fang)
    ref = add_question(confocal, MATERIAL, by=fang)
    change_question(ref, HAZARD, by=fang)

    with pytest.raises(Stale):
        change_question(ref, THICKNESS, by=fang)
    with pytest.raises(Stale):
        place_question(ref, 1, by=fang)
    with pytest.raises(Stale):
        remove_question(ref, by=fang)

    assert [each.kind for each in asked(world, confocal)] == ["choice"]


@pytest.mark.parametrize(("n", "order"), [(1, "cab"), (2, "acb"), (99, "abc"), (-5, "cab")])
def test_a_question_moves_within_the_list(world, confocal, n, order):
    fang = world.actor(world.fang)
    a, b, c = (add_question(confocal, Wording("file", wording_en=name), by=fang) for name in "abc")
    assert len({a, b, c}) == 3

    place_question(c, n, by=fang)

    assert "".join(each.wording_en for each in asked(world, confocal)) == order
    assert [each.n for each in asked(world, confocal)] == [1, 2, 3]


def test_what_is_asked_no_more_leaves_no_gap(world, confocal):
    fang = world.actor(world.fang)
    refs = [add_question(confocal, wording, by=fang) for wording in (MATERIAL, HAZARD, THICKNESS)]

    remove_question(refs[0], by=fang)

    assert [(each.ref, each.n) for each in asked(world, confocal)] == [(refs[1], 1), (refs[2], 2)]


@pytest.mark.parametrize(
    ("wording", "found"),
    [
        (Wording("short_text"), {("wording_missing", "wording_zh")}),
        (Wording("poem", wording_zh="诗"), {("unknown_choice", "kind")}),
        (Wording("short_text", wording_zh="长" * 201), {("too_much_text", "wording_zh")}),
        (Wording("consent", wording_zh="同意", note_en="x" * 4001), {("too_much_text", "note_en")}),
        (Wording("choice", wording_zh="选"), {("wrong_choices", "choices")}),
        (Wording("choice", wording_zh="选", choices=(("一", ""),)), {("wrong_choices", "choices")}),
        (
            Wording("choice", wording_zh="选", choices=tuple((str(n), "") for n in range(21))),
            {("wrong_choices", "choices")},
        ),
        (Wording("choice", wording_zh="选", choices=(("a", ""), ("a", ""))), {("same_choices", "choices")}),
        (Wording("choice", wording_zh="选", choices=(("a", ""), ("", ""))), {("same_choices", "choices")}),
        (
            Wording("choice", wording_zh="选", choices=(("长" * 81, ""), ("b", ""))),
            {("too_much_text", "choices")},
        ),
        (Wording("number", wording_zh="数", least=2, most=1), {("bounds_reversed", "most")}),
        (Wording("number", wording_zh="数", least=1e12), {("bound_out_of_range", "least")}),
        (Wording("number", wording_zh="数", most=float("nan")), {("bound_out_of_range", "most")}),
        (
            Wording("number", measure_zh="长" * 21),
            {("too_much_text", "measure_zh"), ("wording_missing", "wording_zh")},
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_whole(world, confocal, wording, found):
    with pytest.raises(Refused) as refused:
        add_question(confocal, wording, by=world.actor(world.fang))

    assert {(problem.code, problem.field) for problem in refused.value.problems} == found
    assert asked(world, confocal) == []
    assert events_of(world.session, "resource", confocal) == []


def test_there_is_an_end_to_asking(world, confocal):
    fang = world.actor(world.fang)
    for n in range(MOST_FILES):
        add_question(confocal, Wording("file", wording_en=f"File {n}"), by=fang)
    with pytest.raises(Refused) as of_files:
        add_question(confocal, Wording("file", wording_en="One more"), by=fang)
    for n in range(MOST_QUESTIONS - MOST_FILES):
        add_question(confocal, Wording("short_text", wording_en=f"Text {n}"), by=fang)
    with pytest.raises(Refused) as of_all:
        add_question(confocal, MATERIAL, by=fang)

    assert [problem.code for problem in of_files.value.problems] == ["too_many_file_questions"]
    assert [problem.code for problem in of_all.value.problems] == ["too_many_questions"]
    assert len(asked(world, confocal)) == MOST_QUESTIONS


def test_only_those_who_run_it_define_its_questions(world, confocal):
    ref = add_question(confocal, MATERIAL, by=world.actor(world.fang))
    lin = world.actor(world.lin)
    secretariat = world.actor(world.person("qin", world.university, role="secretariat"))

    for nobody in (lin, secretariat):
        for act in (
            lambda by: add_question(confocal, HAZARD, by=by),
            lambda by: change_question(ref, HAZARD, by=by),
            lambda by: place_question(ref, 1, by=by),
            lambda by: remove_question(ref, by=by),
        ):
            with pytest.raises(Forbidden):
                act(nobody)
    assert [each.ref for each in asked(world, confocal)] == [ref]


def test_a_manager_defines_them_too(world, confocal):
    helper = world.person("helper", world.institute)
    world.manages(helper, db.session().get(Resource, confocal))

    add_question(confocal, MATERIAL, by=world.actor(helper))

    assert len(asked(world, confocal)) == 1


def test_a_copy_of_the_resource_asks_the_same(world, confocal):
    fang = world.actor(world.fang)
    ref = add_question(confocal, HAZARD, by=fang)
    add_question(confocal, THICKNESS, by=fang)

    code = copy_resource("CONFOCAL", by=fang, unit_code="INST", name_zh="另一台")

    copied = world.session.query(Resource).filter_by(code=code).one()
    found = asked(world, copied.id)
    assert [(each.kind, each.n, each.version) for each in found] == [("choice", 1, 1), ("number", 2, 1)]
    assert found[0].choices == [["无", "None"], ["有毒", "Toxic"]]
    assert (found[1].least, found[1].most, found[1].wording_en) == (0.5, 20, "Thickness")
    assert ref not in {each.ref for each in found}


@pytest.mark.parametrize("ref", ["0123456789", "", "\0" * 10, "x" * 500])
def test_what_was_never_asked_is_missing(world, confocal, ref):
    for act in (lambda by: change_question(ref, HAZARD, by=by), lambda by: remove_question(ref, by=by)):
        with pytest.raises(Missing):
            act(world.actor(world.fang))
