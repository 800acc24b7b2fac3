"""For tests of waiting: locks held by somebody else, and calls that run meanwhile."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from flask import Flask

from alliance.db import db

T = TypeVar("T")


class RowLock:
    """A row of PostgreSQL held by a stranger until `release`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait_for_waiters(self, n: int, seconds: float = 10) -> None:
        """Return once n others wait for a lock of this database."""
        deadline = time.monotonic() + seconds
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        # On a connection of its own: within one transaction the answer would never change.
        with raw_connection() as watcher:
            watcher.autocommit = True
            while time.monotonic() < deadline:
                row = watcher.execute(waiting, (watcher.info.dbname,)).fetchone()
                if row is not None and row[0] >= n:
                    return
                time.sleep(0.01)
        raise AssertionError(f"nobody waited, or fewer than {n}")

    def release(self) -> None:
        self._connection.rollback()


def raw_connection() -> psycopg.Connection[Any]:
    """A connection of a stranger to the same PostgreSQL database."""
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address)


@contextmanager
def row_lock(table: str, number: int) -> Iterator[RowLock]:
    """Hold one row as a transaction of somebody else would."""
    connection = raw_connection()
    try:
        connection.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE", (number,))  # type: ignore[call-overload]
        yield RowLock(connection)
    finally:
        connection.rollback()
        connection.close()


def in_background(app: Flask, call: Callable[[], T]) -> Future[T]:
    """Run the call in a thread with an application context, hence a session, of its own."""

    def run() -> T:
        with app.app_context():
            try:
                return call()
            finally:
                db.session.remove()

    executor = ThreadPoolExecutor(max_workers=1)
    future = executor.submit(run)
    executor.shutdown(wait=False)
    return future
