"""The pages of groups, and of who works for the alliance."""

import re

import pytest
import sqlalchemy as sa

from alliance.members.models import Person
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.visitor import Visitor


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def qin(app, world):
    return Visitor(app, world.person("qin", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def chain(world):
    group = world.group("CHAIN", world.institute)
    group.lead_id = world.institute.id
    world.session.commit()
    return group


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def test_the_secretariat_makes_fills_and_edits_a_group(qin, world):
    wrong = qin.send("/groups", on="/groups/new", code="!", name_zh="链")
    made = qin.send("/groups", on="/groups/new", code="bio", name_zh="合成生物产业链", name_en="Bio chain")
    added = qin.send("/groups/BIO/units", on="/groups/BIO", unit="INST")
    qin.send("/groups/BIO/edit", on="/groups/BIO/edit", name_zh="链", name_en="Chain", lead="INST")
    page = words(qin.get("/groups/BIO"))

    assert (wrong.status_code, made.headers["Location"], added.status_code) == (422, "/groups/BIO", 303)
    assert "Chain BIO · 1 unit · led by INST Unit" in page.replace("·", " · ").replace("  ", " ")
    assert "Bio chain" not in page


def test_of_two_who_edit_a_group_at_once_the_second_sees_what_stands_now(qin, chain):
    form = {"name_zh": "链", "name_en": "Mine", "lead": "INST"}
    read = re.search(r'name="version"[^>]*value="(\w+)"', qin.get("/groups/CHAIN/edit").text)[1]
    qin.send("/groups/CHAIN/edit", on="/groups/CHAIN/edit", **{**form, "name_en": "Theirs"})

    stale = qin.send("/groups/CHAIN/edit", on="/groups/CHAIN/edit", **form, version=read)

    assert stale.status_code == 409
    assert "What stands now Chinese name 链 English name Theirs Lead unit INST Unit" in words(stale)
    assert 'value="Mine"' in stale.text


def test_a_unit_added_meanwhile_is_no_other_state_of_what_is_edited(qin, chain):
    form = {"name_zh": "链", "name_en": "Mine", "lead": "INST"}
    read = re.search(r'name="version"[^>]*value="(\w+)"', qin.get("/groups/CHAIN/edit").text)[1]
    qin.send("/groups/CHAIN/units", on="/groups/CHAIN", unit="UNIV")

    saved = qin.send("/groups/CHAIN/edit", on="/groups/CHAIN/edit", **form, version=read)

    assert (saved.status_code, saved.headers.get("Location")) == (303, "/groups/CHAIN")
    assert "Mine" in words(qin.get("/groups/CHAIN"))


def test_an_admin_of_the_lead_unit_fills_it_and_others_only_read(app, world, chain):
    fang, member = Visitor(app, world.fang), Visitor(app, world.person("member", world.institute))
    lin = Visitor(app, world.lin)

    nothing = fang.send("/groups/CHAIN/units", on="/groups/CHAIN", unit="")
    fang.send("/groups/CHAIN/units", on="/groups/CHAIN", unit="UNIV")
    again = fang.send("/groups/CHAIN/units", on="/groups/CHAIN", unit="UNIV")
    within = lin.get("/groups/CHAIN")
    refused = member.send("/groups/CHAIN/units/UNIV/removal", on="/profile")
    fang.send("/groups/CHAIN/units/UNIV/removal", on="/groups/CHAIN")

    assert (nothing.status_code, again.status_code, refused.status_code) == (404, 422, 403)
    assert "The unit is in the group already." in words(again)
    assert (within.status_code, "Add a unit" in words(within)) == (200, False)
    assert 'href="/groups/CHAIN"' in fang.get("/units/INST").text
    assert lin.get("/groups/CHAIN").status_code == 404
    assert "/groups/CHAIN" not in lin.get("/units/INST").text
    assert "Your units are in no group" in words(lin.get("/groups"))


@pytest.mark.parametrize("text", ["\0", "\u202e", "x" * 10_000, "\ufffe<b>"])
def test_nothing_hostile_breaks_the_forms(qin, world, chain, text):
    form = {"name_zh": "链", "name_en": "Chain", "lead": "INST"}
    for field in form:
        answer = qin.send("/groups/CHAIN/edit", on="/groups/CHAIN/edit", **{**form, field: text})
        assert answer.status_code in (303, 422)
    for field in ("code", "name_zh"):
        answer = qin.send("/groups", on="/groups/new", **{"code": "NEW", "name_zh": "链", field: text})
        assert answer.status_code in (303, 422)


def test_a_list_of_three_asks_as_much_as_a_list_of_one(qin, world, chain):
    def asked(path):
        with statements() as seen:
            qin.get(path)
        return len(seen)

    before = asked("/groups"), asked("/groups/CHAIN")
    world.group("TWO", world.institute)
    world.group("THREE", world.institute)
    group = world.group("FOUR", world.institute, world.university, world.unit("THIRD"))

    assert (asked("/groups"), asked(f"/groups/{group.code}")) == before


def test_roles_of_the_alliance_are_given_and_taken_on_the_page_of_a_person(qin, world):
    page = f"/people/{world.lin.ref}"

    qin.send(f"{page}/alliance-roles", on=page, roles="council")
    given = qin.get(page)
    me = f"/people/{world.session.scalar(sa.select(Person.ref).where(Person.name == 'qin'))}"
    last = qin.send(f"{me}/alliance-roles", on=me)

    assert "qin gave a role: Council of the alliance." in words(given)
    assert last.status_code == 303
    assert "Somebody has to stay in the secretariat." in words(qin.get(me))


def test_the_pages_speak_chinese(app, world, chain):
    qin = Visitor(app, world.person("qin", role="secretariat"), "zh")

    for path, said in (("/groups", "牵头"), ("/groups/new", "新建分组"), ("/groups/CHAIN", "加入单位")):
        assert said in qin.get(path).text
