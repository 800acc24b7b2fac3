"""The bell, the lines behind it, what one is told, and the way out of mail."""

import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from alliance.availability.actions import close_resource
from alliance.booking.actions import move_booking, request_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.messages import write_message
from alliance.notifications.actions import tell
from alliance.notifications.letters import signed_ref
from alliance.notifications.models import Delivery, MessageChoice, MessageHabit, UnitHearing
from alliance.resources.policy import Route
from tests.conftest import settings_for
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, span

DAY = "2026-11-25"


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def ask(world, start="14:00", end="16:00", resource=None, **more):
    resource = resource or world.resource(f"R{start[:2]}", routes=BY_OWNER)
    return request_booking(
        resource.id, span(DAY, start, end), by=world.actor(world.lin), unit_id=world.university.id, **more
    )


def told(world):
    while tell("Asia/Shanghai"):
        pass
    world.session.rollback()


def count_in_bar(page):
    found = re.search(r'class="tool bell".*?</a>', page.text, re.DOTALL)
    number = re.search(r'<span class="count">(\d+)</span>', found[0])
    return int(number[1]) if number else 0


def test_the_bell_counts_what_is_unread_and_each_line_leads_to_the_act(fang, world):
    ref = ask(world, purpose="Three channels")
    told(world)

    page = fang.get("/messages")
    (line,) = re.findall(r'href="(/messages/[0-9A-Z]{10})"', page.text)
    opened = fang.get(line)

    assert count_in_bar(page) == 1
    assert "Please decide: linyuan asks for R14 instrument" in words(page)
    assert "Three channels" in words(page)
    assert (opened.status_code, opened.location) == (303, f"/approvals/{ref}")
    assert count_in_bar(fang.get("/messages")) == 0


def test_no_line_says_what_its_headline_says(fang, world):
    free = world.resource("FREE")
    booked = ask(world, resource=free, purpose="Three channels")
    told(world)
    assert "linyuan booked FREE instrument" in words(fang.get("/messages"))
    assert "Three channels" in words(fang.get("/messages"))
    assert "confirmed at once" not in words(fang.get("/messages"))

    move_booking(booked, span(DAY, "17:00", "18:00"), by=world.actor(world.lin), quantity=1)
    told(world)
    assert "Changed: FREE instrument" in words(fang.get("/messages"))

    write_message(booked, "Is it cold?", by=world.actor(world.lin))
    told(world)
    assert "linyuan writes about FREE instrument" in words(fang.get("/messages"))
    assert "wrote a message" not in words(fang.get("/messages"))


def test_opening_the_last_line_of_a_booking_reads_those_before_it(lin, world):
    confocal = world.resource(routes=BY_OWNER)
    ref = ask(world, resource=confocal)
    approve_booking(ref, by=world.actor(world.fang))
    other = ask(world, "17:00", "18:00", resource=confocal)
    approve_booking(other, by=world.actor(world.fang))
    told(world)

    lines = re.findall(r'href="(/messages/[0-9A-Z]{10})"', lin.get("/messages").text)
    lin.get(lines[0])

    assert len(lines) == 2
    assert count_in_bar(lin.get("/messages")) == 1


def test_everything_can_be_marked_as_read_at_once(fang, world):
    ask(world)
    ask(world, "17:00", "18:00")
    told(world)

    answer = fang.send("/messages/reading", on="/messages")

    assert answer.status_code == 303
    assert count_in_bar(fang.get("/messages")) == 0
    assert "Mark all as read" not in words(fang.get("/messages"))


def test_who_has_no_news_is_told_what_would_stand_there(lin):
    page = lin.get("/messages")

    assert "Nothing new so far" in words(page)
    assert count_in_bar(page) == 0


def test_lines_of_others_look_like_none(lin, fang, world):
    ask(world)
    told(world)
    (line,) = re.findall(r'href="(/messages/[0-9A-Z]{10})"', fang.get("/messages").text)

    assert lin.get(line).status_code == 404
    assert lin.get("/messages/0000000000").status_code == 404
    assert lin.get("/messages/x%00y").status_code == 404
    assert count_in_bar(fang.get("/messages")) == 1


def test_what_one_may_no_longer_see_is_not_told(fang, world):
    ask(world, purpose="Secret slices")
    told(world)
    world.session.execute(sa.text("DELETE FROM membership WHERE person_id = :id"), {"id": world.fang.id})
    world.session.commit()

    assert "Secret" not in fang.get("/messages").text
    assert "R14" not in fang.get("/messages").text


def test_a_long_list_comes_in_pages(fang, world, monkeypatch):
    monkeypatch.setattr("alliance.notifications.queries.PAGE", 1)
    ask(world)
    ask(world, "17:00", "18:00")
    told(world)

    first, second = fang.get("/messages"), fang.get("/messages?page=2")

    assert ["R17" in first.text, "R14" in first.text] == [True, False]
    assert ["R17" in second.text, "R14" in second.text] == [False, True]


def test_the_list_costs_the_same_with_one_line_and_five(app, fang, world):
    confocal = world.resource(routes=BY_OWNER)
    seen, counts = [], []
    engine = world.session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for hour in range(10, 15):
        ask(world, f"{hour}:00", f"{hour + 1}:00", resource=confocal)
        told(world)
        seen.clear()
        fang.get("/messages")
        counts.append(len([text for text in seen if not text.startswith(("BEGIN", "ROLLBACK"))]))

    assert len(set(counts)) == 1
    assert counts[0] <= 9


