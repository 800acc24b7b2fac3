"""Units as they come and change, on both databases."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import request_booking
from alliance.booking.suspension import suspend_unit
from alliance.errors import Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.members.models import Unit
from alliance.members.unit_actions import edit_unit, make_unit, readmit_unit
from alliance.members.unit_facts import UnitFacts, facts_of
from tests.conftest import NOW
from tests.notifications.test_audience import heard
from tests.waiting import in_background, row_lock
from tests.world import span

FACTS = UnitFacts("深海研究所", "", "research_institute", "海", "DS", 3, "dsi@example.org", "Asia/Urumqi")
DAY = span("2026-11-24", "14:00", "16:00")


@pytest.fixture
def qin(world):
    return world.actor(world.person("qin", world.unit("SEC"), role="secretariat"))


def unit(world, code):
    world.session.rollback()
    return world.session.scalars(sa.select(Unit).where(Unit.code == code)).one()


def codes(refused):
    return [each.code for each in refused.value.problems]


def verbs(world):
    world.session.rollback()
    return list(world.session.scalars(sa.select(Event.verb).order_by(Event.id)))


@pytest.mark.parametrize(("status", "joined"), [("active", "2026-11-23"), ("external", "None")])
def test_the_secretariat_enters_a_unit(world, qin, status, joined):
    code = make_unit("dsi", FACTS, status=status, by=qin)

    found = unit(world, code)
    assert (found.code, found.status, str(found.joined_on)) == ("DSI", status, joined)
    assert facts_of(found) == FACTS
    assert verbs(world) == ["unit.made"]


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [("INST", "active", "unit_code_taken"), ("1", "active", "unfit_code"), ("DSI", "left", "unknown_choice")],
)
def test_what_cannot_be_entered_is_said(world, qin, code, status, said):
    with pytest.raises(Refused) as refused:
        make_unit(code, FACTS, status=status, by=qin)

    assert codes(refused) == [said]
    assert verbs(world) == []


def test_an_admin_edits_his_own_unit_and_history_says_what(world):
    fang = world.actor(world.fang)
    before = facts_of(world.institute)
    with clock.frozen(NOW):
        edit_unit("INST", replace(before, name_en="Brain Institute", tile=4), by=fang)
        edit_unit("INST", replace(before, name_en="Brain Institute", tile=4), by=fang)

    event = world.session.scalars(sa.select(Event)).one()
    assert event.verb == "unit.edited"
    assert event.data["before"] == {"name_en": "INST Unit", "tile": 1}
    assert event.data["after"] == {"name_en": "Brain Institute", "tile": 4}
    assert unit(world, "INST").changed_at == NOW


def test_who_may_not_edit_changes_nothing(world):
    others = [
        world.lin,
        world.person("member", world.institute),
        world.person("luo", world.university, admin=True),
        world.person("chair", role="council"),
    ]

    for person in others:
        with pytest.raises(Forbidden):
            edit_unit("INST", FACTS, by=world.actor(person))
    with pytest.raises(Missing):
        edit_unit("N\0", FACTS, by=world.actor(world.fang))

    assert verbs(world) == []


def test_only_the_secretariat_enters_suspends_and_readmits(world):
    for person in (world.fang, world.person("chair", role="council")):
        by = world.actor(person)
        with pytest.raises(Forbidden):
            make_unit("DSI", FACTS, by=by)
        with pytest.raises(Forbidden):
            suspend_unit("INST", by=by, reason="no")
        with pytest.raises(Forbidden):
            readmit_unit("INST", by=by)

    assert verbs(world) == []


def test_a_suspended_unit_books_nothing_and_nothing_of_it_is_booked_until_it_is_readmitted(world, qin):
    ours, theirs = world.resource(), world.resource("THEIRS", owner=world.university)
    lin, fang = world.actor(world.lin), world.actor(world.fang)

    def booked(resource, actor, number):
        try:
            request_booking(resource.id, DAY, by=actor, unit_id=number)
        except Refused as refused:
            return [each.code for each in refused.problems]
        except Missing:
            return ["not there"]
        return []

    numbers = (world.university.id, world.institute.id)
    suspend_unit("INST", by=qin, reason="Papers missing")
    during = (booked(ours, lin, numbers[0]), booked(theirs, world.actor(world.fang), numbers[1]))
    told = heard(world)
    readmit_unit("INST", by=qin)

    assert all(during)
    assert told == [("fangshuyan", "standing")]
    assert booked(ours, lin, numbers[0]) == []
    assert booked(theirs, fang, numbers[1]) == []
    assert heard(world)[0] == ("fangshuyan", "standing")


def test_suspending_needs_a_reason_and_a_unit_that_can_be_suspended(world, qin):
    world.unit("GONE", status="left")

    with pytest.raises(Refused) as silent:
        suspend_unit("INST", by=qin, reason=" ")
    with pytest.raises(Refused) as gone:
        suspend_unit("GONE", by=qin, reason="no")
    with pytest.raises(Refused) as member:
        readmit_unit("INST", by=qin)

    assert (codes(silent), codes(gone), codes(member)) == (
        ["reason_needed"],
        ["unit_stands_otherwise"],
        ["unit_stands_otherwise"],
    )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_suspension_waits_for_whoever_is_booking_there(app, world, qin):
    resource = world.resource()

    with row_lock("resource", resource.id) as booking:
        waiting = in_background(app, lambda: suspend_unit("INST", by=qin, reason="Papers"))
        booking.wait_for_waiters(1)
        assert unit(world, "INST").status == "active"
        booking.release()
        waiting.result(10)

    assert unit(world, "INST").status == "suspended"


def test_a_unit_joins_on_the_day_it_is_there(world, qin):
    world.unit("EXT", status="external")

    with clock.frozen(NOW.replace(day=23, hour=22)):
        make_unit("DSI", FACTS, by=qin)
        readmit_unit("EXT", by=qin)

    assert [unit(world, code).joined_on.day for code in ("DSI", "EXT")] == [24, 24]
