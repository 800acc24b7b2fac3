"""The inbox, the request beside it, and deciding."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import move_booking, request_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.queries import booking_of
from alliance.db import db
from alliance.members.models import Membership
from alliance.resources.policy import Route
from tests.conftest import NOW, fresh_database
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, at, span

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def ask(world, resource, day="2026-11-24", start="14:00", end="16:00", **words_):
    return request_booking(
        resource.id, span(day, start, end), by=world.actor(world.lin), unit_id=world.university.id, **words_
    )


@BOTH
def test_the_inbox_shows_what_waits_with_the_most_urgent_open_beside_it(fang, world):
    confocal = world.resource(routes=BY_OWNER)
    ask(world, confocal, day="2026-11-25", purpose="Later")
    ask(world, confocal, start="11:00", end="12:00", day="2026-11-23", purpose="Soon")

    page = fang.get("/approvals")

    text = words(page)
    assert text.index("Soon") < text.index("Later")
    assert "36 minutes" in text
    assert "due-soon" in page.text
    assert "From another member unit: decided by INST Unit." in text
    assert 'aria-current="true"' in page.text
    assert "inbox-open" not in page.text


@BOTH
def test_a_request_shows_its_day_the_rules_and_its_applicant(fang, world):
    confocal = world.resource(items=2, routes=BY_OWNER)
    world.holds(world.lin, world.requires(confocal))
    approve_booking(ask(world, confocal, start="09:00", end="10:00"), by=world.actor(world.fang))
    ref = ask(world, confocal, purpose="Three channels")

    page = fang.get(f"/approvals/{ref}")

    text = words(page)
    assert "inbox-open" in page.text
    assert "<h1" in page.text
    for said in (
        "linyuan, UNIV Unit",
        "This request",
        "The time is kept for it and free of anybody else.",
        "Nothing is closed at that time.",
        "Qualified through the last day: USE training.",
        "Person and units are in good standing.",
        "Used it 0 times in the last 90 days; cancelled late: 0; still to come: 1.",
        "Purpose: Three channels",
        "If you approve, it is confirmed",
        "If you refuse, the time is free for others at once.",
    ):
        assert said in text


@BOTH
def test_approving_confirms_and_opens_the_next(fang, world):
    confocal = world.resource(routes=BY_OWNER)
    ref, other = ask(world, confocal), ask(world, confocal, day="2026-11-25")

    answer = fang.send(f"/bookings/{ref}/approval", on=f"/approvals/{ref}")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/approvals")
    assert booking_of(world.session, ref).status == "approved"
    page = fang.get("/approvals")
    assert "Approved; the booking of linyuan is confirmed." in words(page)
    assert f"/bookings/{other}/approval" in page.text


def test_refusing_needs_a_reason_and_keeps_the_page(fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER))

    without = fang.send(f"/bookings/{ref}/refusal", reason="  ")
    too_long = fang.send(f"/bookings/{ref}/refusal", reason="x" * 501)
    assert booking_of(world.session, ref).status == "requested"
    fang.send(f"/bookings/{ref}/refusal", reason="Calibration\r\nall day")

    assert without.status_code == 422
    assert "Say why: the applicant and the history show it." in words(without)
    assert 'aria-invalid="true" autofocus' in without.text
    assert too_long.status_code == 422
    assert "At most 500 characters." in words(too_long)
    booking = booking_of(world.session, ref)
    assert (booking.status, booking.reason) == ("refused", "Calibration\nall day")


def test_whoever_comes_second_reads_who_was_faster(app, fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    lu = world.person("lu", world.institute, admin=True)
    approve_booking(ref, by=world.actor(lu))

    answer = fang.send(f"/bookings/{ref}/refusal", reason="no")

    assert answer.status_code == 409
    assert "lu was faster: it is confirmed since today, 10:24." in words(answer)
    assert 'role="status"' in answer.text
    assert "lu approved it, today, 10:24." in words(answer)
    assert "formaction" not in answer.text


def test_what_the_rules_forbid_by_now_cannot_be_approved(fang, world):
    confocal = world.resource(routes=BY_OWNER)
    ref = ask(world, confocal)
    close_resource(
        confocal.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=at("2026-11-24 08:00"),
        ends_at=at("2026-11-24 18:00"),
    )

    page, answer = fang.get(f"/approvals/{ref}"), fang.send(f"/bookings/{ref}/approval", reason="yet")

    assert "check-block" in page.text
    assert answer.status_code == 422
    assert "This cannot be approved now" in words(answer)
    assert ">yet</textarea>" in answer.text
    assert booking_of(world.session, ref).status == "requested"


def test_a_request_of_somebody_who_left_his_unit_is_flagged_and_cannot_be_approved(fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    world.session.execute(sa.delete(Membership).where(Membership.person_id == world.lin.id))
    world.session.commit()

    page, answer = fang.get("/approvals"), fang.send(f"/bookings/{ref}/approval")

    assert "No longer of the unit" in words(page)
    assert answer.status_code == 422
    assert "This cannot be approved now" in words(answer)
    assert booking_of(world.session, ref).status == "requested"


def test_of_two_decisions_the_first_leads_to_the_second(app, fang, world):
    confocal = world.resource(routes=(Route("member", ("owner", "secretariat")),))
    ref = ask(world, confocal)
    qin = Visitor(app, world.person("qin", role="secretariat"))

    first = words(fang.get(f"/approvals/{ref}"))
    nothing_yet = words(qin.get("/approvals"))
    fang.send(f"/bookings/{ref}/approval")
    second = words(qin.get("/approvals"))

    assert "From another member unit, decision 1 of 2" in first
    assert "If you approve, the next decision is up to: The secretariat." in first
    assert "Nothing waits for you" in nothing_yet
    assert "decision 2 of 2" in second
    assert "the next decision on the request of linyuan is still open" in words(fang.get("/approvals"))
    assert booking_of(world.session, ref).status == "requested"
    assert "fangshuyan, INST Unit" in words(Visitor(app, world.lin).get(f"/bookings/{ref}"))


def test_ones_own_request_says_so(app, world):
    confocal = world.resource(routes=(Route("own", ("owner",)),))
    ref = request_booking(
        confocal.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.fang),
        unit_id=world.institute.id,
    )

    page = words(Visitor(app, world.fang).get(f"/approvals/{ref}"))

    assert "This is your own request; the history notes it." in page


def test_a_pool_counts_what_is_free(fang, world):
    pool = world.resource(items=5, routes=BY_OWNER, preset="slot_pool", kind="computing")
    ref = ask(world, pool, quantity=3)

    page = words(fang.get(f"/approvals/{ref}"))

    assert "2 of 5" in page
    assert "14:00–16:00, This request" in page


def test_an_address_of_a_decision_leads_to_the_request(fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER))

    for act in ("approval", "refusal"):
        assert fang.get(f"/bookings/{ref}/{act}").headers["Location"] == f"/approvals/{ref}"


@BOTH
def test_what_was_decided_stays_to_be_looked_up(fang, world):
    confocal = world.resource(routes=BY_OWNER)
    ref = ask(world, confocal)
    refuse_booking(ref, by=world.actor(world.fang), reason="Calibration")

    page = words(fang.get("/approvals", tab="decided"))

    assert "fangshuyan refused it, today, 10:24." in page
    assert "Reason: Calibration" in page
    assert "Nothing waits for you" in words(fang.get("/approvals"))
    assert fang.get(f"/approvals/{ref}", tab="decided").status_code == 200


def test_the_booker_is_led_to_the_booking_and_others_find_nothing(app, lin, fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    stranger = Visitor(app, world.person("guest", world.unit("OTHER")))

    assert lin.get(f"/approvals/{ref}").headers["Location"] == f"/bookings/{ref}"
    assert lin.send(f"/bookings/{ref}/approval").status_code == 403
    assert stranger.get(f"/approvals/{ref}").status_code == 404
    assert stranger.send(f"/bookings/{ref}/approval").status_code == 404
    refused = lin.get("/approvals")
    assert refused.status_code == 403
    assert "an approver" in words(refused)


def test_a_lapsed_request_is_no_longer_in_the_inbox(app, world):
    ref = ask(world, world.resource(routes=BY_OWNER))

    with clock.frozen(NOW + timedelta(days=2)):
        fang = Visitor(app, world.fang)
        assert "Nothing waits for you" in words(fang.get("/approvals"))
        assert fang.send(f"/bookings/{ref}/approval").status_code == 409


@BOTH
def test_the_inbox_costs_the_same_with_one_and_five(app, fang, world):
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    confocal = world.resource(routes=BY_OWNER)
    counts = []
    for day in (24, 25, 26, 27, 30):
        ask(world, confocal, day=f"2026-11-{day}")
        seen.clear()
        fang.get("/approvals")
        counts.append(len([text for text in seen if not text.startswith("BEGIN")]))

    assert len(set(counts)) == 1
    assert counts[0] <= 22


@BOTH
def test_a_long_inbox_comes_in_pages_and_a_request_keeps_its_place(fang, world, monkeypatch):
    monkeypatch.setattr("alliance.web.approvals.PAGE", 2)
    confocal = world.resource(routes=BY_OWNER)
    refs = [ask(world, confocal, day=f"2026-11-{day}", purpose=f"Day {day}") for day in (24, 25, 26)]

    first, second = fang.get("/approvals"), fang.get("/approvals?page=2")

    assert ["Day 24" in first.text, "Day 25" in first.text, "Day 26" in first.text] == [True, True, False]
    assert 'href="/approvals?page=2"' in first.text
    assert ["Day 25" in second.text, "Day 26" in second.text] == [False, True]
    assert f'href="/approvals/{refs[2]}?page=2"' in second.text
    assert 'rel="next"' not in second.text
    assert "3 / 3" in words(fang.get(f"/approvals/{refs[2]}?page=2"))
    # Whatever was on a page that is gone by now, the most urgent is shown.
    assert "Day 24" in fang.get("/approvals?page=9").text


def ticks(page):
    """The values of the boxes on the page."""
    return re.findall(r'name="chosen" value="([^"]+)"', page.text)


@BOTH
def test_several_are_approved_at_once_each_with_its_own_result(app, fang, world):
    confocal = world.resource(routes=BY_OWNER)
    first, second, third = (ask(world, confocal, day=f"2026-11-{day}") for day in (24, 25, 26))
    listed = fang.get("/approvals")
    approve_booking(first, by=world.actor(world.person("lu", world.institute, admin=True)))
    move_booking(second, span("2026-11-25", "15:00", "16:30"), by=world.actor(world.lin), quantity=1)

    answer = fang.send("/approvals", on="/approvals", chosen=ticks(listed))

    assert answer.status_code == 200
    text = words(answer)
    assert "linyuan, Tue 24 Nov, 14:00–16:00: already approved by lu, today, 10:24." in text
    assert "Wed 25 Nov, 15:00–16:30: it was changed meanwhile and not approved. Look at it again." in text
    assert "linyuan, Thu 26 Nov, 14:00–16:00: approved." in text
    world.session.rollback()
    states = [booking_of(world.session, ref).status for ref in (first, second, third)]
    assert states == ["approved", "requested", "approved"]


def test_only_what_has_no_flag_can_be_ticked(fang, world):
    confocal, scope = world.resource(routes=BY_OWNER), world.resource("SCOPE", routes=BY_OWNER)
    plain = [ask(world, confocal), ask(world, confocal, day="2026-11-25")]
    ask(world, scope)
    close_resource(
        scope.id, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-24 15:00"), ends_at=None
    )

    page = fang.get("/approvals")

    assert [value.partition(".")[0] for value in ticks(page)] == plain
    assert "Runs into a closure" in words(page)


def test_one_request_alone_needs_no_box(fang, world):
    ask(world, world.resource(routes=BY_OWNER))

    assert ticks(fang.get("/approvals")) == []


def test_ticking_nothing_or_nonsense_approves_nothing(fang, lin, world):
    ref = ask(world, world.resource(routes=BY_OWNER))

    nothing = fang.send("/approvals", on="/approvals")
    nonsense = fang.send("/approvals", on="/approvals", chosen=["", "x.y", f"{ref}.", "0000000000.1"])

    assert "Nothing was ticked, so nothing was approved." in words(nothing)
    assert "One of the requests is not there any more." in words(nonsense)
    assert lin.send("/approvals", chosen=f"{ref}.1").status_code == 403
    world.session.rollback()
    assert booking_of(world.session, ref).status == "requested"


def test_the_applicant_stands_before_the_rules(fang, world):
    ref = ask(world, world.resource(routes=BY_OWNER), purpose="Three channels")

    text = words(fang.get(f"/approvals/{ref}"))

    assert (
        text.index("Applicant") < text.index("Three channels", text.index("Applicant")) < text.index("Rules")
    )
