"""Opening hours in the browser: the picture, the forms without scripts, and what is asked before anything is saved."""

from datetime import date

import pytest

from alliance.availability.calendar import OwnHours
from alliance.booking.actions import request_booking
from alliance.booking.opening.queries import opening_of
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
HOURS = "WD 08:30-12:00,14:00-22:00; RD 09:00-18:00; PH off"
USUAL = {f"state-{day}": "usual" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
WEEK = {
    "state-WD": "times",
    "from-WD": ["08:30", "14:00"],
    "to-WD": ["12:00", "22:00"],
    "state-RD": "closed",
    "state-PH": "closed",
    **USUAL,
}
DATES = {
    "first": "2026-12-31",
    "last": "",
    "state-day": "times",
    "from-day": "09:00",
    "to-day": "12:00",
    "reason": "",
}


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def confocal(world):
    return world.resource(policy={"hours": HOURS})


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def opening(world, resource):
    world.session.rollback()
    return opening_of(world.session, resource.id)


def test_the_week_is_a_picture_with_words(fang, confocal):
    page = fang.get("/resources/CONFOCAL/hours")

    assert "08:30–12:00" in page.text
    assert "Working days" in words(page)
    assert "Open 08:30–12:00, 14:00–22:00 on working days, 09:00–18:00 on rest days" in words(page)


@BOTH
def test_the_week_is_changed(fang, world, confocal):
    seen = opening(world, confocal).version

    answer = fang.send("/resources/CONFOCAL/hours", version=seen, **WEEK)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/resources/CONFOCAL/hours")
    assert str(opening(world, confocal).hours) == "WD 08:30-12:00,14:00-22:00; RD off; PH off"
    assert "Saved." in words(fang.get("/resources/CONFOCAL/hours"))


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ({"state-WD": "always", "state-RD": "always", "state-PH": "always"}, "DAILY 00:00-24:00"),
        ({"from-WD": "22:00", "to-WD": "02:00"}, "WD 22:00-02:00; RD off; PH off"),
        ({"from-WD": "18:00", "to-WD": "00:00"}, "WD 18:00-24:00; RD off; PH off"),
        ({"state-Mon": "closed"}, "WD 08:30-12:00,14:00-22:00; RD off; PH off; Mon off"),
        (
            {"state-Mon": "always", "on_holidays": "1"},
            "DAILY off; WD 08:30-12:00,14:00-22:00; Mon 00:00-24:00",
        ),
        ({"from-WD": ["09:00", ""], "to-WD": ["17:00", ""]}, "WD 09:00-17:00; RD off; PH off"),
        ({"state-WD": "closed"}, ""),
    ],
)
def test_every_kind_of_week_can_be_typed(fang, world, confocal, typed, hours):
    answer = fang.send(
        "/resources/CONFOCAL/hours", version=opening(world, confocal).version, **{**WEEK, **typed}
    )

    assert (answer.status_code, str(opening(world, confocal).hours)) == (303, hours)


@pytest.mark.parametrize(
    "hours",
    [
        "DAILY 00:00-24:00",
        "DAILY 10:00-18:00; Mon off",
        "WD 22:00-02:00; RD off; PH 10:00-12:00; Sat 08:00-24:00",
        "WD 09:00-17:00; RD off; PH off",
    ],
)
def test_a_form_sent_as_it_came_changes_nothing(fang, world, hours):
    sem = world.resource("SEM", policy={"hours": hours})
    page = fang.get("/resources/SEM/hours/edit")

    answer = fang.send("/resources/SEM/hours", **fields_of(page.text))

    assert (answer.status_code, str(opening(world, sem).hours)) == (303, hours)


def fields_of(text):
    """What a browser would send of the page's form."""
    from html.parser import HTMLParser

    sent = {}

    class Fields(HTMLParser):
        name = ""

        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if tag == "select":
                self.name = given["name"]
            elif tag == "option" and "selected" in given and self.name.startswith("state-"):
                sent.setdefault(self.name, []).append(given["value"])
            elif tag == "input" and given.get("type") != "checkbox" and given["name"] != "csrf_token":
                sent.setdefault(given["name"], []).append(given.get("value", ""))
            elif tag == "input" and given.get("name") == "on_holidays" and "checked" in given:
                sent["on_holidays"] = ["1"]

    Fields().feed(text[text.index('action="/resources/SEM/hours"') :])
    return sent


