"""How many statements the calls that matter cost: a fixed number, however much there is."""

import pytest
import sqlalchemy as sa

from alliance.db import db
from tests.world import BY_OWNER

WISH = {"resource": "CONFOCAL", "start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
WEEK = "from=2026-11-23T00:00:00%2B08:00&to=2026-11-30T00:00:00%2B08:00"


@pytest.fixture
def statements(app):
    """Calls something and counts, BEGIN and COMMIT left out."""
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def counted(call):
        seen.clear()
        answer = call()
        assert answer.status_code < 500, answer.get_json()
        return len([text for text in seen if not text.startswith("BEGIN")])

    return counted


@pytest.fixture
def lin(world, calling):
    program = calling(world.lin)
    program.get("/bookings")  # the first call of an hour notes that the token is in use
    return program


def test_a_booking_costs_18_statements_at_most(world, lin, statements):
    world.resource("CONFOCAL", items=3)

    assert statements(lambda: lin.post("/bookings", {**WISH, "unit": "UNIV"})) <= 18


def test_with_every_policy_and_a_key_it_costs_22_at_most(world, lin, statements):
    microscope = world.resource(
        "CONFOCAL",
        items=3,
        routes=BY_OWNER,
        policy={"active_per_person": 3, "active_per_unit": 9, "longest_minutes": 240, "notice_hours": 1},
    )
    world.holds(world.lin, world.requires(microscope))

    assert statements(lambda: lin.post("/bookings", WISH, headers={"Idempotency-Key": "k"})) <= 22


def test_a_refusal_with_its_alternatives_costs_the_same_however_many_resources_are_alike(
    world, lin, statements
):
    microscope = world.resource("CONFOCAL")
    lin.post("/bookings", WISH)
    alone = statements(lambda: lin.post("/bookings", WISH))
    world.alike(microscope, world.resource("SECOND"), world.resource("THIRD"))

    assert statements(lambda: lin.post("/bookings", WISH)) == alone <= 22


def test_finding_a_time_costs_10_statements_at_most(world, lin, statements):
    for code in ("A", "B", "C"):
        world.resource(code, policy={"active_per_person": 3})
    wish = {"minutes": 60, "from": "2026-11-24T00:00:00+08:00", "to": "2026-11-30T00:00:00+08:00"}

    assert statements(lambda: lin.post("/find", wish)) <= 10


def test_reading_a_week_costs_6_statements_at_most(world, lin, statements):
    world.resource("CONFOCAL", items=3)
    lin.post("/bookings", WISH)

    assert statements(lambda: lin.get(f"/resources/CONFOCAL/free?{WEEK}")) <= 6


def test_lists_cost_the_same_with_one_row_and_with_three(world, lin, calling, statements):
    world.resource("CONFOCAL", items=5, routes=BY_OWNER)
    fang = calling(world.fang)
    fang.get("/bookings")
    calls = [
        lambda: lin.get("/bookings"),
        lambda: fang.get("/bookings?mine=0"),
        lambda: fang.get("/approvals"),
        lambda: lin.get("/resources"),
    ]
    lin.post("/bookings", WISH)
    once = [statements(call) for call in calls]
    world.resource("SECOND")
    for _ in range(2):
        lin.post("/bookings", WISH)

    assert [statements(call) for call in calls] == once
    assert max(once[:3]) <= 4
    assert once[3] <= 6
    assert statements(lambda: lin.get("/feeds")) <= 3
