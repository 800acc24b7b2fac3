"""The list of a day and the sheet at the door, as those get them who run resources."""

import re

import pytest

from alliance.availability.actions import close_resource
from alliance.db import db
from tests.booking.acting import request
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, at, span

PAGES = ("/manage/day?date=2026-11-24", "/resources/CONFOCAL/door-sheet?date=2026-11-24")


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def booked(world) -> str:
    confocal = world.resource(routes=BY_OWNER, items=2)
    ref = request(
        world, confocal, span("2026-11-24", "14:00", "16:00"), title="Slices", purpose="for <b>Nature</b>"
    )
    close_resource(
        world.session.merge(confocal).id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=at("2026-11-24 08:00"),
        ends_at=at("2026-11-24 12:00"),
        reason="new lamp",
    )
    return ref


def test_the_day_list_says_who_comes_why_and_how_to_reach_him(world, sqlite_app, booked):
    page = Visitor(sqlite_app, world.fang).get(PAGES[0])

    assert "Tue 24 Nov" in words(page)
    assert f'<a href="/bookings/{booked}">' in page.text
    for said in ("14:00–16:00", "linyuan", "UNIV Unit", "Slices", "No. 1", "Waiting for approval"):
        assert said in words(page)
    assert 'href="mailto:linyuan@example.org"' in page.text
    assert "for &lt;b&gt;Nature&lt;/b&gt;" in page.text
    assert "08:00–12:00·Repair·new lamp" in words(page)


def test_the_sheet_at_the_door_names_nobody_and_leads_to_the_resource(world, sqlite_app, booked):
    page = Visitor(sqlite_app, world.fang).get(PAGES[1])

    sheet = page.text.split("<article")[1].split("</article>")[0]
    assert "UNIV Unit" in sheet
    assert "not confirmed yet" in sheet
    assert "http://localhost/resources/CONFOCAL" in sheet
    assert 'class="qr-code"' in sheet
    for kept in ("linyuan", "Slices", "Nature", "new lamp", booked):
        assert kept not in sheet


def test_a_week_has_seven_days(world, sqlite_app, booked):
    page = Visitor(sqlite_app, world.fang).get(PAGES[1] + "&view=week")

    assert page.text.count('class="sheet-part"') == 7
    assert "24–30 Nov" in words(page)


def test_they_are_for_those_who_run_something(world, sqlite_app, booked):
    world.resource("HIDDEN", visibility="own_unit")
    lin, fang = Visitor(sqlite_app, world.lin), Visitor(sqlite_app, world.fang)

    assert [lin.get(page).status_code for page in PAGES] == [403, 403]
    assert lin.get("/resources/HIDDEN/door-sheet").status_code == 404
    assert fang.get("/resources/HIDDEN/door-sheet").status_code == 200
    assert sqlite_app.test_client().get(PAGES[0]).status_code == 302


@pytest.mark.parametrize(
    "query",
    ["date=2026-02-30", "date=%00", "date=99999-01-01", "date=9999-12-31", "view=x", "date=" + "9" * 500],
)
def test_odd_questions_get_today(world, sqlite_app, booked, query):
    fang = Visitor(sqlite_app, world.fang)

    for page in PAGES:
        answer = fang.get(f"{page.partition('?')[0]}?{query}")
        assert answer.status_code == 200
        assert "Mon 23 Nov" in words(answer)
    assert fang.get("/resources/%00/door-sheet").status_code == 404


def test_an_empty_day_leads_on(world, sqlite_app, booked):
    page = Visitor(sqlite_app, world.fang).get("/manage/day?date=2026-12-24")

    assert "Nothing is booked that day" in words(page)
    assert 'href="/board?date=2026-12-24"' in page.text


def test_chinese_is_complete(world, sqlite_app, booked):
    visitor = Visitor(sqlite_app, world.fang, "zh")

    for page in (*PAGES, PAGES[1] + "&view=week", "/manage/day?date=2026-12-24"):
        main = visitor.get(page).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        main = re.sub(r'<p class="sheet-other" lang="en">.*?</p>|<svg.*?</svg>', "", main, flags=re.DOTALL)
        left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", main)))
        assert left - {
            *("CONFOCAL", "INST", "UNIV", "linyuan", "example", "org", "Slices", "for", "Nature"),
            *("lamp", "new", "http", "localhost", "resources"),
        } <= {"amp"}, page
