"""Answers to a resource's questions: judged with all the rest, kept with the booking, seen by those concerned."""

import io

import pytest

from alliance.booking.actions import move_booking, request_booking
from alliance.booking.answers import answers_of, given_again
from alliance.booking.check import check, verdict_on
from alliance.booking.facts import Wish
from alliance.booking.models import Answer, Booking
from alliance.booking.queries import booking_of
from alliance.db import db
from alliance.errors import Refused
from alliance.resources.files.actions import send_file
from alliance.resources.files.checked import file_of
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from alliance.resources.questions.actions import Wording, add_question, change_question, remove_question
from alliance.resources.questions.queries import questions_of
from tests.resources.counting import statements
from tests.world import BY_OWNER, span

TUESDAY = span("2026-11-24", "14:00", "16:00")
WORDINGS = {
    "material": Wording("short_text", is_required=True, wording_zh="样品材料", wording_en="Sample material"),
    "story": Wording("long_text", wording_zh="制备"),
    "hazard": Wording("choice", is_required=True, wording_zh="危险性", choices=(("无", "None"), ("毒", ""))),
    "thickness": Wording("number", wording_en="Thickness", least=0.5, most=20, measure_en="mm"),
    "sheet": Wording("file", wording_zh="安全说明书"),
    "rules": Wording("consent", is_required=True, wording_zh="遵守守则", note_zh="不得饮食。"),
}


@pytest.fixture
def confocal(world):
    return world.resource(routes=BY_OWNER).id


@pytest.fixture
def refs(world, confocal):
    fang = world.actor(world.fang)
    return {name: add_question(confocal, wording, by=fang) for name, wording in WORDINGS.items()}


def right(refs, **changed) -> dict[str, str]:
    """Answers without a fault, but for what is changed; None leaves one out."""
    given = {"material": "鼠脑切片", "hazard": "2", "rules": "yes"} | changed
    return {refs[name]: value for name, value in given.items() if value is not None}


def book(world, resource_id, answers, person=None, **more):
    person = person or world.lin
    return request_booking(
        resource_id,
        more.pop("span", TUESDAY),
        by=world.actor(person),
        unit_id=world.university.id,
        answers=answers,
        **more,
    )


def kept(world, ref, reader=None) -> dict[str, str]:
    db.session.rollback()
    booking = booking_of(world.session, ref)
    answers = answers_of(world.session, world.actor(reader or world.lin), booking)
    return {answer.question.ref: answer.value for answer in answers}


def test_answers_are_kept_in_the_order_they_were_asked_for(world, confocal, refs):
    ref = book(world, confocal, right(refs, thickness=" ０.５0 ", story="固定\n切片"))

    assert list(kept(world, ref).items()) == [
        (refs["material"], "鼠脑切片"),
        (refs["story"], "固定\n切片"),
        (refs["hazard"], "2"),
        (refs["thickness"], "0.50"),
        (refs["rules"], "yes"),
    ]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"material": None}, ("answer_missing", "material")),
        ({"material": " \n "}, ("answer_missing", "material")),
        ({"material": "\0"}, ("answer_missing", "material")),
        ({"material": "x" * 201}, ("answer_too_long", "material")),
        ({"story": "x" * 2001}, ("answer_too_long", "story")),
        ({"hazard": None}, ("choice_missing", "hazard")),
        ({"hazard": "3"}, ("answer_unknown", "hazard")),
        ({"hazard": "0"}, ("answer_unknown", "hazard")),
        ({"hazard": "毒"}, ("answer_unknown", "hazard")),
        ({"thickness": "thick"}, ("answer_not_a_number", "thickness")),
        ({"thickness": "1e3"}, ("answer_not_a_number", "thickness")),
        ({"thickness": "9" * 400}, ("answer_not_a_number", "thickness")),
        ({"thickness": "NaN"}, ("answer_not_a_number", "thickness")),
        ({"thickness": "0.499"}, ("answer_out_of_bounds", "thickness")),
        ({"thickness": "20.001"}, ("answer_out_of_bounds", "thickness")),
        ({"sheet": "0123456789"}, ("answer_file_gone", "sheet")),
        ({"sheet": "../../etc"}, ("answer_file_gone", "sheet")),
        ({"rules": None}, ("consent_missing", "rules")),
        ({"rules": "no"}, ("consent_missing", "rules")),
    ],
)
def test_an_answer_that_will_not_do_is_refused_and_names_its_question(world, confocal, refs, changed, found):
    answers = right(refs, **changed)

    with pytest.raises(Refused) as refused:
        book(world, confocal, answers)

    code, name = found
    blocking = [(one.code, one.field) for one in refused.value.problems if one.severity == "block"]
    assert blocking == [(code, f"answers.{refs[name]}")]
    assert refused.value.problems[0].params["question"] == refs[name]
    assert db.session.query(Booking).count() == db.session.query(Answer).count() == 0
    resource = db.session().get(Resource, confocal)
    verdict = verdict_on(
        world.session,
        resource,
        Wish(TUESDAY),
        by=world.actor(world.lin),
        unit_id=world.university.id,
        answers=answers,
    )
    assert verdict.word == "block"
    assert verdict.lacks_answers
    assert code in [one.code for one in verdict.problems]


