"""Closing something for a while, in the browser."""

from datetime import date

import pytest
import sqlalchemy as sa

from alliance.availability.actions import close_resource
from alliance.availability.models import Closure
from alliance.booking.actions import request_booking
from tests.conftest import NOW, fresh_database
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import at, span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
FORM = {
    "resource": "CONFOCAL",
    "item": "",
    "kind": "preventive",
    "begin": "at",
    "start_date": "2026-11-24",
    "start": "12:00",
    "finish": "at",
    "end_date": "2026-11-24",
    "end": "18:00",
    "review_on": "",
    "reason": "",
}


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def mark_on(page):
    """What one agrees to by sending the form of the page."""
    return page.text.split('name="agreed" value="')[1].split('"')[0]


def closures(world):
    return world.session.scalars(sa.select(Closure)).all()


@BOTH
def test_a_closure_shows_which_bookings_it_hits(fang, world):
    confocal = world.resource()
    lin = world.actor(world.lin)
    hit = request_booking(
        confocal.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id
    )
    request_booking(confocal.id, span("2026-11-24", "18:00", "19:00"), by=lin, unit_id=world.university.id)

    asked = fang.send("/closures", on="/closures/new?resource=CONFOCAL", **FORM)
    assert "1 booking is hit" in words(asked)
    assert f'href="/bookings/{hit}"' in asked.text
    assert closures(world) == []
    back = fang.send("/closures", back="1", **FORM)
    assert (back.status_code, 'value="12:00"' in back.text) == (200, True)
    answer = fang.send("/closures", agreed=mark_on(asked), **FORM)

    (closure,) = closures(world)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/closures/{closure.ref}")
    assert (closure.starts_at, closure.ends_at) == (at("2026-11-24 12:00"), at("2026-11-24 18:00"))
    page = fang.get(answer.headers["Location"])
    assert "1 booking is hit" in words(page)
    assert f'href="/bookings/{hit}"' in page.text
    assert "linyuan" in page.text


@BOTH
def test_a_breakdown_starts_now_and_has_no_end_until_somebody_ends_it(fang, world):
    confocal = world.resource(items=2)
    item = world.item_ids(confocal)[1]

    form = fang.get("/closures/new", resource="CONFOCAL", kind="breakdown")
    fang.send(
        "/closures",
        **{
            **FORM,
            "kind": "breakdown",
            "begin": "now",
            "finish": "open",
            "item": str(item),
            "review_on": "2026-11-25",
        },
    )

    assert form.text.count("checked") == 2
    assert '<option selected value="breakdown">' in form.text
    (closure,) = closures(world)
    assert (closure.starts_at, closure.ends_at, closure.item_id) == (NOW, None, item)
    assert closure.review_on == date(2026, 11, 25)
    listed = words(fang.get("/closures"))
    assert "Closed now" in listed
    assert "No. 2" in listed
    assert "Since today, 10:24, no end yet" in listed
    assert "Look again on Wed 25 Nov" in listed


@BOTH
def test_ending_a_closure_opens_the_resource_again(fang, world):
    confocal = world.resource()
    ref = close_resource(
        confocal.id, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-23 08:00")
    )

    question = words(fang.get("/closures"))
    answer = fang.send(f"/closures/{ref}/end", on="/closures")

    assert "End this closure now?" in question
    assert answer.status_code == 303
    assert [closure.ends_at for closure in closures(world)] == [NOW]
    assert "CONFOCAL instrument can be booked again." in words(fang.get("/closures"))
    assert "Over" in words(fang.get(f"/closures/{ref}"))
    fang.send(f"/closures/{ref}/end")
    assert "Already over" not in words(fang.get("/closures"))


def test_what_has_not_begun_is_taken_back(fang, world):
    confocal = world.resource()
    ref = close_resource(
        confocal.id, by=world.actor(world.fang), kind="cleaning", starts_at=at("2026-11-25 08:00")
    )

    assert "Take this closure back?" in words(fang.get("/closures"))
    fang.send(f"/closures/{ref}/end")

    assert closures(world) == []
    assert "Nothing is closed" in words(fang.get("/closures"))


def test_ending_twice_says_it_is_over(fang, world):
    confocal = world.resource()
    ref = close_resource(
        confocal.id, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-23 08:00")
    )
    fang.send(f"/closures/{ref}/end")
    fang.get("/closures")

    fang.send(f"/closures/{ref}/end")

    assert "The closure ended today, 10:24." in words(fang.get("/closures"))


