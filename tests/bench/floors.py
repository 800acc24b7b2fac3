"""What nothing can be faster than on this machine: a bare transaction of the driver, a bare answer of the server."""

import sqlite3
import time
from collections.abc import Callable

import psycopg

from tests.bench.load import Times, one_client
from tests.bench.places import Place, serve
from tests.frequent import Ask

_TABLE = "CREATE TABLE bench_floor (id INTEGER PRIMARY KEY, text VARCHAR(40))"
_TRANSACTIONS = 300


def bare_answer(place: Place, rounds: int) -> Times:
    """GET over the same kind of server, answered by nothing."""
    with serve(place, "tests.bench.bare:app") as served:
        return one_client(served.port, lambda: Ask("bare answer", "/"), rounds)


def bare_transaction(place: Place) -> Times:
    """BEGIN, one INSERT, COMMIT, as durable as a booking."""
    seconds = []
    act, close = _on_sqlite(place) if place.is_sqlite else _on_postgresql(place)
    for n in range(_TRANSACTIONS):
        began = time.perf_counter()
        act(n)
        seconds.append(time.perf_counter() - began)
    close()
    return Times(seconds)


def _on_sqlite(place: Place) -> tuple[Callable[[int], None], Callable[[], None]]:
    driver = sqlite3.connect(place.url.removeprefix("sqlite:///"), isolation_level=None)
    driver.execute("PRAGMA synchronous=FULL")
    driver.execute("DROP TABLE IF EXISTS bench_floor")
    driver.execute(_TABLE)

    def act(n: int) -> None:
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("INSERT INTO bench_floor VALUES (?, 'floor')", (n,))
        driver.execute("COMMIT")

    def close() -> None:
        driver.execute("DROP TABLE bench_floor")
        driver.close()

    return act, close


def _on_postgresql(place: Place) -> tuple[Callable[[int], None], Callable[[], None]]:
    driver = psycopg.connect(place.url.replace("+psycopg", ""))
    driver.execute("DROP TABLE IF EXISTS bench_floor")
    driver.execute(_TABLE)
    driver.commit()

    def act(n: int) -> None:
        driver.execute("INSERT INTO bench_floor VALUES (%s, 'floor')", (n,))
        driver.commit()

    def close() -> None:
        driver.execute("DROP TABLE bench_floor")
        driver.commit()
        driver.close()

    return act, close
