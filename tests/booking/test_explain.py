"""What the form says beforehand is what the act does: `check` and the acts agree on every wish."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import move_booking, request_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.check import check
from alliance.booking.queries import booking_of
from alliance.db import db
from alliance.errors import AllianceError, Missing, Problem, Refused
from alliance.intervals import Span
from alliance.members.models import Membership, Person, Unit
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from tests.booking.acting import WISH, afternoon, booking, change, change_policy, request
from tests.conftest import NOW
from tests.world import BY_OWNER, World

QUARTER = timedelta(minutes=15)
ROUTES = (Route("own"), Route("member", longest_minutes=60), Route("member", ("owner",), longest_minutes=240))


@dataclass
class Stage:
    """A world with a pool, a hall and its part, in which several people wish for things."""

    world: World
    resources: list[Resource] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def build(self) -> "Stage":
        world = self.world
        policy = {
            "hours": "WD 08:00-20:00; RD off",
            "grid_minutes": 30,
            "shortest_minutes": 30,
            "longest_minutes": 300,
            "notice_hours": 2,
            "days_ahead": 10,
            "active_per_person": 2,
            "active_per_unit": 3,
            "setup_minutes": 15,
            "teardown_minutes": 15,
        }
        pool = world.resource("POOL", items=2, policy=policy, routes=ROUTES)
        east, west = world.resource("EAST"), world.resource("WEST", routes=BY_OWNER)
        hall = world.whole("HALL", east, west, routes=ROUTES)
        hidden = world.resource("HIDDEN", visibility="hidden")
        loan = world.resource("LOAN", preset="loan", policy={"hours": "WD 09:00-17:00"})
        self.resources = [pool, east, hall, hidden, loan]
        self.people = [world.lin, world.fang, world.person("guest", world.unit("OUT", status="external"))]
        request(world, pool, by=self.people[1])
        request(world, east, by=world.lin)
        world.holds(world.lin, world.requires(pool))
        close_resource(
            east.id,
            by=world.actor(world.fang),
            kind="repair",
            starts_at=WISH.start + timedelta(days=1),
            ends_at=WISH.end + timedelta(days=1),
        )
        return self


wishes = st.tuples(st.integers(-20, 20 * 96), st.integers(1, 40)).map(
    lambda steps: Span(NOW + timedelta(minutes=6) + steps[0] * QUARTER, NOW + timedelta(minutes=6)
                       + (steps[0] + steps[1]) * QUARTER)
)  # fmt: skip
near = st.tuples(st.integers(-8, 24), st.integers(1, 12)).map(
    lambda steps: Span(WISH.start + steps[0] * QUARTER, WISH.start + (steps[0] + steps[1]) * QUARTER)
)
days = st.tuples(st.integers(0, 8), st.integers(1, 5)).map(
    lambda n: Span(
        WISH.start - timedelta(hours=14 - 24 * n[0]), WISH.start - timedelta(hours=14 - 24 * (n[0] + n[1]))
    )
)


def answer(act) -> tuple[str, tuple[Problem, ...]]:
    """How the act ended: its kind, and the problems it named."""
    try:
        ref = act()
    except Refused as refusal:
        return "block", refusal.problems
    except AllianceError as error:
        return type(error).__name__, ()
    found = booking_of(db.session(), ref)
    assert found is not None
    return {"approved": "ok", "requested": "approve"}[found.status], ()


def foreseen(look) -> tuple[str, tuple[Problem, ...]]:
    try:
        verdict = look()
    except Missing:
        return "Missing", ()
    if verdict.word != "block":
        return verdict.word, ()
    return "block", tuple(sorted(verdict.problems, key=lambda problem: problem.severity != "block"))


def test_the_verdict_on_a_new_booking_is_what_asking_for_it_ends_in(sqlite_world):
    stage = Stage(sqlite_world).build()
    words: list[str] = []

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, 4), st.integers(0, 2), st.one_of(wishes, near, near, days), st.integers(1, 3))
    def agree(resource, person, wish, quantity):
        who = stage.world.actor(stage.people[person])
        words_of = {"by": who, "unit_id": min(who.unit_ids), "quantity": quantity}
        target = stage.resources[resource].id

        before = foreseen(lambda: check(db.session(), target, wish, **words_of))
        after = answer(lambda: request_booking(target, wish, **words_of))

        assert before == after
        words.append(after[0])

    agree()
    assert set(words) == {"ok", "approve", "block", "Missing"}, (
        "the examples should reach every kind of answer"
    )


def test_the_verdict_on_a_move_is_what_the_move_ends_in(sqlite_world):
    stage = Stage(sqlite_world).build()
    world = stage.world
    lin = world.actor(world.lin)
    pool = stage.resources[0]
    ref = request(world, pool, afternoon("17:00", "19:00"), quantity=1)
    approve_booking(ref, by=world.actor(world.fang))
    words: list[str] = []

    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(near, st.integers(1, 2), st.booleans())
    def agree(wish, quantity, late):
        with clock.frozen(WISH.start + timedelta(hours=1) if late else NOW):
            found = booking(world, ref)
            before = foreseen(
                lambda: check(
                    db.session(),
                    pool.id,
                    wish,
                    by=lin,
                    unit_id=found.unit_id,
                    quantity=quantity,
                    moving=found,
                )
            )
            after = answer(lambda: move_booking(ref, wish, by=lin, quantity=quantity))
        assert before == after
        words.append(after[0])

    agree()
    assert {"ok", "block"} <= set(words)


def verdict_of_move(world: World, ref: str, wish: Span, **words: Any):
    found = booking(world, ref)
    return check(
        world.session,
        found.resource_id,
        wish,
        by=world.actor(world.lin),
        unit_id=found.unit_id,
        moving=found,
        **words,
    )


def test_a_shortened_request_still_waits_for_the_same_people_until_the_same_moment(sqlite_world):
    world = sqlite_world
    microscope = world.resource(routes=BY_OWNER)
    ref = request(world, microscope)
    change_policy(world, microscope, routes=[Route("member", ("secretariat",)).to_json()])

    verdict = verdict_of_move(world, ref, afternoon("14:00", "15:00"))

    assert (verdict.word, verdict.stages) == ("approve", ("owner",))
    assert verdict.hold_until == booking(world, ref).hold_until


def test_a_shortened_booking_stays_approved_whatever_the_route_is_now(sqlite_world):
    world = sqlite_world
    microscope = world.resource()
    ref = request(world, microscope)
    change_policy(world, microscope, routes=[Route("member", ("secretariat",)).to_json()])

    assert verdict_of_move(world, ref, afternoon("14:00", "15:00")).word == "ok"
    assert verdict_of_move(world, ref, afternoon("14:00", "17:00")).stages == ("secretariat",)


@pytest.mark.parametrize(
    ("wish", "word"), [(afternoon("14:00", "15:00"), "ok"), (afternoon("17:00", "18:00"), "block")]
)
def test_who_has_left_the_unit_is_told_so_beforehand(sqlite_world, wish, word):
    world = sqlite_world
    ref = request(world, world.resource())
    change(world, Membership, Membership.person_id == world.lin.id, unit_id=world.institute.id)

    verdict = verdict_of_move(world, ref, wish)
    assert verdict.word == word
    assert foreseen(lambda: verdict) == answer(lambda: move_booking(ref, wish, by=world.actor(world.lin)))


def test_ones_own_booking_on_what_one_no_longer_sees_can_still_be_judged(sqlite_world):
    world = sqlite_world
    microscope = world.resource()
    ref = request(world, microscope)
    change(world, Resource, Resource.id == microscope.id, visibility="hidden")

    assert verdict_of_move(world, ref, afternoon("14:00", "15:00")).word == "ok"


def test_a_suspended_unit_is_told_so_where_it_can_see_the_resource(sqlite_world):
    world = sqlite_world
    microscope = world.resource(visibility="public")
    change(world, Unit, Unit.id == world.university.id, status="suspended")

    with pytest.raises(Refused) as refusal:
        request(world, microscope)
    assert refusal.value.problems == (
        Problem("unit_suspended", params={"status": "suspended"}, field="unit"),
    )
