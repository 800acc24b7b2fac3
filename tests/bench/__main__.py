"""Measure how fast the product is, and print it as Markdown: see docs/speed.md.

    make bench                                  # both databases, ten thousand and a million bookings
    make bench ARGS=--quick                     # SQLite with ten thousand, about a minute

Nothing is asserted: it ends with 1 only when something could not run.
"""

import argparse
import logging
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import gunicorn  # noqa: F401 - what the server needs is missing early rather than late

from tests.bench.measure import Found, measure
from tests.bench.places import fill
from tests.bench.starts import import_seconds, second_start_seconds
from tests.bench.table import tables
from tests.postgres import Postgres

_KINDS = ("sqlite", "postgresql")
_CROWDED = 1.0


def main() -> None:
    """Fill, measure and print."""
    asked = _asked()
    logging.disable(logging.INFO)  # one line a request, of those answered in this process
    began = time.monotonic()
    print(f"{_machine()}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="alliance-bench-") as temporary:
        folder = Path(temporary)
        starts = [("import of the application", "1 s", f"{import_seconds():.2f} s")]
        if not asked.no_start:
            starts.append(("second `make run`", "5 s", f"{second_start_seconds(folder):.1f} s"))
        found = [each for kind in asked.databases for each in _measured(kind, asked, folder)]
    print("\n".join(tables(found, starts)))
    _say(f"took {time.monotonic() - began:.0f} s")


def _measured(kind: str, asked: argparse.Namespace, folder: Path) -> list[Found]:
    # A server that survives a power cut: the one of the tests does not wait for the disk.
    postgres = Postgres(durable=True) if kind == "postgresql" else None
    found = []
    try:
        for bookings in asked.sizes:
            _say(f"{kind}: filling with {bookings:,} bookings")
            place = fill(kind, bookings, folder, postgres)
            _say(f"{kind}: measuring")
            found.append(measure(place, asked.rounds))
    finally:
        if postgres is not None:
            postgres.stop()
    return found


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure how fast the product is.")
    parser.add_argument(
        "--sizes", type=_numbers, default=[10_000, 1_000_000], help="bookings, e.g. 10000,1000000"
    )
    parser.add_argument(
        "--databases", type=_kinds, default=list(_KINDS), help="sqlite,postgresql or one of them"
    )
    parser.add_argument(
        "--rounds", type=int, default=100, help="requests of each sort, fewer where they are slow"
    )
    parser.add_argument("--quick", action="store_true", help="SQLite with ten thousand bookings")
    parser.add_argument("--no-start", action="store_true", help="leave `make run` out")
    asked = parser.parse_args()
    if asked.quick:
        asked.sizes, asked.databases, asked.rounds = [10_000], ["sqlite"], 30
    return asked


def _numbers(text: str) -> list[int]:
    return [int(piece.replace("_", "")) for piece in text.split(",")]


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if unknown := set(kinds) - set(_KINDS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return kinds


def _machine() -> str:
    load = os.getloadavg()[0]
    said = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} before"
    return said + ("; something else is running, so times are too long" if load > _CROWDED else "")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
