"""An outside calendar, as programs meet it: like a closure, named by its source, and explained like any refusal."""

import pytest

from alliance.calendars.outside.actions import add_outside_calendar
from alliance.calendars.outside.apart import Reading
from tests.api.conftest import codes
from tests.booking.acting import WISH

DAY = "from=2026-11-24T00:00:00%2B08:00&to=2026-11-25T00:00:00%2B08:00"
TIMES = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
SAID = "Taken in the calendar “大楼日历”: Tue 24 Nov, 14:00–16:00."


@pytest.fixture
def lin(world, calling):
    resource = world.resource("A", policy={"hours": "DAILY 08:00-18:00"})
    add_outside_calendar(
        resource.id, by=world.actor(world.fang), name="大楼日历", reading=Reading((WISH,), ())
    )
    return calling(world.lin)


def test_the_board_and_free_time_know_it(lin):
    (row,) = lin.get(f"/board?{DAY}").get_json()["items"]
    free = lin.get(f"/resources/A/free?{DAY}").get_json()["free"]

    assert row["closures"] == [{**TIMES, "kind": "outside", "reason": "大楼日历", "item": None}]
    clocks = [(each["start"][11:16], each["end"][11:16]) for each in row["free"]]
    assert clocks == [("08:00", "14:00"), ("16:00", "18:00")]
    assert [(each["start"][11:16], each["end"][11:16]) for each in free] == clocks


def test_check_booking_and_search_refuse_it_alike_and_say_whose_time_it_is(lin):
    query = "start=2026-11-24T14:00:00%2B08:00&end=2026-11-24T16:00:00%2B08:00"
    checked = lin.get(f"/resources/A/check?{query}").get_json()
    refused = lin.post("/bookings", {"resource": "A", **TIMES})
    found = lin.post(
        "/find",
        {"minutes": 60, "from": TIMES["start"], "to": TIMES["end"], "resources": ["A"]},
    ).get_json()

    assert (checked["verdict"], [each["message"] for each in checked["problems"]]) == ("block", [SAID])
    assert (refused.status_code, codes(refused)) == (422, ["closed"])
    assert [each["message"] for each in refused.get_json()["problems"]] == [SAID]
    assert found["items"] == []
