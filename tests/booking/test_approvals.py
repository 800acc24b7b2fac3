"""Deciding: by the right people, in order, on fresh facts, with snapshots of what was asked for."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import cancel_booking, request_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking, Occupancy
from alliance.booking.queries import booking_of, inbox
from alliance.errors import AlreadyDecided, Forbidden, Missing, Problem, Refused, Stale
from alliance.history.models import Event
from alliance.members.models import Membership, Person, Unit
from alliance.resources.models import HeldQualification, Item, PolicyRow, Resource
from alliance.resources.policy import Route
from tests.conftest import NOW
from tests.world import BY_OWNER, World, at, span

WISH = span("2026-11-24", "14:00", "16:00")
ROUTE = (Route("own", ("owner",)), Route("member", ("unit", "owner", "secretariat")))


def request(world: World, resource: Resource, wish=WISH, *, by: Person | None = None, **words) -> str:
    actor = world.actor(by or world.lin)
    return request_booking(resource.id, wish, by=actor, unit_id=min(actor.unit_ids), **words)


def booking(world: World, ref: str) -> Booking:
    world.session.rollback()
    found = booking_of(world.session, ref)
    assert found is not None
    return found


def events(world: World) -> list[tuple[str, dict]]:
    world.session.rollback()
    rows = world.session.execute(sa.select(Event.verb, Event.data).order_by(Event.id))
    return [(row.verb, row.data) for row in rows]


def test_three_stages_are_decided_in_order_by_those_whose_they_are(world):
    dean = world.actor(world.person("dean", world.university, admin=True))
    fang = world.actor(world.fang)
    office = world.actor(world.person("office", world.unit("ALLY"), role="secretariat"))
    ref = request(world, world.resource(routes=ROUTE))
    order = [dean, fang, office]

    for n, decider in enumerate(order):
        for other in order[n + 1 :]:
            with pytest.raises(Forbidden):
                approve_booking(ref, by=other)
            assert inbox(world.session, other, NOW) == []
        assert [found.ref for found in inbox(world.session, decider, NOW)] == [ref]
        approve_booking(ref, by=decider, reason=f"seen {n}")
        with pytest.raises(AlreadyDecided) as refusal:
            approve_booking(ref, by=decider)
        assert refusal.value.at == NOW

    found = booking(world, ref)
    assert (found.status, found.version, found.sequence) == ("approved", 4, 1)
    assert [(stage.n, stage.verdict, stage.by.name, stage.reason) for stage in found.stages] == [
        (1, "approved", "dean", "seen 0"),
        (2, "approved", "fangshuyan", "seen 1"),
        (3, "approved", "office", "seen 2"),
    ]
    assert [verb for verb, _ in events(world)] == [
        "booking.requested",
        "booking.agreed",
        "booking.agreed",
        "booking.approved",
    ]


def test_any_stage_may_refuse_and_the_place_is_free(world):
    dean = world.actor(world.person("dean", world.university, admin=True))
    microscope = world.resource(routes=ROUTE)
    ref = request(world, microscope)
    approve_booking(ref, by=dean)

    with pytest.raises(Refused) as refusal:
        refuse_booking(ref, by=world.actor(world.fang), reason=" ")
    assert refusal.value.problems == (Problem("reason_needed", field="reason"),)
    refuse_booking(ref, by=world.actor(world.fang), reason=" laser service that week ")

    found = booking(world, ref)
    assert (found.status, found.reason, found.hold_until) == ("refused", "laser service that week", None)
    assert [stage.verdict for stage in found.stages] == ["approved", "refused", None]
    assert found.occupancies == []
    request(world, microscope)


def test_whoever_was_slower_hears_who_was_faster_and_when(world):
    other = world.person("qiu", world.institute, admin=True)
    ref = request(world, world.resource(routes=BY_OWNER))
    with clock.frozen(NOW + timedelta(minutes=5)):
        approve_booking(ref, by=world.actor(world.fang))

    for late in (
        lambda: approve_booking(ref, by=world.actor(other)),
        lambda: refuse_booking(ref, by=world.actor(other), reason="no"),
    ):
        with pytest.raises(AlreadyDecided) as refusal:
            late()
        found = refusal.value
        assert (found.status, found.by, found.at) == ("approved", "fangshuyan", NOW + timedelta(minutes=5))


def test_deciding_on_ones_own_request_is_possible_and_marked(world):
    microscope = world.resource(routes=(Route("own", ("owner",)),))
    ref = request(world, microscope, by=world.fang)

    approve_booking(ref, by=world.actor(world.fang))

    assert booking(world, ref).status == "approved"
    assert [data.get("own_request") for _, data in events(world)] == [None, True]


def test_a_decision_by_somebody_else_is_not_marked(world):
    ref = request(world, world.resource(routes=BY_OWNER))

    approve_booking(ref, by=world.actor(world.fang))

    assert "own_request" not in events(world)[-1][1]


def test_a_manager_of_the_resource_decides_like_the_owners_admin(world):
    microscope, other = world.resource(routes=BY_OWNER), world.resource("OTHER", routes=BY_OWNER)
    keeper = world.person("keeper", world.institute)
    world.manages(keeper, microscope)
    refs = [request(world, resource) for resource in (microscope, other)]

    approve_booking(refs[0], by=world.actor(keeper))
    with pytest.raises(Missing):
        approve_booking(refs[1], by=world.actor(keeper))


def test_an_old_version_decides_nothing(world):
    ref = request(world, world.resource(routes=BY_OWNER))

    with pytest.raises(Stale):
        approve_booking(ref, by=world.actor(world.fang), version=2)
    approve_booking(ref, by=world.actor(world.fang), version=1)


# Snapshots and fresh facts --------------------------------------------------------------------------------------------


def change(world: World, row, **columns) -> None:
    model, key = row
    world.session.execute(sa.update(model).where(key).values(columns))
    world.session.commit()


def policy_of(resource: Resource):
    return PolicyRow, PolicyRow.resource_id == resource.id


def test_the_owners_rules_are_those_of_the_time_of_asking(world):
    """Notice, horizon, grid, lengths, hours, limits and routes may have changed since; the request stands."""
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)
    change(
        world,
        policy_of(microscope),
        hours="WD 08:00-09:00",
        grid_minutes=45,
        longest_minutes=30,
        notice_hours=240,
        days_ahead=0,
        active_per_person=0,
        routes=[Route("own").to_json()],
    )

    approve_booking(ref, by=world.actor(world.fang))

    assert booking(world, ref).status == "approved"


def test_the_stages_are_those_of_the_time_of_asking(world):
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)
    change(world, policy_of(microscope), routes=[Route("member", ("secretariat",)).to_json()])

    approve_booking(ref, by=world.actor(world.fang))

    assert booking(world, ref).status == "approved"


def test_the_footprint_is_that_of_the_time_of_asking(world):
    """Buffers that grew since reach over the neighbour, but neither booking moves nor is the neighbour in the way."""
    microscope = world.resource(routes=BY_OWNER, policy={"setup_minutes": 30, "teardown_minutes": 30})
    ref = request(world, microscope)
    neighbour = request(world, microscope, span("2026-11-24", "17:00", "18:00"))
    before = [(o.starts_at, o.ends_at) for o in booking(world, ref).occupancies]
    assert before == [(at("2026-11-24 13:30"), at("2026-11-24 16:30"))]
    change(world, policy_of(microscope), setup_minutes=120, teardown_minutes=120)

    approve_booking(ref, by=world.actor(world.fang))
    approve_booking(neighbour, by=world.actor(world.fang))

    assert [(o.starts_at, o.ends_at) for o in booking(world, ref).occupancies] == before


def suspend_person(world, microscope):
    change(world, (Person, Person.id == world.lin.id), status="suspended")


def suspend_unit(world, microscope):
    change(world, (Unit, Unit.id == world.university.id), status="suspended")


def leave_the_unit(world, microscope):
    world.session.execute(sa.delete(Membership).where(Membership.person_id == world.lin.id))
    world.session.commit()


def retire(world, microscope):
    change(world, (Resource, Resource.id == microscope.id), status="retired")


def retire_its_item(world, microscope):
    change(world, (Item, Item.resource_id == microscope.id), retired_at=NOW)


def revoke_qualification(world, microscope):
    change(world, (HeldQualification, HeldQualification.person_id == world.lin.id), valid_until=NOW.date())


def close_it(world, microscope):
    close_resource(
        microscope.id, by=world.actor(world.fang), kind="breakdown", starts_at=at("2026-11-24 15:59")
    )


def close_its_item(world, microscope):
    close_resource(
        microscope.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=at("2026-11-24 15:59"),
        item_id=world.item_ids(microscope)[0],
    )


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (suspend_person, "person_suspended"),
        (suspend_unit, "unit_suspended"),
        (leave_the_unit, "not_of_unit"),
        (retire, "not_bookable"),
        (retire_its_item, "more_than_there_are"),
        (revoke_qualification, "unqualified"),
        (close_it, "closed"),
        (close_its_item, "closed"),
    ],
)
def test_what_makes_the_use_impossible_since_is_found_when_it_is_decided(world, happens, code):
    microscope = world.resource(items=2, routes=BY_OWNER)
    world.holds(world.lin, world.requires(microscope))
    ref = request(world, microscope)
    happens(world, microscope)

    with pytest.raises(Refused) as refusal:
        approve_booking(ref, by=world.actor(world.fang))

    assert [problem.code for problem in refusal.value.problems] == [code]
    assert booking(world, ref).status == "requested"
    refuse_booking(ref, by=world.actor(world.fang), reason="impossible now")


def test_a_closure_of_another_item_is_no_reason(world):
    microscope = world.resource(items=2, routes=BY_OWNER)
    ref = request(world, microscope)
    close_resource(
        microscope.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=NOW,
        item_id=world.item_ids(microscope)[1],
    )

    approve_booking(ref, by=world.actor(world.fang))

    assert booking(world, ref).status == "approved"


def test_a_suspended_admin_decides_nothing(world):
    ref = request(world, world.resource(routes=BY_OWNER))
    change(world, (Person, Person.id == world.fang.id), status="suspended")

    with pytest.raises(Missing):
        approve_booking(ref, by=world.actor(world.fang))


def test_an_approved_booking_can_be_cancelled_by_the_owner_with_a_reason_the_booker_reads(world):
    ref = request(world, world.resource(routes=BY_OWNER))
    fang = world.actor(world.fang)
    with pytest.raises(Refused) as refusal:
        cancel_booking(ref, by=fang, reason="broken")
    assert [problem.code for problem in refusal.value.problems] == ["not_yet_decided"]
    approve_booking(ref, by=fang)

    cancel_booking(ref, by=fang, reason="broken")

    found = booking(world, ref)
    assert (found.status, found.reason, found.cancelled_late) == ("cancelled", "broken", False)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) == 0
