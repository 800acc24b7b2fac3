"""The people of a unit in the browser, and everybody for the secretariat."""

import sqlite3

import pytest
import sqlalchemy as sa

from alliance.booking.actions import request_booking
from alliance.booking.models import Booking
from alliance.db import db
from alliance.members.models import Management, Membership, OneTimeLink, Person
from tests.resources.counting import statements
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, span

PEOPLE = "/units/INST/people"


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


@pytest.fixture
def mei(world):
    return world.person("mei", world.institute)


@pytest.fixture
def qin(app, world):
    return Visitor(app, world.person("qin", role="secretariat"))


def invite(visitor, **fields):
    words = {"email": "new@example.org", "name": "New", "language": "zh", "role": "member", "ends_on": ""}
    return visitor.send("/units/INST/invitations", on=PEOPLE, **{**words, **fields})


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", ("人员", "单位管理员", "邀请人员")), ("en", ("People", "Admin", "Invite somebody"))],
)
def test_the_list_names_people_and_roles(app, world, mei, language, said):
    page = Visitor(app, world.fang, language).get(PEOPLE).text

    assert "mei@example.org" in page
    assert all(words in page for words in said)


def test_an_invitation_is_sent_listed_sent_again_and_ended(app, world, fang):
    assert invite(fang, ends_on="2026-12-31").status_code == 303
    page = fang.get(PEOPLE).text
    assert "Letter on its way" in page
    assert "new@example.org" in page
    ref = db.session.scalar(sa.select(OneTimeLink.ref))
    db.session.rollback()

    again = fang.send(f"/units/INST/invitations/{ref}/letters", on=PEOPLE)
    ref = db.session.scalar(sa.select(OneTimeLink.ref).order_by(OneTimeLink.id.desc()))
    db.session.rollback()
    ended = fang.send(f"/units/INST/invitations/{ref}/removal", on=PEOPLE)

    assert (again.status_code, ended.status_code) == (303, 303)
    assert "new@example.org" not in fang.get(PEOPLE).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": ""}, "Enter an email."),
        ({"email": "nobody"}, "This is no mail address."),
        ({"email": "fangshuyan@example.org"}, "belongs to the unit already"),
        ({"email": "x" * 300}, "At most 254 characters."),
        ({"name": "x" * 81}, "At most 80 characters."),
        ({"ends_on": "2026-02-30"}, "This is no date."),
        ({"ends_on": "2026-01-01"}, "The last day of a guest lies before today."),
        ({"role": "emperor"}, "Not a valid choice."),
        ({"email": "\x00", "name": "\u202e\x00", "ends_on": "\x00"}, "This is no date."),
    ],
)
def test_a_bad_invitation_comes_back_with_what_is_wrong(app, world, fang, fields, said):
    answer = invite(fang, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OneTimeLink)) == 0


def test_a_person_has_a_page_on_which_roles_are_set_and_history_grows(app, world, fang, mei):
    page = f"{PEOPLE}/{mei.ref}"

    done = fang.send(f"{page}/role", on=page, role="admin", ends_on="2026-12-31")

    assert (done.status_code, done.headers["Location"]) == (303, page)
    shown = fang.get(page).text
    assert "fangshuyan gave the role of an admin. fangshuyan set the last day to Thu 31 Dec." in shown
    assert 'value="2026-12-31"' in shown


def test_the_last_admin_is_told_why_he_stays(app, world, fang, mei):
    page = f"{PEOPLE}/{world.fang.ref}"

    refused = fang.send(f"{page}/role", on=page, role="member", ends_on="")

    assert refused.status_code == 422
    assert "fangshuyan is the last admin of INST Unit who stays." in refused.text


def test_management_is_given_and_taken_on_the_page(app, world, fang, mei):
    world.resource("OURS")
    page = f"{PEOPLE}/{mei.ref}"

    wrong = fang.send(f"{page}/management", on=page, resource="<script>")
    given = fang.send(f"{page}/management", on=page, resource="OURS")
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Management))
    db.session.rollback()
    taken = fang.send(f"{page}/management/removal", on=page, resource="OURS")

    assert (wrong.status_code, given.status_code, taken.status_code, count) == (422, 303, 303, 1)
    assert "<script>" not in wrong.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Management)) == 0


