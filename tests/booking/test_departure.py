"""Taking somebody out of a unit: what he leaves behind is listed and handed over, and nothing is cancelled."""

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import request_booking
from alliance.booking.departure import Handover, duties_of, end_membership
from alliance.booking.models import Booking
from alliance.errors import Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.members.models import Management, Membership
from tests.booking.acting import book, verbs
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, at, span

DAY = "2026-11-25"


def leave(world, who, by=None, **handover):
    handover["bookings"] = frozenset(handover.get("bookings", ()))
    end_membership("INST", who.ref, Handover(**handover), by=world.actor(by or world.fang))


def owner_of(session, ref):
    found = session.execute(
        sa.select(Booking.person_id, Booking.booked_by_id, Booking.status).where(Booking.ref == ref)
    ).one()
    session.rollback()
    return tuple(found)


def belongs(session, person, unit):
    found = session.get(Membership, (person.id, unit.id)) is not None
    session.rollback()
    return found


def test_what_is_ticked_goes_to_the_heir_and_the_rest_stays(session, world, mei, ada):
    resource = world.resource()
    given, kept = book(world, resource, mei), book(world, resource, mei, "17:00", "18:00")
    mei_id, ada_id = mei.id, ada.id

    leave(world, mei, bookings={given}, heir=ada.ref)

    assert owner_of(session, given) == (ada_id, ada_id, "approved")
    assert owner_of(session, kept) == (mei_id, mei_id, "approved")
    assert not belongs(session, mei, world.institute)
    assert verbs(world)[-2:] == ["booking.handed_over", "membership.ended"]
    ended = session.scalar(sa.select(Event.data).where(Event.verb == "membership.ended"))
    assert ended == {"bookings_kept": 1, "bookings_handed_over": 1}


def test_management_goes_to_the_heir_or_to_nobody_and_never_stays(session, world, mei, ada):
    first = world.resource("FIRST")
    elsewhere = world.resource("ELSEWHERE", owner=world.university)
    world.manages(mei, first)
    world.manages(mei, elsewhere)

    leave(world, mei, manager=ada.ref)

    rows = session.execute(sa.select(Management.person_id, Management.resource_id)).all()
    assert {tuple(row) for row in rows} == {(ada.id, first.id), (mei.id, elsewhere.id)}
    assert verbs(world) == ["management.taken", "management.given", "membership.ended"]


def test_the_list_holds_what_is_to_come_for_this_unit_and_nothing_else(session, world, mei):
    session.add(Membership(person_id=mei.id, unit_id=world.university.id))
    session.commit()
    resource = world.resource(items=3)
    ours = book(world, resource, mei)
    book(world, resource, mei, "14:00", "15:00", unit=world.university)
    with clock.frozen(at("2026-11-20 08:00")):
        request_booking(
            resource.id,
            span("2026-11-20", "14:00", "16:00"),
            by=world.actor(mei),
            unit_id=world.institute.id,
        )

    duties = duties_of(session, mei, world.institute, NOW, world.actor(world.fang))

    assert [booking.ref for booking in duties.bookings] == [ours]


def test_an_heir_must_be_allowed_what_he_takes_over(session, world, mei, ada):
    resource = world.resource()
    world.holds(mei, world.requires(resource))
    ref = book(world, resource, mei)
    before = verbs(world)

    with pytest.raises(Refused, match=r"^cannot_take_over$") as refused:
        leave(world, mei, bookings={ref}, heir=ada.ref)

    assert refused.value.problems[0].params["name"] == "ada"
    assert (owner_of(session, ref)[0], belongs(session, mei, world.institute)) == (mei.id, True)
    assert verbs(world) == before


def test_an_heir_belongs_to_the_unit(session, world, mei):
    ref = book(world, world.resource(), mei)

    for heir in (world.lin.ref, mei.ref, "0123456789", ""):
        with pytest.raises(Refused, match=r"^heir_not_of_unit"):
            leave(world, mei, bookings={ref}, heir=heir)
    with pytest.raises(Missing):
        leave(world, mei, bookings={ref}, heir="\x00")
    assert belongs(session, mei, world.institute)


def test_requests_only_he_can_decide_need_somebody_after_him(session, world, mei, ada):
    resource = world.resource(routes=BY_OWNER, detail="busy")
    world.manages(mei, resource)
    request_booking(
        resource.id,
        span(DAY, "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    alone = duties_of(session, mei, world.institute, NOW, world.actor(world.fang)).alone
    assert len(alone) == 1

    with pytest.raises(Refused, match=r"^nobody_else_decides$"):
        leave(world, mei)
    leave(world, mei, manager=ada.ref)

    assert world.actor(ada).managed_ids == {resource.id}


def test_a_request_an_admin_can_decide_too_keeps_nobody(session, world, mei):
    resource = world.resource(routes=BY_OWNER)
    world.manages(mei, resource)
    request_booking(
        resource.id, span(DAY, "14:00", "16:00"), by=world.actor(world.lin), unit_id=world.university.id
    )

    assert duties_of(session, mei, world.institute, NOW, world.actor(world.fang)).alone == []
    leave(world, mei)


def test_the_last_admin_stays_and_an_admin_may_leave_by_himself(session, world, mei):
    with pytest.raises(Refused, match=r"^last_admin$"):
        leave(world, world.fang)
    world.person("second", world.institute, admin=True)

    leave(world, world.fang)

    assert not belongs(session, world.fang, world.institute)


def test_only_those_who_look_after_the_people_take_somebody_out(session, world, mei, ada):
    with pytest.raises(Forbidden):
        leave(world, mei, by=ada)
    with pytest.raises(Missing):
        leave(world, mei, by=world.lin)
    with pytest.raises(Missing):
        leave(world, world.lin)
    assert verbs(world) == []


def test_bookings_of_private_resources_are_not_listed_nor_handed_over(session, world, mei, ada):
    ref = book(world, world.resource(owner=world.university, detail="busy"), mei)

    assert duties_of(session, mei, world.institute, NOW, world.actor(world.fang)).bookings == []
    leave(world, mei, bookings={ref}, heir=ada.ref)

    assert owner_of(session, ref)[0] == mei.id


def test_the_list_takes_as_many_statements_for_three_as_for_one(session, world, mei):
    resource = world.resource(items=3)
    book(world, resource, mei)
    by = world.actor(world.fang)
    with statements() as one:
        duties_of(session, mei, world.institute, NOW, by)
    book(world, resource, mei, "14:00", "15:00")
    book(world, world.resource("OTHER"), mei)
    with statements() as three:
        duties_of(session, mei, world.institute, NOW, by)

    assert len(one) == len(three)
