"""Changing hours and single dates: what it does, what it refuses, whom it tells, and that nothing is lost over it."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.calendar import OwnHours
from alliance.availability.hours import Hours
from alliance.availability.models import OpeningException
from alliance.booking.actions import request_booking
from alliance.booking.bookable import Bookable
from alliance.booking.free_time import free_time, free_within, next_free
from alliance.booking.opening.actions import copy_hours, plan_copy, set_exceptions, set_hours
from alliance.booking.opening.queries import opening_of
from alliance.booking.opening.touched import WouldLieOutside
from alliance.calendars.free_busy import free_busy
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.intervals import Span
from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from alliance.resources.queries import resource_by_code
from tests.booking.acting import booking, change_policy, events, request, verbs
from tests.conftest import NOW
from tests.web.visitor import Visitor
from tests.world import at, span

MORNINGS = Hours.parse("DAILY 08:00-12:00")
THURSDAY = date(2026, 11, 26)


@pytest.fixture
def confocal(world):
    return world.resource(policy={"hours": "DAILY 08:00-22:00"})


@pytest.fixture
def fang(world):
    return world.actor(world.fang)


def version(world, resource):
    world.session.rollback()
    return opening_of(world.session, resource.id).version


def hours_of(world, resource):
    world.session.rollback()
    return str(opening_of(world.session, resource.id).hours)


def exceptions_of(world, resource):
    world.session.rollback()
    return opening_of(world.session, resource.id).exceptions


def set_week(world, resource, hours, by, **more):
    return set_hours(resource.id, hours, by=by, **{"version": version(world, resource), **more})


def set_day(world, resource, windows, by, *, first=THURSDAY, last=THURSDAY, **more):
    return set_exceptions(
        resource.id, first, last, windows, by=by, **{"version": version(world, resource), **more}
    )


def test_new_hours_are_kept_with_what_they_were(world, confocal, fang):
    assert set_week(world, confocal, MORNINGS, fang) == 0

    assert hours_of(world, confocal) == "DAILY 08:00-12:00"
    assert events(world) == [
        (
            "resource.changed",
            {
                "before": {"hours": "DAILY 08:00-22:00"},
                "after": {"hours": "DAILY 08:00-12:00"},
                "code": "CONFOCAL",
                "version": 2,
            },
        )
    ]
    assert world.session.get(Resource, confocal.id).changed_at == NOW


def test_the_same_hours_again_are_no_change(world, confocal, fang):
    set_week(world, confocal, Hours.parse("DAILY 08:00-22:00"), fang)

    assert verbs(world) == []


def test_bookings_that_would_lie_outside_are_looked_at_first_and_stay(world, confocal, fang):
    ref = request(world, confocal)
    request(world, confocal, span("2026-11-24", "09:00", "11:00"))

    with pytest.raises(WouldLieOutside) as found:
        set_week(world, confocal, MORNINGS, fang)

    assert found.value.booking_ids == (booking(world, ref).id,)
    assert hours_of(world, confocal) == "DAILY 08:00-22:00"
    assert set_week(world, confocal, MORNINGS, fang, agreed=found.value.mark) == 1
    assert hours_of(world, confocal) == "DAILY 08:00-12:00"
    assert booking(world, ref).status == "approved"
    assert verbs(world).count("booking.outside_hours") == 0


def test_one_more_booking_meanwhile_is_asked_about_anew(world, confocal, fang):
    request(world, confocal)
    with pytest.raises(WouldLieOutside) as found:
        set_week(world, confocal, MORNINGS, fang)
    request(world, confocal, span("2026-11-25", "14:00", "16:00"))

    with pytest.raises(WouldLieOutside) as again:
        set_week(world, confocal, MORNINGS, fang, agreed=found.value.mark)

    assert len(again.value.booking_ids) == 2


def test_what_lies_outside_already_is_not_touched_again(world, confocal, fang):
    request(world, confocal)
    change_policy(world, confocal, hours="DAILY 08:00-12:00")

    assert set_week(world, confocal, Hours.parse("DAILY 08:00-11:00"), fang) == 0


def test_its_people_hear_of_it_where_the_manager_says_so(world, confocal, fang):
    ref = request(world, confocal)
    with pytest.raises(WouldLieOutside) as found:
        set_week(world, confocal, MORNINGS, fang)

    set_week(world, confocal, MORNINGS, fang, agreed=found.value.mark, tell=True)
    while tell("Asia/Shanghai"):
        pass

    assert events(world)[-1] == ("booking.outside_hours", {"cause": "hours"})
    told = world.session.scalars(sa.select(Delivery).where(Delivery.kind == "closed")).all()
    assert {(line.person_id, line.subject_id) for line in told} == {(world.lin.id, booking(world, ref).id)}


def test_nobody_overwrites_what_he_has_not_seen(world, confocal, fang):
    seen = version(world, confocal)
    set_week(world, confocal, MORNINGS, fang)

    with pytest.raises(Stale):
        set_hours(confocal.id, Hours.parse("DAILY 10:00-12:00"), by=fang, version=seen)
    with pytest.raises(Stale):
        set_exceptions(confocal.id, THURSDAY, THURSDAY, (), by=fang, version=seen)

    assert hours_of(world, confocal) == "DAILY 08:00-12:00"
    assert exceptions_of(world, confocal) == {}


def test_only_those_who_run_it_change_its_hours(world, confocal):
    lin = world.actor(world.lin)
    hidden = world.resource("HIDDEN", visibility="hidden")

    with pytest.raises(Forbidden):
        set_week(world, confocal, MORNINGS, lin)
    with pytest.raises(Missing):
        set_week(world, hidden, MORNINGS, lin)
    with pytest.raises(Forbidden):
        set_day(world, confocal, (), lin)

    assert verbs(world) == []


def test_hours_that_do_not_fit_are_refused(world, confocal, fang):
    each = ",".join(
        f"{hour:02}:{minute:02}-{hour:02}:{minute + 3:02}" for hour in range(24) for minute in (0, 5)
    )

    with pytest.raises(Refused) as refused:
        set_week(world, confocal, Hours.parse(f"WD {each}"), fang)

    assert [problem.code for problem in refused.value.problems] == ["too_many_windows"]


def test_a_single_date_has_hours_of_its_own(world, confocal, fang):
    set_day(world, confocal, ((540, 720),), fang, reason="年终盘点")

    assert exceptions_of(world, confocal) == {THURSDAY: OwnHours(((540, 720),), "年终盘点")}
    lin, unit = world.actor(world.lin), world.university.id
    with pytest.raises(Refused) as refused:
        request_booking(confocal.id, span("2026-11-26", "14:00", "16:00"), by=lin, unit_id=unit)
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["exceptions"]) == (
        "outside_opening_hours",
        ("2026-11-26 09:00-12:00",),
    )
    request_booking(confocal.id, span("2026-11-26", "09:00", "12:00"), by=lin, unit_id=unit)


def test_a_day_opens_where_the_week_is_closed(world, fang):
    sem = world.resource("SEM", policy={"hours": "WD 08:00-18:00"})
    saturday = date(2026, 11, 28)

    set_day(world, sem, ((540, 1020),), fang, first=saturday, last=saturday)

    assert request(world, sem, span("2026-11-28", "10:00", "12:00"))


def test_dates_are_set_together_and_go_back_to_the_week(world, confocal, fang):
    last = THURSDAY + timedelta(days=2)
    set_day(world, confocal, (), fang, last=last)
    assert sorted(exceptions_of(world, confocal)) == [THURSDAY + timedelta(days=n) for n in range(3)]

    set_day(world, confocal, None, fang, first=last, last=last)

    assert sorted(exceptions_of(world, confocal)) == [THURSDAY, THURSDAY + timedelta(days=1)]
    assert events(world)[-1] == (
        "exceptions.changed",
        {
            "before": [["2026-11-28", "off", ""]],
            "after": [],
            "resource": "CONFOCAL",
            "outside": 0,
            "told": False,
        },
    )


def test_a_closed_date_asks_about_its_bookings(world, confocal, fang):
    request(world, confocal, span("2026-11-26", "14:00", "16:00"))

    with pytest.raises(WouldLieOutside) as found:
        set_day(world, confocal, (), fang)
    assert set_day(world, confocal, (), fang, agreed=found.value.mark, tell=True) == 1

    assert verbs(world)[-2:] == ["exceptions.changed", "booking.outside_hours"]


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), ["date_over"]),
        (THURSDAY, date(2026, 11, 25), ["reversed"]),
        (THURSDAY, THURSDAY + timedelta(days=92), ["too_many_dates"]),
        (date(2029, 1, 1), date(2029, 1, 1), ["date_too_far"]),
    ],
)
def test_dates_that_cannot_be_are_refused(world, confocal, fang, first, last, codes):
    with pytest.raises(Refused) as refused:
        set_day(world, confocal, (), fang, first=first, last=last)

    assert [problem.code for problem in refused.value.problems] == codes
    assert world.session.scalars(sa.select(OpeningException)).all() == []


def test_hours_are_copied_to_others_one_runs(world, confocal, fang):
    sem, tem = world.resource("SEM"), world.resource("TEM")
    set_day(world, confocal, (), fang)
    set_day(world, sem, (), fang, first=date(2026, 12, 1), last=date(2026, 12, 1))
    world.session.rollback()
    plan = plan_copy(world.session, confocal, [sem, tem], with_exceptions=True, now=NOW)

    copy_hours(confocal.id, [sem.id, tem.id], by=fang, with_exceptions=True, agreed=plan.mark)

    assert [hours_of(world, each) for each in (sem, tem)] == ["DAILY 08:00-22:00"] * 2
    assert [exceptions_of(world, each) for each in (sem, tem)] == [{THURSDAY: OwnHours()}] * 2
    assert verbs(world).count("resource.changed") == 2


def test_copying_does_only_what_was_shown(world, confocal, fang):
    sem = world.resource("SEM")
    plan = plan_copy(world.session, confocal, [sem], with_exceptions=False, now=NOW)
    request(world, sem, span("2026-11-24", "22:00", "23:00"))

    with pytest.raises(Stale):
        copy_hours(confocal.id, [sem.id], by=fang, with_exceptions=False, agreed=plan.mark)
    plan = plan_copy(world.session, confocal, [sem], with_exceptions=False, now=NOW)
    assert len(plan.touched) == 1
    assert copy_hours(confocal.id, [sem.id], by=fang, with_exceptions=False, agreed=plan.mark, tell=True) == 1

    assert verbs(world)[-2:] == ["resource.changed", "booking.outside_hours"]


def test_nothing_is_copied_to_what_one_does_not_run(world, confocal, fang):
    other = world.resource("OTHER", world.university)
    sem = world.resource("SEM")
    plan = plan_copy(world.session, confocal, [sem, other], with_exceptions=False, now=NOW)

    with pytest.raises(Forbidden):
        copy_hours(confocal.id, [sem.id, other.id], by=fang, with_exceptions=False, agreed=plan.mark)

    assert hours_of(world, sem) == "DAILY 00:00-24:00"


def test_a_loan_is_judged_by_its_first_and_last_day(world, fang):
    camera = world.resource("CAMERA", preset="loan", policy={"hours": "DAILY 09:00-17:00"})
    lin = world.actor(world.lin)
    days = Span(at("2026-11-25 00:00"), at("2026-11-28 00:00"))
    request_booking(camera.id, days, by=lin, unit_id=world.university.id)

    assert set_day(world, camera, (), fang) == 0
    with pytest.raises(WouldLieOutside):
        set_day(world, camera, (), fang, first=date(2026, 11, 27), last=date(2026, 11, 27))


def test_every_entrance_honours_a_single_date(app, world, confocal, fang):
    """Open on Tuesday until noon only, for once: rules, free time, what is next, programs and pages agree."""
    tuesday = date(2026, 11, 24)
    set_day(world, confocal, ((540, 720),), fang, first=tuesday, last=tuesday, reason="Stocktaking")
    world.session.rollback()
    resource = resource_by_code(world.session, fang, "CONFOCAL")
    bookable, day = Bookable.of(resource), span("2026-11-24", "00:00", "24:00")
    morning, lin = span("2026-11-24", "09:00", "12:00"), Visitor(app, world.lin)

    free = free_time(world.session, resource, day, NOW)
    within = free_within(world.session, [bookable], span("2026-11-24", "12:00", "22:00"), NOW)
    with clock.frozen(at("2026-11-24 12:01")):
        later = next_free(world.session, [bookable], clock.now())[bookable.id]
    periods = free_busy(world.session, resource, fang, day, NOW)

    assert [each.span for each in free] == [morning]
    assert within == {}
    assert later.span.start == at("2026-11-25 08:00")
    assert [each.span for each in periods] == [
        span("2026-11-24", "00:00", "09:00"),
        span("2026-11-24", "12:00", "24:00"),
    ]
    with pytest.raises(Refused):
        request(world, confocal, span("2026-11-24", "11:00", "13:00"))
    week = lin.get("/resources/CONFOCAL?week=2026-11-24").text
    assert "09:00–12:00" in week
    board = lin.get("/board?of=all&date=2026-11-24").text
    assert ("start=09:00" in board, "start=12:00" in board) == (True, False)


def test_a_day_opened_for_once_is_no_hour_that_needs_no_decision(world, fang):
    """A route's condition looks at kinds of days: what is open by way of exception is decided like any other time."""
    routes = (Route("member", (), within="WD 08:00-22:00"), Route("member", ("owner",)))
    sem = world.resource("SEM", policy={"hours": "WD 08:00-22:00"}, routes=routes)
    saturday = date(2026, 11, 28)
    set_day(world, sem, ((480, 1320),), fang, first=saturday, last=saturday)

    at_once, asked = (
        booking(world, request(world, sem, span(day, "10:00", "12:00"))).status
        for day in ("2026-11-27", "2026-11-28")
    )

    assert (at_once, asked) == ("approved", "requested")
