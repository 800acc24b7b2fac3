"""Counting what a page or a query asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from alliance.db import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements executed inside, in order; BEGIN and COMMIT are not among them."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
