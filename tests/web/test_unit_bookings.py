"""A unit's bookings as a file, and all open requests, as those get them whose affair they are."""

import csv
import io
import re

import pytest

from alliance.booking.actions import cancel_booking
from alliance.db import db
from alliance.resources.policy import Route
from tests.booking.acting import request
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
BY_UNIT = (Route("own"), Route("member", ("unit", "owner")))


@pytest.fixture
def database(request, tmp_path):
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def world(app) -> World:
    return World(db.session())


def taken(visitor, path, **query):
    """The rows of the file by the names of their columns."""
    with visitor.get(path, **(query or NOVEMBER)) as answer:
        assert answer.status_code == 200
        text = answer.get_data()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


@BOTH
def test_an_admin_takes_the_bookings_on_what_his_unit_shares(app, world):
    confocal = world.resource()
    world.resource("ELSEWHERE", owner=world.university)
    ref = request(world, confocal, title="=1+1", purpose="slices")
    request(world, confocal, span("2026-12-01", "00:00", "01:00"))

    (row,) = taken(Visitor(app, world.fang), "/units/INST/bookings/here.csv")

    assert row == {
        "Booking number": ref,
        "State": "Confirmed",
        "Code": "CONFOCAL",
        "Resource": "CONFOCAL instrument",
        "Owner's code": "INST",
        "Owner": "INST Unit",
        "Start": "2026-11-24 14:00",
        "End": "2026-11-24 16:00",
        "Time zone": "Asia/Shanghai",
        "Minutes": "120",
        "Number": "1",
        "Unit's code": "UNIV",
        "Unit": "UNIV Unit",
        "Person": "linyuan",
        "Mail": "linyuan@example.org",
        "Title": "'=1+1",
        "Purpose": "slices",
        "Asked for": "2026-11-23 10:24",
    }


@BOTH
def test_an_admin_takes_what_his_people_booked_elsewhere(app, world):
    dean = world.person("dean", world.university, admin=True)
    own = world.resource("OWN", owner=world.university)
    clinic = world.resource("CLINIC", detail="busy")
    ref = request(world, world.resource())
    request(world, own)
    request(world, clinic, span("2026-11-25", "14:00", "16:00"), purpose="a private matter")

    rows = taken(Visitor(app, dean, "zh"), "/units/UNIV/bookings/elsewhere.csv")

    assert [(row["预约号"], row["编号"], row["人员"]) for row in rows] == [(ref, "CONFOCAL", "linyuan")]


def test_of_what_is_private_an_admin_takes_the_time_alone(app, world):
    clinic = world.resource("CLINIC", detail="busy")
    request(world, clinic, title="private", purpose="a private matter")
    gone = request(world, clinic, span("2026-11-25", "14:00", "16:00"))
    cancel_booking(gone, by=world.actor(world.lin))

    (row,) = taken(Visitor(app, world.fang), "/units/INST/bookings/here.csv")

    told = {name: text for name, text in row.items() if text}
    assert told == {
        "State": "Confirmed",
        "Code": "CLINIC",
        "Resource": "CLINIC instrument",
        "Owner's code": "INST",
        "Owner": "INST Unit",
        "Start": "2026-11-24 14:00",
        "End": "2026-11-24 16:00",
        "Time zone": "Asia/Shanghai",
        "Minutes": "120",
        "Number": "1",
    }


def test_the_period_ends_with_its_last_day(app, world):
    confocal = world.resource()
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        request(world, confocal, span(day, "00:00", "24:00"))
    fang = Visitor(app, world.fang)

    def starts(first, last):
        rows = taken(fang, "/units/INST/bookings/here.csv", **{"from": first, "to": last})
        return [row["Start"][8:10] for row in rows]

    assert starts("2026-11-25", "2026-11-25") == ["25"]
    assert starts("2026-11-26", "2026-11-24") == ["24", "25", "26"]
    assert starts("x", "2026-13-01") == []


