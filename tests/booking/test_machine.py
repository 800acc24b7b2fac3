"""A long random life of all acts at once, on both databases, step by step the same as a naive model's.

ALLIANCE_MACHINE_EXAMPLES sets how many lives are lived (the default suits every commit) and makes them new ones.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alliance import clock
from alliance.availability.actions import close_resource, end_closure
from alliance.availability.models import Closure
from alliance.booking.actions import (
    cancel_booking,
    expire_overdue,
    move_booking,
    request_booking,
    retitle_booking,
)
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking, Occupancy, Stage
from alliance.db import db
from alliance.errors import AllianceError, Refused
from alliance.history.models import Event, Outbox
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.policy import Route
from tests.booking.naive import Naive, Place, Shut, Stay
from tests.races.clients import overlaps
from tests.world import World, at

START = at("2026-11-26 08:00")  # a Thursday: holds run into the weekend
HALF_HOUR = timedelta(minutes=30)
ROUTES = (
    Route("own"),
    Route("member", longest_minutes=60),
    Route("member", ("owner",)),
    Route("external", ("owner",)),
)
PEOPLE = ("lin", "kai", "fang", "guest")
EXAMPLES = int(os.environ.get("ALLIANCE_MACHINE_EXAMPLES", "25"))


class Town:
    """The members and resources all lives are lived with; only bookings and closures are new in each."""

    def __init__(self, world: World) -> None:
        self.world = world
        policy = {"hold_days": 1, "longest_minutes": 240}
        pool = world.resource(
            "POOL", items=3, routes=ROUTES, policy={**policy, "setup_minutes": 30, "active_per_person": 3}
        )
        parts = [world.resource(code, routes=ROUTES, policy=policy) for code in ("EAST", "WEST")]
        hall = world.whole("HALL", *parts, routes=ROUTES, policy={**policy, "teardown_minutes": 30})
        self.ids = {resource.code: resource.id for resource in (pool, *parts, hall)}
        people = {
            "lin": world.lin,
            "kai": world.person("kai", world.university),
            "fang": world.fang,
            "guest": world.person("guest", world.unit("GUEST", status="external")),
        }
        self.actors: dict[str, Actor] = {name: world.actor(person) for name, person in people.items()}
        self.places = {
            "POOL": Place(world.item_ids(pool), setup=1, longest=8, per_person=3),
            "EAST": Place(world.item_ids(parts[0]), longest=8),
            "WEST": Place(world.item_ids(parts[1]), longest=8),
            "HALL": Place([], parts=("EAST", "WEST"), teardown=1, longest=8),
        }

    def model(self) -> Naive:
        relations = {"lin": "member", "kai": "member", "fang": "own", "guest": "external"}
        return Naive(self.places, relations, owner="fang", weekday=3)

    def clear(self) -> None:
        db.session.rollback()
        for table in (Occupancy, Stage, Closure, Outbox, Event, Booking):
            db.session.execute(sa.delete(table))
        db.session.commit()


starts = st.integers(-1, 12)
lengths = st.sampled_from((1, 2, 2, 3, 4, 6, 9))
quantities = st.sampled_from((1, 1, 1, 2, 3, 4))
people = st.sampled_from(PEOPLE)
places = st.sampled_from(("POOL", "POOL", "POOL", "EAST", "WEST", "HALL"))
picks = st.integers(0, 200)


class Life(RuleBasedStateMachine):
    """Every act, tried by anybody at any time."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        town.clear()
        self.model = town.model()
        self.refs: list[str] = []
        self.closures: list[tuple[str, Shut]] = []
        self.seen_events: list[tuple[Any, ...]] = []

    # Acts -------------------------------------------------------------------------------------------------------------

    @rule(person=people, place=places, start=starts, length=lengths, quantity=quantities)
    def request(self, person, place, start, length, quantity):
        start += self.model.now
        expected = self.model.request(person, place, start, start + length, quantity)
        actor = self.town.actors[person]
        ref = self.compare(
            expected,
            request_booking,
            self.town.ids[place],
            self.span(start, start + length),
            by=actor,
            unit_id=min(actor.unit_ids),
            quantity=quantity,
        )
        if ref is not None:
            self.refs.append(ref)

    @precondition(lambda self: self.refs)
    @rule(pick=picks, person=st.none() | people, start=starts, length=lengths, quantity=quantities)
    def move(self, pick, person, start, length, quantity):
        ref, stay, by = self.choose(pick, person)
        start += self.model.now
        self.move_to(ref, stay, by, start, start + length, quantity)

    @precondition(lambda self: self.refs)
    @rule(pick=picks, off_start=st.integers(0, 3), off_end=st.integers(0, 3), fewer=st.integers(0, 1))
    def give_back(self, pick, off_start, off_end, fewer):
        ref, stay, by = self.choose(pick, None)
        start, end = stay.start + off_start, stay.end - off_end
        if start < end:
            self.move_to(ref, stay, by, start, end, max(1, stay.quantity - fewer))

    def move_to(self, ref: str, stay: Stay, by: str, start: int, end: int, quantity: int) -> None:
        expected = self.model.move(by, stay, start, end, quantity)
        self.compare(
            expected, move_booking, ref, self.span(start, end), by=self.town.actors[by], quantity=quantity
        )

    @precondition(lambda self: self.refs)
    @rule(pick=picks, person=st.none() | people)
    def retitle(self, pick, person):
        ref, stay, by = self.choose(pick, person)
        expected = self.model.retitle(by, stay)
        self.compare(expected, retitle_booking, ref, by=self.town.actors[by], title=f"title {stay.changes}")

    @precondition(lambda self: self.refs)
    @rule(pick=picks, person=st.none() | people)
    def give_up(self, pick, person):
        ref, stay, by = self.choose(pick, person)
        expected = self.model.give_up(by, stay)
        self.compare(expected, cancel_booking, ref, by=self.town.actors[by], reason="why not")

    @precondition(lambda self: self.refs)
    @rule(pick=picks, person=st.sampled_from(("fang", "fang", *PEOPLE)))
    def approve(self, pick, person):
        ref, stay, _ = self.choose(pick, None)
        expected = self.model.decide(person, stay, "approved")
        self.compare(expected, approve_booking, ref, by=self.town.actors[person])

    @precondition(lambda self: self.refs)
    @rule(pick=picks, person=st.sampled_from(("fang", "fang", *PEOPLE)))
    def refuse(self, pick, person):
        ref, stay, _ = self.choose(pick, None)
        expected = self.model.decide(person, stay, "refused")
        self.compare(expected, refuse_booking, ref, by=self.town.actors[person], reason="no")

    @rule(place=places, pick=st.none() | picks, start=starts, length=st.none() | lengths)
    def close(self, place, pick, start, length):
        start += self.model.now
        end = None if length is None else start + length
        items = self.town.places[place].items
        item = items[pick % len(items)] if pick is not None and items else None
        expected = self.model.close(place, item, start, end)
        ref = self.compare(
            expected,
            close_resource,
            self.town.ids[place],
            by=self.town.actors["fang"],
            kind="repair",
            starts_at=self.instant(start),
            ends_at=None if end is None else self.instant(end),
            item_id=item,
        )
        if ref is not None:
            self.closures.append((ref, self.model.shuts[-1]))

    @precondition(lambda self: self.closures)
    @rule(pick=picks)
    def open_again(self, pick):
        ref, shut = self.closures[pick % len(self.closures)]
        is_there = shut in self.model.shuts
        expected = self.model.end_closure(shut) if is_there else ("Missing", [])
        self.compare(expected, end_closure, ref, by=self.town.actors["fang"])

    @rule(by=st.sampled_from((1, 1, 2, 3, 5, 48)))
    def time_passes(self, by):
        self.model.advance(by)

    @rule()
    def worker_looks(self):
        with clock.frozen(self.instant(self.model.now)):
            expire_overdue()
        kept = db.session.scalars(sa.select(Booking).where(Booking.status == "requested")).all()
        assert all(booking.hold_until > self.instant(self.model.now) for booking in kept)

    # What is always true ----------------------------------------------------------------------------------------------

    @invariant()
    def both_tell_the_same_story(self):
        db.session.rollback()
        now = self.instant(self.model.now)
        found = {
            booking.ref: booking
            for booking in db.session.scalars(
                sa.select(Booking).options(sa.orm.selectinload(Booking.occupancies))
            )
        }
        assert set(found) == set(self.refs)
        for ref, stay in zip(self.refs, self.model.stays, strict=True):
            booking = found[ref]
            lapsed = booking.status == "requested" and not booking.holds_at(now)
            assert ("expired" if lapsed else booking.status) == stay.status
            assert (booking.span, booking.quantity) == (self.span(stay.start, stay.end), stay.quantity)
            if lapsed:
                continue  # its place is free to whoever asks, but nobody has swept it up yet
            held = [(place.item_id, Span(place.starts_at, place.ends_at)) for place in booking.occupancies]
            holds = stay.status in ("requested", "approved")
            assert held == [(item, booking.footprint) for item in stay.items if holds]
            assert booking.hold_until == (
                booking.hold_until if stay.hold_until is None else self.instant(stay.hold_until)
            )
            assert booking.version == stay.changes + (stay.status == "expired")
        assert overlaps() == 0

    @invariant()
    def history_only_grows(self):
        rows = db.session.execute(
            sa.select(Event.id, Event.verb, Event.subject_id, Event.at).order_by(Event.id)
        )
        events = [tuple(row) for row in rows]
        assert events[: len(self.seen_events)] == self.seen_events
        self.seen_events = events
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == len(events)

    # Below ------------------------------------------------------------------------------------------------------------

    def compare(
        self, expected: tuple[str, list[str]] | None, act: Any, *args: Any, **words: Any
    ) -> str | None:
        """Act, and make sure it ends as the model says; a refusal leaves no event."""
        with clock.frozen(self.instant(self.model.now)):
            try:
                answer, got = act(*args, **words), None
            except Refused as refusal:
                blocking = [problem.code for problem in refusal.problems if problem.severity == "block"]
                answer, got = None, (type(refusal).__name__, blocking)
            except AllianceError as error:
                answer, got = None, (type(error).__name__, [])
        assert got == expected
        return answer

    def choose(self, pick: int, person: str | None) -> tuple[str, Stay, str]:
        number = pick % len(self.refs)
        stay = self.model.stays[number]
        return self.refs[number], stay, person or stay.person

    @staticmethod
    def instant(half_hours: int) -> datetime:
        return START + half_hours * HALF_HOUR

    def span(self, start: int, end: int) -> Span:
        return Span(self.instant(start), self.instant(end))


def test_every_life_is_the_one_the_model_foretells(world):
    is_default = "ALLIANCE_MACHINE_EXAMPLES" not in os.environ
    town = Town(world)

    run_state_machine_as_test(
        lambda: Life(town),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            derandomize=is_default,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("person", PEOPLE)
def test_the_model_is_not_trivial(person):
    """A model that refuses or allows everything would prove nothing."""
    model = Naive({"POOL": Place([1])}, {person: "member"}, owner="fang")

    assert model.request(person, "POOL", 1, 2, 1) is None
    assert model.request(person, "POOL", 1, 2, 1) == ("Taken", ["taken"])
