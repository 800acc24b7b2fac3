"""The resource list: who reads what of it, on the page and in files."""

import csv
import io
import re

import openpyxl
import pytest

from alliance.db import db
from alliance.exchange import listing
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.test_bookings import words
from tests.web.visitor import Visitor

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def anybody(client):
    client.set_cookie("lang", "en")
    return client


def rows(answer) -> list[dict[str, str]]:
    with answer:
        answer.get_data()
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def codes(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/resources/([^"]+)"', page)


@BOTH
def test_the_list_goes_by_class_then_unit_then_kind(lin, world):
    world.resource("V-1", kind="venue")
    world.resource("P-1", kind="platform")
    world.resource("I-2")
    world.resource("I-1", owner=world.university)
    world.resource("T-1", owner=world.university, kind="training", preset="event", items=0)

    page = lin.get("/resources/list").text

    assert codes(page) == ["I-2", "P-1", "I-1", "T-1", "V-1"]
    assert re.findall(r'<h2 id="class-(\w+)"', page) == ["research", "training", "venue"]
    assert "On request" in page
    assert codes(lin.get("/resources/list", **{"class": "research", "unit": "INST"}).text) == ["I-2", "P-1"]
    assert [row["Code"] for row in rows(lin.get("/resources/list.csv", unit="UNIV"))] == ["I-1", "T-1"]


@BOTH
def test_each_reads_only_what_he_may_know_of(anybody, lin, app, world):
    world.resource("PUBLIC", visibility="public")
    world.resource("MEMBERS")
    world.resource("HIDDEN", visibility="hidden")
    world.resource("OWN", visibility="own_unit")
    world.resource("DRAFT", status="draft")
    world.resource("RETIRED", status="retired")
    world.resource("GONE", owner=world.unit("GONE", status="left"), visibility="public")
    fang = Visitor(app, world.fang)

    def seen(reader) -> tuple[list[str], list[str], list[str]]:
        with reader.get("/resources/list.xlsx") as answer:
            book = openpyxl.load_workbook(io.BytesIO(answer.data))
        return (
            codes(reader.get("/resources/list").text),
            [row["Code"] for row in rows(reader.get("/resources/list.csv"))],
            [row[2] for row in book.active.iter_rows(min_row=2, values_only=True)],
        )

    assert seen(anybody) == (["PUBLIC"],) * 3
    assert seen(lin) == (["MEMBERS", "PUBLIC"],) * 3
    assert seen(fang) == (["HIDDEN", "MEMBERS", "OWN", "PUBLIC"],) * 3
    assert "1 entry" in words(anybody.get("/resources/list"))
    assert "Hidden" in words(fang.get("/resources/list"))


def test_files_say_everything_in_the_readers_language(app, world):
    resource = world.resource(
        "C-1",
        items=2,
        visibility="public",
        name_zh="=共聚焦",
        name_en="Confocal",
        place_zh="4号楼",
        place_en="Building 4",
        description_zh="看细胞",
        policy={"hours": "WD 09:00-18:00; RD off; PH off"},
    )
    world.alike(resource)

    (english,) = rows(Visitor(app, world.lin).get("/resources/list.csv"))
    chinese = Visitor(app, world.lin, "zh").get("/resources/list.csv")

    assert english == {
        "Class": "Research",
        "Kind": "Instruments",
        "Code": "C-1",
        "Name in Chinese": "'=共聚焦",
        "Name in English": "Confocal",
        "Unit's code": "INST",
        "Unit": "INST Unit",
        "Place": "Building 4",
        "Number": "2",
        "How it is had": "By time",
        "Opening hours": "Open 09:00–18:00 on working days; closed on rest days and public holidays.",
        "Techniques": "共聚焦",
        "Description": "看细胞",
        "Who may see it": "Everybody",
        "Mail of the unit": "inst@example.org",
        "Address of its page": "http://localhost/resources/C-1",
    }
    assert rows(chinese)[0]["大类"] == "科研"
    assert rows(chinese)[0]["地点"] == "4号楼"
    assert "filename*=UTF-8''" in chinese.headers["Content-Disposition"]
    assert chinese.headers["Cache-Control"] == "private, no-store"


def test_files_hold_everything_though_they_are_read_in_steps(lin, world, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    monkeypatch.setattr(listing.lines_of, "__kwdefaults__", {"skip": 0, "most": 2})
    for n in range(5):
        world.resource(f"R-{n}")

    assert [row["Code"] for row in rows(lin.get("/resources/list.csv"))] == [f"R-{n}" for n in range(5)]


def test_an_empty_list_leads_on(anybody, lin, world):
    assert "Sign in" in words(anybody.get("/resources/list"))
    assert "Nothing has been put on offer yet." in words(lin.get("/resources/list"))
    world.resource()
    assert "Show the whole list" in words(lin.get("/resources/list", **{"class": "venue"}))
    assert rows(anybody.get("/resources/list.csv")) == []


@pytest.mark.parametrize(
    "query",
    [
        "class=<script>",
        "unit=%00",
        "unit=" + "x" * 5000,
        "page=-1",
        "page=99999999999999999",
        "class=venue&page=7",
    ],
)
def test_odd_questions_get_an_answer(anybody, world, query):
    world.resource(visibility="public")

    for path in ("/resources/list", "/resources/list.csv", "/resources/list.xlsx"):
        with anybody.get(f"{path}?{query}") as answer:
            assert answer.status_code == 200
    assert anybody.get("/resources/list.pdf").status_code == 404


@BOTH
def test_more_entries_cost_no_more_statements(lin, world):
    def asked(path: str) -> int:
        db.session.rollback()
        with statements() as seen, lin.get(path) as answer:
            assert answer.status_code == 200
        return len(seen)

    world.alike(world.resource("A-1"))
    first = [asked("/resources/list"), asked("/resources/list.csv")]
    world.alike(world.resource("A-2"), world.resource("A-3", owner=world.university), technique="电镜")

    assert [asked("/resources/list"), asked("/resources/list.csv")] == first
