"""A unit leaves: every tie is listed and undone by an act of its own, on both databases."""

import pytest
import sqlalchemy as sa

from alliance.booking.leaving import end_for_leaving, hand_over, let_leave, retire_for_leaving, ties_of
from alliance.booking.suspension import suspend_unit
from alliance.errors import AlreadyDecided, Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.members.joining.requests import ask_to_join
from alliance.members.models import GroupUnit, Management
from alliance.resources.models import Resource
from tests.booking.acting import booking, occupied, request, verbs
from tests.notifications.test_audience import heard
from tests.resources.counting import statements
from tests.waiting import in_background, row_lock
from tests.world import BY_OWNER


@pytest.fixture
def qin(world):
    return world.actor(world.person("qin", world.unit("SEC"), role="secretariat"))


def codes(refused):
    return [each.code for each in refused.value.problems]


def owners(world):
    world.session.rollback()
    return dict(world.session.execute(sa.select(Resource.code, Resource.owner_id)).all())


def test_all_that_ties_a_unit_is_listed(world, qin):
    ours = world.resource()
    world.resource("OLD", status="retired")
    theirs = world.resource("THEIRS", owner=world.university)
    world.group("CHAIN", world.institute)
    ask_to_join("INST", by=world.actor(world.lin))
    on_ours = request(world, ours)
    by_ours = request(world, theirs, by=world.fang)

    world.session.rollback()
    ties = ties_of(world.session, "INST", qin)

    assert [each.code for each in ties.resources] == ["CONFOCAL"]
    assert on_ours in [each.ref for each in ties.on_ours]
    assert [each.ref for each in ties.by_ours] == [by_ours]
    assert ([each.code for each in ties.groups], ties.requests, ties.may_leave) == (["CHAIN"], 1, False)


def test_a_unit_that_is_tied_does_not_leave_and_nothing_is_changed(world, qin):
    request(world, world.resource())
    before = verbs(world)

    with pytest.raises(Refused) as refused:
        let_leave("INST", by=qin)

    assert codes(refused) == ["unit_is_tied"]
    assert refused.value.problems[0].params == {"shares": 1, "on_ours": 1, "by_ours": 0}
    assert verbs(world) == before


def test_what_is_handed_over_keeps_its_bookings_and_is_decided_by_the_new_owner(world, qin):
    resource = world.resource(routes=BY_OWNER)
    world.manages(world.person("mei", world.institute), resource)
    ref = request(world, resource, by=world.person("guest", world.unit("OTHER")))
    heir_admin = world.person("luo", world.university, admin=True)

    moved = hand_over("INST", ["CONFOCAL"], "UNIV", by=qin)

    assert moved == ["CONFOCAL"]
    assert owners(world) == {"CONFOCAL": world.university.id}
    assert booking(world, ref).status == "requested"
    assert world.actor(heir_admin).runs(resource.id, world.university.id)
    assert world.session.scalars(sa.select(Management)).all() == []
    assert "resource.handed_over" in verbs(world)


def test_a_whole_and_its_parts_go_together(world, qin):
    left, right = world.resource("LEFT"), world.resource("RIGHT")
    world.whole("HALL", left, right)
    world.resource("ELSE")

    assert hand_over("INST", ["LEFT"], "UNIV", by=qin) == ["HALL", "LEFT", "RIGHT"]
    assert owners(world)["ELSE"] == world.institute.id


def test_a_qualification_goes_along_once_nothing_of_the_old_owner_needs_it(world, qin):
    one, two = world.resource("ONE"), world.resource("TWO")
    qualification = world.requires(one)
    world.session.execute(
        sa.text("insert into required_qualification (resource_id, qualification_id) values (:r, :q)"),
        {"r": two.id, "q": qualification.id},
    )
    world.session.commit()

    def owner():
        world.session.rollback()
        world.session.refresh(qualification)
        return qualification.owner_id

    hand_over("INST", ["ONE"], "UNIV", by=qin)
    first = owner()
    hand_over("INST", ["TWO"], "UNIV", by=qin)

    assert (first, owner()) == (world.institute.id, world.university.id)


@pytest.mark.parametrize("to", ["INST", "SUSP", "EXT"])
def test_nobody_takes_over_who_is_not_in_good_standing(world, qin, to):
    world.unit("SUSP", status="suspended")
    world.unit("EXT", status="external")
    world.resource()

    with pytest.raises(Refused) as refused:
        hand_over("INST", ["CONFOCAL"], to, by=qin)

    assert codes(refused) == ["no_heir"]


def test_only_what_the_unit_owns_is_handed_over_or_retired(world, qin):
    world.resource("THEIRS", owner=world.university)
    world.resource()

    for act in (
        lambda: hand_over("INST", ["CONFOCAL", "THEIRS"], "SEC", by=qin),
        lambda: retire_for_leaving("INST", ["THEIRS", "CONFOCAL"], by=qin),
    ):
        with pytest.raises(Missing):
            act()
    with pytest.raises(Refused) as nothing:
        retire_for_leaving("INST", ["\0"], by=qin)

    assert codes(nothing) == ["nothing_chosen"]
    assert set(owners(world).values()) == {world.institute.id, world.university.id}


def test_what_is_booked_is_not_retired(world, qin):
    ref = request(world, world.resource())
    world.resource("FREE")

    with pytest.raises(Refused) as refused:
        retire_for_leaving("INST", ["CONFOCAL", "FREE"], by=qin)
    end_for_leaving("INST", ref, by=qin, reason="The unit leaves")
    retired = retire_for_leaving("INST", ["CONFOCAL", "FREE"], by=qin)

    assert codes(refused) == ["still_booked"]
    assert refused.value.problems[0].params == {"codes": ("CONFOCAL",)}
    assert retired == ["CONFOCAL", "FREE"]


