"""How both databases find what is asked for most: `make plans` writes docs/query-plans.md, and a test keeps it true.

Only tables that grow with every booking are looked at, and of their plans only which index is used and how: costs and
joins differ from machine to machine and say nothing about growth.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alliance.config import ROOT
from alliance.db import db
from tests.conftest import TEMPLATE, migrate
from tests.growth.made import MANY, Alliance, filled
from tests.postgres import Postgres

DOCUMENT: Final = ROOT / "docs" / "query-plans.md"
TITLES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_GROWING: Final = ("booking", "occupancy", "stage", "event")
_GROWS: Final = re.compile(rf"\b(?:FROM|JOIN) ({'|'.join(_GROWING)})\b")
_ON_SQLITE: Final = re.compile(r"^(SCAN|SEARCH) (\w+)(?: USING (.*?))?(?: \(.*)?$")
_ALIAS: Final = re.compile(r"_\d+$")
_INTRODUCTION: Final = """# Query plans

How the two databases find what is asked for most, on an invented alliance of {many:,} bookings: every statement that
touches a table which grows with each booking (booking, occupancy, stage, event), and by which index it does. None
reads such a table whole; `ix_booking_requested` is small at any age, for it holds only what waits for an answer. Made
by `make plans`; a test of `make check` fails when it is no longer true, which after a deliberate change means: look at
what changed, then run `make plans` again.
"""


def section(alliance: Alliance, kind: str) -> str:
    """The part of the document about one kind of database."""
    lines = [f"## {TITLES[kind]}", ""]
    with alliance.open() as frequent:
        for name, ask in frequent.reads().items():
            ask.of(alliance.app)
            alliance.forget_calendars()
            db.session.rollback()
            with _explained(db.engine) as plans:
                ask.of(alliance.app)
            db.session.rollback()
            lines += [f"### {name}", "", *_listed(plans), ""]
    return "\n".join(lines)


def _listed(plans: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Each plan once, in order; the same statement in several batches is one."""
    for number, plan in enumerate(dict.fromkeys(plans), start=1):
        times = [(line, len(list(same))) for line, same in groupby(plan)]
        yield f"{number}. " + "; ".join(f"`{line}`" + (f" × {n}" if n > 1 else "") for line, n in times)


@contextmanager
def _explained(engine: Engine) -> Iterator[list[tuple[str, ...]]]:
    """How each statement of the body finds rows of growing tables, in the order in which they run."""
    plans: list[tuple[str, ...]] = []
    explain = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql

    def note(_connection: Any, cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if (
            _GROWS.search(statement)
            and not many
            and (plan := tuple(explain(cursor.connection, statement, given)))
        ):
            plans.append(plan)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _on_sqlite(driver: Any, statement: str, given: Any) -> Iterator[str]:
    for *_ids, detail in driver.execute(f"EXPLAIN QUERY PLAN {statement}", given):
        found = _ON_SQLITE.match(detail)
        if found and (table := _ALIAS.sub("", found[2])) in _GROWING:
            yield (
                f"{table}: {found[1].lower()} by {found[3]}"
                if found[3]
                else f"{table}: scan of the whole table"
            )


def _on_postgresql(driver: Any, statement: str, given: Any) -> Iterator[str]:
    with driver.cursor() as own:
        own.execute(f"EXPLAIN (FORMAT JSON) {statement}", given)
        (plans,) = own.fetchone()
    yield from _scans((json.loads(plans) if isinstance(plans, str) else plans)[0]["Plan"])


def _scans(node: dict[str, Any], table: str = "") -> Iterator[str]:
    table = node.get("Relation Name", table)
    if table in _GROWING and "Scan" in node["Node Type"]:
        if name := node.get("Index Name"):
            # Which rows an index finds is what counts, not whether they are sorted before they are fetched.
            kind = node["Node Type"].removeprefix("Bitmap ").lower()
            yield f"{table}: {kind} by {name}"
        elif node["Node Type"] == "Seq Scan":
            yield f"{table}: scan of the whole table"
    for inner in node.get("Plans", ()):
        yield from _scans(inner, table if node["Node Type"].startswith("Bitmap") else "")


def main() -> None:
    """Make both alliances, and write the document."""
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'plans.db'}"
        migrate(url)
        sections.append(section(filled(url, MANY), "sqlite"))
    server = Postgres()
    try:
        migrate(server.new_database(TEMPLATE))
        sections.append(section(filled(server.new_database(template=TEMPLATE), MANY), "postgresql"))
    finally:
        server.stop()
    DOCUMENT.write_text("\n".join([_INTRODUCTION.format(many=MANY), *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
