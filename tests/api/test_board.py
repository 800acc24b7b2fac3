"""The board for programs: rows by code, each with its time as far as the caller may see it."""

import pytest
import sqlalchemy as sa

from alliance.availability.actions import close_resource
from alliance.db import db
from tests.api.conftest import codes
from tests.booking.acting import request
from tests.world import BY_OWNER, at, span

DAY = "from=2026-11-24T00:00:00%2B08:00&to=2026-11-25T00:00:00%2B08:00"
HOURS = {"hours": "DAILY 08:00-18:00"}


@pytest.fixture
def lin(world, calling):
    program = calling(world.lin)
    program.get("/bookings")  # the first call of an hour notes that the token is in use
    return program


def test_a_row_has_what_is_free_closed_and_booked(world, lin):
    resource = world.resource("A", items=2, policy=HOURS)
    ref = request(world, resource, title="Slices")
    close_resource(
        resource.id,
        by=world.actor(world.fang),
        kind="calibration",
        item_id=world.item_ids(resource)[1],
        starts_at=at("2026-11-24 08:00"),
        ends_at=at("2026-11-24 16:00"),
        reason="Yearly",
    )

    (row,) = lin.get(f"/board?{DAY}").get_json()["items"]

    day = "2026-11-24T{}:00+08:00".format
    assert row == {
        "resource": "A",
        "name": "A instrument",
        "owner": "INST",
        "items": 2,
        "zone": "Asia/Shanghai",
        "free": [
            {"start": day("08:00"), "end": day("14:00"), "quantity": 1},
            {"start": day("16:00"), "end": day("18:00"), "quantity": 2},
        ],
        "closures": [
            {
                "start": day("08:00"),
                "end": day("16:00"),
                "kind": "calibration",
                "reason": "Yearly",
                "item": "No. 2",
            }
        ],
        "bookings": [
            {
                "start": day("14:00"),
                "end": day("16:00"),
                "status": "approved",
                "level": "full",
                "quantity": 1,
                "mine": True,
                "unit": "UNIV",
                "person": "linyuan",
                "title": "Slices",
                "ref": ref,
            }
        ],
    }


@pytest.mark.parametrize(
    ("detail", "known"),
    [
        ("busy", {"level": "busy", "unit": None, "person": None, "title": None}),
        ("unit", {"level": "unit", "unit": "UNIV", "person": None, "title": None}),
        ("full", {"level": "full", "unit": "UNIV", "person": "linyuan", "title": "Slices"}),
    ],
)
def test_others_see_what_the_resource_shows_of_a_booking(world, calling, detail, known):
    request(world, world.resource("A", detail=detail, routes=BY_OWNER), title="Slices")
    other = calling(world.person("other", world.unit("OTHER")))

    (booking,) = other.get(f"/board?{DAY}").get_json()["items"][0]["bookings"]

    assert booking.items() >= known.items()
    assert (booking["ref"], booking["mine"], booking["status"]) == (None, False, "requested")


def test_what_is_hidden_is_not_on_it_and_shows_through_its_parts_as_busy_only(world, calling):
    left, right = world.resource("LEFT", detail="full"), world.resource("RIGHT", detail="full")
    hall = world.whole("HALL", left, right, visibility="hidden", detail="full")
    request(world, hall, by=world.fang, title="Secret")
    other = calling(world.person("other", world.unit("OTHER")))

    answer = other.get(f"/board?{DAY}")

    rows = answer.get_json()["items"]
    assert [row["resource"] for row in rows] == ["LEFT", "RIGHT"]
    assert [[booking["level"] for booking in row["bookings"]] for row in rows] == [["busy"], ["busy"]]
    assert "HALL" not in answer.text
    assert "Secret" not in answer.text
    assert other.get(f"/board?{DAY}&resources=HALL").get_json() == {"items": [], "next": None}


def test_rows_come_by_code_in_pages_and_can_be_narrowed(world, lin):
    for code, owner, kind in (
        ("C", world.university, "venue"),
        ("A", world.institute, "venue"),
        ("B", world.institute, "instrument"),
    ):
        world.resource(code, owner, kind=kind)
    world.resource("SAMPLES", preset="sample")

    def listed(query: str = "") -> list[str]:
        return [row["resource"] for row in lin.get(f"/board?{DAY}{query}").get_json()["items"]]

    assert listed() == ["A", "B", "C"]
    assert listed("&kind=venue") == ["A", "C"]
    assert listed("&kind=venue,instrument&owner=INST") == ["A", "B"]
    assert listed("&resources=C,A,X") == ["A", "C"]
    first = lin.get(f"/board?{DAY}&limit=2").get_json()
    assert [row["resource"] for row in first["items"]] == ["A", "B"]
    rest = lin.get(f"/board?{DAY}&limit=2&cursor={first['next']}").get_json()
    assert ([row["resource"] for row in rest["items"]], rest["next"]) == (["C"], None)


def test_what_is_past_is_not_free_and_pools_show_every_booking(world, lin):
    pool = world.resource("POOL", items=5, policy=HOURS)
    for _ in range(2):
        request(world, pool, span("2026-11-23", "14:00", "16:00"), by=world.fang)

    (row,) = lin.get("/board?from=2026-11-23T00:00:00%2B08:00&to=2026-11-24T00:00:00%2B08:00").get_json()[
        "items"
    ]

    assert row["free"][0]["start"] == "2026-11-23T10:24:00+08:00"
    assert [booking["quantity"] for booking in row["bookings"]] == [1, 1]


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ("", ["missing_field", "missing_field"]),
        ("from=2026-11-24T00:00:00Z&to=2026-11-24T00:00:00Z", ["zero_length"]),
        ("from=2026-11-24T00:00:00Z&to=2026-12-26T00:00:00Z", ["window_too_long"]),
        (f"{DAY}&limit=51", ["not_in_range"]),
        (f"{DAY}&kind=spaceship", ["unknown_choice"]),
        (f"{DAY}&cursor=nonsense", ["bad_cursor"]),
    ],
)
def test_a_query_that_cannot_be_says_everything_that_is_wrong(lin, query, problems):
    answer = lin.get(f"/board?{query}")

    assert (answer.status_code, codes(answer)) == (422, problems)


def test_more_than_fifty_codes_are_too_many(lin):
    answer = lin.get(f"/board?{DAY}&resources={','.join(map(str, range(51)))}")

    assert (answer.status_code, codes(answer)) == (422, ["not_in_range"])


def test_the_board_costs_the_same_with_one_row_and_with_three(world, lin):
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def counted() -> int:
        seen.clear()
        assert lin.get(f"/board?{DAY}").status_code == 200
        return len([text for text in seen if not text.startswith("BEGIN")])

    request(world, world.resource("A"))
    with_one = counted()
    for code in ("B", "C"):
        request(world, world.resource(code, items=2))

    assert counted() == with_one <= 9
