"""The database: the one session, the column types, and the decorator every changing act goes through."""

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Concatenate, Final, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from alliance import clock
from alliance.errors import Busy, KeyReused, Problem, Replayed, Taken
from alliance.turns import turn_with

# The name under which both databases refuse a second occupancy of one item: a constraint or a trigger.
GUARD: Final = "occupancy_no_overlap"
_TRIES: Final = 3
_PATIENCE_SECONDS: Final = 10.0
_KEPT: Final = timedelta(days=1)
_REPEATABLE: Final = {"40001", "40P01"}  # serialization failure, deadlock
_LOCK_NOT_AVAILABLE: Final = "55P03"

P = ParamSpec("P")
R = TypeVar("R")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on PostgreSQL, whole seconds since 1970 as an integer on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Integer())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return int(value.timestamp()) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromtimestamp(value, UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Seconds(sa.sql.functions.FunctionElement[int]):
    """An instant of the database in whole seconds since 1970, where reading it as a datetime would cost too much."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(Seconds)
def _seconds(element: Seconds, compiler: Any, **more: Any) -> str:
    return f"CAST(date_part('epoch', {compiler.process(element.clauses, **more)}) AS BIGINT)"


@compiles(Seconds, "sqlite")
def _seconds_on_sqlite(element: Seconds, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


class _Among(sa.sql.functions.FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself: as a value of SQLite's it would be compared with 1, and no index would be used."""
        return self


@compiles(_Among)
def _among(element: _Among, compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} = ANY({numbers})"


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: Any, **more: Any) -> str:
    # A list in JSON would be one value, too, but SQLite knows nothing of its length and plans for the worst.
    column, numbers = element.clauses
    return str(compiler.process(column.in_(sa.bindparam(numbers.key, expanding=True)), **more))


