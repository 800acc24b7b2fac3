"""The calendar in the browser: a year for everybody, its days for those who keep it."""

from datetime import date

import pytest

from alliance.availability.queries import calendar_days, days_of
from alliance.booking.actions import request_booking
from alliance.booking.calendar_days.actions import open_calendar
from alliance.booking.calendar_days.queries import calendar_of, year_of
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
FORM = {
    "first": "2026-11-24",
    "last": "",
    "class": "RD",
    "name_zh": "停电",
    "name_en": "Power cut",
    "announced": "1",
}


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def qin(app, world):
    return Visitor(app, world.person("qin", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def version(world, number=2026, unit=None):
    world.session.rollback()
    return year_of(world.session, number, calendar_of(world.session, unit.id if unit else None)).version


def class_of(world, on, resource=None):
    world.session.rollback()
    days = days_of(world.session, resource, (on, on)) if resource else calendar_days(world.session, (on, on))
    return str(days.of(on))


@BOTH
def test_everybody_looks_at_the_year(client, world):
    client.set_cookie("lang", "en")

    page = client.get("/calendar?year=2026")

    said = words(page)
    assert page.status_code == 200
    assert "Public holiday: National Day" in said
    assert "Working day: Working day for National Day" in said
    assert "The public holidays of this year are announced." in said
    assert "/calendar/days/edit" not in page.text
    assert "are not announced yet" in words(client.get("/calendar?year=2027"))
    assert client.get("/calendar?year=soon").status_code == 200
    assert client.get("/calendar?unit=NOBODY").status_code == 404
    assert client.get("/calendar?unit=a%00b").status_code == 404


@BOTH
def test_the_secretariat_changes_a_day(qin, world):
    page = qin.get("/calendar/days/edit", date="2026-11-24")
    assert 'value="2026-11-24"' in page.text

    answer = qin.send("/calendar/days", version=version(world), **FORM)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/calendar?year=2026")
    assert class_of(world, date(2026, 11, 24)) == "RD"
    assert "Rest day: Power cut" in words(qin.get("/calendar?year=2026"))


@BOTH
def test_bookings_in_the_way_are_shown_before_anything_is_saved(qin, world):
    confocal = world.resource(policy={"hours": "WD 08:00-22:00; RD off; PH off"})
    lin = world.actor(world.lin)
    request_booking(confocal.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)
    sent = {**FORM, "version": version(world)}

    asked = qin.send("/calendar/days", **sent)

    assert "1 booking would lie outside the opening hours" in words(asked)
    assert class_of(world, date(2026, 11, 24)) == "WD"
    mark = asked.text.split('name="agreed" value="')[1].split('"')[0]
    assert qin.send("/calendar/days", agreed=mark, back="1", **sent).status_code == 200
    qin.send("/calendar/days", agreed=mark, tell="1", **sent)
    assert class_of(world, date(2026, 11, 24)) == "RD"


BAD = [
    ({"first": "soon"}, "This is no date."),
    ({"last": "2026-11-23"}, "The end must come after the start."),
    ({"last": "2027-01-02"}, "of one year"),
    ({"class": "XX"}, "Choose one of these."),
    ({"name_zh": "节" * 41}, "At most 40 characters fit."),
    ({"name_en": "x" * 61}, "At most 60 characters fit."),
]


def test_bad_input_is_named_beside_its_field(qin, world):
    seen = version(world)

    for wrong, said in BAD:
        answer = qin.send("/calendar/days", version=seen, **{**FORM, **wrong})

        assert (answer.status_code, said in words(answer)) == (422, True), (wrong, said)
    assert qin.send("/calendar/days", version="old", **FORM).status_code == 409
    assert class_of(world, date(2026, 11, 24)) == "WD"
    assert qin.send("/calendar/years/1/publication", source="library").status_code == 404
    assert qin.send("/calendar/years/2026/publication", source="party").status_code == 404
    assert qin.get("/calendar/days/edit", date="x").status_code == 404


def test_a_year_is_published_by_hand(qin, world):
    day = {"first": "2027-02-08", "last": "", "class": "PH", "name_zh": "春节"}
    qin.send("/calendar/days", version=version(world, 2027), **day)
    assert "Publish as it stands below" in words(qin.get("/calendar?year=2027"))

    qin.send("/calendar/years/2027/publication", source="entered", version=version(world, 2027))

    assert "The public holidays of this year are announced." in words(qin.get("/calendar?year=2027"))
    assert "Publish the year" not in words(qin.get("/calendar?year=2027"))
    qin.send("/calendar/years/2050/publication", source="library", version=version(world, 2050))
    assert "is not known to this program" in words(qin.get("/calendar?year=2050"))


@BOTH
def test_a_unit_keeps_days_of_its_own(fang, world):
    confocal = world.resource()
    assert "Keep a calendar of our own" in words(fang.get("/calendar?unit=INST"))
    fang.send("/calendar/units/INST")

    fang.send("/calendar/days", version=version(world, unit=world.institute), unit="INST", **FORM)

    assert (class_of(world, date(2026, 11, 24), confocal), class_of(world, date(2026, 11, 24))) == (
        "RD",
        "WD",
    )
    assert "date-cell--own" in fang.get("/calendar?unit=INST&year=2026").text
    assert "INST Unit" in words(fang.get("/calendar?year=2026"))
    fang.send("/calendar/units/INST/removal")
    assert class_of(world, date(2026, 11, 24), confocal) == "WD"


def test_only_those_who_keep_a_calendar_change_it(app, fang, qin, world):
    lin = Visitor(app, world.lin)

    for visitor in (lin, fang):
        assert visitor.get("/calendar/days/edit", date="2026-11-24").status_code == 403
        assert visitor.send("/calendar/days", version=version(world), **FORM).status_code == 403
        assert visitor.send("/calendar/years/2026/publication", source="library").status_code == 403
    assert qin.send("/calendar/units/INST").status_code == 403
    assert fang.send("/calendar/units/UNIV").status_code == 403
    assert fang.send("/calendar/units/NOBODY").status_code == 404
    assert fang.get("/calendar/days/edit", date="2026-11-24", unit="INST").status_code == 404


def test_a_year_costs_the_same_for_one_calendar_and_three(app, client, world):
    def asked():
        with statements() as found:
            assert client.get("/calendar?year=2026").status_code == 200
        return len(found)

    open_calendar("INST", by=world.actor(world.fang))
    asked()
    one = asked()
    for code in ("AAA", "BBB"):
        admin = world.person(code.lower(), world.unit(code), admin=True)
        open_calendar(code, by=world.actor(admin))
    assert asked() == one


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages(app, world, language):
    open_calendar("INST", by=world.actor(world.fang))
    fang = Visitor(app, world.fang, language)

    for path in ("/calendar", "/calendar?unit=INST", "/calendar/days/edit?date=2026-11-24&unit=INST"):
        assert fang.get(path).status_code == 200
