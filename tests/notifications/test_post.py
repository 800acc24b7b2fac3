"""Letters: gathered, sent once, tried again, given up loudly; by a real SMTP server on loopback."""

import re
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from alliance import clock
from alliance.booking.actions import cancel_booking, request_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.messages import write_message
from alliance.booking.models import Booking
from alliance.db import db
from alliance.notifications.actions import Wishes, choose, tell, wishes_of, write_no_more
from alliance.notifications.mailbox import mailbox_at
from alliance.notifications.models import Delivery
from alliance.notifications.post import GIVE_UP_AFTER, LEASE, claim_letter, send_letters
from alliance.notifications.queries import undelivered
from tests.conftest import NOW, settings_for
from tests.notifications.post_office import breaks_off_after_the_letter, post_office
from tests.world import BY_OWNER, span

ZONE = "Asia/Shanghai"
DAY = "2026-11-25"
SOON = timedelta(minutes=3)


@pytest.fixture
def office():
    with post_office() as office:
        yield office


def ask(world, resource, start="14:00", end="16:00"):
    return request_booking(
        resource.id,
        span(DAY, start, end),
        by=world.actor(world.lin),
        unit_id=world.university.id,
        purpose="Slices",
    )


def approved(world, resource=None, **times):
    ref = ask(world, resource or world.resource(routes=BY_OWNER), **times)
    approve_booking(ref, by=world.actor(world.fang))
    return ref


def post(world, url, after=SOON):
    """Tell what happened, and send what is due a while later; return how many letters were taken in hand."""
    while tell(ZONE):
        pass
    settings = replace(settings_for(""), smtp_url=url)
    with clock.frozen(NOW + after), mailbox_at(url, settings.mail_from) as mailbox:
        return send_letters(mailbox, settings)


def states(world):
    rows = world.session.execute(
        sa.select(Delivery.state, Delivery.problem, Delivery.is_uncertain)
        .where(Delivery.channel == "mail")
        .order_by(Delivery.id)
    ).all()
    world.session.rollback()
    return [tuple(row) for row in rows]


