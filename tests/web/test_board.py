"""The board as a reader gets it: what is drawn where, what may be pressed, and what stays hidden."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from alliance.availability.actions import close_resource
from alliance.db import db
from alliance.resources.actions import mark_favourite
from tests.booking.acting import request
from tests.resources.counting import statements
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, at, span

HOURS = {"hours": "WD 08:00-22:00; RD 09:00-12:00; PH off", "grid_minutes": 30, "shortest_minutes": 60}
DAY = "/board?date=2026-11-24"
WEEK = "/board?date=2026-11-24&view=week"


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def lin(sqlite_app, world) -> Visitor:
    return Visitor(sqlite_app, world.lin)


@pytest.fixture
def nobody(sqlite_app) -> FlaskClient:
    client = sqlite_app.test_client()
    client.set_cookie("lang", "en")
    return client


def row(page: str, code: str) -> str:
    found = re.search(rf'<(li|tr)[^>]* id="{code}".*?</\1>', page, re.DOTALL)
    assert found, f"no row {code}"
    return found[0]


def codes(page: str) -> list[str]:
    return re.findall(r'<(?:li class="board-row"|tr) id="([^"]+)"', page)


def lane(page: str, code: str) -> list[tuple[str, str]]:
    """Classes and words of what is drawn, the ground aside."""
    blocks = re.findall(
        r'<(?:span|a) class="(b [^"]+)"[^>]*>(?:<span class="b-t">(.*?)</span></a>|(.*?)</span>)',
        row(page, code),
    )
    return [(css, re.sub(r"<[^>]+>", "", link or text)) for css, link, text in blocks]


def links(page: str, code: str) -> list[tuple[str, str]]:
    gaps = row(page, code).partition('class="gaps"')[2]
    return [
        (unescape(words), unescape(href))
        for href, words in re.findall(r'href="([^"]*)" aria-label="([^"]*)"', gaps)
    ]


def cells(page: str, code: str) -> list[str]:
    return [
        unescape(words)
        for words in re.findall(r'class="cell [^"]*"[^>]*aria-label="([^"]*)"', row(page, code))
    ]


TAKEN = ("b b-taken at-24 for-8", "UNIV Unit")
MORNING, EVENING = ("b b-free at-0 for-24", "08:00–14:00"), ("b b-free at-32 for-24", "16:00–22:00")


@pytest.mark.parametrize(
    ("policy", "items", "drawn"),
    [
        ({}, 1, [TAKEN, MORNING, EVENING]),
        # Setup and teardown are neither taken nor free.
        (
            {"teardown_minutes": 15},
            1,
            [TAKEN, ("b b-free at-0 for-22", "08:00–13:30"), ("b b-free at-34 for-22", "16:30–22:00")],
        ),
        # What is too short for anybody is neither, too.
        ({"hours": "DAILY 13:00-17:00", "shortest_minutes": 120}, 1, [TAKEN]),
        # A half row for each item; where a list says only times, it says them once.
        (
            {},
            2,
            [
                TAKEN,
                ("b b-free at-0 for-56 r-2", "08:00–22:00"),
                (f"{MORNING[0]} b-again", MORNING[1]),
                (f"{EVENING[0]} b-again", EVENING[1]),
            ],
        ),
        ({}, 4, [("b b-free at-0 for-56", "08:00–22:00 3 of 4 free")]),
    ],
)
def test_a_lane_shows_what_is_taken_and_what_is_free(sqlite_app, world, policy, items, drawn):
    request(world, world.resource("A", items=items, policy={**HOURS, **policy}))
    other = Visitor(sqlite_app, world.person("other", world.unit("OTHER")))

    assert lane(other.get(DAY).text, "A") == drawn


def test_a_free_gap_leads_to_the_form_filled_in(lin, world):
    request(world, world.resource("A", policy=HOURS), span("2026-11-24", "10:00", "20:30"))

    page = lin.get(DAY).text

    first, _booking, second = links(page, "A")
    assert first == (
        "08:00–10:00, free, book it",
        "/bookings/new?resource=A&date=2026-11-24&start=08:00&end=10:00",
    )
    assert second == (
        "20:30–22:00, free, book it",
        "/bookings/new?resource=A&date=2026-11-24&start=20:30&end=22:00",
    )
    form = lin.get(second[1]).text
    assert '<option selected value="20:30">' in form
    assert '<option selected value="22:00">' in form


def test_ones_own_booking_leads_to_itself_in_ink_and_a_request_is_dashed(lin, world):
    ref = request(world, world.resource("A", policy=HOURS), title="Slices")
    asked = request(world, world.resource("B", policy=HOURS, routes=BY_OWNER))

    page = lin.get(DAY).text

    assert ("14:00–16:00, Mine: Slices", f"/bookings/{ref}") in links(page, "A")
    assert ("14:00–16:00, My request", f"/bookings/{asked}") in links(page, "B")
    assert ("b b-mine at-24 for-8", "Mine: Slices") in lane(page, "A")
    assert ("b b-mine-pending at-24 for-8", "My request") in lane(page, "B")


def test_somebody_elses_request_is_dashed_and_said_where_the_lane_has_no_words(sqlite_app, world):
    request(world, world.resource("A", policy=HOURS, routes=BY_OWNER))
    other = Visitor(sqlite_app, world.person("other", world.unit("OTHER")))

    page = other.get(DAY).text

    assert ("b b-pending at-24 for-8", "Waiting for approval") in lane(page, "A")
    assert '<p class="board-said"><span>14:00–16:00, Waiting for approval</span></p>' in row(page, "A")


def test_a_closure_says_why_and_only_where_it_closes(lin, world):
    one, two = world.resource("A", policy=HOURS), world.resource("B", items=2, policy=HOURS)
    by, times = (
        world.actor(world.fang),
        {"starts_at": at("2026-11-24 08:00"), "ends_at": at("2026-11-24 12:00")},
    )
    close_resource(one.id, by=by, kind="calibration", reason="Yearly <check>", **times)
    close_resource(two.id, by=by, kind="breakdown", item_id=world.item_ids(two)[1], **times)

    page = lin.get(DAY).text

    assert lane(page, "A") == [
        ("b b-closed at-0 for-16", "Yearly &lt;check&gt;"),
        ("b b-free at-16 for-40", "12:00–22:00"),
    ]
    assert lane(page, "B")[0] == ("b b-closed at-0 for-16 r-2", "a breakdown")
    assert 'aria-label="No. 2, 08:00–12:00, a breakdown"' in row(page, "B")


@pytest.mark.parametrize(
    ("policy", "date", "label"),
    [
        ({"notice_hours": 72}, "2026-11-24", "To be booked 3 days ahead"),
        ({"days_ahead": 7}, "2026-12-08", "Can be booked from Tue 1 Dec on"),
        ({"hours": "WD 08:00-22:00; PH off"}, "2026-10-01", None),
    ],
)
def test_a_day_that_cannot_be_booked_says_why(lin, world, policy, date, label):
    world.resource("A", policy={**HOURS, **policy})

    page = lin.get("/board", date=date).text

    assert links(page, "A") == []
    assert lane(page, "A") == ([("b b-closed at-0 for-56", label)] if label else [])


def test_a_holiday_is_named(lin, world):
    world.resource("A", policy=HOURS)

    page = lin.get("/board?date=2026-10-01").text

    assert '<span class="board-holiday">National Day</span>' in page
    assert "<small>National Day</small>" in lin.get("/board?date=2026-10-01&view=week").text


def test_what_is_taken_by_the_day_has_the_day_as_one_gap(lin, world):
    world.resource("A", preset="whole_day", policy={**HOURS, "grid_minutes": 1440, "shortest_minutes": None})

    page = lin.get(DAY).text

    assert lane(page, "A") == [("b b-free at-0 for-56", "All day")]
    assert links(page, "A")[0][1] == "/bookings/new?resource=A&date=2026-11-24"


def test_the_night_is_shown_on_request(lin, world):
    world.resource("A")
    day, night = lin.get(DAY).text, lin.get(DAY + "&hours=all").text

    assert "Show all 24 hours" in day
    assert lane(day, "A") == [("b b-free at-0 for-56", "00:00–24:00")]
    assert lane(night, "A") == [("b b-free at-0 for-96", "00:00–24:00")]


def test_today_has_its_past_and_the_present_as_a_line(lin, world):
    world.resource("A", policy=HOURS)

    page = lin.get("/board").text

    assert '<span class="b-past at-0 for-10">' in row(page, "A")
    assert '<span class="now r-all at-9 for-1">' in row(page, "A")
    assert lane(page, "A") == [("b b-free at-10 for-46", "10:30–22:00")]


def test_a_week_says_of_each_day_how_much_is_free(lin, world):
    resource = world.resource("A", policy=HOURS)
    request(world, resource, span("2026-11-25", "10:00", "22:00"), by=world.fang)
    request(world, resource, span("2026-11-26", "08:00", "22:00"), title="Slices")

    page = lin.get(WEEK).text

    assert cells(page, "A") == [
        "Mon 23 Nov: 11.5 h free, first at 10:30",
        "Tue 24 Nov: 14 h free, first at 08:00",
        "Wed 25 Nov: 2 h free, first at 08:00",
        "Thu 26 Nov: Mine: 08:00–22:00",
        "Fri 27 Nov: 14 h free, first at 08:00",
        "Sat 28 Nov: 3 h free, first at 09:00",
        "Sun 29 Nov: 3 h free, first at 09:00",
    ]
    assert 'href="/board?date=2026-11-25#A"' in row(page, "A")


def test_nobody_sees_what_is_public_as_busy_only_and_is_offered_to_sign_in(nobody, world):
    request(world, world.resource("OPEN", visibility="public", detail="full", policy=HOURS), title="Slices")
    world.resource("MEMBERS")

    page = nobody.get(DAY).text

    assert codes(page) == ["OPEN"]
    assert ("b b-taken at-24 for-8", "Booked") in lane(page, "OPEN")
    assert not {"Slices", "linyuan", "UNIV"} & set(re.findall(r"\w+", page))
    assert "MEMBERS" not in page
    assert 'class="star"' not in page


def test_an_empty_board_says_what_to_do(nobody, lin, world):
    assert "What the members share shows after signing in." in nobody.get("/board").text
    assert "Nothing that is booked by time has been put on offer yet." in lin.get("/board").text
    world.resource("A")
    assert "No favourites yet" in lin.get("/board?of=favourites").text
    assert "Nothing here fits" in lin.get("/board?unit=NOBODY").text
    assert "This page is empty" in lin.get("/board?page=9").text


def test_a_star_marks_a_favourite_from_the_board_and_takes_it_back(lin, world):
    world.resource("A")
    world.resource("B")

    marked = lin.send("/resources/B/favourite", on="/board", next="/board?of=all#B")
    assert (marked.status_code, marked.headers["Location"]) == (303, "/board?of=all#B")
    page = lin.get("/board?of=all").text
    assert codes(page) == ["B", "A"]
    assert (
        'formaction="/resources/B/favourite/removal" aria-pressed="true" aria-label="Favourite: B instrument"'
        in page
    )
    assert codes(lin.get("/board").text) == ["B"]

    lin.send("/resources/B/favourite/removal", on="/board", next="//elsewhere.example.org/")
    assert codes(lin.get("/board").text) == ["A", "B"]


def test_the_page_of_a_resource_has_its_star_too(nobody, lin, world):
    world.resource("A", visibility="public")
    star = '<button class="star star-large" aria-pressed="{}" aria-label="Favourite: A instrument">'

    assert star.format("false") in lin.get("/resources/A").text
    lin.send("/resources/A/favourite", on="/resources/A", next="/resources/A")
    assert star.format("true") in lin.get("/resources/A").text
    assert "star-large" not in nobody.get("/resources/A").text


def test_marking_what_is_hidden_is_marking_what_is_missing(lin, world):
    world.resource("SECRET", visibility="hidden")
    world.resource("A")

    answers = [
        lin.send(f"/resources/{code}/favourite", on="/board").status_code for code in ("SECRET", "NOTHING")
    ]

    assert answers == [404, 404]


def test_addresses_that_make_no_sense_show_todays_board(lin, world):
    world.resource("A")

    for query in (
        "date=tomorrow",
        "date=9999-12-31",
        "kind=spaceship",
        "page=-3",
        "page=x",
        "of=none",
        "unit=%00",
        "view=year",
    ):
        page = lin.get(f"/board?{query}")
        assert page.status_code == 200, query
        assert codes(page.text) == ["A"], query


def test_whatever_people_write_is_escaped_on_the_board(lin, world):
    evil = '"><script>alert(1)</script>'
    unit = world.unit("EVIL")
    unit.name_en = unit.name_zh = evil
    unit.monogram_en = "<b"
    resource = world.resource(
        "A", unit, name_en=evil, name_zh=evil, place_en=evil, detail="full", policy=HOURS
    )
    world.resource("B", unit, items=2, name_en=None, policy=HOURS)
    person = world.person("evil", unit)
    person.name = evil
    world.session.commit()
    request(world, resource, by=person, title=evil)
    request(world, resource, span("2026-11-24", "17:00", "18:00"), title=evil)
    close_resource(
        resource.id, by=world.actor(world.person("boss", unit, admin=True)), kind="other", reason=evil,
        starts_at=at("2026-11-24 20:00"), ends_at=at("2026-11-24 22:00"),
    )  # fmt: skip

    for path in (DAY, WEEK):
        page = lin.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path
    assert row(lin.get(DAY).text, "B").count('lang="zh-CN"') == 1


@pytest.mark.parametrize("path", [DAY, WEEK])
def test_the_board_costs_the_same_statements_with_one_row_and_with_three(sqlite_app, world, path):
    """An admin's page asks for most: who he is, what waits for him, six for the board."""
    request(world, world.resource("A", items=2, routes=BY_OWNER))
    fang = Visitor(sqlite_app, world.fang)
    mark_favourite("A", by=world.actor(world.fang))
    fang.get(path + "&of=all")
    with statements() as with_one:
        fang.get(path + "&of=all")
    for code in ("B", "C"):
        request(world, world.resource(code, items=5))
        request(world, world.resource(f"{code}2", items=2))

    with statements() as with_more:
        page = fang.get(path + "&of=all").text

    assert len(codes(page)) == 5
    assert len(with_more) == len(with_one) <= 9
