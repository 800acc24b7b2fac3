"""Measure an import of many new resources on both databases, and print it as Markdown: see docs/speed.md.

    PYTHONPATH=.:tools .venv/bin/python -m tests.bench.imports             # 20,000 rows, some minutes
    PYTHONPATH=.:tools .venv/bin/python -m tests.bench.imports --rows 4000 --databases sqlite

Nothing is asserted: it ends with 1 only when something could not run.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alliance.db import db
from alliance.exchange.actions import confirm_import, receive_import
from alliance.exchange.doing import import_part
from alliance.exchange.looking import check_import
from alliance.exchange.models import ImportJob
from alliance.members.actor import actor_of
from tests.bench.places import Place, fill
from tests.postgres import Postgres

_BAR_SECONDS = 60
_HEAD = "code,owner,name_zh,name_en,category,booking_mode,location,description_zh,quantity,technique"


@dataclass(frozen=True)
class Took:
    """What an import took, in seconds: by the clock, and of this process alone, without the database's server."""

    place: Place
    looking: float
    importing: float
    longest_part: float
    processor: float

    def cells(self) -> Iterator[str]:
        yield self.place.kind
        yield f"{self.looking + self.importing:.0f} s"
        yield f"{self.looking:.0f} s"
        yield f"{self.importing:.0f} s"
        yield f"{self.longest_part:.1f} s"
        yield f"{self.processor:.0f} s"


def main() -> None:
    """Fill, import and print."""
    parser = argparse.ArgumentParser(description="Measure an import of many new resources.")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--databases", default="sqlite,postgresql", help="sqlite,postgresql or one of them")
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    print(f"{asked.rows:,} new resources, load {os.getloadavg()[0]:.1f} before\n", flush=True)
    print(
        f"| | all of it (bar: {_BAR_SECONDS} s) | looking | importing | longest part | processor time here |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    for kind in asked.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="alliance-bench-") as temporary:
            # A server that survives a power cut: the one of the tests does not wait for the disk.
            postgres = Postgres(durable=True) if kind == "postgresql" else None
            try:
                took = _import(fill(kind, 10_000, Path(temporary), postgres), asked.rows)
            finally:
                if postgres is not None:
                    postgres.stop()
        print(f"| {' | '.join(took.cells())} |", flush=True)


def _import(place: Place, rows: int) -> Took:
    """Send the table as an admin of the first unit, look at it, and import it part by part as the worker would."""
    with place.app().app_context():
        by = actor_of(db.session(), 1)
        assert by is not None
        ref = receive_import("table.csv", _table(rows), by=by)
        began, worked = time.monotonic(), time.process_time()
        check_import(ref)
        looking = time.monotonic() - began
        confirm_import(ref, by=by)
        began, longest = time.monotonic(), 0.0
        more = True
        while more:
            since = time.monotonic()
            more = import_part(ref)
            longest = max(longest, time.monotonic() - since)
            _say_progress(ref)
        took = Took(place, looking, time.monotonic() - began, longest, time.process_time() - worked)
        job = db.session.query(ImportJob).filter_by(ref=ref).one()
        assert (job.state, job.added, job.bad) == ("done", rows, 0), job.findings[:3]
        db.session.remove()
        db.engine.dispose()
    return took


def _table(rows: int) -> bytes:
    lines = (
        f"U001-{n:05},U001,显微镜 {n},Microscope {n},instrument,slot_self,{n % 40} 号楼,共聚焦成像，样品自备。,2,共聚焦"
        for n in range(rows)
    )
    return "\n".join((_HEAD, *lines)).encode()


def _say_progress(ref: str) -> None:
    job = db.session.query(ImportJob.done, ImportJob.total).filter_by(ref=ref).one()
    print(f"\r{job.done:,} of {job.total:,} rows", end="", file=sys.stderr, flush=True)
    if job.done == job.total:
        print(file=sys.stderr)


if __name__ == "__main__":
    main()
