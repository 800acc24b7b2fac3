"""The units from A to Z and the page of each, as readers get them."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from alliance.db import db
from alliance.members.models import Unit
from alliance.resources.search import compose_search_text
from tests.resources.counting import statements
from tests.web.visitor import Visitor
from tests.world import World


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def client(sqlite_app) -> FlaskClient:
    found = sqlite_app.test_client()
    found.set_cookie("lang", "en")
    return found


def named(world: World, code: str, name_zh: str, name_en: str | None = None, **columns) -> Unit:
    unit = world.unit(code, **columns)
    unit.name_zh, unit.name_en = name_zh, name_en
    world.session.commit()
    return unit


def listed(world: World, code: str, **columns):
    resource = world.resource(code, **columns)
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()
    return resource


def members(page: str) -> list[tuple[str, str]]:
    """Each unit with the small line below its name."""
    found = re.findall(r'class="member">.*?<a [^>]*>(.*?)</a>\n<p [^>]*>(.*?)</p>', page, re.DOTALL)
    return [(_text(name), _text(line)) for name, line in found]


def letters(page: str) -> list[str]:
    return re.findall(r'<h2 id="initial-\w+">(.)</h2>', page)


def _text(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", markup).split())


def test_members_stand_under_their_initials_in_the_readers_language(world, client):
    for code, name_zh, name_en in (
        ("A", "紫金山", "Amber"),
        ("B", "北京大学", "Zenith"),
        ("C", "蓝天", None),
    ):
        named(world, code, name_zh, name_en)

    english = client.get("/units").text
    client.set_cookie("lang", "zh")
    chinese = client.get("/units").text

    assert letters(english) == ["A", "I", "L", "U", "Z"]
    assert [name for name, _ in members(english)] == ["Amber", "INST Unit", "蓝天", "UNIV Unit", "Zenith"]
    assert '<span lang="zh-CN">蓝天</span>' in english
    assert [name for name, _ in members(chinese)] == ["北京大学", "INST 单位", "蓝天", "UNIV 单位", "紫金山"]


def test_only_what_the_reader_may_find_is_counted(world, client, sqlite_app):
    listed(world, "PUBLIC", visibility="public")
    listed(world, "MEMBERS")
    listed(world, "HIDDEN", visibility="hidden")
    listed(world, "RETIRED", status="retired")
    listed(world, "DRAFT", status="draft")

    def shares(page: str) -> str:
        return dict(members(page))["INST Unit"]

    assert shares(client.get("/units").text) == "Research institute·1 entry"
    assert shares(Visitor(sqlite_app, world.lin).get("/units").text) == "Research institute·2 entries"
    assert dict(members(client.get("/units").text))["UNIV Unit"] == "University"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("univ", ["UNIV Unit"]),
        ("所 inst", []),
        ("research", ["INST Unit"]),
        ("UNIT inst", ["INST Unit"]),
        ("单位", ["INST Unit", "UNIV Unit"]),
        ("\0 %_", []),
    ],
)
def test_words_find_names_codes_and_kinds(world, client, words, found):
    page = client.get("/units", query_string={"q": words}).text

    assert [name for name, _ in members(page)] == found
    assert ("No unit here has that name" in page) == (not found)


def test_the_suspended_stand_apart_and_others_are_no_members(world, client):
    for code, status in (("SUSP", "suspended"), ("GONE", "left"), ("NEW", "applied"), ("EXT", "external")):
        world.unit(code, status=status)

    page = client.get("/units").text

    before, after = page.split('id="suspended"')
    assert [name for name, _ in members(before)] == ["INST Unit", "UNIV Unit"]
    assert [name for name, _ in members(after)] == ["SUSP Unit"]
    assert "2 units" in page


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("suspended", "Nothing of it can be booked at present"),
        ("left", "It is no longer a member of the alliance"),
        ("external", "It is no member of the alliance, but may ask"),
    ],
)
def test_the_page_of_a_unit_says_plainly_how_it_stands(world, client, status, said):
    unit = world.unit("OTHER", status=status)
    listed(world, "THEIRS", owner=unit, visibility="public")

    page = client.get("/units/OTHER").text

    assert said in page
    assert "THEIRS instrument" in page
    assert ("Takes no bookings at present" in page) == (status != "external")


def test_a_unit_that_has_only_applied_looks_like_none(world, client):
    world.unit("NEW", status="applied")
    number = re.compile(r"Number \w+")

    applied, missing = (client.get(f"/units/{code}") for code in ("NEW", "OLD"))

    assert applied.status_code == missing.status_code == 404
    assert number.sub("", applied.text).replace("NEW", "OLD") == number.sub("", missing.text)
    assert client.get("/units/%00").status_code == 404


def test_the_page_of_a_unit_shows_what_it_shares_and_when_that_is_free(world, client, sqlite_app):
    listed(world, "A-1", visibility="public", policy={"hours": "WD 08:00-22:00", "shortest_minutes": 60})
    listed(world, "A-2")
    listed(world, "B-1", owner=world.university, visibility="public")

    anonymous = client.get("/units/INST").text
    member = Visitor(sqlite_app, world.lin).get("/units/INST").text

    assert re.findall(r'class="res-name"><a href="([^"]*)"', anonymous) == ["/resources/A-1"]
    assert re.findall(r'class="res-name"><a href="([^"]*)"', member) == ["/resources/A-1", "/resources/A-2"]
    assert "Today, 10:30–22:00" in anonymous
    assert "mailto:inst@example.org" in anonymous
    assert '<p class="soft" lang="zh-CN">INST 单位</p>' in anonymous
    assert 'href="/resources?unit=INST"' in anonymous
    assert 'href="/board?unit=INST"' in anonymous


def test_a_unit_of_ones_own_leads_to_its_calendar(world, sqlite_app):
    listed(world, "A-1")

    own, other = (Visitor(sqlite_app, who).get("/units/INST").text for who in (world.fang, world.lin))

    assert [page.split("<main")[1].count('href="/feeds"') for page in (own, other)] == [1, 0]


def test_a_unit_without_anything_to_see_leads_on(world, client, sqlite_app):
    listed(world, "A-1")

    anonymous = client.get("/units/INST").text
    member = Visitor(sqlite_app, world.lin).get("/units/UNIV").text

    assert "It shares nothing that you may see" in anonymous
    assert 'href="/sign-in?next=/units/INST"' in anonymous
    assert "Others of the alliance may have what you are looking for." in member


def test_many_units_come_in_pages_and_letters_know_theirs(world, client):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    world.session.add_all(
        Unit(
            code=f"M-{n:03}", name_zh=f"M-{n:03}", monogram_zh="米", monogram_en="M", kind="enterprise", changed_at=now
        )
        for n in range(120)
    )  # fmt: skip
    world.unit("ZOO").name_en = "Zoo"
    named(world, "KITE", "风筝", "Kite")
    world.session.commit()

    first, second, last = (client.get(f"/units?page={n}").text for n in (1, 2, 99))

    assert [len(members(page)) for page in (first, second)] == [100, 24]
    assert [name for name, _ in members(second)] == [name for name, _ in members(last)]
    assert re.findall(r'href="([^"]*#letter-[MU])"', first) == ["#letter-M", "/units?page=2#letter-U"]
    assert re.findall(r'href="([^"]*#letter-[MU])"', second) == ["/units?page=1#letter-M", "#letter-U"]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=-3", "page=99999999999999999999", "q=%F0%9F%94%AC"]
)
@pytest.mark.parametrize("path", ["/units", "/units/INST"])
def test_odd_questions_get_a_page(world, client, path, query):
    assert client.get(f"{path}?{query}").status_code == 200


def asked(client: FlaskClient, path: str) -> int:
    db.session.remove()
    with statements() as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_pages_cost_the_same_statements_with_one_unit_and_with_many(world, client):
    listed(world, "R-0", visibility="public")
    one = [asked(client, path) for path in ("/units", "/units/INST")]
    for n in range(3):
        unit = world.unit(f"U-{n}")
        for each in range(4):
            listed(world, f"S-{n}-{each}", visibility="public", owner=unit, items=3)

    more = [asked(client, path) for path in ("/units", "/units/U-0")]

    assert one == more
    assert more[0] <= 2
    assert more[1] <= 9


def test_the_home_page_shows_twelve_units_and_leads_to_all(world, client):
    for n in range(14):
        world.unit(f"U-{n:02}")
    listed(world, "A-1", visibility="public", owner=world.university)

    page = client.get("/").text

    shown = re.findall(r'class="unit" href="/units/([^"]*)"', page)
    assert len(shown) == 12
    assert shown[0] == "UNIV"
    assert '<a class="small" href="/units">All 16 units</a>' in page


def test_the_page_of_a_resource_leads_to_its_owner(world, client):
    listed(world, "A-1", visibility="public")

    assert '<a href="/units/INST">INST Unit</a>' in client.get("/resources/A-1").text


def test_chinese_is_complete(world, sqlite_app):
    world.unit("EXT", status="external")
    world.unit("SUSP", status="suspended")
    listed(world, "A-1")
    visitor = Visitor(sqlite_app, world.lin, "zh")

    for path in (
        "/units",
        "/units?q=none",
        "/units/INST",
        "/units/UNIV",
        "/units/EXT",
        "/units/SUSP",
        "/help",
    ):
        main = visitor.get(path).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        text = re.sub(r"<[^>]+>", " ", re.sub(r'<p class="soft" lang="en">.*?</p>', "", main))
        left = set(re.findall(r"[A-Za-z]{3,}", text)) - {
            "INST",
            "UNIV",
            "SUSP",
            "EXT",
            "none",
            "inst",
            "univ",
            "ext",
        }
        assert left - {"susp", "example", "org", "fangshuyan"} == set(), path