def test_no_page_tells_the_secretariat_of_what_a_unit_hides(app, world, fang, qin, mei):
    world.resource("CONCEALED", visibility="hidden")
    ref = mei.ref
    fang.send(f"{PEOPLE}/{ref}/management", on=f"{PEOPLE}/{ref}", resource="CONCEALED")

    for page in (
        *(f"/people/{ref}", f"{PEOPLE}/{ref}", f"/people/{ref}/history"),
        *("/units/INST/history", "/history", "/history/csv"),
    ):
        text = qin.get(page).text
        assert "the management of a resource." in text, page
        assert "CONCEALED" not in text, page
    assert "the management of CONCEALED." in fang.get(f"{PEOPLE}/{ref}").text


def test_the_number_of_statements_does_not_grow_with_the_people(app, world, fang, mei):
    fang.get(PEOPLE)
    with statements() as few:
        fang.get(PEOPLE)
    for n in range(3):
        world.manages(world.person(f"more{n}", world.institute), world.resource(f"R{n}"))
        invite(fang, email=f"new{n}@example.org")
    with statements() as many:
        fang.get(PEOPLE)

    assert len(few) == len(many) <= 8


def test_the_secretariat_finds_suspends_and_readmits(app, world, qin, mei):
    assert "mei@example.org" in qin.get("/people", q="mei").text
    page = f"/people/{mei.ref}"

    refused = qin.send(f"{page}/suspension", on=page, reason=" ")
    suspended = qin.send(f"{page}/suspension", on=page, reason="Lost the key")
    status = db.session.scalar(sa.select(Person.status).where(Person.ref == mei.ref))
    db.session.rollback()
    history = qin.get(page).text
    readmitted = qin.send(f"{page}/readmission", on=page)

    assert (refused.status_code, suspended.status_code, readmitted.status_code) == (422, 303, 303)
    assert status == "suspended"
    assert "qin suspended the account: Lost the key" in history
    assert db.session.scalar(sa.select(Membership.is_admin).where(Membership.person_id == mei.id)) is False


def test_the_unit_page_leads_there_whom_it_concerns(app, world, fang, qin):
    lin = Visitor(app, world.lin)

    seen = [PEOPLE in who.get("/units/INST").text for who in (fang, qin, lin)]

    assert seen == [True, True, False]


def test_somebody_is_taken_out_of_the_unit_with_what_is_his_handed_over(app, world, fang, mei):
    ada = world.person("ada", world.institute)
    resource = world.resource("OURS")
    world.manages(mei, resource)
    ref = request_booking(
        resource.id, span("2026-11-25", "14:00", "16:00"), by=world.actor(mei), unit_id=world.institute.id
    )
    page = f"{PEOPLE}/{mei.ref}/departure"
    listed = fang.get(page).text
    assert f'value="{ref}" checked' in listed
    assert "OURS instrument" in listed

    wrong = fang.send(page, on=page, booking=ref, heir="0123456789", manager="")
    done = fang.send(page, on=page, booking=ref, heir=ada.ref, manager=ada.ref)

    assert (wrong.status_code, done.status_code, done.headers["Location"]) == (422, 303, PEOPLE)
    assert db.session.scalar(sa.select(Booking.person_id).where(Booking.ref == ref)) == ada.id
    assert fang.get(f"{PEOPLE}/{mei.ref}").status_code == 404


def test_the_page_says_what_becomes_of_requests_that_wait(app, world, fang, mei):
    request_booking(
        world.resource(routes=BY_OWNER).id,
        span("2026-11-25", "14:00", "16:00"),
        by=world.actor(mei),
        unit_id=world.institute.id,
        purpose="Slices",
    )

    page = fang.get(f"{PEOPLE}/{mei.ref}/departure").text

    assert "a request that still waits can no longer be confirmed and lapses." in page


def test_without_an_heir_the_ticks_mean_nothing_and_the_booking_stays(app, world, fang, mei):
    ref = request_booking(
        world.resource().id,
        span("2026-11-25", "14:00", "16:00"),
        by=world.actor(mei),
        unit_id=world.institute.id,
    )
    page = f"{PEOPLE}/{mei.ref}/departure"

    done = fang.send(page, on=page, booking=ref, heir="", manager="")

    assert done.status_code == 303
    assert db.session.scalar(sa.select(Booking.status).where(Booking.ref == ref)) == "approved"


