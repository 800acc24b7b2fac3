"""What clients may do to each other at the same moment, and how each such race must end."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import expire_overdue, move_booking, request_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking, Occupancy
from alliance.db import Once, db
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.models import Resource
from tests.races.clients import Call, Race, read
from tests.world import BY_OWNER, World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MOST_CLIENTS = 50
WORDS = Counter[str]


class Arena:
    """A small alliance with fifty people of ten units who all want the same, and a fresh resource for each race."""

    def __init__(self, session: Session) -> None:
        self.world = World(session, years=())
        units = [self.world.unit(f"UNIT{n}") for n in range(10)]
        people = [self.world.person(f"client{n}", units[n % 10]) for n in range(MOST_CLIENTS)]
        admins = [
            self.world.person(f"admin{n}", self.world.institute, admin=True) for n in range(MOST_CLIENTS)
        ]
        self.clients = [self.world.actor(person) for person in people]
        self.admins = [self.world.actor(person) for person in admins]
        self._numbers = count(1)
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.noon = midnight + timedelta(days=40, hours=12)

    def resource(self, *, items: int = 1, **words: Any) -> Resource:
        words["policy"] = {"grid_minutes": 1, **words.pop("policy", {})}
        return self.world.resource(f"R{next(self._numbers)}", items=items, **words)

    def hall(self, parts: int) -> tuple[Resource, list[Resource]]:
        members = [self.resource() for _ in range(parts)]
        return self.world.whole(f"R{next(self._numbers)}", *members, policy={"grid_minutes": 1}), members

    def span(self, hours: float = 0, length: float = 2) -> Span:
        start = self.noon + hours * HOUR
        return Span(start, start + length * HOUR)

    def ask(self, resource: Resource, span: Span, by: Actor, **words: Any) -> Call:
        kwargs = {"by": by, "unit_id": min(by.unit_ids), **words}
        return Call(request_booking, (resource.id, span), kwargs)

    def warm_up(self, race: Callable[[list[Call]], Race]) -> None:
        """Let every client act once where it is in nobody's way: a process's first act is its slowest by far."""
        resource = self.resource(items=MOST_CLIENTS)
        calls = [self.ask(resource, self.span(), by) for by in self.clients]
        # On SQLite, who has read before others write cannot write any more.
        self.world.session.rollback()
        refs = [outcome.answer for outcome in race(calls).outcomes]
        race(
            [
                Call(move_booking, (ref, self.span(5)), {"by": by})
                for ref, by in zip(refs, self.clients, strict=True)
            ]
        )

    def booked(self, resource: Resource, span: Span, by: Actor, **words: Any) -> str:
        call = self.ask(resource, span, by, **words)
        ref: str = call.act(*call.args, **call.kwargs)
        return ref


@dataclass(frozen=True)
class Scenario:
    """How to set a race of n clients up, and what is wrong with how it ended, if anything."""

    name: str
    calls: Callable[[Arena, int], list[Call]]
    verdict: Callable[[list[Call], Race], str | None]


def exactly(expected: WORDS, race: Race) -> str | None:
    return None if race.words == expected else f"expected {dict(expected)}, got {dict(race.words)}"


def one_of(allowed: Iterable[WORDS], race: Race) -> str | None:
    allowed = list(allowed)
    return None if race.words in allowed else f"expected one of {allowed}, got {dict(race.words)}"


def so_many_win(
    winners: Callable[[int], int], else_: str = "taken"
) -> Callable[[list[Call], Race], str | None]:
    """So many of n clients win, the others hear `else_`."""

    def verdict(calls: list[Call], race: Race) -> str | None:
        won = winners(len(calls))
        return exactly(+Counter({"won": won, else_: len(calls) - won}), race)

    return verdict


# One place ------------------------------------------------------------------------------------------------------------


def same_span(arena: Arena, n: int) -> list[Call]:
    resource = arena.resource()
    return [arena.ask(resource, arena.span(), by) for by in arena.clients[:n]]


def staggered(arena: Arena, n: int) -> list[Call]:
    """Each span begins a little later, and each overlaps each: where a constraint alone deadlocks."""
    resource = arena.resource()
    step = 1.9 / n
    return [
        arena.ask(resource, _whole_minutes(arena.span(index * step)), by)
        for index, by in enumerate(arena.clients[:n])
    ]


def same_request(arena: Arena, n: int) -> list[Call]:
    """Requests that wait for a decision hold their place just as bookings do."""
    resource = arena.resource(routes=BY_OWNER)
    return [arena.ask(resource, arena.span(), by) for by in arena.clients[:n]]


def one_key(arena: Arena, n: int) -> list[Call]:
    """One client whose network is so bad that it repeats its call n times at once."""
    ask = arena.ask(arena.resource(), arena.span(), arena.clients[0])
    once = Once(arena.clients[0].person_id, "POST /bookings", new_ref(), "digest")
    return [Call(ask.act, ask.args, ask.kwargs, once) for _ in range(n)]


def _whole_minutes(span: Span) -> Span:
    start = span.start.replace(second=0, microsecond=0)
    return Span(start, start + span.length)


# Many items -----------------------------------------------------------------------------------------------------------


def pool(arena: Arena, n: int) -> list[Call]:
    resource = arena.resource(items=10)
    return [arena.ask(resource, arena.span(), by) for by in arena.clients[:n]]


def threes_of_a_pool(arena: Arena, n: int) -> list[Call]:
    resource = arena.resource(items=10)
    return [arena.ask(resource, arena.span(), by, quantity=3) for by in arena.clients[:n]]


def whole_and_parts(arena: Arena, n: int) -> list[Call]:
    """Every other client wants the whole hall, the others one of its four parts."""
    hall, parts = arena.hall(4)
    wanted = [hall if index % 2 == 0 else parts[index // 2 % 4] for index in range(n)]
    return [
        arena.ask(resource, arena.span(), by) for resource, by in zip(wanted, arena.clients[:n], strict=True)
    ]


def whole_or_all_parts(calls: list[Call], race: Race) -> str | None:
    wanted = [call.args[0] for call in calls]
    hall, parts = wanted[0], len(set(wanted)) - 1
    winners = sorted(wanted[n] for n in race.winners)
    if winners == [hall]:
        return so_many_win(lambda _: 1)(calls, race)
    if hall in winners or len(set(winners)) != len(winners):
        return f"the hall and its parts both won: {winners}"
    return so_many_win(lambda _: parts)(calls, race)


# Changing what is there -----------------------------------------------------------------------------------------------


def moves_into_one_gap(arena: Arena, n: int) -> list[Call]:
    resource = arena.resource()
    gap = arena.span(-10)
    refs = [arena.booked(resource, arena.span(3 * index), by) for index, by in enumerate(arena.clients[:n])]
    return [
        Call(move_booking, (ref, gap), {"by": by}) for ref, by in zip(refs, arena.clients[:n], strict=True)
    ]


def approval_against_refusal(arena: Arena, n: int) -> list[Call]:
    """Deciders of one request, who agree and refuse in turn."""
    ref = arena.booked(arena.resource(routes=BY_OWNER), arena.span(), arena.clients[0])
    return [
        Call(approve_booking, (ref,), {"by": by})
        if index % 2 == 0
        else Call(refuse_booking, (ref,), {"by": by, "reason": "no"})
        for index, by in enumerate(arena.admins[:n])
    ]


def approvals(arena: Arena, n: int) -> list[Call]:
    ref = arena.booked(arena.resource(routes=BY_OWNER), arena.span(), arena.clients[0])
    return [Call(approve_booking, (ref,), {"by": by}) for by in arena.admins[:n]]


def closure_against_bookings(arena: Arena, n: int) -> list[Call]:
    resource = arena.resource()
    span = arena.span()
    closing = Call(
        close_resource,
        (resource.id,),
        {"by": arena.admins[0], "kind": "breakdown", "starts_at": span.start, "ends_at": span.end},
    )
    asking = [arena.ask(resource, span, by) for by in arena.clients[: n - 1]]
    return [*asking[: n // 2], closing, *asking[n // 2 :]]


def closed_or_taken(calls: list[Call], race: Race) -> str | None:
    """The closure is made in any case; one booking may have come before it, and after it nobody is told `taken`."""
    n = len(calls)
    before = [Counter(won=2, taken=taken, closed=n - 2 - taken) for taken in range(n - 1)]
    return one_of([+words for words in [*before, Counter(won=1, closed=n - 1)]], race)


# Limits ---------------------------------------------------------------------------------------------------------------


def last_of_a_person(arena: Arena, n: int) -> list[Call]:
    """One person, n different free times, one booking allowed."""
    resource = arena.resource(policy={"active_per_person": 1})
    return [arena.ask(resource, arena.span(3 * index), arena.clients[0]) for index in range(n)]


def last_of_a_unit(arena: Arena, n: int) -> list[Call]:
    """Five people of one unit, n different free times, three bookings allowed."""
    resource = arena.resource(policy={"active_per_unit": 3})
    colleagues = arena.clients[::10]
    return [arena.ask(resource, arena.span(3 * index), colleagues[index % 5]) for index in range(n)]


# Time running out -----------------------------------------------------------------------------------------------------


def lapsing_request(arena: Arena, n: int) -> list[Call]:
    """A request whose hold ends during the race, while deciders approve it and workers let lapse what is due."""
    ref = arena.booked(arena.resource(routes=BY_OWNER), arena.span(), arena.clients[0])
    ends = clock.now() + timedelta(seconds=1)
    _set_hold(ref, ends)
    wait = (ends - datetime.now(UTC)).total_seconds()
    spread = [wait - 0.25 + 0.5 * index / n for index in range(n)]
    return [
        Call(approve_booking, (ref,), {"by": by}, after=after)
        if index % 2 == 0
        else Call(_expire_this, (ref,), after=after)
        for index, (by, after) in enumerate(zip(arena.admins[:n], spread, strict=True))
    ]


def _expire_this(ref: str) -> str:
    """Let lapse what is due, and say what has become of the request."""
    expire_overdue()
    with read() as session:
        status: str = session.scalar(sa.select(Booking.status).where(Booking.ref == ref))
        return status


def approved_or_lapsed(calls: list[Call], race: Race) -> str | None:
    ref = calls[0].args[0]
    with read() as session:
        status, places = session.execute(
            sa.select(Booking.status, sa.func.count(Occupancy.id))
            .outerjoin(Occupancy, Occupancy.booking_id == Booking.id)
            .where(Booking.ref == ref)
            .group_by(Booking.status)
        ).one()
    deciders = Counter(outcome.word for call, outcome in zip(calls, race.outcomes, strict=True)
                       if call.act is approve_booking)  # fmt: skip
    workers = Counter(outcome.word for call, outcome in zip(calls, race.outcomes, strict=True)
                      if call.act is _expire_this)  # fmt: skip
    approved = status == "approved"
    wanted = +Counter({"won": int(approved), "already_decided": deciders.total() - approved})
    if (deciders, set(workers), places) == (wanted, {"won"}, int(approved)):
        return None
    return f"{status} with {places} places; deciders {dict(deciders)}, workers {dict(workers)}"


def lapsed_request(arena: Arena, n: int) -> list[Call]:
    """No worker was awake: whoever comes first takes the place of a request that lapsed, and nobody approves it."""
    resource = arena.resource(routes=BY_OWNER)
    ref = arena.booked(resource, arena.span(), arena.clients[-1])
    _set_hold(ref, clock.now() - timedelta(seconds=1))
    asking = [arena.ask(resource, arena.span(), by) for by in arena.clients[: math.ceil(n / 2)]]
    return [*asking, *(Call(approve_booking, (ref,), {"by": by}) for by in arena.admins[: n // 2])]


def one_newcomer(calls: list[Call], race: Race) -> str | None:
    n = len(calls)
    return exactly(+Counter({"won": 1, "taken": math.ceil(n / 2) - 1, "already_decided": n // 2}), race)


def _set_hold(ref: str, until: datetime) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.update(Booking).where(Booking.ref == ref).values(hold_until=until))


SCENARIOS = (
    Scenario("one span", same_span, so_many_win(lambda n: 1)),
    Scenario("staggered spans", staggered, so_many_win(lambda n: 1)),
    Scenario("one span, by request", same_request, so_many_win(lambda n: 1)),
    Scenario("one Idempotency-Key", one_key, so_many_win(lambda n: 1, "replayed")),
    Scenario("pool of 10", pool, so_many_win(lambda n: min(n, 10))),
    Scenario("pool of 10, three each", threes_of_a_pool, so_many_win(lambda n: min(n, 3))),
    Scenario("hall and its 4 parts", whole_and_parts, whole_or_all_parts),
    Scenario("moves into one gap", moves_into_one_gap, so_many_win(lambda n: 1)),
    Scenario("approvals", approvals, so_many_win(lambda n: 1, "already_decided")),
    Scenario("approvals and refusals", approval_against_refusal, so_many_win(lambda n: 1, "already_decided")),
    Scenario("closure and bookings", closure_against_bookings, closed_or_taken),
    Scenario("a person's last booking", last_of_a_person, so_many_win(lambda n: 1, "too_many_of_person")),
    Scenario("a unit's last three", last_of_a_unit, so_many_win(lambda n: min(n, 3), "too_many_of_unit")),
    Scenario("approval as the hold ends", lapsing_request, approved_or_lapsed),
    Scenario("place of a lapsed request", lapsed_request, one_newcomer),
)