@pytest.mark.parametrize("thickness", ["0.5", "20", "+20.000", "２０"])
def test_the_very_edge_will_do(world, confocal, refs, thickness):
    ref = book(world, confocal, right(refs, thickness=thickness, material="x" * 200, story="x" * 2000))

    assert float(kept(world, ref)[refs["thickness"]]) in (0.5, 20)


def test_what_is_missing_is_found_with_all_the_others(world, confocal, refs):
    book(world, confocal, right(refs))

    with pytest.raises(Refused) as refused:
        book(world, confocal, {}, quantity=1)

    codes = [problem.code for problem in refused.value.problems if problem.severity == "block"]
    assert codes == ["taken", "answer_missing", "choice_missing", "consent_missing"]


def test_a_verdict_that_lacks_only_answers_says_what_would_follow(world, confocal, refs):
    resource = db.session().get(Resource, confocal)
    about = {"by": world.actor(world.lin), "unit_id": world.university.id}

    lacking = verdict_on(world.session, resource, Wish(TUESDAY), **about, answers={})
    on_time = check(world.session, confocal, TUESDAY, **about)

    assert (lacking.word, lacking.lacks_answers, lacking.stages) == ("block", True, ("owner",))
    assert (on_time.word, on_time.lacks_answers) == ("approve", False)


def test_a_wording_that_changed_meanwhile_is_asked_again(world, confocal, refs):
    answers = right(refs)
    stricter = Wording("consent", is_required=True, wording_zh="遵守守则", note_zh="不得饮食，不得独自操作。")
    now = change_question(refs["rules"], stricter, by=world.actor(world.fang))

    with pytest.raises(Refused) as refused:
        book(world, confocal, answers)

    assert {(one.code, one.field) for one in refused.value.problems if one.severity == "block"} == {
        ("questions_changed", "answers"),
        ("consent_missing", f"answers.{now}"),
    }


def test_a_booking_keeps_the_question_as_it_was_asked(world, confocal, refs):
    ref = book(world, confocal, right(refs))
    fang = world.actor(world.fang)
    change_question(refs["material"], Wording("long_text", wording_zh="别的"), by=fang)
    remove_question(refs["hazard"], by=fang)

    booking = booking_of(world.session, ref)
    answers = answers_of(world.session, world.actor(world.lin), booking)

    told = {answer.question.wording_zh: answer.value for answer in answers}
    assert told == {"样品材料": "鼠脑切片", "危险性": "2", "遵守守则": "yes"}


def test_moving_a_booking_keeps_the_answers_and_asks_nothing(world, confocal, refs):
    ref = book(world, confocal, right(refs))
    before = kept(world, ref)
    add_question(
        confocal, Wording("short_text", is_required=True, wording_zh="新"), by=world.actor(world.fang)
    )

    move_booking(ref, span("2026-11-25", "14:00", "16:00"), by=world.actor(world.lin))

    assert kept(world, ref) == before


def test_what_can_be_said_again_is_and_consent_is_not(world, confocal, refs):
    sent = send_file(file_of("sheet.txt", io.BytesIO(b"harmless")), by=world.actor(world.lin))
    ref = book(world, confocal, right(refs, sheet=sent, thickness="3"))
    choices = (("毒", ""), ("无", "None"), ("辐射", ""))
    now = change_question(
        refs["hazard"], Wording("choice", wording_zh="危险性", choices=choices), by=world.actor(world.fang)
    )
    booking = booking_of(world.session, ref)
    answers = answers_of(world.session, world.actor(world.lin), booking)

    again = given_again(answers, questions_of(world.session, booking.resource))

    assert again == {refs["material"]: "鼠脑切片", now: "1", refs["sheet"]: sent, refs["thickness"]: "3"}
    other = span("2026-11-26", "14:00", "16:00")
    assert book(world, confocal, {**again, refs["rules"]: "yes"}, span=other)


def test_nobody_answers_with_somebody_elses_file(world, confocal, refs):
    other = world.person("other", world.university)
    sent = send_file(file_of("mine.txt", io.BytesIO(b"mine")), by=world.actor(other))

    with pytest.raises(Refused) as refused:
        book(world, confocal, right(refs, sheet=sent))

    assert "answer_file_gone" in {problem.code for problem in refused.value.problems}


def test_booker_owner_and_deciders_see_the_answers_and_nobody_else(world):
    routes = (Route("own"), Route("member", ("owner", "unit")))
    confocal = world.resource(routes=routes, detail="full").id
    ref = add_question(confocal, WORDINGS["material"], by=world.actor(world.fang))
    helper = world.person("helper", world.institute)
    world.manages(helper, db.session().get(Resource, confocal))
    booking = book(world, confocal, {ref: "鼠脑切片"})
    head = world.person("head", world.university, admin=True)
    council = world.person("council", world.university, role="council")
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    colleague = world.person("colleague", world.university)

    for reader in (world.lin, world.fang, helper, head):
        assert kept(world, booking, reader) == {ref: "鼠脑切片"}, reader.name
    for reader in (council, secretariat, colleague):
        assert kept(world, booking, reader) == {}, reader.name


def test_what_asks_nothing_costs_no_statement(world):
    plain = world.resource("PLAIN").id
    booking = booking_of(world.session, book(world, plain, {}))
    lin = world.actor(world.lin)

    with statements() as seen:
        assert answers_of(world.session, lin, booking) == []

    assert len(seen) == 0
