"""Questions in the browser: defining them, answering them, reading the answers."""

import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from alliance.booking.actions import request_booking
from alliance.booking.models import Answer, Booking
from alliance.db import db
from alliance.resources.files.models import File
from alliance.resources.questions.actions import Wording, add_question, change_question
from alliance.resources.questions.models import Question
from tests.resources.counting import statements
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, span

FORM = {"resource": "CONFOCAL", "date": "2026-11-24", "start": "14:00", "end": "16:00", "quantity": "1"}
NEW = "/bookings/new?resource=CONFOCAL"
WORDINGS = {
    "material": Wording("short_text", is_required=True, wording_zh="样品材料", wording_en="Sample material"),
    "story": Wording("long_text", wording_zh="制备", wording_en="Preparation"),
    "hazard": Wording(
        "choice", is_required=True, wording_en="Hazard", choices=(("无", "None"), ("毒", "Toxic"))
    ),
    "thickness": Wording(
        "number", wording_en="Thickness", least=0.5, most=20, measure_zh="毫米", measure_en="mm"
    ),
    "sheet": Wording("file", wording_en="Safety sheet"),
    "rules": Wording("consent", is_required=True, wording_en="I keep the rules", note_en="No <b>food</b>."),
}


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def visit(sqlite_app):
    return lambda person, language="en": Visitor(sqlite_app, person, language)


@pytest.fixture
def refs(world):
    resource_id, fang = world.resource(routes=BY_OWNER).id, world.actor(world.fang)
    return {name: add_question(resource_id, wording, by=fang) for name, wording in WORDINGS.items()}


def answers(refs, **changed) -> dict[str, str]:
    given = {"material": "Mouse brain", "hazard": "2", "rules": "yes"} | changed
    return {f"answer_{refs[name]}": value for name, value in given.items()}


def errors(page: str) -> list[str]:
    return [
        unescape(text) for text in re.findall(r'class="field-error".*?<span>(.*?)</span>', page, re.DOTALL)
    ]


def text_of(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def named(refs, name: str) -> str:
    return f"answer_{refs[name]}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Sample material", "Thickness optional", "From 0.5 mm to 20 mm.", "3 questions still want"]),
        ("zh", ["样品材料", "Thickness 选填", "0.5 毫米 到 20 毫米。", "还有 3 个问题待回答。"]),
    ],
)
def test_the_form_asks_in_the_readers_language(world, visit, refs, language, words):
    page = visit(world.lin, language).get(NEW).text

    text = text_of(page)
    assert [each for each in words if each not in text] == []
    assert "No <b>food</b>." in text
    assert 'enctype="multipart/form-data"' in page


def test_without_a_file_the_form_is_an_ordinary_one(world, visit):
    resource_id = world.resource().id
    assert "multipart" not in visit(world.lin).get(NEW).text
    add_question(resource_id, WORDINGS["material"], by=world.actor(world.fang))

    page = visit(world.lin).get(NEW).text

    assert "multipart" not in page
    assert "Sample material" in page


def test_what_was_answered_is_read_by_booker_and_deciders(world, visit, refs):
    lin = visit(world.lin)
    file = {f"file_{refs['sheet']}": (io.BytesIO("无害".encode()), "安全 说明.txt")}

    made = lin.send("/bookings", on=NEW, **FORM, **answers(refs, thickness="2.50"), **file)

    assert made.status_code == 303
    ref = made.location.rpartition("/")[2]
    for page in (lin.get(f"/bookings/{ref}").text, visit(world.fang).get(f"/approvals/{ref}").text):
        text = text_of(page)
        assert "Sample material Mouse brain Hazard Toxic Thickness 2.5 mm" in text
        assert "安全 说明.txt 1 KB I keep the rules Agreed No <b>food</b>." in text
    address = re.search(r'href="(/bookings/\w+/files/\w+)"', lin.get(f"/bookings/{ref}").text)[1]
    kept = visit(world.fang).get(address)
    assert kept.data.decode() == "无害"
    assert kept.headers["Content-Disposition"].startswith("attachment; ")
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in kept.headers["Content-Security-Policy"]
    council = visit(world.person("council", world.university, role="council"))
    assert "Mouse brain" not in council.get(f"/bookings/{ref}").text
    assert council.get(address).status_code == 404
    assert visit(world.person("other", world.unit("OTHER"))).get(address).status_code == 404


