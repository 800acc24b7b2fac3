"""The catalogue and the pages of resources as a reader gets them."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import request_booking
from alliance.db import db
from alliance.members.models import Person
from alliance.resources.models import Resource
from alliance.resources.search import compose_search_text
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.web.browser import KEPT, sign_in
from tests.world import BY_OWNER, World, at, span

HOURS = {"hours": "WD 08:00-22:00; RD off; PH off", "grid_minutes": 30, "shortest_minutes": 60}


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def client(sqlite_app) -> FlaskClient:
    found = sqlite_app.test_client()
    found.set_cookie("lang", "en")
    return found


def signed_in(world: World, client: FlaskClient, person: Person) -> FlaskClient:
    person.password_hash = KEPT
    world.session.commit()
    assert sign_in(client, person.email).status_code == 302
    return client


def listed(world: World, code: str, **columns) -> Resource:
    resource = world.resource(code, **columns)
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()
    return resource


def names(page: str) -> list[str]:
    return re.findall(r'class="res-name"><a href="[^"]*">([^<]*)<', page)


def status(page: str) -> str:
    return re.sub(r"<[^>]+>", "", re.search(r'role="status">(.*?)</span>\n', page, re.DOTALL)[1]).strip()


def test_whoever_is_not_signed_in_finds_what_is_public_only(world, client):
    listed(world, "PUBLIC", visibility="public")
    listed(world, "MEMBERS")

    page = client.get("/resources").text

    assert names(page) == ["PUBLIC instrument"]
    assert "Sign in to book" in page
    assert "MEMBERS" not in page


def test_words_kinds_and_units_narrow_the_list(world, client):
    listed(world, "A-1", name_en="Microscope")
    listed(world, "A-2", name_en="Hall", kind="venue")
    listed(world, "B-1", name_en="Microscope hall", kind="venue", owner=world.university)
    signed_in(world, client, world.lin)

    assert names(client.get("/resources?q=microscope").text) == ["Microscope", "Microscope hall"]
    assert names(client.get("/resources?q=microscope&kind=venue").text) == ["Microscope hall"]
    assert names(client.get("/resources?class=venue&unit=INST").text) == ["Hall"]
    assert names(client.get("/resources?q=&kind=&unit=").text) == ["Microscope", "Hall", "Microscope hall"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=99999999999999999999", "kind=nothing", "unit=%00", "unit=NONE", "tag=%00x",
        "place=%00", "q=%00", "q=" + "x" * 3000, "q=%F0%9F%94%AC%25_", "tag=none&tag=none",
    ],
)  # fmt: skip
def test_odd_questions_get_a_page(world, client, query):
    listed(world, "A-1", visibility="public")

    assert client.get(f"/resources?{query}").status_code == 200


def test_nothing_found_says_so_and_offers_ways_on(world, client):
    page = client.get("/resources?q=unicorn&unit=INST").text

    assert "Nothing here fits" in page
    assert 'href="/resources?q=unicorn"' in page
    assert 'href="/sign-in?next=/resources?q%3Dunicorn' in page or "Sign in to see more" in page


def test_pages_keep_the_question(world, client):
    for n in range(21):
        listed(world, f"R-{n:02}", visibility="public")

    first = client.get("/resources?kind=instrument").text

    assert 'rel="next" href="/resources?kind=instrument&amp;page=2"' in first
    assert names(client.get("/resources?kind=instrument&page=2").text) == ["R-20 instrument"]


def test_a_hidden_resource_looks_exactly_like_a_missing_one(world, client):
    listed(world, "HIDDEN", visibility="hidden")
    signed_in(world, client, world.lin)
    number = re.compile(r"Number \w+")

    hidden, missing = (client.get(f"/resources/{code}") for code in ("HIDDEN", "NOTHING"))

    assert hidden.status_code == missing.status_code == 404
    assert number.sub("", hidden.text).replace("HIDDEN", "NOTHING") == number.sub("", missing.text)


def test_free_gaps_lead_to_the_form_and_bookings_show_as_much_as_one_may_know(world, client):
    resource = listed(world, "CONFOCAL", policy=HOURS, detail="unit")
    other = world.person("other", world.unit("OTHER"))
    for person, start, end in ((world.lin, "12:00", "14:00"), (other, "15:00", "17:00")):
        actor = world.actor(person)
        request_booking(
            resource.id,
            span("2026-11-23", start, end),
            by=actor,
            unit_id=min(actor.unit_ids),
            title="Secret slices",
        )
    signed_in(world, client, world.lin)

    page = client.get("/resources/CONFOCAL").text

    gaps = re.findall(r'b-free [^"]*" href="([^"]*)" aria-label="([^"]*)"', page)
    assert gaps[0] == (
        "/bookings/new?resource=CONFOCAL&amp;date=2026-11-23&amp;start=10:30&amp;end=12:00",
        "10:30–12:00, free, book it",
    )
    assert "15:00–17:00, OTHER Unit" in page
    assert page.count("Secret slices") == 2  # one's own, to see and to hear
    assert "Free today" in page


def test_who_is_not_signed_in_sees_busy_times_without_names(world, client):
    resource = listed(world, "PUBLIC", policy=HOURS, visibility="public", detail="full")
    actor = world.actor(world.lin)
    request_booking(
        resource.id,
        span("2026-11-23", "12:00", "14:00"),
        by=actor,
        unit_id=world.university.id,
        title="Secret slices",
    )
    world.manages(world.fang, resource)

    page = client.get("/resources/PUBLIC").text

    assert "12:00–14:00, Booked" in page
    assert not [word for word in ("Secret", "UNIV Unit", world.lin.name, world.fang.name) if word in page]
    assert "http://localhost/resources/PUBLIC/calendar.ics" in page


def test_another_week_may_be_looked_at(world, client):
    listed(world, "PUBLIC", policy=HOURS, visibility="public")

    page = client.get("/resources/PUBLIC?week=2026-12-07").text

    assert "7–13 Dec" in page
    assert 'rel="prev" href="/resources/PUBLIC?week=2026-11-30#week"' in page
    assert 'rel="next" href="/resources/PUBLIC?week=2026-12-14#week"' in page
    assert "Free today" not in page


@pytest.mark.parametrize("week", ["", "x", "0001-01-01", "9999-12-31", "2026-13-01", "%00", "2026-W48-1"])
def test_odd_weeks_are_this_week(world, client, week):
    listed(world, "PUBLIC", visibility="public")

    answer = client.get(f"/resources/PUBLIC?week={week}")

    assert answer.status_code == 200
    assert "23–29 Nov" in answer.text


def test_what_goes_by_request_has_no_week_but_somebody_to_ask(world, client):
    resource = listed(world, "SAMPLES", preset="sample", visibility="public")
    assert "inst@example.org" in client.get("/resources/SAMPLES").text
    world.manages(world.fang, resource)
    signed_in(world, client, world.lin)

    page = client.get("/resources/SAMPLES").text

    assert "fangshuyan@example.org" in page
    assert 'class="week"' not in page


def test_a_closure_says_why_and_until_when(world, client):
    resource = listed(world, "CONFOCAL", policy=HOURS)
    fang = world.actor(world.fang)
    close_resource(
        resource.id,
        by=fang,
        kind="repair",
        starts_at=NOW,
        ends_at=at("2026-11-25 12:00"),
        reason="Laser exchange",
    )
    signed_in(world, client, world.lin)

    page = client.get("/resources/CONFOCAL").text

    assert "Closed now" in page
    assert re.search(r"Laser exchange. Open again: <time [^>]*>Wed 25 Nov, 12:00</time>", page)


def test_a_whole_and_its_parts_name_each_other(world, client):
    east, west = (listed(world, code, visibility="public", kind="venue") for code in ("EAST", "WEST"))
    world.whole("HALL", east, west, visibility="public", kind="venue")

    whole, part = client.get("/resources/HALL").text, client.get("/resources/EAST").text

    assert 'href="/resources/EAST"' in whole
    assert 'href="/resources/WEST"' in whole
    assert 'href="/resources/HALL"' in part


def test_drafts_say_who_sees_them(world, client):
    listed(world, "DRAFT", status="draft")
    signed_in(world, client, world.fang)

    page = client.get("/resources/DRAFT").text

    assert "Only those who run it see this page." in page
    assert "b-free" not in page.split('class="legend"')[0]


def test_the_home_page_counts_what_the_reader_may_find(world, client):
    listed(world, "PUBLIC", visibility="public")
    listed(world, "MEMBERS")
    assert "1 entry" in client.get("/").text
    signed_in(world, client, world.lin)

    page = client.get("/").text

    assert "2 entries" in page
    assert "2 member units" in page
    assert 'href="/units/INST"' in page


def test_chinese_is_complete(world, client):
    client.set_cookie("lang", "zh")
    listed(world, "CONFOCAL", policy=HOURS, routes=BY_OWNER, items=5)
    signed_in(world, client, world.lin)

    for path in ("/", "/resources", "/resources?q=none", "/resources/CONFOCAL"):
        main = client.get(path).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        text = re.sub(r"<[^>]+>", " ", main)
        left = [
            word
            for word in re.findall(r"[A-Za-z]{3,}", text)
            if word not in ("CONFOCAL", "INST", "UNIV", "none")
        ]
        assert left == [], path


def asked(client: FlaskClient, path: str) -> int:
    db.session.remove()
    with statements() as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def fill(world: World, resource: Resource, bookings: int) -> None:
    for hour in range(8, 8 + 2 * bookings, 2):
        taken = span("2026-11-24", f"{hour:02}:00", f"{hour + 1:02}:00")
        request_booking(resource.id, taken, by=world.actor(world.lin), unit_id=world.university.id)


def free_at(page: str) -> list[str]:
    """What each row says of its time: label and words."""
    found = re.findall(r'class="free-at">(.*?)</p>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def reasons(page: str) -> list[str]:
    found = re.findall(r'class="res-reason">(.*?)</p>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]


def test_each_row_says_when_it_is_next_free_and_leads_to_that_time(world, client):
    listed(world, "A", policy=HOURS)
    listed(world, "B", policy={**HOURS, "notice_hours": 24}, items=3)
    listed(world, "CAR", preset="loan", policy={"hours": "WD 09:00-17:00"})
    listed(world, "TALK", preset="event", kind="training")
    signed_in(world, client, world.lin)

    page = client.get("/resources").text

    assert names(page) == ["A instrument", "B instrument", "CAR instrument", "TALK instrument"]
    assert free_at(page) == [
        "Next free Today, 10:30–22:00",
        "Next free Tomorrow, 10:30–22:00",
        "Next free Tomorrow, all day",
    ]
    assert "/bookings/new?resource=A&amp;date=2026-11-23&amp;start=10:30&amp;end=11:30" in page
    assert "/bookings/new?resource=CAR&amp;date=2026-11-24" in page


def test_a_time_sorts_what_fits_from_what_misses_by_little(world, client):
    listed(world, "FITS", policy=HOURS)
    listed(world, "LATER", policy={"hours": "WD 17:00-22:00"})
    listed(world, "SHORT", policy={"hours": "WD 08:00-15:00"})
    listed(world, "LONG", policy={"hours": "WD 08:00-22:00", "shortest_minutes": 240})
    listed(world, "BRIEF", policy={"hours": "WD 08:00-22:00", "longest_minutes": 60})
    listed(world, "NOTICE", policy={"hours": "WD 08:00-22:00", "notice_hours": 72})
    listed(world, "EARLY", policy={"hours": "DAILY 08:00-22:00", "days_ahead": 0})
    shut = listed(world, "SHUT", policy=HOURS)
    close_resource(
        shut.id, by=world.actor(world.fang), kind="breakdown", starts_at=at("2026-11-23 11:00"), reason="Leak"
    )
    full = listed(world, "FULL", policy={"hours": "WD 14:00-16:00"})
    request_booking(
        full.id, span("2026-11-24", "14:00", "16:00"), by=world.actor(world.lin), unit_id=world.university.id
    )
    signed_in(world, client, world.lin)

    page = client.get("/resources?date=2026-11-24&from=14:00&minutes=120").text

    assert status(page).endswith("1 entry")
    assert names(page) == [
        f"{code} instrument"
        for code in ("FITS", "SHORT", "LATER", "LONG", "BRIEF", "NOTICE", "EARLY", "SHUT", "FULL")
    ]
    assert reasons(page) == [
        "Free for 1 hour only",
        "Free at another time that day",
        "Booked for 4 hours at least",
        "Booked for 1 hour at most",
        "Must be booked 3 days ahead",
        "Can be booked 0 days ahead at most",
        "Closed: Leak",
        "Full that day",
    ]
    assert free_at(page)[:3] == [
        "Next free Tomorrow, 14:00–16:00",
        "Free instead Tomorrow, 14:00–15:00",
        "Free instead Tomorrow, 17:00–22:00",
    ]


def test_fewer_pieces_than_wanted_are_said_and_the_choices_count_what_fits(world, client):
    listed(world, "POOL", policy=HOURS, items=2)
    listed(world, "BIG", policy=HOURS, items=4, owner=world.university, kind="platform")
    signed_in(world, client, world.lin)

    page = client.get("/resources?date=2026-11-24&from=12:00-18:00&minutes=60&quantity=3").text

    assert names(page) == ["BIG instrument", "POOL instrument"]
    assert reasons(page) == ["2 of 2 free"]
    assert re.findall(r'name="kind" value="(\w+)".*?class="n">(\d+)<', page) == [("platform", "1")]
    assert re.findall(r'name="unit" value="(\w+)".*?class="n">(\d+)<', page) == [("UNIV", "1")]


@pytest.mark.parametrize(
    "query",
    [
        "date=x",
        "date=9999-99-99",
        "date=2026-11-24&from=25:00&minutes=x&quantity=-1",
        "date=2026-11-24&minutes=999999",
    ],
)
def test_a_time_that_is_none_asks_nothing(world, client, query):
    listed(world, "A", policy=HOURS)
    signed_in(world, client, world.lin)

    assert client.get(f"/resources?{query}").status_code == 200
    assert client.get(f"/?{query}").status_code == 200


def test_home_shows_what_is_free_soon_one_of_each_owner_first(world, client):
    for n in range(1, 7):
        listed(world, f"INST-{n}", policy=HOURS)
    listed(world, "OTHER", policy=HOURS, owner=world.university)
    signed_in(world, client, world.lin)

    page = client.get("/").text

    shown = re.findall(r'class="lit-name" href="/resources/([^"]+)"', page)
    assert shown == ["INST-1", "OTHER", "INST-2", "INST-3", "INST-4"]
    assert "Free today, 13:00–15:00" in page
    assert "/resources?date=2026-11-23&amp;from=13:00&amp;minutes=120" in page


@pytest.mark.parametrize(("reader", "most"), [("lin", 9), ("fang", 10)])
def test_a_resource_costs_the_same_statements_with_one_booking_and_many(world, client, reader, most):
    fill(world, listed(world, "ONE", policy=HOURS), 1)
    many = listed(world, "MANY", policy=HOURS, items=5)
    fill(world, many, 5)
    world.requires(many)
    world.manages(world.person("manager", world.institute), many)
    signed_in(world, client, getattr(world, reader))

    one, more = (asked(client, f"/resources/{code}") for code in ("ONE", "MANY"))

    assert one == more <= most


@pytest.mark.parametrize(("reader", "most"), [("lin", 10), ("fang", 11)])
@pytest.mark.parametrize("path", ["/resources", "/resources?date=2026-11-24&from=14:00", "/"])
def test_the_catalogue_costs_the_same_statements_with_one_row_and_many(world, client, path, reader, most):
    listed(world, "R-0")
    signed_in(world, client, getattr(world, reader))
    one = asked(client, path)
    for n in range(1, 4):
        resource = listed(world, f"R-{n}", owner=world.unit(f"U-{n}"), items=3)
        world.requires(resource, f"Q-{n}")

    more = asked(client, path)

    assert one == more <= most


def test_pages_are_made_at_any_hour(world, client):
    listed(world, "PUBLIC", policy=HOURS, visibility="public", items=2)

    for hour in range(0, 48, 3):
        with clock.frozen(NOW + timedelta(hours=hour)):
            assert client.get("/resources/PUBLIC").status_code == 200


def test_another_week_leads_back_to_today(world, client):
    world.resource(visibility="public")

    other = client.get("/resources/CONFOCAL?week=2026-12-28&lang=en", follow_redirects=True).text
    today = client.get("/resources/CONFOCAL").text

    assert re.search(r'href="/resources/CONFOCAL#week">Today</a>', other)
    assert '#week">Today' not in today
