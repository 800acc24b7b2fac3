"""What happens on a day, for those who run resources and for the door, on both databases."""

from datetime import date

from sqlalchemy.orm import joinedload

from alliance.availability.actions import close_resource
from alliance.booking.day_list import day_list, door_sheet, span_of_days
from alliance.resources.models import Resource
from tests.booking.acting import request
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, at, span

TUESDAY = date(2026, 11, 24)


def with_items(world, resource):
    """The resource as the page reads it."""
    items = [joinedload(Resource.items)]
    return world.session.get_one(Resource, resource.id, options=items, populate_existing=True)


def shown(schedules):
    """Each resource with what its lines say of who and why."""
    return {
        each.resource.code: [
            (line.glimpse.span.start, line.glimpse.level, line.glimpse.person_email, line.glimpse.purpose)
            for line in each.lines
        ]
        for each in schedules
    }


def test_the_day_of_all_one_runs_stands_by_resource_and_time(world):
    confocal, sem = world.resource("A-CONFOCAL", routes=BY_OWNER), world.resource("B-SEM")
    world.resource("C-OTHER", owner=world.university)
    late, early = span("2026-11-24", "14:00", "16:00"), span("2026-11-24", "09:00", "10:00")
    request(world, confocal, late, purpose="slices")
    request(world, confocal, early, purpose="stains")
    request(world, confocal, span("2026-11-25", "09:00", "10:00"))
    request(world, sem, late)
    fang = world.actor(world.fang)

    found = day_list(world.session, fang, TUESDAY, NOW)

    mail = "linyuan@example.org"
    assert shown(found) == {
        "A-CONFOCAL": [(early.start, "full", mail, "stains"), (late.start, "full", mail, "slices")],
        "B-SEM": [(late.start, "full", mail, "")],
    }
    assert [line.glimpse.status for line in found[0].lines] == ["requested", "requested"]


def test_what_is_private_shows_to_its_managers_alone(world):
    clinic = world.resource("CLINIC", detail="busy")
    manager = world.person("manager", world.institute)
    world.manages(manager, clinic)
    request(world, clinic, span("2026-11-24", "14:00", "16:00"), purpose="a private matter")

    of_admin = day_list(world.session, world.actor(world.fang), TUESDAY, NOW)
    of_manager = day_list(world.session, world.actor(manager), TUESDAY, NOW)

    assert [(level, mail, why) for _, level, mail, why in shown(of_admin)["CLINIC"]] == [("busy", None, None)]
    assert shown(of_manager)["CLINIC"][0][1:] == ("full", "linyuan@example.org", "a private matter")


def test_a_whole_shows_in_its_parts_and_says_as_what_it_was_booked(world):
    left, right = world.resource("LEFT"), world.resource("RIGHT")
    hall = world.whole("HALL", left, right)
    request(world, hall, span("2026-11-24", "14:00", "16:00"))

    found = day_list(world.session, world.actor(world.fang), TUESDAY, NOW)

    booked_as = {
        each.resource.code: [line.booked_as.code if line.booked_as else None for line in each.lines]
        for each in found
    }
    assert booked_as == {"HALL": [None], "LEFT": ["HALL"], "RIGHT": ["HALL"]}


def test_items_are_named_where_not_all_are_taken(world):
    pool = world.resource("POOL", items=3)
    request(world, pool, span("2026-11-24", "14:00", "16:00"), quantity=2)
    request(world, pool, span("2026-11-24", "18:00", "20:00"), quantity=3)

    (schedule,) = day_list(world.session, world.actor(world.fang), TUESDAY, NOW)

    assert [[item.label_en for item in line.items or ()] for line in schedule.lines] == [
        ["No. 1", "No. 2"],
        [],
    ]


def test_closures_of_the_day_stand_there_too(world):
    confocal = world.resource()
    close_resource(
        confocal.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=at("2026-11-24 08:00"),
        reason="lamp",
    )

    today = day_list(world.session, world.actor(world.fang), date(2026, 11, 23), NOW)
    tuesday = day_list(world.session, world.actor(world.fang), TUESDAY, NOW)

    assert [closed.reason for closed in tuesday[0].closures] == ["lamp"]
    assert today[0].is_empty


def test_the_door_tells_units_only_where_the_resource_does_and_people_never(world):
    rows = {"busy": [], "unit": [], "full": []}
    for detail in rows:
        resource = world.resource(detail.upper(), detail=detail)
        request(world, resource, span("2026-11-24", "14:00", "16:00"), title="cells", purpose="secret")
        found = with_items(world, resource)
        (day,) = door_sheet(world.session, found, TUESDAY, 1, NOW)
        for line in day.lines:
            seen = line.glimpse
            rows[detail] += [
                seen.unit_code,
                seen.person_name,
                seen.title,
                seen.purpose,
                seen.ref,
                seen.person_email,
            ]

    assert rows == {
        "busy": [None] * 6,
        "unit": ["UNIV", *[None] * 5],
        "full": ["UNIV", *[None] * 5],
    }


def test_the_door_of_what_only_some_may_see_names_nobody(world):
    resource = world.resource("OWN", visibility="own_unit", detail="full")
    colleague = world.person("chen", world.institute)
    request(world, resource, span("2026-11-24", "14:00", "16:00"), by=colleague)

    (day,) = door_sheet(world.session, with_items(world, resource), TUESDAY, 1, NOW)

    assert [line.glimpse.unit_code for line in day.lines] == [None]


def test_a_booking_over_midnight_stands_on_both_days_of_the_week(world):
    resource = world.resource(policy={"longest_minutes": None})
    night = span("2026-11-24", "22:00", "24:00")
    request(world, resource, type(night)(night.start, at("2026-11-25 02:00")))

    week = door_sheet(world.session, with_items(world, resource), TUESDAY, 7, NOW)

    assert [len(day.lines) for day in week] == [1, 1, 0, 0, 0, 0, 0]
    assert week[0].window == span_of_days(TUESDAY, 1, "Asia/Shanghai")


def test_the_list_costs_the_same_with_one_resource_and_with_many(world):
    first = world.resource("A-1", items=2)
    request(world, first, span("2026-11-24", "14:00", "16:00"))
    fang = world.actor(world.fang)

    def cost() -> int:
        world.session.rollback()
        with statements() as seen:
            day_list(world.session, fang, TUESDAY, NOW)
        return len(seen)

    one = cost()
    for n in range(3):
        each = world.resource(f"B-{n}", items=3, routes=BY_OWNER)
        request(world, each, span("2026-11-24", "14:00", "16:00"))
        request(world, each, span("2026-11-24", "16:00", "17:00"))

    assert cost() == one <= 8
