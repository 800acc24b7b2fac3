"""Run every race on both databases, by threads and by processes, several times, and print what came of it.

    .venv/bin/python -m tests.races            # prints Markdown: the table of docs/proofs.md

Ends with 1 when a race ended otherwise than it must. Locks are waited for as long as in real life, five seconds.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import flask_migrate

from alliance import create_app
from alliance.db import db
from tests.conftest import settings_for
from tests.postgres import Postgres
from tests.races.clients import Processes, Race, in_threads, overlaps, small_app
from tests.races.scenarios import MOST_CLIENTS, SCENARIOS, Arena, Scenario

SIZES = (2, 8, 50)
REPETITIONS = {2: 5, 8: 5, 50: 3}
LOCK_SECONDS = 5
MODES = ("threads", "processes")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Report:
    """What the races ended in, and how long the slowest client of each waited."""

    def __init__(self) -> None:
        self.slowest: dict[tuple[str, int, str], float] = defaultdict(float)
        self.words: dict[tuple[str, int], dict[str, set[int]]] = {}
        self.wrong: list[str] = []
        self.races = 0

    def add(self, where: str, scenario: Scenario, clients: int, race: Race, verdict: str | None) -> None:
        self.races += 1
        key = (scenario.name, clients, where)
        self.slowest[key] = max(self.slowest[key], race.slowest)
        counts = self.words.setdefault((scenario.name, clients), defaultdict(set))
        for word in {*counts, *race.words}:
            counts[word].add(race.words[word])
        if verdict is not None:
            self.wrong.append(f"{where}, {scenario.name}, {clients} clients: {verdict}")

    def print(self) -> None:
        columns = [f"{NAMES[kind]}, {mode}" for kind in NAMES for mode in MODES]
        print(f"{self.races} races on {os.cpu_count()} processors. The slowest client's wait in ms:\n")
        print("| race | clients | how they ended | " + " | ".join(columns) + " |")
        print("|---|--:|---|" + "--:|" * len(columns))
        for scenario in SCENARIOS:
            for clients in SIZES:
                waits = [f"{self.slowest[scenario.name, clients, where] * 1000:.0f}" for where in columns]
                ends = _ends(self.words[scenario.name, clients])
                print(f"| {scenario.name} | {clients} | {ends} | " + " | ".join(waits) + " |")
        print(f"\nLongest wait of all: {max(self.slowest.values()) * 1000:.0f} ms. Wrong: {len(self.wrong)}.")
        for line in self.wrong:
            print(f"- {line}")


def _ends(words: dict[str, set[int]]) -> str:
    ordered = sorted(words, key=lambda word: (word != "won", word))
    return ", ".join(f"{'-'.join(map(str, _range(words[word])))} {word}" for word in ordered)


def _range(counts: set[int]) -> tuple[int, ...]:
    return (min(counts), max(counts)) if len(counts) > 1 else tuple(counts)


def race_on(url: str, kind: str, report: Report, processes: Processes) -> None:
    """Every race on one database."""
    app = small_app(url, MOST_CLIENTS + 2, LOCK_SECONDS)
    with app.app_context():
        arena = Arena(db.session())
        arena.warm_up(partial(processes.race, url))
        for scenario in SCENARIOS:
            for clients in SIZES:
                for _ in range(REPETITIONS[clients]):
                    for mode in MODES:
                        calls = scenario.calls(arena, clients)
                        race = in_threads(app, calls) if mode == "threads" else processes.race(url, calls)
                        verdict = scenario.verdict(calls, race) or _double_booked()
                        report.add(f"{NAMES[kind]}, {mode}", scenario, clients, race, verdict)
            print(f"{NAMES[kind]}: {scenario.name}", file=sys.stderr)
        db.session.remove()
        db.engine.dispose()


def _double_booked() -> str | None:
    found = overlaps()
    return f"{found} overlaps" if found else None


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """A fresh, migrated database of each kind; complains when PostgreSQL's log speaks of a deadlock."""
    folder = Path(tempfile.mkdtemp(prefix="alliance-races-"))
    server = Postgres(durable=True)
    try:
        urls = {"sqlite": f"sqlite:///{folder / 'alliance.db'}", "postgresql": server.new_database()}
        for url in urls.values():
            app = create_app(settings_for(url))
            with app.app_context():
                flask_migrate.upgrade()
                db.engine.dispose()
        yield urls
        print(f"\nDeadlocks in PostgreSQL's log: {Counter(server.log_text().split())['deadlock']}.")
    finally:
        server.stop()
        shutil.rmtree(folder)


def main() -> int:
    """Run all, print all, and say whether all was well."""
    report, processes = Report(), Processes(LOCK_SECONDS)
    with databases() as urls:
        for kind, url in urls.items():
            race_on(url, kind, report, processes)
        processes.stop()
        report.print()
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
