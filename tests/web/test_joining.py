"""The pages on which people ask to join a unit and are answered."""

import re

import pytest

from alliance.members.joining.requests import ask_to_join
from alliance.notifications.actions import tell
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.visitor import Visitor

PAGE = "/units/INST/requests"


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def ref_on(page):
    return re.search(rf"{PAGE}/(\w{{10}})/", page.text)[1]


def test_asking_being_admitted_and_hearing_of_it(lin, fang, world):
    offered = f'href="{PAGE}/new"' in lin.get("/units/INST").text
    asked = lin.send(PAGE, on=f"{PAGE}/new", why="Visiting for a year")
    mine = words(lin.get("/units/INST"))
    page = fang.get(PAGE)
    tell("Asia/Shanghai")
    bell = fang.get("/messages")

    admitted = fang.send(f"{PAGE}/{ref_on(page)}/admission", on=PAGE)
    tell("Asia/Shanghai")

    assert offered
    assert (asked.status_code, asked.headers["Location"]) == (303, "/units/INST")
    assert "You asked to join" in mine
    assert "Visiting for a year" in words(page)
    assert "linyuan asks to join INST Unit" in words(bell)
    assert (admitted.status_code, admitted.headers["Location"]) == (303, PAGE)
    assert "linyuan belongs to the unit now." in words(fang.get(PAGE))
    told = lin.get("/messages")
    assert "You belong to INST Unit now" in words(told)
    line = re.search(r'href="(/messages/\w{10})"', told.text)[1]
    assert lin.get(line).headers["Location"] == "/units/INST"
    assert PAGE not in lin.get("/units/INST").text


def test_the_bell_leads_the_admin_to_the_request(lin, fang, world):
    lin.send(PAGE, on=f"{PAGE}/new")
    tell("Asia/Shanghai")

    line = re.search(r'href="(/messages/\w{10})"', fang.get("/messages").text)[1]

    assert fang.get(line).headers["Location"] == PAGE


def test_being_declined_shows_the_reason_and_one_may_ask_again(lin, fang, world):
    lin.send(PAGE, on=f"{PAGE}/new")
    ref = ref_on(fang.get(PAGE))

    silent = fang.send(f"{PAGE}/{ref}/refusal", on=PAGE, reason="")
    fang.send(f"{PAGE}/{ref}/refusal", on=PAGE, reason="We <do not> know you")
    page = lin.get("/units/INST")

    assert (silent.status_code, "write a few words" in words(silent)) == (422, True)
    assert "The unit did not let you in" in words(page)
    assert "We &lt;do not&gt; know you" in page.text
    assert f'href="{PAGE}/new"' in page.text


def test_one_may_withdraw_what_one_asked(lin, fang, world):
    lin.send(PAGE, on=f"{PAGE}/new")
    page = lin.get("/units/INST")

    withdrawn = lin.send(f"{PAGE}/{ref_on(page)}/withdrawal", on="/units/INST")

    assert withdrawn.status_code == 303
    assert "Nobody is waiting" in words(fang.get(PAGE))
    assert "You asked to join" not in words(lin.get("/units/INST"))


@pytest.mark.parametrize("text", ["\0", "\u202e", "长" * 1000, "\ufffe<b>"])
def test_nothing_hostile_breaks_it(lin, fang, world, text):
    assert lin.send(PAGE, on=f"{PAGE}/new", why=text).status_code == 303
    assert fang.get(PAGE).status_code == 200


def test_too_long_a_word_is_asked_for_again_and_kept(lin, world):
    answer = lin.send(PAGE, on=f"{PAGE}/new", why="长" * 1001)

    assert answer.status_code == 422
    assert "At most 1000 characters." in words(answer)
    assert "长" * 1001 in answer.text


def test_a_request_is_answered_under_its_own_unit_only(app, world):
    both = world.person("both", world.institute, world.unit("OTHER"), admin=True)
    ref = ask_to_join("INST", by=world.actor(world.lin))
    visitor = Visitor(app, both)

    for path in (
        f"/units/OTHER/requests/{ref}",
        f"{PAGE}/0000000000",
        f"{PAGE}/%00",
        "/units/NOWHERE/requests/x",
    ):
        assert visitor.send(f"{path}/admission").status_code == 404
    assert visitor.send(f"{PAGE}/{ref}/admission").status_code == 303


def test_a_list_of_three_asks_as_much_as_a_list_of_one(fang, world):
    def asked():
        with statements() as seen:
            fang.get(PAGE)
        return len(seen)

    people = [world.person(f"p{n}", world.university) for n in range(3)]
    ask_to_join("INST", by=world.actor(people[0]))
    one = asked()
    for person in people[1:]:
        ask_to_join("INST", by=world.actor(person))

    assert asked() == one


def test_a_stranger_is_told_how_to_get_an_account(client, world):
    client.set_cookie("lang", "en")

    page = words(client.get("/sign-in"))

    assert "No account yet? The admin of your unit gives you one" in page
    assert client.get(f"{PAGE}/new").headers["Location"].startswith("/sign-in?next=")


def test_the_pages_speak_chinese(app, world):
    lin = Visitor(app, world.lin, "zh")

    assert "加入 INST 单位" in lin.get(f"{PAGE}/new").text
    assert "申请加入" in lin.get("/units/INST").text