def test_the_page_offers_both_and_is_for_admins(app, world):
    fang, lin = Visitor(app, world.fang), Visitor(app, world.lin)

    page = fang.get("/units/INST/bookings")

    assert 'formaction="/units/INST/bookings/here.csv"' in page.text
    assert 'formaction="/units/INST/bookings/elsewhere.csv"' in page.text
    assert 'value="2026-11-01"' in page.text
    for path in ("/units/INST/bookings", "/units/INST/bookings/here.csv", "/units/UNIV/bookings/here.csv"):
        assert lin.get(path).status_code == 404
    assert fang.get("/units/UNIV/bookings").status_code == 404
    assert fang.get("/units/INST/bookings/other.csv").status_code == 404
    assert fang.get("/units/%00/bookings/here.csv").status_code == 404


def test_a_file_takes_as_many_statements_with_one_booking_as_with_many(app, world):
    fang = Visitor(app, world.fang)

    def cost() -> int:
        db.session.rollback()
        with statements() as seen:
            taken(fang, "/units/INST/bookings/here.csv")
        return len(seen)

    request(world, world.resource("A-1"))
    one = cost()
    for n in range(3):
        request(world, world.resource(f"B-{n}", routes=BY_OWNER))

    assert cost() == one <= 5


@BOTH
def test_the_secretariat_sees_who_waits_for_whom(app, world):
    office = Visitor(app, world.person("office", world.unit("SEC"), role="secretariat"))
    by_owner = request(world, world.resource(routes=BY_OWNER), purpose="a secret purpose")
    request(world, world.resource("TWO-STEPS", routes=BY_UNIT), span("2026-11-25", "14:00", "16:00"))
    request(
        world, world.resource("CLINIC", routes=BY_OWNER, detail="busy"), span("2026-11-26", "14:00", "16:00")
    )
    request(world, world.resource("HIDDEN", routes=BY_OWNER, visibility="hidden"), by=world.fang)
    request(world, world.resource("AT-ONCE"))

    page = office.get("/requests")

    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip()
        for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL)[1:]
    ]
    assert "3 requests wait" in words(page)
    assert [row.split(" ")[0] for row in rows] == ["CONFOCAL", "TWO-STEPS", "CLINIC"]
    assert (
        "linyuan · UNIV Unit INST Unit Today, 10:24" in rows[0] or "linyuan · UNIV Unit INST Unit" in rows[0]
    )
    assert "linyuan · UNIV Unit UNIV Unit" in rows[1]
    assert "private INST Unit" in rows[2]
    assert f'href="/bookings/{by_owner}"' in page.text
    assert "a secret purpose" not in page.text
    assert "Nobody waits" in words(office.get("/requests", unit="SEC"))
    assert "3 requests wait" in words(office.get("/requests", unit="INST"))


def test_open_requests_are_for_the_secretariat_and_the_council(app, world):
    chair = Visitor(app, world.person("chair", role="council"))

    assert chair.get("/requests").status_code == 200
    assert [Visitor(app, who).get("/requests").status_code for who in (world.lin, world.fang)] == [403, 403]
    for query in ("page=0", "page=x", "page=99999999999", "unit=%00", "unit=" + "x" * 300):
        assert chair.get(f"/requests?{query}").status_code == 200


def test_the_list_takes_as_many_statements_with_one_request_as_with_many(app, world):
    office = Visitor(app, world.person("office", world.unit("SEC"), role="secretariat"))

    def cost() -> int:
        db.session.rollback()
        with statements() as seen:
            office.get("/requests")
        return len(seen)

    request(world, world.resource("A-1", routes=BY_OWNER))
    one = cost()
    for n in range(3):
        request(world, world.resource(f"B-{n}", routes=BY_UNIT))

    assert cost() == one <= 12


def test_chinese_is_complete(app, world):
    request(world, world.resource("CLINIC", routes=BY_OWNER, detail="busy"))
    office = Visitor(app, world.person("bangong", world.unit("SEC"), role="secretariat"), "zh")
    fang = Visitor(app, world.fang, "zh")

    for visitor, path in (
        (office, "/requests"),
        (office, "/requests?unit=SEC"),
        (fang, "/units/INST/bookings"),
    ):
        main = visitor.get(path).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", main)))
        assert left - {"CLINIC", "INST", "UNIV", "SEC"} == set(), path
    (row,) = taken(fang, "/units/INST/bookings/here.csv")
    assert not [name for name in row if re.search("[A-Za-z]", name)]
