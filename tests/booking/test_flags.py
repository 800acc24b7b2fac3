"""What the inbox says against each request is what approving it would be refused for."""

from datetime import date

import pytest

from alliance.availability.actions import close_resource
from alliance.booking.actions import request_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.flags import flags_on
from alliance.booking.queries import inbox
from alliance.errors import Refused
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, at, span


def ask(world, resource, person=None, day="2026-11-24"):
    person = person or world.lin
    return request_booking(
        resource.id, span(day, "14:00", "16:00"), by=world.actor(person), unit_id=world.university.id
    )


def flags(world):
    """The codes by ref, as the inbox of the institute's admin would show them."""
    world.session.rollback()
    requests = inbox(world.session, world.actor(world.fang), NOW)
    return {
        ref: [problem.code for problem in problems]
        for ref, problems in flags_on(world.session, requests, NOW).items()
    }


def refusal(world, ref):
    """The codes with which approving is refused; none when it succeeds."""
    try:
        approve_booking(ref, by=world.actor(world.fang))
    except Refused as refused:
        return [problem.code for problem in refused.problems]
    return []


def test_what_has_changed_since_a_request_was_made_flags_it(world):
    plain, shut, west = (
        world.resource("PLAIN", routes=BY_OWNER),
        world.resource("SHUT", items=2, routes=BY_OWNER),
        world.resource("WEST", routes=BY_OWNER),
    )
    whole = world.whole("WHOLE", west, world.resource("EAST", routes=BY_OWNER), routes=BY_OWNER)
    qualified, gone = world.resource("QUALIFIED", routes=BY_OWNER), world.resource("GONE", routes=BY_OWNER)
    use = world.requires(qualified)
    world.holds(world.lin, use, until=date(2026, 11, 24))
    zhou = world.person("zhou", world.university)
    refs = [ask(world, resource) for resource in (plain, shut, qualified, gone, whole)]
    late = ask(world, plain, zhou, day="2026-11-25")
    by_fang = {"by": world.actor(world.fang), "kind": "repair"}
    close_resource(shut.id, starts_at=at("2026-11-24 15:00"), item_id=world.item_ids(shut)[0], **by_fang)
    close_resource(west.id, starts_at=at("2026-11-24 15:00"), **by_fang)
    gone = world.session.merge(gone)
    gone.status = "retired"
    world.session.merge(zhou).status = "suspended"
    world.session.commit()

    found = flags(world)

    assert found == {
        refs[0]: [],
        refs[1]: ["closed"],
        refs[2]: [],
        refs[3]: ["not_bookable"],
        refs[4]: ["closed"],
        late: ["person_suspended"],
    }
    assert {ref: refusal(world, ref) for ref in found} == found


def test_a_qualification_that_ends_before_the_booking_flags_it(world):
    resource = world.resource(routes=BY_OWNER)
    ref = ask(world, resource)
    world.holds(world.lin, world.requires(resource), until=date(2026, 11, 23))

    assert flags(world) == {ref: ["unqualified"]}


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_three_statements_however_long(world, number):
    for n in range(number):
        ask(world, world.resource(f"R{n}", routes=BY_OWNER))
    requests = inbox(world.session, world.actor(world.fang), NOW)

    with statements() as seen:
        flags_on(world.session, requests, NOW)

    assert len(seen) == 3


def test_no_requests_cost_nothing(world):
    with statements() as seen:
        assert flags_on(world.session, [], NOW) == {}

    assert seen == []