def among(column: sa.SQLColumnExpression[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether the column is one of the numbers that are given as the list `name` when the statement runs.

    One value on PostgreSQL: written out one by one they would make another statement for each count, to be read,
    planned and kept anew.
    """
    return _Among(column, sa.bindparam(name, type_=sa.ARRAY(sa.Integer())))


class _AmongMany(_Among):
    inherit_cache = True


@compiles(_AmongMany, "sqlite")
def _among_many_on_sqlite(element: _AmongMany, compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - made by the compiler itself


def among_many(column: sa.SQLColumnExpression[Any], name: str) -> sa.ColumnElement[bool]:
    """The same for lists of thousands, where the plan does not hang on how many there are: one value on SQLite, too.

    To write five thousand out takes longer there than to look for them.
    """
    numbers = sa.ARRAY(sa.Integer()).with_variant(sa.JSON(), "sqlite")
    return _AmongMany(column, sa.bindparam(name, type_=numbers))


class Base(DeclarativeBase):
    """The declarative base of every model."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Any] = {datetime: Instant, dict[str, Any]: sa.JSON, list[Any]: sa.JSON}


class _Session(FlaskSession):
    """A session whose reads may stand alone, each statement by itself.

    On PostgreSQL that is what READ COMMITTED amounts to anyway, without a BEGIN and a ROLLBACK around each page; and
    with the ROLLBACK the driver would forget every plan it had prepared. Acts have their transaction all the same.
    """

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        engine = super().get_bind(*args, **kwargs)
        alone = self.info.get("reads_alone") and not self.info.get("writing")
        if not alone or engine.dialect.name != "postgresql":
            return engine
        if "alone" not in self.info:
            self.info["alone"] = engine.execution_options(isolation_level="AUTOCOMMIT")
        return cast(Engine, self.info["alone"])


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": _Session})


def let_reads_stand_alone() -> None:
    """For the session of this request; whoever changes something goes through an act."""
    db.session().info["reads_alone"] = True


class OnceRow(Base):
    """What an act answered, kept a day under the key its caller gave it, so that a repeated call changes nothing."""

    __tablename__ = "once"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    route: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[Any] = mapped_column(sa.JSON, nullable=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Once:
    """The identity of one act: who asked, where, under which key, and the digest of what was asked."""

    person_id: int
    route: str
    key: str
    digest: str


_once: ContextVar[Once | None] = ContextVar("once", default=None)


@contextmanager
def only_once(once: Once | None) -> Iterator[None]:
    """Let the action called inside run at most once for this key.

    A repeated call raises Replayed with the first answer, or KeyReused when the digest differs; a concurrent one
    waits for the first. Only what succeeded is kept.
    """
    token = _once.set(once)
    try:
        yield
    finally:
        _once.reset(token)


def action(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Make `function(session, …)` a public act: called without the session, run in a transaction of its own.

    What the page had read is forgotten first, so nothing stale decides. Commits when the function returns, rolls
    back when it raises. A serialization failure or deadlock repeats the whole function up to three times; a lock that
    cannot be had raises Busy; a clash that only the database itself saw raises Taken. Acts do not nest.
    """

    @functools.wraps(function)
    def act(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction() as session:
                    return _run(function, session, *args, **kwargs)
            except IntegrityError as error:
                if GUARD in str(error.orig):
                    raise Taken([Problem("taken")]) from error
                raise
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state in _REPEATABLE and attempt < _TRIES:
                    time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
                elif (
                    state in _REPEATABLE
                    or state == _LOCK_NOT_AVAILABLE
                    or "database is locked" in str(error.orig)
                ):
                    raise Busy from error
                else:
                    raise
        raise AssertionError("unreachable")

    return act


@action
def forget_old_answers(session: Session) -> int:
    """Drop the answers kept of acts a day ago or earlier, so that their keys are free again; return how many."""
    old = sa.delete(OnceRow).where(OnceRow.created_at <= clock.now() - _KEPT)
    return cast(sa.CursorResult[Any], session.execute(old)).rowcount


def read_rows(
    session: Session, statement: Any, given: Mapping[str, Any] | None = None
) -> sa.CursorResult[*tuple[Any, ...]]:
    """What the database answers to a statement over columns, changes not yet written included.

    Past the ORM, which would look at each row for entities that are not there, and costs as much as the database.
    """
    session.flush()
    return session.connection().execute(statement, given or {})


def read_as_of_now(session: Session) -> None:
    """Forget what was read before; let everything read from here to the end of the request be of one instant.

    SQLite reads like that anyway; PostgreSQL would look anew with each statement.
    """
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: forgets what was read before, yields the session, commits or rolls back, never nests."""
    session = cast(Session, db.session())
    if session.info.get("writing"):
        raise RuntimeError("An action was called inside another action.")
    session.rollback()
    with _turn(db.engine):
        session.info["writing"] = True
        try:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False


def _run(function: Callable[..., R], session: Session, *args: Any, **kwargs: Any) -> R:
    once = _once.get()
    if once is None:
        return function(session, *args, **kwargs)
    _claim(session, once)
    answer = function(session, *args, **kwargs)
    # A secret (the address of a new feed) is never kept: only the name of what was made.
    session.execute(sa.update(OnceRow).where(*_is(once)).values(answer=getattr(answer, "ref", answer)))
    return answer


def _claim(session: Session, once: Once) -> None:
    inserted = session.execute(
        sa.text(
            "INSERT INTO once (person_id, route, key, digest, created_at) "
            "VALUES (:person_id, :route, :key, :digest, :at) ON CONFLICT DO NOTHING"
        ).bindparams(sa.bindparam("at", type_=Instant())),
        {**once.__dict__, "at": clock.now()},
    )
    if cast(sa.CursorResult[Any], inserted).rowcount == 1:
        return
    earlier = session.execute(sa.select(OnceRow.digest, OnceRow.answer).where(*_is(once))).one()
    if earlier.digest != once.digest:
        raise KeyReused
    raise Replayed(earlier.answer)


def _is(once: Once) -> tuple[sa.ColumnElement[bool], ...]:
    return (OnceRow.person_id == once.person_id, OnceRow.route == once.route, OnceRow.key == once.key)


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait for one's turn to write: SQLite's own waiting starves the unlucky. Raises Busy after ten seconds."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(turn_with(f"{engine.url.database}.lock", _PATIENCE_SECONDS))
        except TimeoutError:
            raise Busy from None
        yield


# Nothing that is asked runs long enough to be worth compiling, though statistics may make it look so.
_NO_JIT: Final = "-c jit=off"
# What the application asks in all its forms; the driver forgets the plan of the 101st.
_MOST_PREPARED: Final = 1000


def engine_options(database_url: str) -> dict[str, Any]:
    """What the engine needs on either database; `listen` adds the rest."""
    # Hidden parameters: an error in the log must not carry names, mail addresses or hashes of passwords.
    if database_url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 10}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        # The connection used last knows its plans best.
        "pool_use_lifo": True,
        "connect_args": {
            "options": f"-c lock_timeout=5000 -c timezone=UTC {_NO_JIT}",
            "connect_timeout": 5,
            "prepare_threshold": 2,
        },
    }


def listen(engine: Engine) -> None:
    """Teach SQLite to begin where we say, to keep foreign keys and to survive a power cut; PostgreSQL to keep plans."""
    if engine.dialect.name != "sqlite":

        @sa.event.listens_for(engine, "connect")
        def keep_plans(connection: Any, _record: object) -> None:
            connection.prepared_max = _MOST_PREPARED

        return

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transaction handling begins too late (and double-books): see docs/decisions/002.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN " + connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        )
