"""Clients act at the same moment: exactly the right number win, the others hear why, and nothing is booked twice."""

import pytest

from alliance.db import db
from tests.races.clients import Race, in_threads, overlaps
from tests.races.scenarios import SCENARIOS, Arena, Scenario

# Nobody should wait for more than 2 s (see the summary); a test only makes sure that nobody hangs.
HANGS_SECONDS = 30


@pytest.fixture(scope="module", autouse=True)
def log_before(postgres) -> int:
    """How much the server had logged before the first race; other tests provoke deadlocks."""
    return len(postgres.log_text())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("mode", ["threads", "processes"])
def test_exactly_the_right_number_win(
    scenario: Scenario, mode, arena: Arena, racing_app, processes, note_wait
):
    url = racing_app.config["SQLALCHEMY_DATABASE_URI"]
    kind = db.engine.dialect.name

    for clients in (2, 8, 50):
        calls = scenario.calls(arena, clients)
        race: Race = in_threads(racing_app, calls) if mode == "threads" else processes.race(url, calls)

        wrong = scenario.verdict(calls, race)
        assert wrong is None, f"{clients} clients: {wrong}"
        assert overlaps() == 0
        note_wait(f"{kind}, {mode}", f"{scenario.name}, {clients} clients", race.slowest)
        assert race.slowest < HANGS_SECONDS


def test_postgresql_saw_no_deadlock(postgres, log_before):
    """Comes last, and looks at what the server logged during the races above."""
    assert "deadlock" not in postgres.log_text()[log_before:]