BAD_WEEKS = [
    ({"state-WD": "party"}, "Choose one of these."),
    ({"from-WD": "noon", "to-WD": "22:00"}, "Each time needs a start and an end"),
    ({"from-WD": "08:00", "to-WD": ""}, "Each time needs a start and an end"),
    ({"from-WD": "24:00", "to-WD": "02:00"}, "Each time needs a start and an end"),
    ({"from-WD": "08:00", "to-WD": "08:00"}, "A time that ends when it starts is none"),
    ({"from-WD": ["08:00", "11:00"], "to-WD": ["12:00", "13:00"]}, "Two of these times overlap."),
    ({"from-WD": "", "to-WD": ""}, "Give a time from when until when"),
    (
        {"state-Mon": "times", "from-Mon": "\0", "to-Mon": "😀"},
        "Each time needs a start and an end",
    ),
    ({"from-WD": "9" * 5000, "to-WD": "<script>"}, "Each time needs a start and an end"),
]


def test_bad_hours_are_named_and_kept(fang, world, confocal):
    seen = opening(world, confocal).version

    for wrong, said in BAD_WEEKS:
        answer = fang.send("/resources/CONFOCAL/hours", version=seen, **{**WEEK, **wrong})

        assert (answer.status_code, said in words(answer)) == (422, True), (wrong, said)
    assert str(opening(world, confocal).hours) == HOURS


def test_another_row_is_given_without_saving(fang, world, confocal):
    answer = fang.send("/resources/CONFOCAL/hours", version="x", more="WD", **WEEK)

    assert answer.text.count('name="from-WD"') == 3
    assert str(opening(world, confocal).hours) == HOURS


@BOTH
def test_bookings_in_the_way_are_shown_before_anything_is_saved(fang, world, confocal):
    lin = world.actor(world.lin)
    ref = request_booking(
        confocal.id, span("2026-11-24", "20:00", "22:00"), by=lin, unit_id=world.university.id
    )
    sent = {**WEEK, "to-WD": ["12:00", "18:00"], "version": opening(world, confocal).version}

    asked = fang.send("/resources/CONFOCAL/hours", **sent)

    assert "1 booking would lie outside the opening hours" in words(asked)
    assert f'href="/bookings/{ref}"' in asked.text
    assert str(opening(world, confocal).hours) == HOURS
    mark = asked.text.split('name="agreed" value="')[1].split('"')[0]
    back = fang.send("/resources/CONFOCAL/hours", agreed=mark, back="1", **sent)
    assert (back.status_code, 'value="18:00"' in back.text) == (200, True)
    fang.send("/resources/CONFOCAL/hours", agreed=mark, tell="1", **sent)
    assert str(opening(world, confocal).hours) == "WD 08:30-12:00,14:00-18:00; RD off; PH off"
    assert "1 booking now lies outside" in words(fang.get("/resources/CONFOCAL/hours"))
    assert "changed the opening hours. The booking lies outside them now" in words(
        fang.get(f"/bookings/{ref}")
    )


def test_two_people_do_not_overwrite_each_other(fang, world, confocal):
    seen = opening(world, confocal).version
    fang.send("/resources/CONFOCAL/hours", version=seen, **WEEK)

    answer = fang.send("/resources/CONFOCAL/hours", version=seen, **{**WEEK, "state-WD": "always"})

    assert answer.status_code == 409
    assert "Somebody else has changed these hours" in words(answer)
    assert "Now: Open 08:30–12:00, 14:00–22:00 on working days" in words(answer)
    assert "always" in answer.text
    assert str(opening(world, confocal).hours) == "WD 08:30-12:00,14:00-22:00; RD off; PH off"


@BOTH
def test_single_dates_are_set_listed_and_taken_back(fang, world, confocal):
    answer = fang.send(
        "/resources/CONFOCAL/hours/exceptions",
        version=opening(world, confocal).version,
        **{**DATES, "reason": "Stocktaking"},
    )

    assert answer.status_code == 303
    assert opening(world, confocal).exceptions == {date(2026, 12, 31): OwnHours(((540, 720),), "Stocktaking")}
    page = words(fang.get("/resources/CONFOCAL/hours"))
    assert ("Thu 31 Dec" in page, "09:00–12:00" in page, "Stocktaking" in page) == (True, True, True)
    form = fang.get("/resources/CONFOCAL/hours/exceptions/new", date="2026-12-31")
    assert 'value="Stocktaking"' in form.text
    fang.send(
        "/resources/CONFOCAL/hours/exceptions/2026-12-31/removal", version=opening(world, confocal).version
    )
    assert opening(world, confocal).exceptions == {}


