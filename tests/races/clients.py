"""Clients that all act at once: threads of one process, or processes of their own, on one database."""

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Literal

import sqlalchemy as sa
from flask import Flask

from alliance.booking.models import Occupancy
from alliance.db import Once, db, engine_options, listen, only_once
from alliance.errors import AllianceError, AlreadyDecided, Refused, Replayed, Taken

Mode = Literal["threads", "processes"]
# Long enough for every client to be up and connected before the first one acts.
HEADSTART_SECONDS = 0.15
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Call:
    """One act of one client; `after` delays it by so many seconds, `once` is its Idempotency-Key."""

    act: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    once: Once | None = None
    after: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of a call: `won`, or why not; what it returned; and how long its client waited."""

    word: str
    answer: Any
    seconds: float


@dataclass(frozen=True)
class Race:
    """All outcomes, in the order of the calls."""

    outcomes: tuple[Outcome, ...]

    @property
    def words(self) -> Counter[str]:
        return Counter(outcome.word for outcome in self.outcomes)

    @property
    def slowest(self) -> float:
        return max(outcome.seconds for outcome in self.outcomes)

    @property
    def winners(self) -> list[int]:
        """The numbers of the calls that won."""
        return [n for n, outcome in enumerate(self.outcomes) if outcome.word == "won"]


def small_app(url: str, connections: int, lock_seconds: int = PATIENCE_SECONDS // 2) -> Flask:
    """The database part of the application: enough for every act, and quick to start fifty times.

    Locks may take longer than at a customer's, so that a crowded test machine does not turn a long wait into Busy;
    how long they took is what the summary says.
    """
    app = Flask("race")
    options = engine_options(url) | {"pool_size": connections, "max_overflow": 0}
    if url.startswith("postgresql"):
        options["connect_args"]["options"] += f" -c lock_timeout={lock_seconds}s"
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=options)
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    return app


def run(app: Flask, call: Call, start: float) -> Outcome:
    """Connect, wait for the start, act, and say what became of it; whatever is raised is an outcome."""
    with app.app_context():
        try:
            db.session.execute(sa.text("SELECT 1"))
            db.session.rollback()
            time.sleep(max(0.0, start + call.after - time.monotonic()))
            began = time.monotonic()
            word, answer = _act(call)
            return Outcome(word, answer, time.monotonic() - began)
        finally:
            db.session.remove()


def _act(call: Call) -> tuple[str, Any]:
    try:
        with only_once(call.once):
            return "won", call.act(*call.args, **call.kwargs)
    except Taken:
        return "taken", None
    except AlreadyDecided as decided:
        return "already_decided", decided.status
    except Refused as refusal:
        blocking = [problem.code for problem in refusal.problems if problem.severity == "block"]
        return "+".join(blocking), None
    except Replayed as replay:
        return "replayed", replay.answer
    except AllianceError as error:
        return type(error).__name__, None
    except Exception as error:  # noqa: BLE001 - any other end is what a race must show
        return f"{type(error).__name__}: {error}"[:300], None


def in_threads(app: Flask, calls: Sequence[Call]) -> Race:
    """One thread of this process for each call."""
    start = time.monotonic() + HEADSTART_SECONDS
    outcomes: list[Outcome | None] = [None] * len(calls)

    def client(n: int) -> None:
        outcomes[n] = run(app, calls[n], start)

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, start + PATIENCE_SECONDS - time.monotonic()))
    assert None not in outcomes, "a client hangs"
    return Race(tuple(outcome for outcome in outcomes if outcome is not None))


class Processes:
    """Client processes that stay up from race to race; started from a clean one, not forked from this."""

    def __init__(self, lock_seconds: int = PATIENCE_SECONDS // 2) -> None:
        self._lock_seconds = lock_seconds
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pytest", "tests.races.clients", "tests.races.scenarios"])
        self._clients: list[tuple[Any, Connection]] = []

    def race(self, url: str, calls: Sequence[Call]) -> Race:
        """One process for each call."""
        while len(self._clients) < len(calls):
            self._clients.append(self._start())
        pipes = [pipe for _, pipe in self._clients[: len(calls)]]
        start = time.monotonic() + HEADSTART_SECONDS + len(calls) * 0.01
        for pipe, call in zip(pipes, calls, strict=True):
            pipe.send((url, call, start))
        return Race(tuple(self._answers(pipes)))

    def let_go(self) -> None:
        """Have every client close its connections."""
        for _, pipe in self._clients:
            pipe.send(None)
        for _, pipe in self._clients:
            pipe.recv()

    def stop(self) -> None:
        """End every client."""
        for _, pipe in self._clients:
            pipe.close()
        for process, _ in self._clients:
            process.join(10)
            if process.is_alive():
                process.kill()
        self._clients.clear()

    def _start(self) -> tuple[Any, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._lock_seconds), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _answers(self, pipes: list[Connection]) -> Iterator[Outcome]:
        answers: dict[Connection, Outcome] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(answers) < len(pipes):
            waiting = [pipe for pipe in pipes if pipe not in answers]
            ready = wait(waiting, timeout=max(0.0, deadline - time.monotonic()))
            assert ready, "a client hangs"
            for pipe in ready:
                assert isinstance(pipe, Connection)
                answers[pipe] = pipe.recv()
        return (answers[pipe] for pipe in pipes)


def _serve(pipe: Connection, lock_seconds: int) -> None:
    """A client process: runs what comes through the pipe until it is closed; lets go of its database when told to."""
    apps: dict[str, Flask] = {}
    while True:
        try:
            told = pipe.recv()
        except EOFError:
            os._exit(0)
        if told is None:
            _let_go_of(apps)
            pipe.send(None)
            continue
        url, call, start = told
        if url not in apps:
            _let_go_of(apps)
            apps[url] = small_app(url, 1, lock_seconds)
        pipe.send(run(apps[url], call, start))


def _let_go_of(apps: dict[str, Flask]) -> None:
    for app in apps.values():
        with app.app_context():
            db.engine.dispose()
    apps.clear()


# What must be true after every race -----------------------------------------------------------------------------------


def overlaps() -> int:
    """How many pairs of occupancies of one item share an instant, found by comparing all with all."""
    a, b = sa.orm.aliased(Occupancy), sa.orm.aliased(Occupancy)
    pairs = sa.select(sa.func.count()).select_from(a).join(
        b,
        sa.and_(
            a.item_id == b.item_id, a.id < b.id, a.starts_at < b.ends_at, b.starts_at < a.ends_at
        ),
    )  # fmt: skip
    with read() as session:
        return session.scalar(pairs) or 0


@contextmanager
def read() -> Iterator[Any]:
    """The session for a look at what is committed now."""
    db.session.rollback()
    try:
        yield db.session()
    finally:
        db.session.rollback()
