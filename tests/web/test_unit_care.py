"""The pages on which a unit is looked after, suspended and let go."""

import re

import pytest

from tests.booking.acting import booking, request
from tests.conftest import fresh_database
from tests.web.visitor import Visitor

FACTS = {
    "name_zh": "深海研究所",
    "name_en": "Deep Sea Institute",
    "kind": "research_institute",
    "monogram_zh": "海",
    "monogram_en": "DS",
    "tile": "3",
    "contact_email": "dsi@example.org",
    "zone": "Asia/Shanghai",
}


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def qin(app, world):
    return Visitor(app, world.person("qin", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def test_the_secretariat_enters_a_unit(qin, world):
    wrong = qin.send("/units", on="/units/new", **{**FACTS, "code": "inst"})
    right = qin.send("/units", on="/units/new", **FACTS, code="dsi", status="external")

    assert (wrong.status_code, "The code INST is taken." in words(wrong)) == (422, True)
    assert (right.status_code, right.headers["Location"]) == (303, "/units/DSI")
    assert "It is no member of the alliance, but may ask" in words(qin.get("/units/DSI"))


def test_an_admin_edits_his_unit_and_the_page_says_so(fang, world):
    form = fang.get("/units/INST/edit")
    wrong = fang.send(
        "/units/INST/edit", on="/units/INST/edit", **{**FACTS, "tile": "9", "monogram_zh": "<b"}
    )
    right = fang.send("/units/INST/edit", on="/units/INST/edit", **FACTS)
    history = words(fang.get("/units/INST/standing"))

    assert 'value="INST 单位"' in form.text
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "A monogram is one or two letters, characters or digits." in words(wrong)
    assert "Deep Sea Institute" in fang.get("/units/INST").text
    assert "fangshuyan changed what it says of itself." in history
    assert "Suspend" not in history


def test_of_two_who_edit_a_unit_at_once_the_second_sees_what_stands_now(fang, qin, world):
    read = re.search(r'name="version"[^>]*value="(\w+)"', qin.get("/units/INST/edit").text)[1]
    fang.send("/units/INST/edit", on="/units/INST/edit", **FACTS)
    mine = {**FACTS, "name_en": "Of the secretariat", "version": read}

    stale = qin.send("/units/INST/edit", on="/units/INST/edit", **mine)
    read = re.search(r'name="version"[^>]*value="(\w+)"', stale.text)[1]
    saved = qin.send("/units/INST/edit", on="/units/INST/edit", **{**mine, "version": read})

    assert (stale.status_code, saved.status_code) == (409, 303)
    assert "Somebody else has changed this meanwhile." in words(stale)
    assert "What stands now" in words(stale)
    assert "Deep Sea Institute" in words(stale)
    assert 'value="Of the secretariat"' in stale.text


@pytest.mark.parametrize("text", ["\0", "\u202e", "x" * 100_000, "\ufffe<script>", "9" * 5000])
def test_nothing_hostile_breaks_the_form(fang, world, text):
    for field in FACTS:
        answer = fang.send("/units/INST/edit", on="/units/INST/edit", **{**FACTS, field: text})
        assert answer.status_code in (303, 422)


def test_suspending_and_readmitting(qin, world):
    page, act = "/units/INST/standing", "/units/INST/suspension"
    silent = qin.send(act, on=act, reason="")
    qin.send(act, on=act, reason="Papers missing")
    suspended = words(qin.get(page))
    qin.send("/units/INST/readmission", on=page)

    assert silent.status_code == 422
    assert "qin suspended it: Papers missing" in suspended
    assert "qin readmitted it." in words(qin.get(page))
    assert "In good standing" in words(qin.get(page))


def test_what_a_suspended_unit_leaves_behind_is_listed_and_handed_over_first(qin, world):
    page = "/units/INST/suspension"
    gone = world.unit("GONE", status="suspended")
    for code in ("CHAIN", "SECOND", "THIRD"):
        world.group(code, world.institute, world.university, gone).lead_id = world.institute.id
    world.session.commit()
    resource, moving = world.resource(), world.resource("MOVING")
    ref, going_along = request(world, resource), request(world, moving)

    listed = qin.get(page)
    handed = qin.send(f"{page}/handover", on=page, resource="MOVING", to="UNIV")
    nobody = qin.send(f"{page}/handover", on=page, resource="CONFOCAL", to="NOBODY")
    ended = qin.send(f"{page}/cancellations", on=page, booking=ref, reason="It is suspended")
    wrong = qin.send(
        page,
        on=page,
        **{"reason": "Papers", "lead-CHAIN": "NOBODY", "lead-SECOND": "NOBODY", "lead-THIRD": "GONE"},
    )
    done = qin.send(page, on=page, **{"reason": "Papers", "lead-CHAIN": "UNIV"})

    assert listed.text.count('name="booking"') == 2
    assert "Retire for good" not in listed.text
    assert "is led from now on by" in words(listed)
    assert [each.headers.get("Location") for each in (handed, ended)] == [page, page]
    assert (nobody.status_code, "Suspend INST Unit" in words(nobody)) == (422, True)
    assert wrong.status_code == 422
    for said in (
        "Only a unit of the group “CHAIN group” can lead it. Choose one of its units, or add this one first.",
        "Only a unit of the group “SECOND group” can lead it.",
        "Only a unit in good standing can lead the group “THIRD group”. Choose another one of its units.",
    ):
        assert said in words(wrong)
    assert done.headers["Location"] == "/units/INST/standing"
    assert (booking(world, ref).status, booking(world, going_along).status) == ("cancelled", "approved")
    assert "led by UNIV Unit" in words(qin.get("/groups/CHAIN"))
    assert qin.get(page).headers["Location"] == "/units/INST/standing"


def test_a_unit_is_let_go_once_nothing_ties_it(qin, world):
    page = "/units/INST/leaving"
    resource, kept = world.resource(), world.resource("KEPT")
    ref, going_along = request(world, resource), request(world, kept)
    early = qin.send(page, on=page)
    listed = qin.get(page)
    qin.send(f"{page}/handover", on=page, resource="KEPT", to="UNIV")
    retiring = qin.send(f"{page}/retirement", on=page, resource="CONFOCAL")
    silent = qin.send(f"{page}/cancellations", on=page, booking=ref, reason="")
    qin.send(f"{page}/cancellations", on=page, booking=ref, reason="The institute leaves")
    qin.send(f"{page}/retirement", on=page, resource="CONFOCAL")
    ready = qin.get(page)
    left = qin.send(page, on=page, reason="By its own wish")

    assert (early.status_code, "It still shares 2 resources" in words(early)) == (422, True)
    assert listed.text.count('name="booking"') == 2
    assert "Let it leave" not in words(listed)
    assert (retiring.status_code, "Bookings are to come on: CONFOCAL." in words(retiring)) == (422, True)
    assert (silent.status_code, f'value="{ref}"' in silent.text) == (422, True)
    assert "Nothing ties it any more" in words(ready)
    assert left.headers["Location"] == "/units/INST/standing"
    assert "It is no longer a member of the alliance" in words(qin.get("/units/INST"))
    assert booking(world, going_along).status == "approved"


def test_what_is_private_stays_so_on_the_page(qin, world):
    request(world, world.resource(detail="busy"), title="Worries")
    world.resource("SECRET", visibility="hidden")

    page = qin.get("/units/INST/leaving")

    assert "A private booking" in words(page)
    assert "linyuan" not in words(page).split("Bookings to come on it")[1]
    assert "SECRET instrument" not in page.text
    assert "Not shown to others" in words(page)


def test_members_read_who_the_admins_are_and_strangers_do_not(app, client, world):
    client.set_cookie("lang", "en")

    assert "Admins: fangshuyan" in words(Visitor(app, world.lin).get("/units/INST"))
    assert "fangshuyan" not in client.get("/units/INST").text


def test_the_pages_speak_chinese(app, world):
    qin = Visitor(app, world.person("qin", role="secretariat"), "zh")

    for path, said in (
        ("/units/new", "登记单位"),
        ("/units/INST/edit", "单位资料"),
        ("/units/INST/standing", "状态与记录"),
        ("/units/INST/leaving", "退出"),
        ("/units/INST/suspension", "暂停"),
    ):
        assert said in qin.get(path).text
