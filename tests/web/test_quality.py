"""Catalogue quality in the browser."""

import re

import pytest

from tests.conftest import NOW, fresh_database
from tests.web.test_bookings import words
from tests.web.visitor import Visitor

PAGE = "/manage/quality"


@pytest.fixture
def database(request, tmp_path):
    """The acts and queries are tested on both kinds; the pages need one."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def listed(answer) -> list[str]:
    return re.findall(r'class="strong" href="/resources/([^"]+)"', answer.text)


def test_the_owner_sees_what_is_wrong_and_confirms_with_one_press(fang, world):
    world.resource("A", description_zh="好", name_en=None)
    world.resource("B", policy={"hours": ""})

    page = fang.get(PAGE)
    answer = fang.send(f"{PAGE}/confirmations", on=PAGE, only="A", code="B", flaw="not_confirmed")

    assert listed(page) == ["B", "A"]
    assert "2 of 2 entries want a look" in words(page)
    assert "Never open" in words(page)
    assert "No English name" in words(page)
    assert "Never confirmed" in words(page)
    assert 'href="/resources/A/photos"' in page.text
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?flaw=not_confirmed")
    after = fang.get(PAGE)
    assert "1 entry is confirmed." in words(after)
    assert "Confirmed Mon 23 Nov by fangshuyan" in words(after)
    assert listed(fang.get(PAGE, flaw="not_confirmed")) == ["B"]


def test_several_are_confirmed_at_once(fang, world):
    for code in "ABC":
        world.resource(code)

    fang.send(f"{PAGE}/confirmations", on=PAGE, code=["A", "C"])

    assert listed(fang.get(PAGE, flaw="not_confirmed")) == ["B"]
    fang.send(f"{PAGE}/confirmations", on=PAGE)
    assert "Nothing was confirmed: tick the entries that are right." in words(fang.get(PAGE))


def test_the_secretariat_looks_by_unit_and_writes_to_the_owner(app, world):
    qin = Visitor(app, world.person("qin", world.unit("SEC"), role="secretariat"))
    world.resource("A")
    world.resource("B", owner=world.university)

    page, one = qin.get(PAGE), qin.get(PAGE, unit="UNIV")

    assert listed(page) == ["A", "B"]
    assert listed(one) == ["B"]
    assert 'href="mailto:univ@example.org"' in page.text
    assert 'type="checkbox" name="code"' not in page.text
    assert f'href="{PAGE}"' in qin.get("/manage").text


def test_it_is_the_affair_of_those_who_run_something(app, world):
    assert Visitor(app, world.lin).get(PAGE).status_code == 403


def test_nothing_to_do_is_said(fang, world):
    assert "Every entry is complete and confirmed" in words(fang.get(PAGE))
    world.resource("A", confirmed_at=NOW)

    assert "Nothing wants a look here" in words(fang.get(PAGE, flaw="not_confirmed"))


def test_it_speaks_chinese(app, world):
    world.resource("A")

    page = words(Visitor(app, world.fang, "zh").get(PAGE))

    assert "1 项中有 1 项需要看一看" in page
    assert "一年未确认" in page


@pytest.mark.parametrize(
    "query", ["flaw=<b>", "unit=%00", "page=x", "page=9999999999999999999", "unit=" + "y" * 4000]
)
def test_odd_questions_get_a_page(fang, world, query):
    world.resource("A")

    assert fang.get(f"{PAGE}?{query}").status_code == 200


def test_odd_forms_confirm_nothing(fang, world):
    world.resource("A")

    answer = fang.send(
        f"{PAGE}/confirmations", on=PAGE, code=["\0", "x" * 5000, "🔬"], unit="\0", flaw="nope"
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
