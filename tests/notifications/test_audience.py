"""Who hears of what, as a table of acts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import cancel_booking, move_booking, request_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.messages import write_message
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.calendars.outside.apart import Reading
from alliance.members.models import Management, Membership, Person
from alliance.notifications.actions import choose, choose_hearers, tell
from alliance.notifications.models import Delivery
from alliance.notifications.reminders import remind
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, at, span

ZONE = "Asia/Shanghai"
DAY = "2026-11-25"


def ask(world, resource, start="14:00", end="16:00", day=DAY):
    return request_booking(
        resource.id,
        span(day, start, end),
        by=world.actor(world.lin),
        unit_id=world.university.id,
        purpose="Slices",
    )


def heard(world, channel="app"):
    """Who has heard of what so far, as (name, kind), in order; and all of it counts as told."""
    while tell(ZONE):
        pass
    rows = world.session.execute(
        sa.select(Person.name, Delivery.kind)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.channel == channel)
        .order_by(Delivery.id)
    ).all()
    found = [tuple(row) for row in rows]
    world.session.execute(sa.delete(Delivery))
    world.session.commit()
    return found


def test_a_request_goes_to_those_who_decide_and_the_decision_to_the_booker(app, world):
    confocal = world.resource(routes=BY_OWNER)
    world.manages(world.person("mei", world.institute), confocal)

    ref = ask(world, confocal)
    asked = heard(world)
    approve_booking(ref, by=world.actor(world.fang))

    assert asked == [("mei", "to_decide"), ("fangshuyan", "to_decide")]
    assert heard(world) == [("linyuan", "decided")]


def test_a_refusal_reaches_the_booker(app, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    heard(world)

    refuse_booking(ref, by=world.actor(world.fang), reason="Not this week")

    assert heard(world) == [("linyuan", "decided")]


def test_what_needs_no_decision_is_told_to_its_managers_or_else_to_the_admins(app, world):
    ask(world, world.resource("FREE"))
    managed = world.resource("RUN")
    world.manages(world.person("mei", world.institute), managed)
    ask(world, managed)

    assert heard(world) == [("fangshuyan", "booked"), ("mei", "booked")]


def test_a_request_that_was_decided_before_anybody_was_told_asks_nobody(app, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    approve_booking(ref, by=world.actor(world.fang))

    assert heard(world) == [("linyuan", "decided")]


def test_nobody_is_told_of_his_own_act(app, world):
    own = request_booking(
        world.resource().id,
        span(DAY, "14:00", "16:00"),
        by=world.actor(world.fang),
        unit_id=world.institute.id,
    )
    cancel_booking(own, by=world.actor(world.fang))

    assert heard(world) == []


def test_a_move_that_needs_a_decision_asks_for_it_and_one_that_does_not_is_news(app, world):
    decided, free = world.resource("DECIDED", routes=BY_OWNER), world.resource("FREE")
    first, second = ask(world, decided), ask(world, free)
    approve_booking(first, by=world.actor(world.fang))
    heard(world)

    move_booking(first, span(DAY, "17:00", "19:00"), by=world.actor(world.lin), quantity=1)
    move_booking(second, span(DAY, "17:00", "19:00"), by=world.actor(world.lin), quantity=1)

    assert heard(world) == [("fangshuyan", "to_decide"), ("fangshuyan", "booked")]


def test_who_cancels_tells_the_other_side(app, world):
    confocal = world.resource()
    by_booker, by_owner = ask(world, confocal), ask(world, confocal, "17:00", "18:00")
    heard(world)

    cancel_booking(by_booker, by=world.actor(world.lin))
    given_back = heard(world)
    cancel_booking(by_owner, by=world.actor(world.fang), reason="Broken")

    assert given_back == [("fangshuyan", "given_back")]
    assert heard(world) == [("linyuan", "cancelled")]


def test_a_closure_is_told_to_those_whose_bookings_it_lies_over(app, world):
    confocal = world.resource(items=2)
    ask(world, confocal)
    ask(world, confocal, day="2026-11-27")
    heard(world)

    close_resource(
        confocal.id,
        by=world.actor(world.fang),
        kind="breakdown",
        starts_at=at(f"{DAY} 00:00"),
        ends_at=at("2026-11-26 00:00"),
    )

    assert heard(world) == [("linyuan", "closed")]


def test_what_is_always_busy_is_its_managers_affair(app, world):
    hidden = world.resource(detail="busy", routes=BY_OWNER)
    world.manages(world.person("mei", world.institute), hidden)

    ask(world, hidden)

    assert heard(world) == [("mei", "to_decide")]


def test_a_unit_chooses_who_of_its_people_hears(app, world):
    confocal = world.resource(routes=BY_OWNER)
    world.manages(world.person("mei", world.institute), confocal)
    choose_hearers("INST", by=world.actor(world.fang), hearers={"to_decide": "managers"})

    ask(world, confocal)

    assert heard(world) == [("mei", "to_decide")]


def test_somebody_hears_even_where_nobody_was_chosen(app, world):
    choose_hearers("INST", by=world.actor(world.fang), hearers={"to_decide": "managers"})

    ask(world, world.resource(routes=BY_OWNER))

    assert heard(world) == [("fangshuyan", "to_decide")]


def test_the_admins_hear_where_the_only_manager_is_suspended(app, world):
    confocal, mei = world.resource(), world.person("mei", world.institute)
    world.manages(mei, confocal)
    mei.status = "suspended"
    world.session.commit()

    ask(world, confocal)

    assert heard(world) == [("fangshuyan", "booked")]


def test_the_managers_hear_of_what_the_suspended_admin_was_chosen_for(app, world):
    confocal = world.resource()
    world.manages(world.person("mei", world.institute), confocal)
    choose_hearers("INST", by=world.actor(world.fang), hearers={"booked": "admins"})
    world.fang.status = "suspended"
    world.session.commit()

    ask(world, confocal)

    assert heard(world) == [("mei", "booked")]


def test_a_suspended_person_hears_nothing(app, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    heard(world)
    world.lin.status = "suspended"
    world.session.commit()

    refuse_booking(ref, by=world.actor(world.fang), reason="Not this week")

    assert heard(world) == []


@pytest.mark.parametrize(
    ("mode", "app_lines", "letters"),
    [("now", 1, 1), ("digest", 1, 1), ("app", 1, 0), ("off", 0, 0)],
)
def test_each_hears_as_he_chose(app, world, mode, app_lines, letters):
    lin = world.actor(world.lin)
    choose(by=lin, modes={"decided": mode}, digest="daily", calendar_part="attached")
    ref = ask(world, world.resource(routes=BY_OWNER))
    heard(world)

    approve_booking(ref, by=world.actor(world.fang))
    tell(ZONE)

    counts = dict(
        world.session.execute(
            sa.select(Delivery.channel, sa.func.count())
            .where(Delivery.kind == "decided")
            .group_by(Delivery.channel)
        ).all()
    )
    assert (counts.get("app", 0), counts.get("mail", 0)) == (app_lines, letters)


def test_the_clock_reminds_once_a_day_before(app, world):
    ask(world, world.resource())
    heard(world)

    with clock.frozen(at(f"{DAY} 13:59") - timedelta(days=1)):
        early = remind()
    with clock.frozen(at(f"{DAY} 14:00") - timedelta(days=1)):
        first, second = remind(), remind()
        told = heard(world)

    assert (early, first, second) == (0, 1, 0)
    assert told == [("linyuan", "reminder")]


def test_a_move_to_another_day_is_reminded_of_anew(app, world):
    ref = ask(world, world.resource())
    with clock.frozen(at(f"{DAY} 09:00")):
        remind()
        move_booking(ref, span("2026-11-27", "14:00", "16:00"), by=world.actor(world.lin), quantity=1)
        heard(world)

    with clock.frozen(at("2026-11-27 09:00")):
        assert remind() == 1
        assert heard(world) == [("linyuan", "reminder")]


def test_who_books_at_short_notice_is_not_reminded(app, world):
    ask(world, world.resource(), day="2026-11-24", start="09:00", end="10:00")
    heard(world)

    with clock.frozen(NOW + timedelta(hours=1)):
        remind()
        assert heard(world) == []


def test_deciders_are_told_before_a_request_lapses(app, world):
    ref = ask(world, world.resource(routes=BY_OWNER))
    heard(world)

    # Held for three working days, at the latest until it begins.
    with clock.frozen(at(f"{DAY} 10:30")):
        remind()
        told = heard(world)

    assert told == [("fangshuyan", "expiring")]
    assert ref


def test_a_calendar_that_runs_into_bookings_is_told_to_those_who_run_the_resource(app, world):
    confocal = world.resource()
    ask(world, confocal)
    heard(world)

    add_outside_calendar(
        confocal.id,
        by=world.actor(world.person("mei", world.institute, admin=True)),
        name="Lab",
        reading=Reading((span(DAY, "14:00", "15:00"),), ()),
    )

    assert heard(world) == [("fangshuyan", "clash"), ("mei", "clash")]


def test_a_message_reaches_those_who_run_it_now_when_whoever_answered_no_longer_does(app, world):
    confocal = world.resource()
    ref = ask(world, confocal)
    world.manages(world.fang, confocal)
    write_message(ref, "Bring gloves", by=world.actor(world.fang))
    world.session.execute(sa.delete(Management))
    world.session.execute(sa.delete(Membership).where(Membership.person_id == world.fang.id))
    world.manages(world.person("mei", world.institute), confocal)
    heard(world)

    write_message(ref, "How many?", by=world.actor(world.lin))

    assert heard(world) == [("mei", "message")]


def test_a_hundred_events_ask_for_people_and_their_wishes_as_often_as_one(app, world):
    def cost(number):
        for n in range(number):
            ask(world, world.resource(f"R{number}X{n}"))
        with statements() as asked:
            tell(ZONE)
        return sum("message_" in each or "FROM person" in each for each in asked)

    assert cost(1) == cost(5)
