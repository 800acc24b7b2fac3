"""How much work a database does for what runs in between: steps of SQLite's machine, buffers PostgreSQL looks at.

Both are the same in every run and on every machine, unlike time.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

# SQLite calls back after so many steps; the rest of each statement is lost, which is little and the same for all.
_STEPS = 5
# A small table is read whole rather than by its index, which is right and says nothing about a large one. So that like
# is compared with like, plans are those of large tables.
_AS_IF_LARGE = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
)


@dataclass
class Work:
    """What has been done so far: units of work, and each statement with its own."""

    units: int = 0
    statements: list[tuple[str, int]] = field(default_factory=list)

    def worst(self) -> str:
        """The statement that cost most, for the message of a failing test."""
        statement, units = max(self.statements, key=lambda pair: pair[1], default=("nothing", 0))
        return f"{units} units: {statement}"


@contextmanager
def work_on(engine: Engine) -> Iterator[Work]:
    """Count the work of every statement the engine runs in the body."""
    work = Work()
    meter = _Steps(work) if engine.dialect.name == "sqlite" else _Buffers(work)
    sa.event.listen(engine, "before_cursor_execute", meter.before)
    sa.event.listen(engine, "after_cursor_execute", meter.after)
    try:
        yield work
    finally:
        sa.event.remove(engine, "before_cursor_execute", meter.before)
        sa.event.remove(engine, "after_cursor_execute", meter.after)
        meter.stop()


class _Steps:
    """A handler on each connection counts, also while rows are fetched after the statement began."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._drivers: dict[int, Any] = {}

    def before(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        driver = connection.connection.driver_connection
        if id(driver) not in self._drivers:
            self._drivers[id(driver)] = driver
            driver.set_progress_handler(self._count, _STEPS)
        self._work.statements.append((statement, 0))

    def after(self, *_all: Any) -> None:
        """Nothing: rows are still to be fetched."""

    def stop(self) -> None:
        for driver in self._drivers.values():
            driver.set_progress_handler(None, 0)

    def _count(self) -> None:
        self._work.units += _STEPS
        if self._work.statements:
            statement, units = self._work.statements[-1]
            self._work.statements[-1] = statement, units + _STEPS


class _Buffers:
    """Each statement is explained in place just before it runs, and what that did is taken back."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def before(
        self, _connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return
        for given in parameters if many else [parameters]:
            buffers = self._explained(cursor.connection, statement, given)
            self._work.units += buffers
            self._work.statements.append((statement, buffers))

    def _explained(self, driver: Any, statement: str, given: Any) -> int:
        # What is only read has no transaction to go back in.
        begin, back = (
            ("BEGIN", "ROLLBACK")
            if driver.autocommit
            else ("SAVEPOINT measured", "ROLLBACK TO SAVEPOINT measured")
        )
        with driver.cursor() as own:
            own.execute(begin)
            own.execute(_AS_IF_LARGE)
            own.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
            (plans,) = own.fetchone()
            own.execute(back)
        plan = (json.loads(plans) if isinstance(plans, str) else plans)[0]["Plan"]
        return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])

    def after(self, *_all: Any) -> None:
        """Nothing: it was counted before."""

    def stop(self) -> None:
        """Nothing to give back."""
