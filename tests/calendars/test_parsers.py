"""Every feed, read by seven parsers other than our own, equals the database."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking
from alliance.calendars.entries import uid_of
from alliance.calendars.ics import one_line
from tests.calendars.hostile import HOSTILE
from tests.calendars.parsers import Seen, read_by_all
from tests.conftest import NOW, settings_for
from tests.world import BY_OWNER, at, span

DAYS = ("whole_day", "loan")
STATES = {"approved": "CONFIRMED", "requested": "TENTATIVE"}


def filled(feeds, world):
    """A few resources of every shape, with bookings in every state and titles of the worst kind."""
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    microscope = world.resource("SCOPE", routes=BY_OWNER, items=3, detail="full")
    hall = world.whole("HALL", world.resource("WEST"), world.resource("EAST"), detail="full")
    loan = world.resource("DRONE", preset="whole_day", zone="Asia/Shanghai", detail="full")
    refs = []
    # A database takes no NUL, and an action no more than 500 characters.
    titles = [text.replace("\x00", "")[:500] for text in HOSTILE.values()]
    for n, title in enumerate(titles):
        day = (NOW + timedelta(days=2 + n)).date().isoformat()
        refs.append(feeds.book(microscope, span(day, "10:00", "11:30"), title=title, quantity=n % 3 + 1))
    for n, ref in enumerate(refs[:12]):
        if n % 3 == 0:
            approve_booking(ref, by=fang)
        elif n % 3 == 1:
            refuse_booking(ref, by=fang, reason="no")
    cancel_booking(refs[0], by=lin)
    feeds.book(hall, span("2026-11-30", "19:00", "24:00"), title="夜场")
    feeds.book(world.session.merge(loan), span("2026-12-01", "00:00", "24:00"), title="整天")


def expected(world):
    """What the database holds, as a reader of its owner's feed should see it."""
    bookings = world.session.scalars(sa.select(Booking)).all()
    return sorted(
        Seen(
            uid_of(booking, settings_for("sqlite://")),
            moment(world, booking, booking.starts_at),
            moment(world, booking, booking.ends_at),
            summary(world, booking),
            STATES.get(booking.status, "CANCELLED"),
        )
        for booking in bookings
    )


def moment(world, booking, instant):
    resource = world.session.get(
        sa.inspect(Booking).relationships.resource.mapper.class_, booking.resource_id
    )
    if resource.preset in DAYS:
        return instant.astimezone(ZoneInfo(resource.zone)).date().isoformat()
    return instant.astimezone(UTC).isoformat()


def summary(world, booking):
    resource = world.session.get(
        sa.inspect(Booking).relationships.resource.mapper.class_, booking.resource_id
    )
    said = " · ".join(filter(None, [resource.name_en, one_line(booking.title)]))
    return said if booking.status in STATES else f"[Cancelled] {said}"


def test_every_feed_is_read_alike_and_equals_the_database(feeds, world, tmp_path):
    filled(feeds, world)
    mine = feeds.make(world.lin, language="en")
    paths = [
        mine,
        feeds.make(world.lin, language="zh"),
        feeds.make(world.lin, "resource", "SCOPE", language="en", detail="busy"),
        feeds.make(world.lin, "resource", "WEST", language="en", detail="unit"),
        feeds.make(world.fang, "unit", "INST", language="zh"),
        feeds.make(world.fang, "unit", "INST", language="en", detail="busy"),
    ]
    contents = [feeds.get(path).get_data() for path in paths]

    seen = read_by_all(contents, tmp_path)

    wanted = expected(world)
    assert len(wanted) == len(HOSTILE) + 2
    assert len(seen[0]) == 7
    for parser, events in seen[0].items():
        assert events == wanted, parser
    for calendar in seen[1:]:
        readings = list(calendar.values())
        assert all(reading == readings[0] for reading in readings)
        assert readings[0]
    # The same bookings, whatever the language, and whoever looks at them.
    uids = [[event.uid for event in calendar["ical"]] for calendar in seen]
    assert uids[0] == uids[1] == uids[4] == uids[5]
    assert len(uids[3]) == 1


def test_a_cancelled_booking_is_told_of_and_then_left_out(feeds, world, tmp_path):
    ref = feeds.book(world.resource(), span("2027-02-01", "10:00", "11:00"))
    path = feeds.make(world.lin, language="en")
    cancel_booking(ref, by=world.actor(world.lin))
    contents = []
    for moment_of in (NOW, at("2026-12-23 23:59"), at("2026-12-24 00:00")):
        with clock.frozen(moment_of):
            contents.append(feeds.get(path).get_data())

    told, still_told, left_out = read_by_all(contents, tmp_path)

    for parser, events in told.items():
        assert [(event.status, event.summary) for event in events] == [
            ("CANCELLED", "[Cancelled] CONFOCAL instrument")
        ], parser
        assert still_told[parser] == events
        assert left_out[parser] == []
