"""Which bookings a feed shows: from when on, for how long, and on which resources."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import refuse_booking
from alliance.booking.models import Booking, Occupancy
from alliance.refs import new_ref
from tests.conftest import NOW
from tests.world import BY_OWNER, at, span


def past_booking(world, resource, start, status="approved", **columns):
    """A booking of before, as it would stand in the database."""
    fill(world, resource, [start], status, **columns)


def fill(world, resource, starts, status="approved", **columns):
    """Bookings of an hour each, or as the columns say, without asking any rule."""
    bookings = [
        Booking(
            **{
                "ref": new_ref(),
                "resource_id": resource.id,
                "person_id": world.lin.id,
                "booked_by_id": world.lin.id,
                "unit_id": world.university.id,
                "relation": "member",
                "starts_at": start,
                "ends_at": start + timedelta(hours=1),
                "status": status,
                "requested_at": start,
                "changed_at": start,
                "created_at": start,
                **columns,
            }
        )
        for start in starts
    ]
    world.session.add_all(bookings)
    world.session.flush()
    if status == "approved":
        item, *_ = world.item_ids(resource)
        world.session.add_all(
            Occupancy(booking_id=each.id, item_id=item, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in bookings
        )
    world.session.commit()


def paths_of_all_kinds(feeds, world):
    return [
        feeds.make(world.lin),
        feeds.make(world.fang, "resource", "CONFOCAL"),
        feeds.make(world.fang, "unit", "INST"),
    ]


def starts(feeds, path):
    return [event["DTSTART"].dt for event in feeds.events(path)]


def test_the_past_reaches_sixty_whole_days_back_and_the_future_has_no_end(feeds, world):
    microscope = world.resource()
    first_shown = at("2026-09-24 00:00")
    wanted = [first_shown, NOW, NOW + timedelta(days=800)]
    for start in (first_shown - timedelta(days=300), first_shown - timedelta(hours=1), *wanted):
        past_booking(world, microscope, start)

    for path in paths_of_all_kinds(feeds, world):
        assert starts(feeds, path) == wanted


def test_a_long_booking_that_began_before_the_window_is_shown(feeds, world):
    begin = at("2026-06-01 00:00")
    past_booking(world, world.resource(), begin, ends_at=NOW)

    for path in paths_of_all_kinds(feeds, world):
        assert starts(feeds, path) == [begin]


@pytest.mark.parametrize(
    ("changed", "ends", "is_told"),
    [
        ("2026-10-24 00:00", "2027-01-01 12:00", True),
        ("2026-10-23 23:59", "2027-01-01 12:00", False),
        ("2026-11-22 12:00", "2026-11-23 09:00", True),
        ("2026-11-22 12:00", "2026-11-22 23:59", False),
    ],
)
def test_what_was_given_up_is_told_for_thirty_days_or_until_its_time_is_over(
    feeds, world, changed, ends, is_told
):
    end = at(ends)
    past_booking(
        world, world.resource(), end - timedelta(hours=1), "cancelled", changed_at=at(changed), ends_at=end
    )

    for path in paths_of_all_kinds(feeds, world):
        assert len(feeds.events(path)) == is_told


def test_refused_withdrawn_and_cancelled_are_all_cancelled_to_a_calendar(feeds, world):
    microscope = world.resource(routes=BY_OWNER)
    withdrawn = feeds.book(microscope)
    cancel_booking(withdrawn, by=world.actor(world.lin))
    refused = feeds.book(microscope)
    refuse_booking(refused, by=world.actor(world.fang), reason="维护")

    for path in paths_of_all_kinds(feeds, world):
        said = [
            (str(e["STATUS"]), str(e["TRANSP"]), str(e["X-MICROSOFT-CDO-BUSYSTATUS"]))
            for e in feeds.events(path)
        ]
        assert said == [("CANCELLED", "TRANSPARENT", "FREE")] * 2


def test_a_whole_shows_in_its_parts_and_a_part_in_the_whole(feeds, world):
    west, east = world.resource("WEST"), world.resource("EAST")
    hall = world.whole("HALL", west, east)
    feeds.book(hall, title="全厅")
    feeds.book(west, span("2026-11-25", "09:00", "10:00"), title="西厅")
    shown = {
        code: feeds.summaries(feeds.make(world.fang, "resource", code)) for code in ("HALL", "WEST", "EAST")
    }

    assert shown == {
        "HALL": ["linyuan · 全厅", "linyuan · 西厅"],
        "WEST": ["linyuan · 全厅", "linyuan · 西厅"],
        "EAST": ["linyuan · 全厅"],
    }


def test_a_hall_nobody_may_know_of_is_only_a_taken_time_in_its_parts(feeds, world):
    west, east = world.resource("WEST", visibility="public"), world.resource("EAST")
    hall = world.whole("HALL", west, east, visibility="own_unit", place_zh="密楼")
    feeds.book(hall, by=world.fang, unit=world.institute, title="密会")
    guest = world.person("guest", world.unit("OTHER"))

    texts = [
        feeds.get(feeds.make(guest, "resource", "WEST")).get_data(as_text=True),
        feeds.get("/resources/WEST/calendar.ics").get_data(as_text=True),
    ]

    for text in texts:
        assert text.count("BEGIN:VEVENT") == 1
        assert "HALL" not in text
        assert "密" not in text


def test_a_units_feed_leaves_out_what_a_member_may_not_see(feeds, world):
    feeds.book(world.resource("OPEN"))
    feeds.book(hidden := world.resource("SECRET"))
    member = world.person("member", world.institute)
    world.session.execute(
        sa.update(type(hidden)).where(type(hidden).code == "SECRET").values(visibility="hidden")
    )
    world.session.commit()

    admins, members = (feeds.summaries(feeds.make(person, "unit", "INST")) for person in (world.fang, member))

    assert len(admins) == 2
    assert members == ["OPEN 仪器 · UNIV 单位"]


def test_a_feed_of_more_than_a_thousand_bookings_tells_less_of_the_past(feeds, world):
    microscope = world.resource()
    begin = at("2026-10-14 00:00")
    hours = [begin + timedelta(hours=n) for n in range(1001)]
    fill(world, microscope, hours[:-1])
    path = feeds.make(world.lin, "resource", "CONFOCAL")
    all_of_them = starts(feeds, path)

    fill(world, microscope, hours[-1:])
    fewer = starts(feeds, path)

    assert all_of_them == hours[:-1]
    assert fewer == [hour for hour in hours if hour >= at("2026-11-16 00:00")]


def test_a_request_is_pending_only_while_its_hold_lasts(feeds, world):
    microscope = world.resource(routes=BY_OWNER)
    feeds.book(microscope, span("2026-12-08", "14:00", "16:00"))
    told = []
    for moment in (NOW, NOW + timedelta(days=5)):
        with clock.frozen(moment):
            told.append(
                [
                    str(event["STATUS"])
                    for path in paths_of_all_kinds(feeds, world)
                    for event in feeds.events(path)
                ]
            )

    assert told == [["TENTATIVE"] * 3, ["CANCELLED"] * 3]