def test_a_letter_tells_what_happened_in_text_and_html_and_can_be_stopped(app, world, office):
    ref = approved(world)

    post(world, office.url)

    (letter,) = office.letters
    assert (letter["Subject"], letter["To"], letter["From"]) == (
        "已通过：CONFOCAL 仪器 · 11月25日 周三 14:00–16:00",
        "linyuan <linyuan@example.org>",
        "科学城共享 <noreply@alliance.example.org>",
    )
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert "fangshuyan通过。" in text
    assert f"http://localhost/bookings/{ref}" in text
    assert f'href="http://localhost/bookings/{ref}"' in html
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(letter["List-Unsubscribe"]).strip(" <>") in text
    (calendar,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert calendar.get_param("method") == "PUBLISH"
    assert b"METHOD:PUBLISH" in calendar.get_payload(decode=True)
    assert states(world) == [("sent", "", False)]


def test_a_letter_is_in_the_language_of_its_reader(app, world, office):
    world.lin.language = "en"
    world.session.commit()
    approved(world)

    post(world, office.url)

    assert office.letters[0]["Subject"] == "Confirmed: CONFOCAL instrument · Wed 25 Nov, 14:00–16:00"


def test_what_people_write_is_text_in_the_letter(app, world, office):
    evil = world.person("eve", world.university)
    evil.name = "<b>Eve</b>\r\nBcc: all@example.org"
    world.session.commit()
    request_booking(
        world.resource(routes=BY_OWNER).id,
        span(DAY, "14:00", "16:00"),
        by=world.actor(evil),
        unit_id=world.university.id,
        purpose="<script>alert(1)</script>",
    )

    post(world, office.url)

    (letter,) = office.letters
    html = letter.get_body(("html",)).get_content()
    assert letter["Bcc"] is None
    assert "<script" not in html
    assert "<b>Eve" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_several_changes_within_minutes_are_one_letter(app, world, office):
    ref = approved(world)
    cancel_booking(ref, by=world.actor(world.fang), reason="Broken")

    taken = post(world, office.url)

    (letter,) = office.letters
    text = letter.get_body(("plain",)).get_content()
    assert (taken, letter["Subject"]) == (1, "已取消：CONFOCAL 仪器 · 11月25日 周三 14:00–16:00")
    assert "Broken" in text
    assert "fangshuyan通过。" in text
    assert states(world) == [("sent", "", False)] * 2


def test_nothing_is_sent_before_there_was_time_for_more(app, world, office):
    approved(world)

    assert post(world, office.url, after=timedelta(minutes=1)) == 0
    assert office.letters == []


def test_a_digest_gathers_until_the_morning(app, world, office):
    choose(by=world.actor(world.lin), modes={"decided": "digest"}, digest="daily", calendar_part="none")
    confocal = world.resource(routes=BY_OWNER)
    approved(world, confocal)
    approved(world, confocal, start="17:00", end="18:00")

    before = post(world, office.url, after=timedelta(hours=20))
    in_the_morning = post(world, office.url, after=timedelta(hours=22))

    assert (before, in_the_morning) == (0, 1)
    (letter,) = office.letters
    assert letter["Subject"] == "有 2 条新消息"
    assert letter.get_body(("plain",)).get_content().count("已通过：CONFOCAL 仪器") == 2


def test_sending_again_sends_nothing(app, world, office):
    approved(world)

    counts = [post(world, office.url), post(world, office.url, after=timedelta(hours=1))]

    assert (counts, len(office.letters)) == ([1, 0], 1)


@pytest.mark.parametrize(
    ("answer", "after", "state"),
    [
        ("451 Try later", ("waiting", "smtp_451", False), 1),
        ("550 No such person", ("given_up", "smtp_550", False), 0),
    ],
)
def test_a_refused_address_is_tried_again_unless_it_is_final(app, world, office, answer, after, state):
    office.refused["linyuan@example.org"] = answer
    approved(world)

    post(world, office.url)
    found = states(world)
    office.refused.clear()
    post(world, office.url, after=timedelta(minutes=10))

    assert found == [after]
    assert len(office.letters) == state


def test_one_refused_address_does_not_keep_others_from_their_mail(app, world, office):
    office.refused["linyuan@example.org"] = "550 No such person"
    approved(world)
    ask(world, world.resource("OTHER", routes=BY_OWNER))

    post(world, office.url)

    assert [letter["To"] for letter in office.letters] == ["fangshuyan <fangshuyan@example.org>"]


def test_a_server_that_takes_no_letters_is_tried_for_a_day_and_then_given_up_loudly(app, world, office):
    office.data_answer = "452 Full"
    approved(world)
    tell(ZONE)
    after, tries = SOON, 0
    while states(world) != [("given_up", "smtp_452", False)]:
        tries += post(world, office.url, after=after)
        after += timedelta(minutes=30)
        assert after < GIVE_UP_AFTER + timedelta(hours=3)

    # Ever later: after one minute, two, four, up to an hour.
    assert 24 <= tries <= 34
    (lost,) = undelivered(world.session)
    assert (lost.name, lost.problem, lost.attempts) == ("linyuan", "smtp_452", tries)


def test_a_server_that_is_not_there_costs_nothing_but_time(app, world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        approved(world)

        post(world, url)

    assert states(world) == [("waiting", "not_reachable", False)]


def test_what_may_have_arrived_is_sent_once_more_under_the_same_name_and_never_again(app, world, office):
    approved(world)
    with breaks_off_after_the_letter() as url:
        post(world, url)
        unknown = states(world)
        post(world, office.url, after=timedelta(minutes=4))

    assert unknown == [("sending", "connection_lost", False)]
    assert states(world) == [("sent", "", True)]
    (letter,) = office.letters
    ref = world.session.scalar(sa.select(Delivery.ref).where(Delivery.channel == "mail"))
    assert letter["Message-ID"] == f"<{ref.lower()}@alliance.example.org>"


def test_what_was_half_sent_twice_is_given_up_and_shown(app, world):
    approved(world)
    tell(ZONE)
    with clock.frozen(NOW + SOON):
        first = claim_letter()
    with clock.frozen(NOW + SOON + LEASE):
        second = claim_letter()
    with clock.frozen(NOW + SOON + 2 * LEASE):
        third = claim_letter()

    assert first == second
    assert third is None
    assert states(world) == [("given_up", "half_sent", True)]


def test_a_letter_in_hand_is_nobody_elses_and_what_follows_waits(app, world, office):
    ref = approved(world)
    tell(ZONE)
    with clock.frozen(NOW + SOON):
        claim_letter()
    cancel_booking(ref, by=world.actor(world.fang), reason="Broken")

    meanwhile = post(world, office.url, after=2 * SOON - timedelta(minutes=2))

    # The lease of the first has not lapsed: the second must not overtake it.
    assert (meanwhile, office.letters) == (0, [])


def test_who_may_no_longer_know_of_it_is_not_written_to(app, world, office):
    ask(world, world.resource(routes=BY_OWNER))
    tell(ZONE)
    world.session.execute(sa.text("DELETE FROM membership WHERE person_id = :id"), {"id": world.fang.id})
    world.session.commit()

    post(world, office.url)

    assert office.letters == []
    assert states(world) == [("sent", "nothing_to_tell", False)]


def calendar_of(letter):
    (part,) = [each for each in letter.walk() if each.get_content_type() == "text/calendar"]
    return part, Calendar.from_ical(part.get_payload(decode=True))


def test_who_wants_it_is_invited_and_the_invitation_ends_with_the_booking(app, world, office):
    choose(by=world.actor(world.lin), modes={}, digest="daily", calendar_part="invited")
    ref = approved(world)
    post(world, office.url)
    with clock.frozen(NOW + timedelta(hours=1)):
        cancel_booking(ref, by=world.actor(world.fang), reason="Broken")
        while tell(ZONE):
            pass

    post(world, office.url, after=timedelta(hours=2))

    invited, ended = (calendar_of(letter) for letter in office.letters)
    for (part, calendar), method in ((invited, "REQUEST"), (ended, "CANCEL")):
        (event,) = calendar.walk("VEVENT")
        assert (part.get_param("method"), str(calendar["METHOD"])) == (method, method)
        assert str(event["ORGANIZER"]) == "mailto:noreply@alliance.example.org"
        assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["PARTSTAT"]) == (
            "mailto:linyuan@example.org",
            "ACCEPTED",
        )
    first, last = (next(iter(calendar.walk("VEVENT"))) for _part, calendar in (invited, ended))
    assert first["UID"] == last["UID"]
    assert last["SEQUENCE"] > first["SEQUENCE"]
    assert (str(first["STATUS"]), str(last["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert [letter.get_content_type() for letter in office.letters] == ["multipart/mixed"] * 2
    # An answer that a calendar sends comes to nobody.
    said = [letter.get_body(("plain",)).get_content() for letter in office.letters]
    assert ["在日历中回复邀请" in text for text in said] == [True, False]


def test_who_wants_it_has_his_own_acts_entered_and_nobody_else_hears_of_them(app, world, office):
    choose(by=world.actor(world.lin), modes={}, digest="daily", calendar_part="invited")
    ref = ask(world, world.resource())

    post(world, office.url)

    (letter,) = office.letters
    assert letter["Subject"] == "加入日历：CONFOCAL 仪器 · 11月25日 周三 14:00–16:00"
    assert str(calendar_of(letter)[1]["METHOD"]) == "REQUEST"
    lines = world.session.scalars(sa.select(Delivery.kind).where(Delivery.person_id == world.lin.id)).all()
    assert lines == ["entered"]
    assert ref


def test_an_end_is_not_sent_for_what_was_never_entered(app, world, office):
    choose(by=world.actor(world.lin), modes={}, digest="daily", calendar_part="invited")
    ref = approved(world)
    cancel_booking(ref, by=world.actor(world.fang), reason="Broken")

    post(world, office.url)

    (letter,) = office.letters
    assert [each.get_content_type() for each in letter.walk() if "calendar" in each.get_content_type()] == []


def test_mail_can_be_stopped_while_a_letter_of_two_kinds_waits_to_be_tried_again(app, world, office):
    office.data_answer = "451 Try later"
    ref = approved(world)
    write_message(ref, "Bring gloves", by=world.actor(world.fang))
    post(world, office.url)
    first = world.session.scalar(
        sa.select(Delivery.ref).where(Delivery.channel == "mail", Delivery.kind == "decided")
    )
    other = approved(world, world.resource("OTHER", routes=BY_OWNER))
    tell(ZONE)

    stopped = write_no_more(
        world.session.scalars(
            sa.select(Delivery.ref)
            .join(Booking, Booking.id == Delivery.subject_id)
            .where(Booking.ref == other, Delivery.channel == "mail", Delivery.kind == "decided")
        ).one()
    )

    left = world.session.scalars(sa.select(Delivery.kind).where(Delivery.channel == "mail")).all()
    assert (stopped, sorted(left)) == ("decided", ["decided", "message"])
    assert first


def test_the_way_out_of_what_is_entered_into_ones_calendar_is_a_file(app, world, office):
    by = world.actor(world.lin)
    choose(by=by, modes={}, digest="weekly", calendar_part="invited")
    ask(world, world.resource())
    tell(ZONE)
    entered = world.session.scalars(sa.select(Delivery.ref).where(Delivery.kind == "entered")).one()

    write_no_more(entered)
    ask(world, world.resource("OTHER"))
    tell(ZONE)

    assert wishes_of(world.session, [by.person_id])[by.person_id] == Wishes({}, "weekly", "attached")
    assert world.session.scalars(sa.select(Delivery.ref).where(Delivery.kind == "entered")).all() == [entered]


def test_an_address_no_mail_can_go_to_is_given_up_and_others_get_theirs(app, world, office):
    world.lin.email = "lín@example.org"
    world.session.commit()
    approved(world)
    ask(world, world.resource("OTHER", routes=BY_OWNER))

    post(world, office.url)

    assert states(world)[-2:] == [("given_up", "bad_address", False), ("sent", "", False)]
    assert [letter["To"] for letter in office.letters] == ["fangshuyan <fangshuyan@example.org>"]


def test_a_server_that_is_not_there_is_asked_once_a_round_not_once_a_letter(app, world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        approved(world)
        ask(world, world.resource("OTHER", routes=BY_OWNER))

        post(world, f"smtp://127.0.0.1:{taken.getsockname()[1]}")

    assert sorted(states(world)) == [("waiting", "", False), ("waiting", "not_reachable", False)]


def test_what_a_calendar_enters_by_itself_waits_for_no_digest(app, world, office):
    choose(by=world.actor(world.lin), modes={"decided": "digest"}, digest="daily", calendar_part="invited")
    confocal = world.resource(routes=BY_OWNER)
    approved(world, confocal)
    approved(world, confocal, start="17:00", end="18:00")

    post(world, office.url)

    assert [str(calendar_of(letter)[1]["METHOD"]) for letter in office.letters] == ["REQUEST"] * 2


def test_a_digest_notes_a_calendar_part_on_the_booking_it_brought_alone(app, world, office):
    modes = {"decided": "digest", "message": "digest"}
    choose(by=world.actor(world.lin), modes=modes, digest="daily", calendar_part="attached")
    brought = approved(world)
    other = ask(world, world.resource("OTHER"))
    write_message(other, "Bring gloves", by=world.actor(world.fang))

    post(world, office.url, after=timedelta(days=1))

    noted = world.session.execute(
        sa.select(Booking.ref, Delivery.calendar_method)
        .join(Booking, Booking.id == Delivery.subject_id)
        .where(Delivery.channel == "mail", Delivery.person_id == world.lin.id)
    ).all()
    assert sorted(map(tuple, noted)) == sorted([(brought, "PUBLISH"), (other, "")])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_due_is_found_without_reading_what_has_gone(app, world):
    plans = []

    def explain(connection, cursor, statement, parameters, _context, _many):
        if re.match(r"(UPDATE|SELECT).*delivery", statement, re.DOTALL):
            plain = cursor.connection.cursor()
            plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append([row[-1] for row in plain.fetchall()])

    sa.event.listen(db.engine, "before_cursor_execute", explain)
    try:
        claim_letter()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", explain)

    assert len(plans) == 2
    assert all("ix_delivery_due" in plan[0] for plan in plans)