def test_several_are_closed_at_once(fang, world):
    confocal, sem = world.resource(), world.resource("SEM")
    request_booking(
        sem.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    form = fang.get("/closures/new?resource=CONFOCAL&resource=SEM")
    assert ("CONFOCAL instrument" in words(form), "SEM instrument" in words(form)) == (True, True)

    several = {**FORM, "resource": ["CONFOCAL", "SEM"]}
    asked = fang.send("/closures", **several)
    answer = fang.send("/closures", agreed=mark_on(asked), **several)

    assert "1 booking is hit" in words(asked)
    assert answer.headers["Location"] == "/closures"
    assert {closure.resource_id for closure in closures(world)} == {confocal.id, sem.id}
    assert "2 closures made." in words(fang.get("/closures"))


def test_some_items_are_closed_at_once(fang, world):
    confocal = world.resource(items=3)
    first, second, _third = world.item_ids(confocal)

    fang.send("/closures", **{**FORM, "item": [str(first), str(second)]})

    assert sorted(closure.item_id for closure in closures(world)) == [first, second]
    fang.send("/closures", **{**FORM, "item": [str(each) for each in world.item_ids(confocal)]})
    assert closures(world)[-1].item_id is None


def test_reason_and_end_are_changed(fang, world):
    confocal = world.resource()
    ref = close_resource(
        confocal.id,
        by=world.actor(world.fang),
        kind="breakdown",
        starts_at=at("2026-11-23 08:00"),
        ends_at=at("2026-11-24 12:00"),
    )
    request_booking(
        confocal.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    page = fang.get(f"/closures/{ref}/edit")
    version = page.text.split('name="version" value="')[1].split('"')[0]
    typed = {
        "version": version,
        "begin": "now",
        "kind": "repair",
        "finish": "at",
        "end_date": "2026-11-24",
        "end": "18:00",
        "review_on": "",
        "reason": "Spare part on its way",
    }

    asked = fang.send(f"/closures/{ref}/edit", **typed)
    assert "1 booking is hit" in words(asked)
    answer = fang.send(f"/closures/{ref}/edit", agreed=mark_on(asked), **typed)

    world.session.rollback()
    (closure,) = closures(world)
    assert answer.headers["Location"] == f"/closures/{ref}"
    assert (closure.kind, closure.ends_at, closure.reason) == (
        "repair",
        at("2026-11-24 18:00"),
        "Spare part on its way",
    )
    stale = fang.send(f"/closures/{ref}/edit", **{**typed, "reason": "something else"})
    assert (stale.status_code, "Somebody else has changed this closure" in words(stale)) == (409, True)
    wrong = fang.send(
        f"/closures/{ref}/edit", **{**typed, "version": closure.version, "end_date": "2026-11-01"}
    )
    assert (wrong.status_code, "The end must come after the start." in words(wrong)) == (422, True)


BAD_INPUT = [
    ({"kind": "party"}, "This is not one of the choices"),
    ({"kind": ""}, "This is not one of the choices"),
    ({"item": "999999"}, "Choose one of these."),
    ({"item": "x"}, "Choose one of these."),
    ({"start_date": ""}, "Choose a day."),
    ({"start_date": "soon"}, "This is no date."),
    ({"start": ""}, "Choose a time."),
    ({"start": "noon"}, "Choose a time."),
    ({"end_date": ""}, "Choose a day."),
    ({"end": "12:00"}, "The end must come after the start."),
    ({"end_date": "2026-11-23"}, "The end must come after the start."),
    ({"start_date": "2026-11-01", "end_date": "2026-11-02"}, "This time is already over"),
    ({"begin": "never"}, "Not a valid choice"),
    ({"review_on": "x", "finish": "open"}, "This is no date."),
    ({"reason": "x" * 301}, "At most 300 characters."),
]


def test_bad_input_is_named_beside_its_field(fang, world):
    world.resource()

    for wrong, said in BAD_INPUT:
        answer = fang.send("/closures", **{**FORM, **wrong})

        assert (answer.status_code, said in words(answer)) == (422, True), (wrong, said)
    assert closures(world) == []


def test_only_those_who_run_something_close_it(app, fang, world):
    other = world.resource("SEM", world.university)
    confocal = world.resource()
    ref = close_resource(
        confocal.id, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-23 08:00")
    )
    lin = Visitor(app, world.lin)

    assert [lin.get(path).status_code for path in ("/closures", "/closures/new")] == [403, 403]
    assert "a manager of the resource" in words(lin.get("/closures"))
    assert lin.send("/closures", **FORM).status_code == 403
    assert [lin.get(f"/closures/{ref}/edit").status_code, lin.send(f"/closures/{ref}/edit").status_code] == [
        404,
        404,
    ]
    assert [lin.get(f"/closures/{ref}").status_code, lin.send(f"/closures/{ref}/end").status_code] == [
        404,
        404,
    ]
    assert fang.get("/closures/new", resource=other.code).status_code == 404
    assert fang.get("/closures/new", resource="a\0b").status_code == 404
    assert fang.send("/closures", **{**FORM, "resource": other.code}).status_code == 404
    assert fang.send("/closures", **{**FORM, "resource": ""}).status_code == 404
    assert fang.get("/closures/a\0b").status_code == 404


def test_who_manages_one_resource_closes_that_one(app, world):
    confocal, sem = world.resource(), world.resource("SEM")
    lu = world.person("lu", world.institute)
    world.manages(lu, confocal)
    visitor = Visitor(app, lu)

    choice = words(visitor.get("/closures/new"))
    answer = visitor.send("/closures", **FORM)

    assert ("CONFOCAL instrument" in choice, "SEM instrument" in choice) == (True, False)
    assert answer.status_code == 303
    assert visitor.get("/closures/new", resource=sem.code).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages(app, world, language):
    confocal = world.resource(items=2)
    ref = close_resource(
        confocal.id, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-23 08:00")
    )
    fang = Visitor(app, world.fang, language)

    for path in (
        "/closures",
        "/closures/new",
        "/closures/new?resource=CONFOCAL&kind=own_use",
        f"/closures/{ref}",
        f"/closures/{ref}/edit",
    ):
        assert fang.get(path).status_code == 200
