"""Adding very many rows at once, past the models: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.models import Occupancy
from alliance.db import Base, Instant

Row = tuple[Any, ...]


class Bulk:
    """Takes rows as tuples in the order of the table's columns, instants as whole seconds since 1970."""

    def __init__(self, session: Session) -> None:
        connection = session.connection()
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._driver: Any = cast(Any, connection.connection.driver_connection)
        if self._is_sqlite:
            # A gigabyte of indexes is written at random places: without room for them every page is written many times.
            self._driver.execute("PRAGMA cache_size = -500000")

    def add(self, model: type[Base], rows: Sequence[Row]) -> None:
        """Add the rows within the running transaction."""
        table = cast(sa.Table, model.__table__)
        names = ", ".join(column.name for column in table.columns)
        if self._is_sqlite:
            gaps = ", ".join("?" * len(table.columns))
            self._driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({gaps})", rows)  # noqa: S608
            return
        instants = [n for n, column in enumerate(table.columns) if isinstance(column.type, Instant)]
        with self._driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                cells = list(row)
                for n in instants:
                    cells[n] = _WRITTEN[cells[n]]
                copy.write_row(cells)


class _Written(dict[int | None, str | None]):
    """Instants as PostgreSQL reads them; the same few thousand come again and again."""

    def __missing__(self, seconds: int | None) -> str | None:
        self[seconds] = None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
        return self[seconds]


_WRITTEN = _Written()


def written(seconds: int) -> str:
    """The instant as history and PostgreSQL write it."""
    return str(_WRITTEN[seconds])


@contextmanager
def checks_at_the_end(session: Session, *models: type[Base]) -> Iterator[None]:
    """Let PostgreSQL check foreign keys and build indexes once, when all rows are there, instead of row by row.

    The guard stays in place all the time. Everything set aside is back, word for word, before the transaction ends.
    """
    if session.get_bind().dialect.name == "sqlite":
        yield
        return
    run = session.connection().exec_driver_sql
    names = [cast(sa.Table, model.__table__).name for model in models]
    keys = session.execute(_FOREIGN_KEYS, {"tables": names}).all()
    indexes = session.execute(_INDEXES, {"tables": names}).all()
    for table, name, _ in keys:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        run(f"DROP INDEX {name}")
    yield
    run("SET LOCAL maintenance_work_mem = '256MB'")
    # VACUUM comes next, and leaves what it finds before the log is written for another time.
    run("SET LOCAL synchronous_commit = on")
    for _, made_by in indexes:
        run(made_by)
    for table, name, meaning in keys:
        run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {meaning}")


_FOREIGN_KEYS = sa.text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND conrelid::regclass::text = ANY(:tables)"
)
# Those of a constraint (primary keys, unique refs, the guard) are not among them: they stay.
_INDEXES = sa.text(
    "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename = ANY(:tables) AND indexname::text "
    "NOT IN (SELECT conname FROM pg_constraint WHERE conindid <> 0)"
)


def continue_numbers(session: Session) -> None:
    """Let the database number on after the ids that were given by hand."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in Base.metadata.tables.values():
        column = table.autoincrement_column
        if column is not None and table.primary_key.columns.keys() == ["id"]:
            newest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            session.execute(sa.select(sa.func.setval(sequence, newest, sa.false())))


def overlaps(session: Session) -> int:
    """How many occupancies begin before the one before them on the same item has ended, in one statement."""
    earlier = sa.func.max(Occupancy.ends_at).over(
        partition_by=Occupancy.item_id, order_by=Occupancy.starts_at, rows=(None, -1)
    )
    rows = sa.select(Occupancy.starts_at, earlier.label("earlier")).subquery()
    return (
        session.scalar(sa.select(sa.func.count()).select_from(rows).where(rows.c.earlier > rows.c.starts_at))
        or 0
    )
