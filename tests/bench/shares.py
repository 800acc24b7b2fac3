"""Where the time of a request goes, measured in this process: in the database, in templates, in the rest of Python."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, before_render_template, template_rendered

from alliance.db import db
from tests.frequent import Ask

_ROUNDS = 7


@dataclass(frozen=True)
class Shares:
    """Of one request: how many statements, and the parts of its time in per cent."""

    statements: int
    sql: int
    template: int

    @property
    def python(self) -> int:
        return 100 - self.sql - self.template


def shares_of(app: Flask, next_ask: Callable[[], Ask]) -> Shares:
    """What is typical of a few requests, after one to warm up."""
    next_ask().of(app)
    found = []
    for _ in range(_ROUNDS):
        db.session.rollback()
        with _watch(app) as clocks:
            began = time.perf_counter()
            next_ask().of(app)
            whole = time.perf_counter() - began
        # A template that still asks the database shall not count twice.
        template = max(0.0, clocks.template - clocks.sql_in_template)
        found.append(
            (whole, Shares(clocks.statements, _percent(clocks.sql, whole), _percent(template, whole)))
        )
    return sorted(found, key=lambda pair: pair[0])[_ROUNDS // 2][1]


def _percent(part: float, whole: float) -> int:
    return round(100 * part / whole)


@dataclass
class _Clocks:
    sql: float = 0.0
    template: float = 0.0
    sql_in_template: float = 0.0
    statements: int = 0
    rendering_since: float | None = None

    def add_sql(self, seconds: float) -> None:
        self.sql += seconds
        if self.rendering_since is not None:
            self.sql_in_template += seconds


@contextmanager
def _watch(app: Flask) -> Iterator[_Clocks]:
    clocks = _Clocks()
    engine = db.engine

    def before(
        _connection: Any, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool
    ) -> None:
        clocks.statements += not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"))
        context.began = time.perf_counter()

    def after(_connection: Any, cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        clocks.add_sql(time.perf_counter() - context.began)
        # SQLite does most of its work while rows are fetched.
        context.cursor = _TimedCursor(cursor, clocks)

    def rendering(_app: Flask, **_more: Any) -> None:
        clocks.rendering_since = time.perf_counter()

    def rendered(_app: Flask, **_more: Any) -> None:
        if clocks.rendering_since is not None:
            clocks.template += time.perf_counter() - clocks.rendering_since
            clocks.rendering_since = None

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    with before_render_template.connected_to(rendering, app), template_rendered.connected_to(rendered, app):
        try:
            yield clocks
        finally:
            sa.event.remove(engine, "before_cursor_execute", before)
            sa.event.remove(engine, "after_cursor_execute", after)


class _TimedCursor:
    """The driver's cursor, whose fetching counts as the database's time."""

    def __init__(self, cursor: Any, clocks: _Clocks) -> None:
        self._cursor, self._clocks = cursor, clocks

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._cursor, name)
        if not name.startswith("fetch"):
            return found

        def timed(*args: Any) -> Any:
            began = time.perf_counter()
            rows = found(*args)
            self._clocks.add_sql(time.perf_counter() - began)
            return rows

        return timed
