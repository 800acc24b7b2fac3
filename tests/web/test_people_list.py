"""Inviting many by a table in the browser: shown first, sent only when confirmed."""

import io

import pytest
import sqlalchemy as sa

from alliance.db import db
from alliance.members.models import OneTimeLink
from tests.web.visitor import Visitor

LIST = "/units/INST/people/list"
TABLE = "email,name,roles\nnew@example.org,New,admin\nnobody,,\nsecond@example.org,,member"


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def invited():
    found = db.session.execute(
        sa.select(OneTimeLink.email, OneTimeLink.is_admin).order_by(OneTimeLink.id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in found]


def test_the_preview_names_the_bad_line_and_changes_nothing(app, world, fang):
    page = fang.send(LIST, on=LIST, people=TABLE)

    assert page.status_code == 200
    assert "2 people would be invited." in page.text
    assert "1 line is left out." in page.text
    assert "This is no mail address." in page.text
    assert invited() == []


def test_the_page_speaks_chinese(app, world):
    fang = Visitor(app, world.fang, "zh")

    assert "将邀请 2 人" in fang.send(LIST, on=LIST, people=TABLE).text


def test_confirmed_the_good_lines_are_invited(app, world, fang):
    done = fang.send(f"{LIST}/invitations", on=LIST, people=TABLE)

    assert (done.status_code, done.headers["Location"]) == (303, "/units/INST/people")
    assert invited() == [("new@example.org", True), ("second@example.org", False)]


def test_a_file_is_read_in_place_of_what_was_pasted(app, world, fang):
    content = "邮箱,姓名\na@example.org,梅".encode("gb18030")

    page = fang.send(LIST, on=LIST, people="", file=(io.BytesIO(content), "people.csv"))

    assert page.status_code == 200
    assert "梅" in page.text


@pytest.mark.parametrize(
    "people",
    ["", "\x00", "name\nMei", "email\n" + "x" * 60_000, 'email\n"', "email\n<script>alert(1)</script>"],
)
def test_hostile_tables_are_answered(app, world, fang, people):
    page = fang.send(LIST, on=LIST, people=people)

    assert page.status_code in (200, 422)
    assert "<script>alert" not in page.text
    assert fang.send(f"{LIST}/invitations", on=LIST, people=people).status_code == 303
    assert invited() == []
