"""Suspending people and units: what is left behind is listed and handed over, nothing is cancelled, and all is judged
again once it is held.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from alliance.booking.departure import Handover
from alliance.booking.models import Booking
from alliance.booking.suspension import posts_of, suspend_person, suspend_unit
from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.members.memberships import readmit_person
from alliance.members.models import Group, Management, Membership, Person
from tests.booking.acting import book, request, verbs
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER


@pytest.fixture
def qin(world):
    return world.actor(world.person("qin", role="secretariat"))


def booker(session, ref):
    found = session.execute(sa.select(Booking.person_id, Booking.status).where(Booking.ref == ref)).one()
    session.rollback()
    return tuple(found)


def managing(session):
    rows = session.execute(sa.select(Management.person_id, Management.resource_id)).all()
    session.rollback()
    return {tuple(row) for row in rows}


def status(session, person):
    found = session.scalar(sa.select(Person.status).where(Person.id == person.id))
    session.rollback()
    return found


def problems(refused):
    return [(each.code, each.field) for each in refused.value.problems]


def test_all_that_would_be_left_behind_is_listed_by_unit(session, world, mei, qin):
    session.add(Membership(person_id=mei.id, unit_id=world.university.id, is_admin=True))
    world.person("dean", world.university, admin=True)
    group = world.group("CHAIN", world.university, world.institute)
    group.lead_id = world.university.id
    session.commit()
    ours, shared = world.resource("OURS", routes=BY_OWNER, detail="busy"), world.resource("SHARED", items=2)
    for resource in (ours, shared):
        world.manages(mei, resource)
    world.manages(world.fang, shared)
    here = book(world, shared, mei)
    there = book(world, shared, mei, "17:00", "18:00", unit=world.university)
    waiting = book(world, ours, world.lin, unit=world.university)

    at_inst, at_univ = posts_of(session, mei, NOW, qin)

    assert (at_inst.unit.code, at_univ.unit.code) == ("INST", "UNIV")
    assert [each.ref for each in at_inst.duties.bookings] == [here]
    assert [each.code for each in at_inst.duties.managed] == ["OURS", "SHARED"]
    assert at_inst.duties.only_his == {ours.id}
    assert [each.ref for each in at_inst.duties.alone] == [waiting]
    assert (at_inst.admins, at_inst.groups) == (None, [])
    assert [each.ref for each in at_univ.duties.bookings] == [there]
    assert (at_univ.admins, at_univ.is_last_admin) == (["dean"], False)
    assert [each.code for each in at_univ.groups] == ["CHAIN"]


def test_bookings_for_a_unit_he_has_left_are_listed_too(session, world, mei, qin):
    ref = book(world, world.resource(), mei)
    session.execute(sa.delete(Membership).where(Membership.person_id == mei.id))
    session.commit()

    (post,) = posts_of(session, mei, NOW, qin)

    assert (post.unit.code, [each.ref for each in post.duties.bookings]) == ("INST", [ref])


def test_what_is_chosen_is_handed_over_and_the_rest_comes_back(session, world, mei, ada, qin):
    resource = world.resource(items=2)
    world.manages(mei, resource)
    given, kept = book(world, resource, mei), book(world, resource, mei, "17:00", "18:00")
    handover = Handover(frozenset([given]), ada.ref, ada.ref)

    suspend_person(mei.ref, {"INST": handover}, by=qin, reason="Lost the key")

    assert status(session, mei) == "suspended"
    assert (booker(session, given), booker(session, kept)) == ((ada.id, "approved"), (mei.id, "approved"))
    # His own management rests; ada's is beside it.
    assert managing(session) == {(mei.id, resource.id), (ada.id, resource.id)}
    assert (world.actor(mei).managed_ids, world.actor(ada).managed_ids) == (set(), {resource.id})
    assert verbs(world)[-3:] == ["booking.handed_over", "management.given", "person.suspended"]
    readmit_person(mei.ref, by=qin)
    assert world.actor(mei).managed_ids == {resource.id}


def test_each_unit_hands_over_to_its_own_people(session, world, mei, ada, qin):
    session.add(Membership(person_id=mei.id, unit_id=world.university.id))
    session.commit()
    resource = world.resource(items=2)
    here, there = book(world, resource, mei), book(world, resource, mei, unit=world.university)
    chosen = frozenset([here, there])

    with pytest.raises(Refused) as refused:
        suspend_person(
            mei.ref,
            {"INST": Handover(chosen, world.lin.ref), "UNIV": Handover(chosen, world.lin.ref)},
            by=qin,
            reason="no",
        )
    before = (status(session, mei), booker(session, there))
    suspend_person(
        mei.ref,
        {"INST": Handover(chosen, ada.ref), "UNIV": Handover(chosen, world.lin.ref)},
        by=qin,
        reason="no",
    )

    assert problems(refused) == [("heir_not_of_unit", "INST-heir")]
    assert before == ("active", (mei.id, "approved"))
    assert (booker(session, here)[0], booker(session, there)[0]) == (ada.id, world.lin.id)


def test_requests_only_he_decides_need_somebody_after_him_where_there_is_anybody(session, world, mei, qin):
    resource = world.resource(routes=BY_OWNER, detail="busy")
    world.manages(mei, resource)
    book(world, resource, world.lin, unit=world.university)

    with pytest.raises(Refused) as refused:
        suspend_person(mei.ref, by=qin, reason="no")
    suspend_person(mei.ref, {"INST": Handover(manager=world.fang.ref)}, by=qin, reason="no")

    assert problems(refused) == [("nobody_else_decides", "INST-manager")]
    assert world.actor(world.fang).managed_ids == {resource.id}


def test_where_nobody_else_belongs_to_the_unit_a_request_keeps_nobody_from_being_suspended(
    session, world, qin
):
    alone = world.unit("ALONE", status="suspended")
    only = world.person("only", alone)
    resource = world.resource("ONE", alone, routes=BY_OWNER, detail="busy")
    world.manages(only, resource)
    session.execute(sa.text("update unit set status = 'active' where code = 'ALONE'"))
    session.commit()
    book(world, resource, world.lin, unit=world.university)

    suspend_person(only.ref, by=qin, reason="no")

    assert status(session, only) == "suspended"


@pytest.mark.parametrize("standing", ["active", "suspended"])
def test_no_unit_loses_its_last_admin_suspended_or_not(session, world, qin, standing):
    session.execute(sa.text("update unit set status = :status where code = 'INST'"), {"status": standing})
    session.commit()
    (post,) = posts_of(session, world.fang, NOW, qin)

    with pytest.raises(Refused, match=r"^last_admin$"):
        suspend_person(world.fang.ref, by=qin, reason="no")
    assert post.is_last_admin
    world.person("second", world.institute, admin=True)
    suspend_person(world.fang.ref, by=qin, reason="no")

    assert status(session, world.fang) == "suspended"


def test_two_admins_of_a_unit_suspended_at_once_leave_one(app, session, world, qin):
    other = world.person("other", world.institute, admin=True)
    refs = [world.fang.ref, other.ref]

    def turn_out(ref):
        with app.app_context():
            try:
                suspend_person(ref, by=qin, reason="no")
            except Refused:
                return False
            finally:
                db.session.remove()
            return True

    session.rollback()
    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(turn_out, refs))

    assert done == [False, True]


def test_nothing_hostile_is_handed_over(session, world, mei, ada, qin):
    foreign = book(world, world.resource("MINE"), world.lin, unit=world.university)
    book(world, world.resource("OURS"), mei)

    with pytest.raises(Forbidden):
        suspend_person(mei.ref, by=world.actor(world.fang), reason="no")
    for ref, handovers in (
        ("\x00", {}),
        (mei.ref, {"NOWHERE": Handover()}),
        (mei.ref, {"\x00": Handover()}),
        (mei.ref, {"INST": Handover(heir="\x00")}),
    ):
        with pytest.raises(Missing):
            suspend_person(ref, handovers, by=qin, reason="no")
    suspend_person(
        mei.ref, {"INST": Handover(frozenset([foreign, "\x00", "x" * 5000]), ada.ref)}, by=qin, reason="no"
    )

    assert booker(session, foreign)[0] == world.lin.id


def test_the_list_takes_as_many_statements_for_three_bookings_as_for_one(session, world, mei, qin):
    resource = world.resource(items=3)
    world.manages(mei, resource)
    book(world, resource, mei)
    posts_of(session, mei, NOW, qin)
    with statements() as one:
        posts_of(session, mei, NOW, qin)
    book(world, resource, mei, "14:00", "15:00")
    book(world, world.resource("OTHER"), mei)
    world.manages(mei, world.resource("THIRD"))
    posts_of(session, mei, NOW, qin)
    with statements() as three:
        posts_of(session, mei, NOW, qin)

    assert len(one) == len(three) <= 14


def test_a_group_is_led_by_whom_was_chosen_or_waits(session, world, qin):
    other, stranger = world.unit("OTHER"), world.unit("STRANGER")
    gone = world.unit("GONE", status="suspended")
    for code in ("FIRST", "SECOND"):
        world.group(code, world.institute, other, gone).lead_id = world.institute.id
    world.group("THEIRS", world.institute, other).lead_id = other.id
    session.commit()
    dean = world.person("dean", other, admin=True)

    def leads():
        found = {group.code: group.lead_id for group in session.scalars(sa.select(Group))}
        session.rollback()
        return found

    before = leads()
    first = {"code": "FIRST", "name_zh": "FIRST 组", "name_en": "FIRST group"}
    for code, lead, said, params in (
        ("FIRST", stranger.code, "lead_not_in_group", first),
        ("FIRST", "\x00", "lead_not_in_group", first),
        ("FIRST", gone.code, "lead_not_in_good_standing", first),
        ("FIRST", world.institute.code, "lead_not_in_good_standing", first),
        ("THEIRS", "OTHER", "leads_no_such_group", {"code": "THEIRS"}),
        ("NOTHING", "OTHER", "leads_no_such_group", {"code": "NOTHING"}),
        ("\x00", "\x00", "leads_no_such_group", {"code": ""}),
    ):
        with pytest.raises(Refused) as refused:
            suspend_unit("INST", {code: lead}, by=qin, reason="Papers")
        assert [(each.code, each.params) for each in refused.value.problems] == [(said, params)]
        assert leads() == before
    suspend_unit("INST", {"FIRST": "OTHER", "SECOND": ""}, by=qin, reason="Papers")

    assert leads() == {**before, "FIRST": other.id}
    assert verbs(world) == ["group.edited", "unit.suspended"]
    assert world.actor(dean).admin_unit_ids == {other.id}


def test_a_suspended_unit_keeps_the_bookings_of_others_on_what_it_shares(session, world, qin):
    ref = request(world, world.resource())

    suspend_unit("INST", by=qin, reason="Papers")

    assert booker(session, ref)[1] == "approved"