def test_the_page_says_whom_it_misses(app, world, fang, mei):
    resource = world.resource(routes=BY_OWNER, detail="busy")
    world.manages(mei, resource)
    ref = request_booking(
        resource.id,
        span("2026-11-25", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    page = f"{PEOPLE}/{mei.ref}/departure"

    nobody = fang.send(page, on=page, heir="", manager="")
    stranger = fang.send(page, on=page, booking=ref, heir=world.lin.ref, manager=world.lin.ref)

    assert (nobody.status_code, stranger.status_code) == (422, 422)
    assert "1 request waits that nobody else can decide." in nobody.text
    assert "Whoever takes something over belongs to the unit." in stranger.text


def test_who_is_to_be_suspended_is_shown_with_all_that_would_be_left_behind(app, world, qin, mei):
    ada = world.person("ada", world.institute)
    resource = world.resource("OURS", items=2)
    world.resource("CONCEALED", visibility="hidden")
    world.manages(mei, resource)
    ref = request_booking(
        resource.id, span("2026-11-25", "14:00", "16:00"), by=world.actor(mei), unit_id=world.institute.id
    )
    page = f"/people/{mei.ref}/suspension"
    listed = qin.get(page)

    silent = qin.send(page, on=page, **{"reason": " ", "booking": ref, "INST-heir": ada.ref})
    wrong = qin.send(page, on=page, **{"reason": "no", "booking": ref, "INST-heir": world.lin.ref})
    done = qin.send(
        page, on=page, **{"reason": "no", "booking": ref, "INST-heir": ada.ref, "INST-manager": ada.ref}
    )

    assert f'value="{ref}" checked' in listed.text
    assert "nobody else manages it" in listed.text
    assert (silent.status_code, wrong.status_code, done.status_code) == (422, 422, 303)
    assert f'<option selected value="{ada.ref}">' in silent.text
    assert "Whoever takes something over belongs to the unit." in wrong.text
    assert db.session.scalar(sa.select(Booking.person_id).where(Booking.ref == ref)) == ada.id
    db.session.rollback()
    assert qin.get(page).headers["Location"] == f"/people/{mei.ref}"


def test_more_ticks_than_a_database_takes_break_nothing(app, world, qin):
    units = [world.institute, world.university, world.unit("THIRD")]
    ada = world.person("ada", *units)
    page = f"/people/{ada.ref}/suspension"
    ticks = [f"{n:010}" for n in range(12_000)]
    if db.engine.dialect.name == "sqlite":
        # So many by default; Debian's own takes more.
        sa.event.listen(
            db.engine,
            "checkout",
            lambda connection, *_more: connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766),
        )

    answer = qin.send(
        page, on=page, reason="no", booking=ticks, **{f"{unit.code}-heir": world.lin.ref for unit in units}
    )
    unit_page = f"/units/INST/people/{ada.ref}/departure"
    left = qin.send(unit_page, on=unit_page, booking=ticks, heir=world.lin.ref)

    assert (answer.status_code, left.status_code) == (422, 422)


def test_the_page_says_who_cannot_be_suspended_and_what_to_do_first(app, world, fang, qin):
    page = f"/people/{world.fang.ref}/suspension"
    secretary = world.session.scalar(sa.select(Person).where(Person.name == "qin"))
    world.session.rollback()

    shown = qin.get(page).text
    refused = qin.send(page, on=page, reason="no")
    own = qin.get(f"/people/{secretary.ref}/suspension")

    assert "fangshuyan is the last admin of INST Unit who stays." in shown
    assert "To the people of the unit" in shown
    assert 'name="reason"' not in shown
    assert refused.status_code == 422
    assert own.headers["Location"] == f"/people/{secretary.ref}"


def test_roles_that_rest_are_named(app, world, qin):
    world.person("dean", world.university, admin=True)
    group = world.group("CHAIN", world.university)
    group.lead_id = world.university.id
    world.session.commit()
    other = world.person("other", world.university, admin=True, role="secretariat")

    page = qin.get(f"/people/{other.ref}/suspension").text

    assert "Secretariat of the alliance: the role rests; 1 other goes on." in page
    assert "The role rests. These admins go on: dean." in page
    assert "the care for the group “CHAIN group”" in page