def test_one_chooses_what_one_is_told(lin, world):
    page = lin.get("/messages/settings")
    assert "My request was decided" in words(page)
    assert "Requests I decide on" not in words(page)

    answer = lin.send(
        "/messages/settings",
        on="/messages/settings",
        **{"kind-decided": "digest", "digest": "weekly", "calendar": "none"},
    )

    assert answer.status_code == 303
    kept = {row.kind: row.mode for row in world.session.scalars(sa.select(MessageChoice))}
    habit = world.session.scalars(sa.select(MessageHabit)).one()
    assert (kept["decided"], kept["cancelled"]) == ("digest", "now")
    assert (habit.digest, habit.calendar_part) == ("weekly", "none")
    assert '<option value="digest" selected>' in lin.get("/messages/settings").text


@pytest.mark.parametrize("field", ["kind-decided", "digest", "calendar"])
def test_what_is_not_offered_is_not_kept(lin, world, field):
    answer = lin.send("/messages/settings", on="/messages/settings", **{field: "sometimes"})

    assert answer.status_code == 422
    assert "Nothing was saved" in words(answer)
    assert world.session.scalars(sa.select(MessageHabit)).all() == []


def test_an_admin_chooses_who_of_the_unit_hears(fang, lin, world):
    path = "/messages/settings/INST"

    answer = fang.send(path, on="/messages/settings", **{"who-to_decide": "managers"})
    foreign = lin.send(path, on="/messages/settings", **{"who-to_decide": "admins"})
    unknown = fang.send("/messages/settings/NONE", on="/messages/settings")
    wrong = fang.send(path, on="/messages/settings", **{"who-to_decide": "nobody"})

    codes = [each.status_code for each in (answer, foreign, unknown, wrong)]
    assert codes == [303, 404, 404, 422]
    chosen = {row.kind: row.hearers for row in world.session.scalars(sa.select(UnitHearing))}
    assert chosen["to_decide"] == "managers"


def a_letter(world):
    return world.session.scalar(sa.select(Delivery.ref).where(Delivery.channel == "mail"))


def test_looking_at_the_way_out_changes_nothing_and_taking_it_needs_no_signing_in(app, world):
    ask(world)
    told(world)
    path = f"/unsubscribe/{signed_ref(a_letter(world), settings_for(''))}"
    mail_program = app.test_client()

    looked = mail_program.get(path, headers={"Accept-Language": "en"})
    before = world.session.scalars(sa.select(MessageChoice)).all()
    taken = mail_program.post(path, data={"List-Unsubscribe": "One-Click"})
    world.session.rollback()

    assert (looked.status_code, before, taken.status_code) == (200, [], 200)
    choice = world.session.scalars(sa.select(MessageChoice)).one()
    assert (choice.person_id, choice.kind, choice.mode) == (world.fang.id, "to_decide", "app")


def test_a_made_up_way_out_leads_nowhere(app, world):
    ask(world)
    told(world)
    ref = a_letter(world)
    client = app.test_client()

    for path in (f"/unsubscribe/{ref}", f"/unsubscribe/{ref}.0000", "/unsubscribe/x.y"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert world.session.scalars(sa.select(MessageChoice)).all() == []


def test_the_secretariat_sees_what_could_not_be_delivered_and_nobody_else_does(app, fang, world):
    ask(world)
    told(world)
    world.session.execute(
        sa.update(Delivery)
        .where(Delivery.channel == "mail")
        .values(state="given_up", problem="not_reachable")
    )
    world.session.commit()
    secretary = Visitor(app, world.person("qin", world.university, role="secretariat"))

    assert "fangshuyan@example.org The mail server could not be reached." in words(secretary.get("/messages"))
    assert "could not be" not in words(fang.get("/messages"))


def test_a_request_that_goes_on_to_the_next_decider_is_still_the_applicants(app, world):
    council = Visitor(app, world.person("qin", role="secretariat"))
    confocal = world.resource(routes=(Route("member", ("owner", "secretariat")),))
    ref = ask(world, resource=confocal)
    told(world)
    approve_booking(ref, by=world.actor(world.fang))
    told(world)

    assert "Please decide: linyuan asks for CONFOCAL instrument" in words(council.get("/messages"))


def test_a_closure_of_a_part_one_may_not_see_names_what_one_booked(lin, world):
    east, west = world.resource("EAST", visibility="own_unit"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    ask(world, resource=hall)
    told(world)

    close_resource(
        east.id,
        by=world.actor(world.fang),
        kind="preventive",
        starts_at=span(DAY, "14:00", "15:00").start,
        ends_at=span(DAY, "14:00", "15:00").end,
        reason="Secret",
    )
    told(world)

    page = words(lin.get("/messages"))
    assert "Closed during your booking: HALL instrument" in page
    assert "EAST" not in page


@pytest.mark.parametrize("code", ["a\x00b", "NOBODY"])
def test_a_unit_that_is_not_there_has_no_hearers(fang, code):
    answer = fang.send(f"/messages/settings/{quote(code)}", on="/messages/settings")

    assert answer.status_code == 404
