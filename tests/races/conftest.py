"""One database of each kind and one set of client processes for all races, and the slowest waits at the end."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from alliance.db import db
from tests.conftest import fresh_database
from tests.races.clients import Processes, small_app
from tests.races.scenarios import MOST_CLIENTS, Arena

SLOWEST = pytest.StashKey[dict[str, tuple[float, str]]]()


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def racing_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, started: Processes
) -> Iterator[Flask]:
    """The database part of the application on a fresh database, with a connection for each of fifty threads."""
    folder: Path = tmp_path_factory.mktemp("races")
    for url in fresh_database(request.param, request, folder):
        app = small_app(url, MOST_CLIENTS + 2)
        with app.app_context():
            yield app
            started.let_go()
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="package")
def arena(racing_app: Flask) -> Arena:
    """The people who race."""
    return Arena(db.session())


@pytest.fixture(scope="package")
def started() -> Iterator[Processes]:
    """Client processes, started once."""
    clients = Processes()
    yield clients
    clients.stop()


@pytest.fixture(scope="package")
def processes(started: Processes, racing_app: Flask, arena: Arena) -> Processes:
    """The client processes, connected to this database and warm."""
    arena.warm_up(partial(started.race, racing_app.config["SQLALCHEMY_DATABASE_URI"]))
    return started


@pytest.fixture
def note_wait(request: pytest.FixtureRequest) -> "NoteWait":
    """Keeps the slowest wait of each kind of race for the summary."""
    return NoteWait(request.config.stash.setdefault(SLOWEST, {}))


class NoteWait:
    """Remembers the longest wait by database and mode, and in which race it was."""

    def __init__(self, slowest: dict[str, tuple[float, str]]) -> None:
        self._slowest = slowest

    def __call__(self, where: str, what: str, seconds: float) -> None:
        self._slowest[where] = max(self._slowest.get(where, (0.0, "")), (seconds, what))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how long the unluckiest client of all races waited: nobody should for more than 2 s."""
    slowest = config.stash.get(SLOWEST, {})
    if slowest:
        terminalreporter.section("races: the longest wait of a single client")
    for where, (seconds, what) in sorted(slowest.items()):
        terminalreporter.write_line(f"{where:24} {seconds * 1000:6.0f} ms  {what}")
