"""What a part shows of the whole that takes it, to readers from whom the whole is kept."""

import pytest

from alliance.availability.actions import close_resource
from alliance.booking.actions import request_booking
from alliance.booking.closed import closed_over
from alliance.booking.permissions import seen_by
from alliance.booking.queries import booking_of
from alliance.db import db
from alliance.resources.models import ResourceGroup
from tests.booking.acting import WISH
from tests.world import World


@pytest.mark.parametrize(
    ("reader", "on_the_part", "on_the_whole"), [("outsider", "busy", None), ("friend", "busy", "full")]
)
def test_a_whole_shown_to_a_group_stays_busy_on_its_parts(
    sqlite_world: World, reader, on_the_part, on_the_whole
):
    world = sqlite_world
    friends = world.unit("FRIEND")
    readers = {"outsider": world.person("outsider", world.university), "friend": world.person("f", friends)}
    part = world.resource("PART", visibility="public", detail="full")
    whole = world.whole("WHOLE", part, visibility="groups", detail="full")
    db.session.add(ResourceGroup(resource_id=whole.id, group_id=world.group("CHAIN", friends).id))
    db.session.commit()
    fang = world.actor(world.fang)
    ref = request_booking(whole.id, WISH, by=fang, unit_id=world.institute.id, title="Secret visit")
    booking, actor = booking_of(world.session, ref), world.actor(readers[reader])

    (seen,) = seen_by(actor, [booking], seen=[part.id])

    assert (seen.level, seen.title, seen.unit_code) == (on_the_part, None, None)
    if on_the_whole:
        assert seen_by(actor, [booking], seen=[whole.id])[0].level == on_the_whole


@pytest.mark.parametrize(
    ("visibility", "status", "told"),
    [
        ("public", "published", "Secret visit"),
        ("alliance", "published", ""),
        ("hidden", "published", ""),
        ("public", "draft", ""),
    ],
)
def test_why_a_whole_is_closed_its_part_tells_only_where_the_whole_may_be_seen(
    sqlite_world: World, visibility, status, told
):
    world = sqlite_world
    part = world.resource("PART", visibility="public")
    whole = world.whole("WHOLE", part, visibility=visibility, status=status)
    fang, times = world.actor(world.fang), {"starts_at": WISH.start, "ends_at": WISH.end}
    close_resource(whole.id, by=fang, kind="own_use", reason="Secret visit", **times)
    close_resource(part.id, by=fang, kind="cleaning", reason="Carpet", **times)

    found = closed_over(world.session, part, [part.id, whole.id], WISH)

    assert [(closed.kind, closed.reason) for closed in found] == [("own_use", told), ("cleaning", "Carpet")]
