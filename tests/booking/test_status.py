"""The status table, walked whole: every status, act and kind of person; what is not in it leaves no trace."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from alliance import clock
from alliance.booking.actions import cancel_booking, expire_overdue, move_booking, retitle_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import HOLDING, STATUSES
from alliance.booking.status import STEPS, allows
from alliance.errors import AlreadyDecided, Forbidden, Missing, Refused
from alliance.members.actor import Actor
from tests.booking.acting import WISH, afternoon, booking, events, places, request
from tests.world import BY_OWNER, World

LATER = afternoon("18:00", "19:00")
SHORTER = afternoon("14:00", "15:00")


@dataclass(frozen=True)
class Act:
    """Something somebody may try: the acts of the status table it may stand for, and how it is done."""

    stands_for: tuple[str, ...]
    do: Callable[[str, Actor], object]
    verb: str | None = None


ACTS = {
    "approve": Act(("approve",), lambda ref, by: approve_booking(ref, by=by), "booking.approved"),
    "refuse": Act(("refuse",), lambda ref, by: refuse_booking(ref, by=by, reason="no"), "booking.refused"),
    "give up": Act(("withdraw", "cancel"), lambda ref, by: cancel_booking(ref, by=by, reason="sorry")),
    "move": Act(("move",), lambda ref, by: move_booking(ref, LATER, by=by), "booking.moved"),
    "shorten": Act(("move",), lambda ref, by: move_booking(ref, SHORTER, by=by), "booking.moved"),
    "retitle": Act(("move",), lambda ref, by: retitle_booking(ref, by=by, title="x"), "booking.retitled"),
}
PEOPLE = ("booker", "owner", "dean", "stranger")
# In which parts of the table's `who` each of them acts; the owner decides, too.
PARTS = {"booker": ("booker",), "owner": ("owner", "decider"), "dean": (), "stranger": ()}


def reach(world: World, status: str, *, code: str) -> str:
    """A booking in that status on a resource of its own, by the acts that lead there."""
    ref = request(world, world.resource(code, routes=BY_OWNER))
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    if status in ("approved", "cancelled"):
        approve_booking(ref, by=fang)
    if status in ("withdrawn", "cancelled"):
        cancel_booking(ref, by=lin)
    if status == "refused":
        refuse_booking(ref, by=fang, reason="no")
    if status == "expired":
        with clock.frozen(WISH.start):
            expire_overdue()
    assert booking(world, ref).status == status
    return ref


def allowed(status: str, act: Act, person: str) -> set[str]:
    """Where the table says it may lead; empty when it may not be."""
    return {
        after
        for step in STEPS
        for after in step.after
        if (step.before, step.act in act.stands_for, step.who in PARTS[person]) == (status, True, True)
    }


@pytest.mark.parametrize("status", STATUSES)
def test_what_the_table_allows_happens_and_all_else_is_turned_away_without_a_trace(sqlite_world, status):
    world = sqlite_world
    people = {
        "booker": world.lin,
        "owner": world.fang,
        "dean": world.person("dean", world.university, admin=True),
        "stranger": world.person("stranger", world.unit("OTHER")),
    }

    for name, person in product(ACTS, PEOPLE):
        ref = reach(world, status, code=f"{name}-{person}"[:20])
        _try(world, ref, status, name, person, world.actor(people[person]))


def _try(world: World, ref: str, status: str, name: str, person: str, actor: Actor) -> None:
    act, before, happened = ACTS[name], _state(world, ref), events(world)
    expected = allowed(status, act, person)
    if expected:
        act.do(ref, actor)
        after = booking(world, ref)
        assert after.status in expected, (name, person)
        verbs = [verb for verb, _ in events(world)[len(happened) :]]
        assert verbs == [act.verb or f"booking.{after.status}"], (name, person)
        assert len(after.occupancies) == (1 if after.status in HOLDING else 0), (name, person)
    else:
        with pytest.raises(_expected_error(status, name, person)):
            act.do(ref, actor)
        assert (_state(world, ref), events(world)) == (before, happened), (name, person)


def _expected_error(status: str, name: str, person: str) -> type[Exception]:
    if person == "stranger":
        return Missing
    if person == "dean" or (name != "give up" and (person == "owner") != (name in ("approve", "refuse"))):
        return Forbidden
    if (person, name, status) == ("owner", "give up", "requested"):
        return Refused  # to be refused with a reason, not cancelled
    return AlreadyDecided


def _state(world: World, ref: str) -> tuple[object, ...]:
    found = booking(world, ref)
    stages = tuple((stage.n, stage.verdict) for stage in found.stages)
    return found.status, found.version, found.sequence, found.span, found.title, stages, places(world, ref)


def test_the_clock_ends_requests_and_nothing_else(sqlite_world):
    world = sqlite_world
    for status in STATUSES:
        ref = reach(world, status, code=status)
        with clock.frozen(WISH.start):
            expire_overdue()
        wanted = "expired" if status == "requested" else status
        assert booking(world, ref).status == wanted
        assert allows(status, "expire", "clock") == (status == "requested")


def test_every_status_but_the_holding_ones_is_an_end():
    assert {step.before for step in STEPS} == set(HOLDING)
    assert {after for step in STEPS for after in step.after} == set(STATUSES)