def test_the_page_of_the_resource_tells_of_single_dates(app, fang, world, confocal):
    dates = {**DATES, "first": "2026-11-26", "reason": "Stocktaking"}
    fang.send("/resources/CONFOCAL/hours/exceptions", version=opening(world, confocal).version, **dates)

    page = words(Visitor(app, world.lin).get("/resources/CONFOCAL"))

    assert ("Thu 26 Nov" in page, "09:00–12:00" in page, "Stocktaking" in page) == (True, True, True)
    assert "Stocktaking" not in words(Visitor(app, world.lin).get("/resources/CONFOCAL?week=2026-12-07"))


BAD_DATES = [
    ({"first": ""}, "Choose a day."),
    ({"first": "soon"}, "This is no date."),
    ({"first": "2026-11-01"}, "This day is over."),
    ({"last": "2026-12-30"}, "The end must come after the start."),
    ({"last": "2027-12-30"}, "At most 92 days can be set at once."),
    ({"first": "2099-12-30"}, "Dates can be set up to"),
    ({"from-day": ""}, "Each time needs a start and an end"),
    ({"state-day": "usual"}, "Choose one of these."),
    ({"reason": "x" * 41}, "At most 40 characters fit."),
]


def test_bad_dates_are_named_and_kept(fang, world, confocal):
    seen = opening(world, confocal).version

    for wrong, said in BAD_DATES:
        answer = fang.send("/resources/CONFOCAL/hours/exceptions", version=seen, **{**DATES, **wrong})

        assert (answer.status_code, said in words(answer)) == (422, True), (wrong, said)
    assert opening(world, confocal).exceptions == {}
    assert fang.send("/resources/CONFOCAL/hours/exceptions/soon/removal", version=seen).status_code == 404


def test_hours_are_copied_after_a_look(fang, world, confocal):
    sem = world.resource("SEM")
    lin = world.actor(world.lin)
    request_booking(sem.id, span("2026-11-24", "22:00", "23:00"), by=lin, unit_id=world.university.id)
    assert "SEM instrument" in words(fang.get("/resources/CONFOCAL/hours/copies/new"))

    shown = fang.send("/resources/CONFOCAL/hours/copies", to="SEM")
    assert "Then: Open 08:30–12:00" in words(shown)
    assert "1 booking would lie outside" in words(shown)
    mark = shown.text.split('name="agreed" value="')[1].split('"')[0]
    again = fang.send("/resources/CONFOCAL/hours/copies", to="SEM", agreed="0" * 20)
    assert "Something changed meanwhile" in words(again)
    assert str(opening(world, sem).hours) == "DAILY 00:00-24:00"
    answer = fang.send("/resources/CONFOCAL/hours/copies", to="SEM", agreed=mark)

    assert (answer.status_code, str(opening(world, sem).hours)) == (303, HOURS)
    assert fang.send("/resources/CONFOCAL/hours/copies").status_code == 422
    assert fang.send("/resources/CONFOCAL/hours/copies", to="NOTHING").status_code == 404


def test_only_those_who_run_it_see_and_change_its_hours(app, world, fang, confocal):
    world.resource("OTHER", world.university)
    world.resource("SAMPLE", preset="sample")
    lin = Visitor(app, world.lin)
    paths = ["", "/edit", "/exceptions/new", "/copies/new"]

    for path in paths:
        assert lin.get(f"/resources/CONFOCAL/hours{path}").status_code == 403
        assert fang.get(f"/resources/OTHER/hours{path}").status_code == 403
        assert fang.get(f"/resources/SAMPLE/hours{path}").status_code == 404
        assert fang.get(f"/resources/a\0b/hours{path}").status_code == 404
    for path in ("", "/exceptions", "/exceptions/2026-12-31/removal", "/copies"):
        assert lin.send(f"/resources/CONFOCAL/hours{path}", **WEEK).status_code == 403
    assert lin.get("/opening-hours").status_code == 403
    assert fang.send("/resources/CONFOCAL/hours/copies", to="OTHER").status_code == 404


def test_the_list_costs_the_same_for_one_and_three(app, world, fang, confocal):
    def asked():
        with statements() as found:
            assert fang.get("/opening-hours").status_code == 200
        return len(found)

    asked()
    one = asked()
    world.resource("SEM")
    world.resource("TEM")
    assert asked() == one


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages(app, world, confocal, language):
    fang = Visitor(app, world.fang, language)
    paths = ("", "/edit", "/exceptions/new", "/copies/new")

    for path in ("/opening-hours", *(f"/resources/CONFOCAL/hours{path}" for path in paths)):
        assert fang.get(path).status_code == 200
