"""Opening hours, single dates and calendar days through the API."""

from datetime import date

from alliance.booking.actions import request_booking
from alliance.booking.calendar_days.actions import open_calendar, set_days
from alliance.booking.calendar_days.queries import calendar_of, year_of
from alliance.booking.opening.queries import opening_of
from tests.world import span

WEEK = "WD 08:30-22:00; RD 09:00-18:00; PH off"


def codes(answer):
    return [problem["code"] for problem in answer.get_json()["problems"]]


def hours_of(world, resource):
    world.session.rollback()
    return str(opening_of(world.session, resource.id).hours)


def put(program, path, body, tag=None):
    return program("PUT", path, body, headers={"If-Match": tag} if tag else {})


def test_hours_are_read_and_set(world, calling):
    confocal = world.resource(policy={"hours": WEEK})
    fang, lin = calling(world.fang, "decide"), calling(world.lin)

    read = lin.get("/resources/CONFOCAL/hours")
    changed = put(fang, "/resources/CONFOCAL/hours", {"hours": "WD 09:00-17:00"}, read.headers["ETag"])

    assert read.get_json() == {"resource": "CONFOCAL", "hours": WEEK, "exceptions": []}
    assert changed.get_json()["hours"] == "WD 09:00-17:00; RD off; PH off"
    assert changed.headers["ETag"] != read.headers["ETag"]
    stale = put(fang, "/resources/CONFOCAL/hours", {"hours": WEEK}, read.headers["ETag"])
    assert (stale.status_code, codes(stale)) == (412, ["stale"])
    assert put(fang, "/resources/CONFOCAL/hours", {"hours": WEEK}, "rubbish").status_code == 412
    assert put(fang, "/resources/CONFOCAL/hours", {"hours": WEEK}, "*").status_code == 200
    assert hours_of(world, confocal) == WEEK


def test_bookings_that_would_lie_outside_are_agreed_to_by_a_mark(world, calling):
    confocal = world.resource(policy={"hours": WEEK})
    unit = world.university.id
    request_booking(
        confocal.id, span("2026-11-24", "20:00", "21:00"), by=world.actor(world.lin), unit_id=unit
    )
    fang, body = calling(world.fang, "decide"), {"hours": "WD 09:00-17:00"}

    refused = put(fang, "/resources/CONFOCAL/hours", body)
    (problem,) = refused.get_json()["problems"]
    assert (refused.status_code, problem["code"], problem["details"]["count"]) == (
        422,
        "would_lie_outside",
        1,
    )
    agreed = put(
        fang, "/resources/CONFOCAL/hours", {**body, "agreed": problem["details"]["agreed"], "tell": True}
    )

    assert (agreed.status_code, hours_of(world, confocal)) == (200, "WD 09:00-17:00; RD off; PH off")


def test_single_dates_are_set_and_taken_back(world, calling):
    world.resource()
    fang, path = calling(world.fang, "decide"), "/resources/CONFOCAL/exceptions"

    made = put(fang, path, {"first": "2026-12-31", "hours": "09:00-12:00", "reason": "Year end"})
    closed = put(fang, path, {"first": "2026-12-24", "last": "2026-12-25", "hours": "off"})
    back = put(fang, path, {"first": "2026-12-24", "last": "2026-12-31", "hours": None})

    assert made.get_json()["exceptions"] == [
        {"date": "2026-12-31", "hours": "09:00-12:00", "reason": "Year end"}
    ]
    assert [each["date"] for each in closed.get_json()["exceptions"]] == [
        "2026-12-24",
        "2026-12-25",
        "2026-12-31",
    ]
    assert back.get_json()["exceptions"] == []


def test_what_is_wrong_is_said(world, calling):
    world.resource()
    world.resource("SAMPLE", preset="sample")
    fang, lin = calling(world.fang, "decide"), calling(world.lin, "decide")
    hours, dates = "/resources/CONFOCAL/hours", "/resources/CONFOCAL/exceptions"

    assert codes(put(fang, hours, {"hours": "whenever"})) == ["bad_hours"]
    assert codes(put(fang, hours, {})) == ["missing_field"]
    assert codes(put(fang, hours, {"hours": "\0"})) == ["bad_characters"]
    assert codes(put(fang, hours, {"hours": "x" * 401})) == ["too_much_text"]
    assert codes(put(fang, dates, {"first": "2026-12-31", "hours": "9 to 5"})) == ["bad_hours"]
    assert codes(put(fang, dates, {"first": "2026-11-01", "hours": "off"})) == ["date_over"]
    assert codes(put(fang, dates, {"first": "soon", "hours": "off"})) == ["bad_day"]
    assert put(lin, hours, {"hours": WEEK}).status_code == 403
    assert put(lin, dates, {"first": "2026-12-31", "hours": "off"}).status_code == 403
    assert put(calling(world.fang, "book"), hours, {"hours": WEEK}).status_code == 403
    assert fang.get("/resources/SAMPLE/hours").status_code == 404
    assert fang.get("/resources/NOTHING/hours").status_code == 404


def test_calendar_days_are_listed(world, calling):
    lin = calling(world.lin)

    found = lin.get("/calendar-days?from=2026-09-30&to=2026-10-01").get_json()["items"]

    assert found == [
        {"date": "2026-09-30", "class": "WD", "name": "", "announced": True},
        {"date": "2026-10-01", "class": "PH", "name": "National Day", "announced": True},
    ]
    (far,) = lin.get("/calendar-days?from=2028-01-01&to=2028-01-01").get_json()["items"]
    assert (far["class"], far["announced"]) == ("RD", False)
    assert codes(lin.get("/calendar-days?from=2026-10-01&to=2026-09-30")) == ["reversed"]
    assert codes(lin.get("/calendar-days?from=2026-01-01&to=2027-01-02")) == ["window_too_long"]
    assert lin.get("/calendar-days?from=2026-10-01&to=2026-10-01&unit=NOBODY").status_code == 404


def test_a_unit_with_days_of_its_own_shows_them(world, calling):
    fang, holiday = world.actor(world.fang), date(2026, 10, 1)
    open_calendar("INST", by=fang)
    version = year_of(world.session, 2026, calendar_of(world.session, world.institute.id)).version
    set_days(holiday, holiday, "WD", by=fang, version=version, unit_code="INST")

    path = "/calendar-days?from=2026-10-01&to=2026-10-01"
    classes = [
        calling(world.lin).get(path + more).get_json()["items"][0]["class"] for more in ("", "&unit=INST")
    ]

    assert classes == ["PH", "WD"]