def test_ending_a_booking_reaches_its_booker_and_those_who_run_the_resource(world, qin):
    ours = world.resource()
    theirs = world.resource("THEIRS", owner=world.university, routes=BY_OWNER)
    world.person("luo", world.university, admin=True)
    on_ours = request(world, ours)
    by_ours = request(world, theirs, by=world.fang)
    heard(world)

    end_for_leaving("INST", on_ours, by=qin, reason="The institute leaves")
    first = heard(world)
    end_for_leaving("INST", by_ours, by=qin, reason="The institute leaves")

    assert sorted(first) == [("fangshuyan", "given_back"), ("linyuan", "cancelled")]
    assert sorted(heard(world)) == [("fangshuyan", "cancelled"), ("luo", "given_back")]
    assert (booking(world, on_ours).status, booking(world, by_ours).status) == ("cancelled", "withdrawn")
    assert booking(world, on_ours).reason == "The institute leaves"
    assert occupied(world) == 0


def test_a_private_booking_may_be_ended_by_whoever_may_not_read_it(world, qin):
    ref = request(world, world.resource(detail="busy"))

    end_for_leaving("INST", ref, by=qin, reason="The unit leaves")

    assert booking(world, ref).status == "cancelled"


def test_a_booking_that_has_nothing_to_do_with_it_stays(world, qin):
    ref = request(world, world.resource("THEIRS", owner=world.university))

    with pytest.raises(Missing):
        end_for_leaving("INST", ref, by=qin, reason="no")
    with pytest.raises(Refused) as silent:
        end_for_leaving("UNIV", ref, by=qin, reason=" ")
    end_for_leaving("UNIV", ref, by=qin, reason="yes")
    with pytest.raises(AlreadyDecided):
        end_for_leaving("UNIV", ref, by=qin, reason="again")

    assert codes(silent) == ["reason_needed"]


def test_a_unit_without_ties_leaves_its_groups_and_its_people_lose_it(world, qin):
    world.resource()
    world.group("CHAIN", world.institute, world.university)
    ask_to_join("INST", by=world.actor(world.lin))
    retire_for_leaving("INST", ["CONFOCAL"], by=qin)

    let_leave("INST", by=qin, reason="By its own wish")

    assert world.actor(world.fang).unit_ids == frozenset()
    assert world.session.scalars(sa.select(GroupUnit.unit_id)).all() == [world.university.id]
    assert verbs(world)[-3:] == ["join.refused", "group.unit_removed", "unit.left"]
    assert sorted(heard(world)) == [
        ("fangshuyan", "standing"),
        ("linyuan", "admitted"),
    ]
    with pytest.raises(Refused) as again:
        let_leave("INST", by=qin)
    assert codes(again) == ["unit_stands_otherwise"]


def test_only_the_secretariat_sees_the_ties_and_undoes_them(world):
    ref = request(world, world.resource())

    for person in (world.fang, world.lin, world.person("chair", role="council")):
        by = world.actor(person)
        for act in (
            lambda by=by: ties_of(world.session, "INST", by),
            lambda by=by: hand_over("INST", ["CONFOCAL"], "UNIV", by=by),
            lambda by=by: retire_for_leaving("INST", ["CONFOCAL"], by=by),
            lambda by=by: end_for_leaving("INST", ref, by=by, reason="no"),
            lambda by=by: let_leave("INST", by=by),
        ):
            with pytest.raises(Forbidden):
                act()

    assert verbs(world) == ["booking.approved"]


def test_many_ties_are_read_in_as_many_statements_as_one(world, qin):
    def asked():
        world.session.rollback()
        with statements() as seen:
            ties_of(world.session, "INST", qin)
        return len(seen)

    resource = world.resource()
    request(world, resource)
    one = asked()
    for n in range(2):
        request(world, world.resource(f"MORE{n}"))

    assert asked() == one


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_heir_suspended_while_the_hold_is_waited_for_takes_nothing_over(app, world, qin):
    resource = world.resource()

    with row_lock("resource", resource.id) as booking_there:
        waiting = in_background(app, lambda: hand_over("INST", ["CONFOCAL"], "UNIV", by=qin))
        booking_there.wait_for_waiters(1)
        suspend_unit("UNIV", by=qin, reason="Papers")
        booking_there.release()
        with pytest.raises(Refused) as refused:
            waiting.result(10)

    assert codes(refused) == ["no_heir"]
    assert owners(world) == {"CONFOCAL": world.institute.id}


@pytest.mark.parametrize("leaves", [False, True])
def test_each_management_that_goes_with_a_unit_is_noted_with_its_person(world, qin, leaves):
    resource = world.resource()
    mei = world.person("mei", world.institute)
    world.manages(mei, resource)

    if leaves:
        retire_for_leaving("INST", ["CONFOCAL"], by=qin)
        let_leave("INST", by=qin)
    else:
        hand_over("INST", ["CONFOCAL"], "UNIV", by=qin)

    world.session.rollback()
    taken = world.session.scalars(sa.select(Event).where(Event.verb == "management.taken")).one()
    assert (taken.subject_type, taken.subject_id, taken.unit_id) == ("person", mei.id, world.institute.id)
    assert taken.data["resource"] == "CONFOCAL"
    assert world.session.scalars(sa.select(Management)).all() == []
