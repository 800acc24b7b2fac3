"""Migrated, empty databases of one PostgreSQL server, lent to one test after another.

To copy a database and to drop it again costs half a second of processor time, fifteen times as much as to empty it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.postgres import Postgres

TEMPLATE = "migrated"
# What deleted rows leave behind is swept up by and by; after so many tests a database goes, with all that is left.
_MOST_LOANS = 40
# The server notices a moment later that a connection was closed.
_PATIENCE_SECONDS = 3.0
# Whatever defines tables, rules, triggers and functions: any change adds, removes or rewrites a row of these.
_CATALOGUES = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_sequence",
    "pg_trigger",
    "pg_type",
)


class Lending:
    """Lends databases alike to the last row and counter; one whose definition was changed is never lent again."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._idle: list[tuple[str, int]] = []
        with server.as_superuser(TEMPLATE) as connection:
            tables = [name for (name,) in connection.execute(_TABLES)]
            filled = [name for name in tables if connection.execute(f'SELECT FROM "{name}" LIMIT 1').rowcount]
            watched = [*_CATALOGUES, *filled]
            self._definition = " UNION ALL ".join(_CHANGES.format(name) for name in watched)
            self._sound = connection.execute(self._definition).fetchall()
        # Only rows of tests go: what migrations brought stays, and is watched.
        self._emptying = "; ".join(
            [
                # Nothing refers to anything and no trigger looks on while everything goes.
                "SET session_replication_role = replica",
                f"SELECT pg_terminate_backend(pid) {_OTHERS}",
                *(f'DELETE FROM "{name}"' for name in tables if name not in filled),
                "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence",
            ]
        )

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a database that is nobody else's for a while; who stays connected to it has failed.

        A connection left behind is cut here. It would complain of that whenever it is collected: in some other test.
        """
        url, loans = self._idle.pop() if self._idle else (self.server.new_database(template=TEMPLATE), 0)
        yield url
        name = url.rsplit("/", 1)[1]
        with self.server.as_superuser(name) as connection:
            left = _left_behind(connection)
            good_as_new = loans + 1 < _MOST_LOANS and self._emptied(connection)
        if good_as_new:
            self._idle.append((url, loans + 1))
        else:
            self.server.drop_database(name)
        assert not left, f"still connected to the database, after: {'; '.join(left)}"

    def _emptied(self, connection: psycopg.Connection[Any]) -> bool:
        """Take all rows out; False if the database is not what it was in other ways."""
        try:
            definition = connection.execute(self._definition).fetchall()
        except psycopg.errors.UndefinedTable:
            # What migrations filled is watched by its rows, and may itself be gone.
            return False
        if definition != self._sound:
            return False
        connection.execute(self._emptying)
        return True


def _left_behind(connection: psycopg.Connection[Any]) -> list[str]:
    """The last statement of everybody else who is connected and stays so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left := [statement for (statement,) in connection.execute(f"SELECT query {_OTHERS}")]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return left


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_CHANGES = "SELECT '{0}', count(*), max(xmin::text::bigint) FROM \"{0}\""
_OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)
