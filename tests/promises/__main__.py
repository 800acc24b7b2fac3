"""Try the promises about time on 10,000 random wishes, on both databases, and print what was met.

    .venv/bin/python -m tests.promises [wishes]

Stops at the first broken promise with the wish that broke it. The towns are new ones each time: the seed is printed.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from alliance import clock, create_app
from alliance.db import db
from tests.conftest import migrate, settings_for
from tests.postgres import Postgres
from tests.promises.keep import kept
from tests.promises.town import START, Town
from tests.world import World

# A town grows full: after so many wishes the next one begins.
_A_TOWN = 500


def main(wishes: int) -> None:
    """Keep every promise, half of the wishes on each database."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for kind in ("sqlite", "postgresql"):
                met: Counter[str] = Counter()
                for n in range(max(1, wishes // 2 // _A_TOWN)):
                    url = (
                        f"sqlite:///{Path(folder) / str(n)}.db" if kind == "sqlite" else server.new_database()
                    )
                    met += _in_a_new_town(url, Random(seed + n))
                print(kind, dict(sorted(met.items())))
    finally:
        server.stop()


def _in_a_new_town(url: str, dice: Random) -> Counter[str]:
    migrate(url)
    rounds = {
        "preview_tells_the_outcome": _A_TOWN,
        "what_is_found_is_accepted": _A_TOWN // 10,
        "free_is_what_can_be_booked": _A_TOWN // 20,
        "next_free_is_the_first": _A_TOWN // 10,
    }
    with create_app(settings_for(url)).app_context(), clock.frozen(START):
        town = Town(World(db.session()))
        town.live(dice, bookings=60, closures=6)
        met = kept(town, dice, rounds)
        db.session.remove()
        db.engine.dispose()
    return met


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
