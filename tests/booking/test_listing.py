"""Lists of bookings show what their reader may open, and nothing else."""

import sqlalchemy as sa

from alliance.booking.actions import request_booking
from alliance.booking.listing import Sought, bookings_after
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.queries import loaded
from alliance.resources.policy import Route
from tests.conftest import NOW
from tests.world import BY_OWNER, span

BY_UNIT = (Route("member", ("unit", "owner")),)
BY_SECRETARIAT = (Route("member", ("secretariat",)),)


def test_a_list_of_all_one_may_read_holds_exactly_what_one_may_open(world):
    """The condition in the database and the question asked of one booking agree, for everybody and everything."""
    resources = [
        world.resource(f"{detail}-{n}", detail=detail, routes=routes)
        for detail in ("full", "unit", "busy")
        for n, routes in enumerate((BY_OWNER, BY_UNIT, BY_SECRETARIAT))
    ]
    manager = world.person("shen", world.institute)
    for resource in resources[::2]:
        world.manages(manager, resource)
    other = world.unit("OTHER")
    readers = [
        world.lin,
        world.fang,
        manager,
        world.person("colleague", world.university),
        world.person("admin", world.university, admin=True),
        world.person("stranger", other, admin=True),
        world.person("office", other, role="secretariat"),
        world.person("board", other, role="council"),
    ]
    lin = world.actor(world.lin)
    for resource_id in [resource.id for resource in resources]:
        request_booking(
            resource_id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id
        )

    sizes = []
    for reader in map(world.actor, readers):
        rows = world.session.scalars(sa.select(Booking).options(*loaded())).all()
        opens = {row.ref for row in rows if may_read(reader, row)}
        listed = bookings_after(world.session, reader, Sought(mine=False), NOW, after=None, limit=100)
        assert {row.ref for row in listed} == opens
        sizes.append(len(opens))

    assert sizes == [9, 6, 5, 0, 7, 0, 7, 6]
