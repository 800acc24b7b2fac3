"""The pages of qualifications, from the refusal to the grant."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery, UnitHearing
from alliance.resources.models import HeldQualification, Resource
from alliance.resources.qualifications.actions import ask_for_qualification
from alliance.resources.qualifications.models import QualificationRequest
from tests.booking.acting import request
from tests.conftest import NOW, fresh_database
from tests.resources.counting import statements
from tests.web.elsewhere import lies_in
from tests.web.visitor import Visitor
from tests.world import span

ASK = "/qualifications/USE/requests/new"
PAGE = "/qualifications/USE"


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def use(world):
    return world.requires(world.resource())


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def holds(world):
    world.session.rollback()
    return [
        tuple(row)
        for row in world.session.execute(
            sa.select(
                HeldQualification.person_id, HeldQualification.valid_from, HeldQualification.valid_until
            )
        )
    ]


def bell(visitor):
    while tell("Asia/Shanghai"):
        pass
    return words(visitor.get("/messages"))


def test_from_the_resource_to_the_grant(world, use, lin, fang):
    resource = lin.get("/resources/CONFOCAL")
    assert f'href="{ASK}"' in resource.text
    assert "Ask for USE training" in words(resource)

    assert lin.send("/qualifications/USE/requests", on=ASK, note="I did the course.").status_code == 303
    assert "Asked" in words(lin.get("/qualifications"))
    again = lin.get("/resources/CONFOCAL")
    assert "Asked USE training" in words(again)
    assert ASK not in again.text
    assert "linyuan asks for the qualification USE training" in bell(fang)
    page = fang.get(PAGE)
    assert "I did the course." in page.text
    granted = fang.send(
        f"{PAGE}/holders/{world.lin.ref}", on=PAGE, valid_from="2026-11-23", valid_until="2027-11-22"
    )

    assert granted.status_code == 303
    assert holds(world) == [(world.lin.id, date(2026, 11, 23), date(2027, 11, 22))]
    assert "You hold the qualification USE training" in bell(lin)
    assert "Through Mon 22 Nov 2027" in words(lin.get("/profile"))
    assert ASK not in lin.get("/resources/CONFOCAL").text


def test_a_refused_booking_leads_to_asking(world, use, lin):
    form = "/bookings/new?resource=CONFOCAL&date=2026-11-24&start=14:00&end=16:00"
    answer = lin.send(
        "/bookings", on=form, resource="CONFOCAL", unit="UNIV", date="2026-11-24", start="14:00", end="16:00",
        purpose="x",
    )  # fmt: skip

    assert answer.status_code == 422
    assert f'href="{ASK}"' in answer.text


def test_what_does_not_fit_is_said_where_it_was_entered(world, use, lin, fang):
    assert lin.send("/qualifications/USE/requests", on=ASK, note="x" * 1001).status_code == 422
    ref = ask_for_qualification("USE", by=world.actor(world.lin))
    assert lin.send("/qualifications/USE/requests", on=ASK).status_code == 422
    bad = [
        fang.send(f"{PAGE}/holders/{world.lin.ref}", on=PAGE, **days)
        for days in (
            {"valid_from": "never"},
            {"valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            {"valid_until": "9999-99-99"},
            {"valid_until": "2020-01-01"},
        )
    ]
    declined = [
        fang.send(f"{PAGE}/requests/{ref}/refusal", on=PAGE, reason=text) for text in ("", "x" * 501, "\x00")
    ]

    assert [answer.status_code for answer in (*bad, *declined)] == [422] * 7
    assert "The end must come after the start." in bad[1].text
    assert holds(world) == []
    assert fang.send(f"{PAGE}/requests/{ref}/refusal", on=PAGE, reason="Come on Friday.").status_code == 303
    assert "Qualification not granted: USE training" in bell(lin)


def test_revoking_shows_the_bookings_that_stay(world, use, lin, fang):
    world.holds(world.lin, use)
    scope = world.session.scalars(sa.select(Resource).where(Resource.code == "CONFOCAL")).one()
    request(world, scope, span("2026-11-24", "14:00", "16:00"))
    page = f"{PAGE}/holders/{world.lin.ref}/revocation"

    before = fang.get(page)
    assert "1 booking needs it" in words(before)
    assert "14:00–16:00" in before.text
    assert fang.send(page, on=page, reason="").status_code == 422
    assert fang.send(page, on=page, reason="Broke the lens.").status_code == 303
    assert holds(world) == []
    assert "Qualification revoked: USE training" in bell(lin)
    assert fang.get(page).status_code == 404


def test_admins_make_and_change_what_their_resources_ask_for(world, use, fang, lin):
    new = "/qualifications/new?unit=INST"
    assert "CONFOCAL instrument · CONFOCAL" in words(fang.get(new))
    made = fang.send(
        "/qualifications",
        on=new,
        unit="INST",
        name_zh="激光安全",
        name_en="Laser safety",
        resources="CONFOCAL",
    )
    assert made.location == "/qualifications/INST-Q1"
    edit = "/qualifications/INST-Q1/edit"
    assert re.search(r'<input[^>]*checked[^>]*value="CONFOCAL"', fang.get(edit).text)
    assert fang.send(edit, on=edit, name_zh="", name_en="").status_code == 422
    assert fang.send(edit, on=edit, name_zh="激光", name_en="Laser", resources="NOWHERE").status_code == 303
    assert "No resource asks for it." in words(fang.get("/qualifications/INST-Q1"))
    assert lin.send("/qualifications", on="/profile", unit="INST", name_zh="x").status_code == 404


def test_who_does_not_grant_is_led_to_asking_and_hidden_ones_are_missing(world, use, lin):
    world.requires(world.resource("SECRET", visibility="hidden"), "SECRET")

    assert lin.get(PAGE).location == ASK
    assert lin.get(f"{PAGE}/edit").status_code == 403
    assert lin.get("/qualifications/SECRET").status_code == 404
    assert lin.get("/qualifications/%00").status_code == 404
    assert lin.send(f"{PAGE}/holders/{world.fang.ref}", on=ASK).status_code == 403


def test_letters_about_qualifications_go_out(world, use, lin):
    ask_for_qualification("USE", by=world.actor(world.lin))
    while tell("Asia/Shanghai"):
        pass

    told = world.session.execute(sa.select(Delivery.person_id, Delivery.kind, Delivery.channel))
    assert {tuple(row) for row in told} == {
        (world.fang.id, "to_qualify", "app"),
        (world.fang.id, "to_qualify", "mail"),
    }


def test_a_qualification_ends_with_the_day_of_its_unit(world, use, lin):
    world.holds(world.lin, use, until=NOW.date() - timedelta(days=1))
    pages = ("/qualifications", "/profile")
    over = ["Expired" in words(lin.get(page)) for page in pages]

    # There it is still the evening before.
    world.institute.zone = "America/Los_Angeles"
    world.session.commit()
    valid = ["Valid" in words(lin.get(page)) for page in pages]

    assert (over, valid) == ([True, True], [True, True])


def test_the_moment_one_asked_is_that_of_the_alliances_clock(app, world, use, lin):
    lies_in(app, "Europe/Lisbon")

    ask_for_qualification("USE", by=world.actor(world.lin))

    assert "Asked today, 02:24" in words(lin.get("/qualifications"))


def test_the_admins_hear_who_asks_where_the_only_manager_is_suspended(world, use, lin):
    mei = world.person("mei", world.institute)
    world.manages(mei, world.session.scalars(sa.select(Resource)).one())
    world.session.merge(UnitHearing(unit_id=world.institute.id, kind="to_qualify", hearers="managers"))
    mei.status = "suspended"
    world.session.commit()

    ask_for_qualification("USE", by=world.actor(world.lin))
    while tell("Asia/Shanghai"):
        pass

    told = world.session.scalars(sa.select(Delivery.person_id).distinct()).all()
    assert told == [world.fang.id]


def test_the_lists_cost_the_same_with_one_and_three(world, use, fang):
    counts = []
    for n in range(3):
        person = world.person(f"p{n}", world.university)
        ask_for_qualification("USE", by=world.actor(person))
        world.holds(world.person(f"h{n}", world.university), use)
        for path in (PAGE, "/qualifications"):
            fang.get(path)
            with statements() as seen:
                assert fang.get(path).status_code == 200
            counts.append((path, len(seen)))

    assert set(counts) == set(counts[:2])
    assert world.session.scalar(sa.select(sa.func.count()).select_from(QualificationRequest)) == 3


def test_everything_has_its_chinese_words(app, world, use):
    ask_for_qualification("USE", by=world.actor(world.lin))
    fang = Visitor(app, world.fang, "zh")
    world.holds(world.person("holder", world.university), use)

    for path in ("/qualifications", PAGE, ASK, "/qualifications/new?unit=INST"):
        page = fang.get(path)
        assert page.status_code == 200
        assert "Qualification" not in words(page)
