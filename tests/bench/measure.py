"""Everything that is measured on one database: times over HTTP, and in this process where they go."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from alliance.db import db
from tests.bench.floors import bare_answer, bare_transaction
from tests.bench.load import Rush, Times, many_clients, one_client, sign_in, tag_of
from tests.bench.places import Place, Served, serve
from tests.bench.shares import Shares, shares_of
from tests.frequent import Ask, Frequent

_CLIENTS = 8

Next = Callable[[], Ask]


@dataclass(frozen=True)
class Found:
    """What was found on one database: by the name of the request how long it took and where its time went."""

    place: Place
    times: dict[str, Times]
    shares: dict[str, Shares]
    rush: Rush
    memory: int
    bare_answer: Times
    bare_transaction: Times

    def floor(self, name: str) -> float:
        """The least this could take, in milliseconds: an answer, and where something is kept a transaction."""
        return self.bare_answer.p50 + (self.bare_transaction.p50 if name == "create" else 0.0)


def measure(place: Place, rounds: int) -> Found:
    """Measure it all; the floors first, on the same machine in the same minutes."""
    floors = bare_answer(place, rounds * 3), bare_transaction(place)
    app = place.app()
    with app.app_context():
        frequent = Frequent(app, place.scale)
        bearers = [frequent.bearer(actor) for actor in frequent.bookers(_CLIENTS)]
        emails = [f"person{actor.person_id}@example.org" for actor in frequent.bookers(_CLIENTS)]
        creates, feeds = frequent.creates(), iter(frequent.other_feeds())
        asks = _asks(frequent, creates)
        shares = {name: shares_of(app, next_ask) for name, next_ask in asks.items()}
        db.session.remove()
        with serve(place) as served:
            times = {name: one_client(served.port, next_ask, rounds) for name, next_ask in asks.items()}
            times |= _feeds(served, frequent, feeds, rounds)
            # Before the rush, so that the highest water mark is that of people at work and signing in together.
            sign_in(served.port, emails)
            rush = many_clients(served.port, [_as(bearer, creates) for bearer in bearers])
            memory = served.memory()
        db.session.remove()
        db.engine.dispose()
    # In this process the feed was kept from the second time on.
    shares["feed, cached"] = shares.pop("feed, first")
    return Found(place, times, shares, rush, memory, *floors)


def _asks(frequent: Frequent, creates: Iterator[Ask]) -> dict[str, Next]:
    refusals = cycle(list(frequent.refusals()))
    asks: dict[str, Next] = {"create": creates.__next__, "refuse": refusals.__next__}
    reads = frequent.reads() | frequent.searches()
    return asks | {name: _always(ask) for name, ask in reads.items()}


def _always(ask: Ask) -> Next:
    return lambda: ask


def _feeds(served: Served, frequent: Frequent, fresh: Iterator[Ask], rounds: int) -> dict[str, Times]:
    """A feed of which nothing is kept, each one once; the same again and again; and for whom nothing has changed."""
    kept = frequent.reads()["feed, first"]
    others = list(fresh)
    first = one_client(served.port, iter(others).__next__, len(others), warm_up=0)
    cached = one_client(served.port, _always(kept), rounds)
    unchanged = frequent.cached_feed(tag_of(served.port, kept))
    return {
        "feed, first": first,
        "feed, cached": cached,
        "feed, 304": one_client(served.port, _always(unchanged), rounds),
    }


def _as(bearer: dict[str, Any], creates: Iterator[Ask]) -> Iterator[Ask]:
    for ask in creates:
        yield Ask(ask.name, ask.path, ask.method, bearer, ask.body, ask.status)
