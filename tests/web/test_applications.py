"""The pages on which units apply and are admitted."""

import re

import pytest

from alliance.members.joining.applications import PER_ADDRESS
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.browser import send
from tests.web.visitor import Visitor

FORM = {
    "name_zh": "深海研究所",
    "name_en": "Deep Sea Institute",
    "code": "dsi",
    "kind": "research_institute",
    "contact_email": "dsi@example.org",
    "applicant_name": "Gao",
    "applicant_email": "gao@example.org",
    "why": "We share a wave tank.",
}


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def qin(app, world):
    return Visitor(app, world.person("qin", world.unit("SEC"), role="secretariat"))


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def apply(client, **change):
    return send(client, "/applications", on="/applications/new", **{**FORM, **change})


def refs(page):
    return re.findall(r'href="/applications/(\w{10})"', page.text)


def test_a_unit_applies_and_the_secretariat_makes_it_a_member(client, world, qin):
    client.set_cookie("lang", "en")

    sent = apply(client)
    (ref,) = refs(qin.get("/applications"))
    page = qin.get(f"/applications/{ref}")
    filled = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page.text))
    admitted = qin.send(
        f"/applications/{ref}/admission",
        on=f"/applications/{ref}",
        **{name: filled[name] for name in ("name_zh", "name_en", "code", "monogram_zh", "monogram_en")},
        kind="research_institute",
        contact_email="dsi@example.org",
        tile="2",
        zone="Asia/Shanghai",
    )

    assert (sent.status_code, sent.headers["Location"]) == (303, "/applications/sent")
    assert "The secretariat reads it and writes to the address you gave." in words(
        client.get("/applications/sent")
    )
    assert "We share a wave tank." in words(page)
    assert (filled["code"], filled["monogram_zh"], filled["monogram_en"]) == ("DSI", "深", "DS")
    assert (admitted.status_code, admitted.headers["Location"]) == (303, "/units/DSI")
    assert "Deep Sea Institute" in client.get("/units").text
    assert "Admitted" in words(qin.get("/applications"))


def test_what_does_not_fit_is_said_beside_its_field_and_kept(client, world):
    client.set_cookie("lang", "en")
    answers = {
        "Fill this in.": apply(client, name_zh=" "),
        "The code INST is taken. Choose another one.": apply(client, code="inst"),
        "A code has 2 to 20 capital letters, digits or hyphens": apply(client, code="<b>"),
        "No mail can go to this address.": apply(client, contact_email="nobody"),
        "At most 1000 characters.": apply(client, why="长" * 1001),
        "This is not one of the choices": apply(client, kind="zoo"),
    }

    for said, answer in answers.items():
        assert answer.status_code == 422
        assert said in words(answer)
        assert "Deep Sea Institute" in answer.text


@pytest.mark.parametrize("text", ["\0", "\u202e<script>", "x" * 100_000, "\ufffe", "𝒳" * 900])
def test_nothing_hostile_breaks_the_form(client, world, text):
    for field in FORM:
        assert apply(client, **{field: text}).status_code in (303, 422)


def test_a_flood_is_held_up_with_words(client, world):
    client.set_cookie("lang", "en")
    sent = [apply(client).status_code for _ in range(PER_ADDRESS)]

    answer = apply(client)

    assert sent == [303] * PER_ADDRESS
    assert (answer.status_code, "There were too many attempts." in words(answer)) == (422, True)


def test_whoever_is_signed_in_applies_as_himself_and_may_look_at_it(app, world, qin):
    lin = Visitor(app, world.lin)
    form = lin.get("/applications/new")

    lin.send("/applications", on="/applications/new", **{**FORM, "applicant_name": "Somebody else"})
    (ref,) = refs(qin.get("/applications"))
    refused = qin.send(f"/applications/{ref}/refusal", on=f"/applications/{ref}", reason="No tank")
    page = lin.get(f"/applications/{ref}")

    assert "You apply as linyuan, linyuan@example.org." in words(form)
    assert 'name="applicant_name"' not in form.text
    assert refused.status_code == 303
    assert "No tank" in words(page)
    assert "qin" not in words(page)
    assert Visitor(app, world.fang).get(f"/applications/{ref}").status_code == 404


def test_a_refusal_without_a_reason_is_asked_for_again(client, world, qin):
    apply(client)
    (ref,) = refs(qin.get("/applications"))

    answer = qin.send(f"/applications/{ref}/refusal", on=f"/applications/{ref}", reason=" ")

    assert answer.status_code == 422
    assert "The other side is told why: write a few words." in words(answer)
    assert '<details class="confirm" id="refusal" open>' in answer.text


def test_who_comes_second_reads_who_was_faster(client, world, qin):
    apply(client)
    (ref,) = refs(qin.get("/applications"))
    page = f"/applications/{ref}"
    qin.send(f"{page}/refusal", on=page, reason="No")

    again = qin.send(f"{page}/refusal", on="/profile", reason="Never")

    assert again.status_code == 303
    assert "qin was faster: it is refused since today, 10:24." in words(qin.get(page))


def test_a_list_of_three_asks_as_much_as_a_list_of_one(client, world, qin):
    def asked():
        with statements() as seen:
            qin.get("/applications")
        return len(seen)

    apply(client)
    one = asked()
    apply(client)
    apply(client)

    assert asked() == one


def test_the_pages_speak_chinese(client, world, qin):
    client.set_cookie("lang", "zh")

    assert "单位申请加入" in client.get("/applications/new").text
    assert "编号 INST 已被使用。请换一个。" in words(apply(client, code="INST"))
    assert 'href="/applications/new"' in client.get("/sign-in").text
    assert 'href="/applications/new"' in client.get("/units").text
    assert "/applications" in qin.get("/manage").text