def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(world, visit, refs):
    lin = visit(world.lin)
    given = answers(refs, material="", thickness="99", story="Fixed.\nCut.")
    del given[named(refs, "rules")]

    refused = lin.send("/bookings", on=NEW, **FORM, **given)

    assert refused.status_code == 422
    assert errors(refused.text) == [
        "Not answered. Answer it.",
        "The answer to “Thickness” must lie between 0.5 and 20 mm. Enter another number, or ask the owner.",
        "Consent missing. Read it, and tick it if you agree.",
    ]
    assert "Fixed.\nCut." in refused.text
    assert '<option selected value="2">Toxic</option>' in refused.text
    assert db.session.query(Booking).count() == db.session.query(Answer).count() == 0


def test_a_file_stays_with_the_form_that_was_refused(world, visit, refs):
    lin = visit(world.lin)
    file = {f"file_{refs['sheet']}": (io.BytesIO(b"harmless"), "sheet.txt")}

    refused = lin.send("/bookings", on=NEW, **FORM, **answers(refs, material=""), **file)

    assert refused.status_code == 422
    assert "Sent: sheet.txt." in text_of(refused.text)
    sent = db.session.query(File).one().ref
    assert f'name="{named(refs, "sheet")}" type="hidden" value="{sent}"' in refused.text
    made = lin.send("/bookings", on=NEW, **FORM, **answers(refs, sheet=sent))
    assert made.status_code == 303
    assert db.session.query(Answer).filter(Answer.file_id.is_not(None)).one().value == "sheet.txt"


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("x.svg", b"<svg onload=alert(1)>", "A page or a drawing"),
        ("../x.txt", b"text", "a path"),
        ("x.exe", b"MZ\x90\0", "may be PDF"),
        ("x.pdf", b"text", "it is a .txt file"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_all_the_rest(world, visit, refs, name, content, error):
    file = {f"file_{refs['sheet']}": (io.BytesIO(content), name)}

    refused = visit(world.lin).send("/bookings", on=NEW, **FORM, **answers(refs, material=""), **file)

    assert refused.status_code == 422
    said = errors(refused.text)
    assert len(said) == 2
    assert said[0] == "Not answered. Answer it."
    assert error in text_of(refused.text)
    assert db.session.query(File).count() == db.session.query(Booking).count() == 0


def test_answers_go_along_when_another_time_is_chosen(world, visit, refs):
    lin = visit(world.lin)
    lin.send("/bookings", on=NEW, **FORM, **answers(refs))

    refused = visit(world.lin).send("/bookings", on=NEW, **FORM, **answers(refs, story="鼠"))

    assert refused.status_code == 409
    href = unescape(re.search(r'class="instead" href="([^"]+)"', refused.text)[1])
    query = parse_qs(urlsplit(href).query)
    assert {name: query[name] for name in query if name.startswith("answer_")} == {
        named(refs, "material"): ["Mouse brain"],
        named(refs, "hazard"): ["2"],
        named(refs, "story"): ["鼠"],
        named(refs, "rules"): ["yes"],
    }
    page = lin.get(href).text
    assert 'value="Mouse brain"' in page
    assert "Free; INST Unit decides." in text_of(page)


def test_booking_again_begins_with_the_answers_but_asks_for_consent(world, visit, refs):
    lin = visit(world.lin)
    made = lin.send("/bookings", on=NEW, **FORM, **answers(refs, thickness="3"))

    again = lin.get(made.location + "/again")

    page = lin.get(again.location).text
    assert 'value="Mouse brain"' in page
    assert "1 question still wants an answer." in text_of(page)


def test_a_question_that_changed_while_the_form_was_open_is_shown_anew(world, visit, refs):
    given = answers(refs)
    change_question(
        refs["rules"],
        Wording("consent", is_required=True, wording_en="I keep the new rules"),
        by=world.actor(world.fang),
    )

    refused = visit(world.lin).send("/bookings", on=NEW, **FORM, **given)

    assert refused.status_code == 422
    text = text_of(refused.text)
    assert "The owner has changed the questions meanwhile." in text
    assert "I keep the new rules" in text
    assert 'value="Mouse brain"' in refused.text


def test_the_live_check_agrees_with_the_act(world, visit, refs):
    lin = visit(world.lin)
    path = "/bookings/check"

    nothing = text_of("<main" + lin.get(path, **FORM).text + "</main>")
    chosen = lin.get(path, **FORM, **answers(refs), **{f"file_{refs['sheet']}": "sheet.pdf"}).text
    wrong = lin.get(path, **FORM, **answers(refs, thickness="x")).text

    assert "Free, once the questions are answered. 3 questions still want an answer." in nothing
    assert "Free; INST Unit decides." in chosen
    assert 'data-verb="Send request"' in chosen
    assert "is no number" in wrong


@pytest.mark.parametrize(
    "value", ["\0", "x" * 100_000, "\u202e", "<script>alert(1)</script>", "%s%n", "\ud83d"]
)
def test_no_answer_breaks_the_page(world, visit, refs, value):
    lin = visit(world.lin)
    value = value.encode("utf-8", "replace").decode()

    for name in refs:
        answer = lin.send("/bookings", on=NEW, **FORM, **answers(refs, **{name: value}))
        assert answer.status_code in (303, 409, 422)
        assert "<script>alert" not in answer.text
        assert lin.get("/bookings/check", **FORM, **answers(refs, **{name: value[:2000]})).status_code == 200


def test_answers_appear_in_no_feed_no_list_and_no_history(world, visit, refs):
    lin = visit(world.lin)
    made = lin.send("/bookings", on=NEW, **FORM, **answers(refs, material="SECRETSAMPLE"))
    ref = made.location.rpartition("/")[2]
    assert "SECRETSAMPLE" in lin.get(made.location).text

    for path in ("/bookings", f"/bookings/{ref}.ics", "/board?of=all&date=2026-11-24", "/resources/CONFOCAL"):
        assert "SECRETSAMPLE" not in lin.get(path).text, path
    assert "Nothing here fits" in lin.get("/resources?q=SECRETSAMPLE").text


def test_a_form_with_three_questions_asks_the_database_as_often_as_with_one(world, visit):
    resource_id, fang = world.resource().id, world.actor(world.fang)
    lin = visit(world.lin)
    add_question(resource_id, WORDINGS["material"], by=fang)
    with statements() as one:
        lin.get(NEW)
    for name in ("story", "thickness"):
        add_question(resource_id, WORDINGS[name], by=fang)

    with statements() as three:
        lin.get(NEW)

    assert len(three) == len(one)


# Defining them ---------------------------------------------------------------------------------------------------


def define(visitor, **fields):
    path = "/resources/CONFOCAL/questions"
    return visitor.send(path, on=path, **{"kind": "short_text", "wording_zh": "样品", **fields})


def test_questions_are_added_changed_moved_and_removed(world, visit):
    world.resource()
    fang = visit(world.fang)

    define(fang, wording_en="Sample", is_required="y")
    define(fang, kind="choice", wording_zh="危险", choices="无 | None\n毒｜Toxic\n\n未知")
    define(fang, kind="number", wording_zh="厚度", least="0.5", most="20", measure_en="mm")

    page = fang.get("/resources/CONFOCAL/questions").text
    assert "Sample A line of text · must be answered" in text_of(page)
    assert "One of several answers · may be left empty · None / Toxic / 未知" in text_of(page)
    assert "From 0.5 mm to 20 mm." in text_of(page)
    first, second, third = re.findall(r'id="question-(\w+)"', page)
    path = f"/resources/CONFOCAL/questions/{first}"
    assert 'value="Sample"' in fang.get(path).text
    fang.send(path, on=path, kind="long_text", wording_zh="样品", wording_en="Sample, in detail")
    fang.send(f"/resources/CONFOCAL/questions/{third}/place", on=path.rpartition("/")[0], n="1")
    fang.send(f"/resources/CONFOCAL/questions/{second}/removal", on=path.rpartition("/")[0])
    page = fang.get("/resources/CONFOCAL/questions").text
    assert re.findall(r'<p class="strong">(?:<[^>]+>)?([^<]+)', page) == ["厚度", "Sample, in detail"]


def test_a_question_that_cannot_be_asked_is_refused_at_its_fields(world, visit):
    world.resource()
    fang = visit(world.fang)

    refused = define(fang, kind="number", wording_zh="", least="much", most="1e9")
    of_choice = define(fang, kind="choice", wording_zh="", choices="only one")

    assert refused.status_code == of_choice.status_code == 422
    assert errors(refused.text) == ["This is no number of at most nine digits and three decimals."] * 2
    assert errors(of_choice.text) == [
        "Nobody can answer what is not asked. Write the question in Chinese or English, better in both.",
        "A choice has 2 to 20 answers. Write one answer a line.",
    ]
    assert "only one" in of_choice.text
    assert db.session.query(Question).count() == 0


def test_the_second_of_two_editors_is_told(world, visit, refs):
    fang = visit(world.fang)
    path = f"/resources/CONFOCAL/questions/{refs['material']}"
    page = fang.get(path)
    assert page.status_code == 200
    change_question(refs["material"], Wording("short_text", wording_zh="新"), by=world.actor(world.fang))

    late = fang.send(path, on="/resources/CONFOCAL/questions", kind="short_text", wording_zh="旧")

    assert late.status_code == 303
    assert "Somebody else has changed the question" in fang.get(late.location).text
    assert db.session.query(Question).filter_by(wording_zh="旧").count() == 0


def test_only_those_who_run_it_come_here(world, visit, refs):
    world.resource("HIDDEN", visibility="hidden")
    lin, path = visit(world.lin), "/resources/CONFOCAL/questions"
    ref = refs["material"]

    for address in (path, f"{path}/{ref}"):
        assert lin.get(address).status_code == 403
    for address in (path, f"{path}/{ref}", f"{path}/{ref}/place", f"{path}/{ref}/removal"):
        assert lin.send(address, kind="short_text", wording_zh="x", n="1").status_code == 403
    assert lin.get("/resources/HIDDEN/questions").status_code == 404
    assert "Questions when booking" not in lin.get("/resources/CONFOCAL").text
    assert "Questions when booking" in visit(world.fang).get("/resources/CONFOCAL").text
    assert db.session.query(Question).count() == len(refs)


def test_questions_of_another_resource_are_not_changed_from_here(world, visit, refs):
    world.resource("OTHER")
    fang = visit(world.fang)

    for path in ("", "/place", "/removal"):
        answer = fang.send(
            f"/resources/OTHER/questions/{refs['material']}{path}",
            on="/resources/OTHER/questions",
            kind="short_text",
            n="1",
        )
        assert answer.status_code == 404


@pytest.mark.parametrize("ref", ["0123456789", "nothing", "%00", "x" * 300])
def test_what_was_never_asked_is_missing(world, visit, refs, ref):
    assert visit(world.fang).get(f"/resources/CONFOCAL/questions/{ref}").status_code == 404


def test_a_booking_page_without_answers_asks_nothing_more(world, visit, sqlite_app):
    resource = world.resource("PLAIN")
    ref = request_booking(
        resource.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    with statements() as seen:
        page = visit(world.lin).get(f"/bookings/{ref}")

    assert page.status_code == 200
    assert not [one for one in seen if "FROM answer" in one]
