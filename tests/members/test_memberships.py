"""Roles in a unit and suspensions: who may change them, what history keeps, and that a unit keeps an admin."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from alliance.booking.suspension import suspend_person
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.models import Event
from alliance.members.memberships import change_membership, readmit_person
from alliance.members.models import Management, Membership
from alliance.members.roster import everybody, known_person, people_of, roles_history
from alliance.resources.managing import give_management, owned_as_seen, take_management
from tests.world import at


@pytest.fixture
def mei(world):
    return world.person("mei", world.institute)


@pytest.fixture
def qin(world):
    return world.person("qin", role="secretariat")


def change(world, person, by=None, *, is_admin=False, ends_on=None, unit="INST"):
    change_membership(unit, person.ref, by=world.actor(by or world.fang), is_admin=is_admin, ends_on=ends_on)


def happened(session):
    found = [(row.verb, row.data) for row in session.scalars(sa.select(Event).order_by(Event.id))]
    session.rollback()
    return found


def last_admin_of(name):
    params = {"name": name, "unit_zh": "INST 单位", "unit_en": "INST Unit"}
    return Problem("last_admin", params=params, field="is_admin")


def test_roles_and_last_days_are_set_and_history_says_what_was_before(session, world, mei):
    change(world, mei, is_admin=True, ends_on=date(2026, 12, 31))
    change(world, mei, is_admin=True, ends_on=date(2026, 12, 31))
    change(world, mei)

    end = at("2027-01-01 00:00").isoformat()
    assert happened(session) == [
        (
            "membership.changed",
            {"is_admin": True, "ends_at": end, "was_admin": False, "ended_at": None},
        ),
        (
            "membership.changed",
            {"is_admin": False, "ends_at": None, "was_admin": True, "ended_at": end},
        ),
    ]


def test_a_last_day_is_today_or_later(session, world, mei):
    with pytest.raises(Refused) as refused:
        change(world, mei, ends_on=date(2026, 11, 22))

    assert refused.value.problems == (Problem("ends_in_the_past", field="ends_on"),)
    change(world, mei, ends_on=date(2026, 11, 23))


@pytest.mark.parametrize(
    "change_to", [{"is_admin": False}, {"is_admin": True, "ends_on": date(2026, 12, 31)}]
)
def test_the_last_admin_stays(session, world, mei, change_to):
    with pytest.raises(Refused) as refused:
        change(world, world.fang, **change_to)

    assert refused.value.problems == (last_admin_of("fangshuyan"),)
    assert happened(session) == []


def test_an_admin_with_a_last_day_or_suspended_does_not_count_as_one_who_stays(session, world, mei):
    change(world, mei, is_admin=True, ends_on=date(2026, 12, 31))
    world.person("gone", world.institute, admin=True, status="suspended")

    with pytest.raises(Refused):
        change(world, world.fang)
    change(world, mei, is_admin=True)
    change(world, world.fang)


def test_two_admins_who_take_each_others_role_at_once_leave_one(app, session, world, mei):
    change(world, mei, is_admin=True)
    pair = [(world.actor(world.fang), mei.ref), (world.actor(mei), world.fang.ref)]

    def take(by_and_ref):
        with app.app_context():
            try:
                change_membership("INST", by_and_ref[1], by=by_and_ref[0], is_admin=False, ends_on=None)
            except (Refused, Forbidden):
                return "refused"
            return "taken"

    session.rollback()
    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(take, pair))

    assert outcomes == ["refused", "taken"]
    assert session.scalar(sa.select(sa.func.count()).where(Membership.is_admin)) == 1


def test_only_those_who_look_after_the_people_change_anything(session, world, mei, qin):
    dean = world.person("dean", world.university, admin=True)
    for somebody, error in ((mei, Forbidden), (world.lin, Missing), (dean, Missing)):
        with pytest.raises(error):
            change(world, mei, somebody, is_admin=True)
    for ref in (world.lin.ref, "0123456789", "\x00"):
        with pytest.raises(Missing):
            change_membership("INST", ref, by=world.actor(world.fang), is_admin=True, ends_on=None)
    assert happened(session) == []

    change(world, mei, qin, is_admin=True)


def test_management_is_given_and_taken_of_what_the_unit_owns(session, world, mei):
    world.resource("OURS")
    world.resource("THEIRS", owner=world.university)
    fang = world.actor(world.fang)

    give_management("INST", mei.ref, "OURS", by=fang)
    give_management("INST", mei.ref, "OURS", by=fang)
    managed = len(world.actor(mei).managed_ids)
    for code in ("THEIRS", "NOTHING", "\x00"):
        with pytest.raises(Refused, match=r"^not_owned$"):
            give_management("INST", mei.ref, code, by=fang)
    take_management("INST", mei.ref, "OURS", by=fang)

    assert (managed, len(world.actor(mei).managed_ids)) == (1, 0)
    assert [verb for verb, _data in happened(session)] == ["management.given", "management.taken"]


def test_the_secretariat_learns_nothing_of_what_a_unit_hides(session, world, mei, qin):
    world.resource("HIDDEN", visibility="hidden")

    with pytest.raises(Refused, match=r"^not_owned$"):
        give_management("INST", mei.ref, "HIDDEN", by=world.actor(qin))
    assert session.scalar(sa.select(sa.func.count()).select_from(Management)) == 0


def test_who_is_suspended_has_no_roles_until_readmitted(session, world, mei, qin):
    change(world, mei, is_admin=True)
    by = world.actor(qin)

    suspend_person(mei.ref, by=by, reason="Left the key in the door")
    suspend_person(mei.ref, by=by, reason="Again")
    during = world.actor(mei)
    readmit_person(mei.ref, by=by)
    readmit_person(mei.ref, by=by)

    assert (during.admin_unit_ids, world.actor(mei).admin_unit_ids) == (set(), {world.institute.id})
    assert happened(session)[1:] == [
        ("person.suspended", {"reason": "Left the key in the door"}),
        ("person.readmitted", {}),
    ]


def test_only_the_secretariat_suspends_and_nobody_the_last_admin_or_himself(session, world, mei, qin):
    with pytest.raises(Forbidden):
        suspend_person(mei.ref, by=world.actor(world.fang), reason="No")
    with pytest.raises(Refused) as refused:
        suspend_person(world.fang.ref, by=world.actor(qin), reason=" ")
    with pytest.raises(Refused, match=r"^not_oneself$"):
        suspend_person(qin.ref, by=world.actor(qin), reason="Tired")

    assert [problem.code for problem in refused.value.problems] == ["reason_needed", "last_admin"]
    assert happened(session) == []


def test_the_list_shows_admins_first_then_members_then_guests(session, world, mei):
    change(world, world.person("ada", world.institute), ends_on=date(2026, 12, 31))
    world.manages(mei, world.resource("OURS"))
    world.manages(mei, world.resource("THEIRS", owner=world.university))

    everything = owned_as_seen(world.institute, world.actor(world.fang))
    people, total = people_of(session, world.institute, everything)

    assert [(each.name, each.is_admin, each.manages) for each in people] == [
        ("fangshuyan", True, 0),
        ("mei", False, 1),
        ("ada", False, 0),
    ]
    assert total == 3
    assert [each.name for each in people_of(session, world.institute, everything, words="EXAMPLE me")[0]] == [
        "mei"
    ]
    assert people_of(session, world.institute, everything, words="100%_\\") == ([], 0)


def test_what_is_hidden_is_not_counted_among_what_somebody_manages(session, world, mei, qin):
    world.manages(mei, world.resource("OURS"))
    world.manages(mei, world.resource("HIDDEN", visibility="hidden"))

    def counted(reader):
        owned = owned_as_seen(world.institute, world.actor(reader))
        return [each.manages for each in people_of(session, world.institute, owned, words="mei")[0]]

    assert (counted(qin), counted(world.fang)) == ([1], [2])


def test_the_secretariat_finds_everybody(session, world, mei, qin):
    by = world.actor(qin)

    people, total = everybody(session, by)

    assert [(each.name, each.units) for each in people] == [
        ("fangshuyan", ("INST",)),
        ("linyuan", ("UNIV",)),
        ("mei", ("INST",)),
        ("qin", ()),
    ]
    assert total == 4
    assert known_person(session, qin.ref, by).roles == {"secretariat"}
    with pytest.raises(Forbidden):
        everybody(session, world.actor(world.fang))
    with pytest.raises(Forbidden):
        known_person(session, mei.ref, world.actor(world.fang))


def test_history_tells_a_unit_only_of_itself(session, world, mei):
    session.add(Membership(person_id=mei.id, unit_id=world.university.id))
    session.commit()
    dean = world.person("dean", world.university, admin=True)
    change(world, mei, is_admin=True)
    change(world, mei, dean, is_admin=True, unit="UNIV")

    (only,) = roles_history(session, mei, world.institute)

    assert only[1] == "fangshuyan"
    assert len(roles_history(session, mei, None)) == 2
