"""An outside calendar closes what it is tied to, like a closure; it never touches a booking that is there."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.models import OutsideBusy, OutsideCalendar
from alliance.booking.closed import closed_over, closed_over_each
from alliance.booking.facts import Closed
from alliance.booking.lineage import lineages_of
from alliance.calendars.outside.actions import (
    MOST_CALENDARS,
    add_outside_calendar,
    claim_due,
    keep_fetched,
    look_soon,
    remove_outside_calendar,
    send_again,
    window_at,
)
from alliance.calendars.outside.apart import Reading, read_apart
from alliance.calendars.outside.queries import calendars_run_by, clashes_of
from alliance.errors import Forbidden, Missing, Refused
from alliance.intervals import Span, meets
from tests.booking.acting import WISH, afternoon, booking, events, request
from tests.calendars.outside.foreign import calendar
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.waiting import in_background, row_lock
from tests.world import at

ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
HOUR = timedelta(hours=1)
ADDRESS = "https://calendar.example.org/secret-token/basic.ics"


def tied(world, resource, *blocks: Span, name="大楼日历", **words) -> str:
    """The ref of a calendar that was sent, and takes these times."""
    reading = Reading(tuple(blocks), ())
    return add_outside_calendar(resource.id, by=world.actor(world.fang), name=name, reading=reading, **words)


def problems(refusal) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.field) for problem in refusal.value.problems]


def test_its_times_cannot_be_booked_and_all_around_them_can(world):
    microscope = world.resource()
    tied(world, microscope, WISH)

    for wish in (WISH, afternoon("13:00", "14:30"), afternoon("15:30", "17:00"), afternoon("10:00", "20:00")):
        with pytest.raises(Refused) as refusal:
            request(world, microscope, wish)
        (problem,) = refusal.value.problems
        assert (problem.code, dict(problem.params)) == (
            "closed",
            {"kind": "outside", "reason": "大楼日历", "since": WISH.start, "until": WISH.end},
        )
    request(world, microscope, afternoon("13:00", "14:00"))
    request(world, microscope, afternoon("16:00", "17:00"))


def test_one_item_of_a_pool_is_closed_and_the_others_are_not(world):
    pool = world.resource(items=3)
    first = world.item_ids(pool)[0]
    tied(world, pool, WISH, item_id=first)

    ref = request(world, pool, quantity=2)

    assert first not in [place.item_id for place in booking(world, ref).occupancies]
    with pytest.raises(Refused):
        request(world, pool, quantity=3)


def test_a_calendar_of_a_whole_closes_its_parts_and_one_of_a_part_the_whole(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    evening = afternoon("18:00", "20:00")
    tied(world, hall, WISH)
    tied(world, east, evening)

    for resource, wish in ((east, WISH), (west, WISH), (hall, WISH), (east, evening), (hall, evening)):
        with pytest.raises(Refused):
            request(world, resource, wish)
    request(world, west, evening)


def test_of_several_resources_all_is_read_in_one_statement_by_start(world):
    one, other = world.resource("ONE"), world.resource("OTHER")
    tied(world, one, afternoon("08:00", "09:00"), WISH)
    tied(world, other, WISH, name="另一个")
    lineages = lineages_of(world.session, [one.id, other.id])
    reach = afternoon("08:30", "20:00")

    with statements() as asked:
        found = closed_over_each(world.session, {one.id: one, other.id: other}, lineages, reach)

    morning = afternoon("08:00", "09:00")
    first, second, third = (
        Closed(span.start, span.end, "outside", name)
        for span, name in ((morning, "大楼日历"), (WISH, "大楼日历"), (WISH, "另一个"))
    )
    assert (found, len(asked)) == ({one.id: (first, second), other.id: (third,)}, 1)
    assert closed_over(world.session, one, [one.id], reach) == (first, second)


def test_the_name_of_a_hidden_parts_calendar_is_not_told(world):
    east, west = world.resource("EAST", visibility="own_unit"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    tied(world, east, WISH)

    assert [closed.reason for closed in closed_over(world.session, hall, [hall.id, east.id], WISH)] == [""]


def test_what_it_says_later_takes_the_place_of_what_it_said(world):
    microscope = world.resource()
    ref = tied(world, microscope, WISH)
    evening = afternoon("18:00", "20:00")

    send_again(ref, Reading((evening,), ()), by=world.actor(world.fang))

    request(world, microscope, WISH)
    with pytest.raises(Refused):
        request(world, microscope, evening)


def test_removed_it_closes_nothing(world):
    microscope = world.resource()
    ref = tied(world, microscope, WISH)

    remove_outside_calendar(ref, by=world.actor(world.fang))

    request(world, microscope, WISH)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(OutsideBusy)) == 0
    assert [verb for verb, _data in events(world)][:2] == ["outside.added", "outside.removed"]


def test_a_booking_in_the_way_stays_and_is_told_of_once(world):
    microscope = world.resource()
    hit, free = request(world, microscope, WISH), request(world, microscope, afternoon("18:00", "19:00"))

    ref = tied(world, microscope, afternoon("15:00", "18:00"))
    send_again(ref, Reading((afternoon("15:30", "18:00"),), ()), by=world.actor(world.fang))

    assert [booking(world, each).status for each in (hit, free)] == ["approved", "approved"]
    told = [data for verb, data in events(world) if verb == "outside.clashed"]
    assert told == [{"resource": "CONFOCAL", "name": "大楼日历", "bookings": [hit]}]
    (found,) = calendars_run_by(world.session, world.actor(world.fang), NOW)
    assert (found.blocks, found.clashes) == (1, 1)
    assert [each.ref for each in clashes_of(world.session, found.calendar, NOW)] == [hit]


def test_only_bookings_of_its_item_and_to_come_are_in_the_way(world):
    pool = world.resource(items=2)
    first, second = world.item_ids(pool)
    refs = [request(world, pool, WISH), request(world, pool, WISH)]
    on = {place.item_id: ref for ref in refs for place in booking(world, ref).occupancies}
    tied(world, pool, WISH, item_id=second)

    def counted(at):
        (found,) = calendars_run_by(world.session, world.actor(world.fang), at)
        return found.clashes, [each.ref for each in clashes_of(world.session, found.calendar, at)]

    assert counted(NOW) == (1, [on[second]])
    assert counted(WISH.end) == (0, [])
    assert first in on


def test_a_whole_in_the_way_of_a_parts_calendar_is_counted_once(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    ref = request(world, hall, WISH)
    tied(world, hall, WISH)
    tied(world, east, afternoon("14:00", "14:30"), afternoon("15:00", "15:30"))

    found = calendars_run_by(world.session, world.actor(world.fang), NOW)

    assert [(each.resource.code, each.clashes) for each in found] == [("EAST", 1), ("HALL", 1)]
    assert [[each.ref for each in clashes_of(world.session, one.calendar, NOW)] for one in found] == [
        [ref],
        [ref],
    ]


def test_the_list_takes_as_many_statements_for_three_as_for_one(world):
    tied(world, world.resource("A1"), WISH)
    fang = world.actor(world.fang)
    with statements() as for_one:
        calendars_run_by(world.session, fang, NOW)
    for code in ("A2", "A3"):
        tied(world, world.resource(code), WISH)

    with statements() as for_three:
        found = calendars_run_by(world.session, fang, NOW)

    assert [each.resource.code for each in found] == ["A1", "A2", "A3"]
    assert len(for_one) == len(for_three) == 3


def test_only_who_runs_the_resource_ties_and_unties(world):
    microscope = world.resource()
    ref = tied(world, microscope, WISH)
    hidden = world.resource("HIDDEN", visibility="hidden")
    lin = world.actor(world.lin)

    with pytest.raises(Forbidden):
        add_outside_calendar(microscope.id, by=lin, name="x", address=ADDRESS)
    with pytest.raises(Missing):
        add_outside_calendar(hidden.id, by=lin, name="x", address=ADDRESS)
    for act in (remove_outside_calendar, look_soon):
        with pytest.raises(Missing):
            act(ref, by=lin)
    with pytest.raises(Missing):
        send_again(ref, Reading((), ()), by=lin)
    assert calendars_run_by(world.session, lin, NOW) == []


def test_everything_that_is_wrong_is_said_at_once(world):
    microscope, other = world.resource(), world.resource("OTHER")
    fang, item = world.actor(world.fang), world.item_ids(other)[0]

    with pytest.raises(Refused) as refusal:
        add_outside_calendar(microscope.id, by=fang, name="", address="http://example.org/", item_id=item)
    with pytest.raises(Refused) as too_long:
        add_outside_calendar(microscope.id, by=fang, name="n" * 81, address=ADDRESS)

    assert problems(refusal) == [
        ("calendar_name_missing", "name"),
        ("address_not_https", "address"),
        ("no_such_item", "item"),
    ]
    assert problems(too_long) == [("calendar_name_too_long", "name")]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(OutsideCalendar)) == 0


def test_a_resource_has_so_many_calendars_and_no_more(world):
    microscope = world.resource()
    for _each in range(MOST_CALENDARS):
        tied(world, microscope)

    with pytest.raises(Refused) as refusal:
        tied(world, microscope)
    assert problems(refusal) == [("too_many_calendars", "name")]


def test_what_has_an_address_is_fetched_and_what_was_sent_is_not(world):
    microscope, fang = world.resource(), world.actor(world.fang)
    sent = tied(world, microscope)
    assert claim_due() is None
    fetched = add_outside_calendar(microscope.id, by=fang, name="x", address=ADDRESS)

    due = claim_due()

    assert due is not None
    assert (due.address, due.zone, due.window, due.tag) == (ADDRESS, "Asia/Shanghai", window_at(NOW), None)
    assert "secret-token" not in repr(due)
    assert claim_due() is None  # somebody has it already
    with pytest.raises(Missing):
        look_soon(sent, by=fang)
    with pytest.raises(Missing):
        send_again(fetched, Reading((), ()), by=fang)


def test_who_claimed_it_and_died_is_followed_by_another(world):
    add_outside_calendar(world.resource().id, by=world.actor(world.fang), name="x", address=ADDRESS)
    first = claim_due()

    with clock.frozen(NOW + timedelta(minutes=10)):
        second = claim_due()

    assert first is not None
    assert second is not None
    assert first.id == second.id


def test_of_a_retired_resource_nothing_is_fetched(world):
    microscope = world.resource()
    add_outside_calendar(microscope.id, by=world.actor(world.fang), name="x", address=ADDRESS)
    microscope.status = "retired"
    world.session.commit()

    assert claim_due() is None


def test_a_whole_reading_is_asked_for_once_a_day_although_nothing_changed(world):
    add_outside_calendar(world.resource().id, by=world.actor(world.fang), name="x", address=ADDRESS)
    number = claim_due().id
    keep_fetched(number, Reading((WISH,), ()), '"v1"')

    tags = []
    for later in (15, 24 * 60 - 15, 24 * 60):
        with clock.frozen(NOW + timedelta(minutes=later)):
            tags.append(claim_due().tag)
            keep_fetched(number, None, '"v1"')

    assert tags == ['"v1"', '"v1"', None]


def test_removed_while_it_was_fetched_it_stays_removed(world):
    fang = world.actor(world.fang)
    ref = add_outside_calendar(world.resource().id, by=fang, name="x", address=ADDRESS)
    number = claim_due().id
    remove_outside_calendar(ref, by=fang)

    keep_fetched(number, Reading((WISH,), ()), None)

    assert world.session.scalar(sa.select(sa.func.count()).select_from(OutsideBusy)) == 0


def test_as_many_times_as_are_allowed_are_kept(world):
    microscope = world.resource()
    blocks = [Span(NOW + n * HOUR, NOW + n * HOUR + HOUR / 2) for n in range(5_000)]

    tied(world, microscope, *blocks)

    assert world.session.scalar(sa.select(sa.func.count()).select_from(OutsideBusy)) == 5_000


def test_blocks_meet_what_shares_an_instant_with_them():
    blocks = [afternoon("10:00", "11:00"), afternoon("14:00", "16:00")]

    met = [
        meets(blocks, afternoon(*clocks))
        for clocks in (("09:00", "10:00"), ("11:00", "14:00"), ("16:00", "17:00"))
    ]
    hit = [
        meets(blocks, afternoon(*clocks))
        for clocks in (("09:00", "10:01"), ("15:59", "17:00"), ("08:00", "20:00"))
    ]

    assert (met, hit, meets([], WISH)) == ([False] * 3, [True] * 3, False)


def test_a_file_says_in_time_that_it_ends(world):
    tied(world, world.resource(), WISH)
    known = window_at(NOW).end

    def state(before: timedelta) -> tuple[str, bool]:
        (found,) = calendars_run_by(world.session, world.actor(world.fang), known - before)
        return found.state(known - before), found.wants_a_look(known - before)

    assert state(timedelta(days=60, seconds=1)) == ("sent", False)
    assert state(timedelta(days=60)) == ("ending", True)


@ON_POSTGRESQL
def test_what_it_says_is_written_under_the_hold_bookings_take(app, world):
    microscope = world.resource()
    add_outside_calendar(microscope.id, by=world.actor(world.fang), name="x", address=ADDRESS)
    number = claim_due().id

    with row_lock("resource", microscope.id) as booking_under_way:
        keeping = in_background(app, lambda: keep_fetched(number, Reading((WISH,), ()), None))
        booking_under_way.wait_for_waiters(1)
        before = closed_over(world.session, microscope, [microscope.id], WISH)
        booking_under_way.release()
        keeping.result(timeout=10)

    world.session.rollback()
    after = closed_over(world.session, microscope, [microscope.id], WISH)
    assert (before, after) == ((), (Closed(WISH.start, WISH.end, "outside", "x"),))


@ON_POSTGRESQL
def test_two_workers_never_wait_for_each_other(world):
    microscope, fang = world.resource(), world.actor(world.fang)
    for name in ("first", "second"):
        add_outside_calendar(microscope.id, by=fang, name=name, address=ADDRESS)
    first, second = world.session.scalars(sa.select(OutsideCalendar.id).order_by(OutsideCalendar.id)).all()
    world.session.rollback()

    with row_lock("outside_calendar", first):
        due = claim_due()

    assert due is not None
    assert due.id == second


def test_the_same_file_read_again_a_while_later_takes_the_same_times():
    content = calendar("DTSTART:20261101T090000\nDTEND:20261101T170000\nRRULE:FREQ=DAILY")

    def blocks():
        window = window_at(clock.now())
        reading = read_apart(content, zone="Asia/Shanghai", window=window, tentative=True)
        return reading.blocks

    with clock.frozen(at("2026-11-24 10:00")):
        first = blocks()
    with clock.frozen(at("2026-11-24 16:45")):
        later = blocks()
    assert (first, bool(first)) == (later, True)
