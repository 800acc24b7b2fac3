"""Fixtures every test may use: both databases, migrated and empty, and a small alliance that lives in them."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import coverage
import flask_migrate
import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from alliance import clock, create_app
from alliance.config import Settings
from alliance.db import db
from tests.lending import TEMPLATE, Lending
from tests.postgres import Postgres, start_or_complain
from tests.world import World

# A Monday morning in Beijing: 10:24 local time, a working day.
NOW = datetime(2026, 11, 23, 2, 24, tzinfo=UTC)


class _Compiled(BytecodeCache):
    """Templates compiled before, by their text: each test has its own application, but all show the same pages."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of the same text, if there is any."""
        if code := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next application."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class _KnownRule(Rule):
    """A rule that is compiled once, however many applications have it."""

    _kept: ClassVar[dict[str, dict[str, Any]]] = {}

    def compile(self) -> None:
        """Take what was made of the same rule, if there is any."""
        key = repr((self.rule, self.subdomain, self.merge_slashes, self.defaults))
        if key not in self._kept:
            super().compile()
            self._kept[key] = {name: getattr(self, name) for name in _COMPILED}
        for name, made in self._kept[key].items():
            setattr(self, name, made.__func__.__get__(self) if name in _BOUND else made)
        self.arguments.update(self._converters)


_BOUND = ("_build", "_build_unknown")
_COMPILED = ("_parts", "_trace", "_converters", *_BOUND)
Flask.jinja_options = {"bytecode_cache": _Compiled()}
Flask.url_rule_class = _KnownRule
# An engine of each kind of database, whose dialect and compiled statements all engines of that kind use.
_AT_HAND: dict[str, Engine] = {}


# How long one example takes says more about who else uses the machine than about our code.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
# To be watched doubles the work of a test. What runs on both databases is watched on SQLite, and what runs for long
# repeats what others have run.
_UNWATCHED = ("bench", "browser", "growth", "promises", "races")


def _is_watched(item: pytest.Item) -> bool:
    kinds = getattr(item, "callspec", None)
    return _folder(item) not in _UNWATCHED and "postgresql" not in (kinds.params.values() if kinds else ())


# Few and long: begun last, they would keep one worker busy while the others have nothing to do.
_LONGEST = ("browser", "growth", "promises", "races")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""
    items.sort(key=lambda item: _folder(item) not in _LONGEST)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").parts[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let coverage look away where it need not look."""
    watch = coverage.Coverage.current()
    if watch is None or _is_watched(item):
        return (yield)
    watch.stop()
    try:
        return (yield)
    finally:
        watch.start()


def settings_for(url: str) -> Settings:
    """Settings of a test installation on that database."""
    return Settings(
        database_url=url, secret_key="only for tests, but long enough to be one", base_url="http://localhost"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own, with a migrated template database."""
    server = start_or_complain()
    if server is None:
        pytest.fail("No PostgreSQL could be started; see the message above.")
    migrate(server.new_database(TEMPLATE))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lending(postgres: Postgres) -> Lending:
    """The databases of that server, each empty whenever it is lent."""
    return Lending(postgres)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("migrated") / "alliance.db"
    migrate(f"sqlite:///{path}")
    return path


def migrate(url: str) -> None:
    """Bring the database to the newest migration, and let go of it."""
    app = create_app(settings_for(url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
        _AT_HAND[db.engine.dialect.name] = db.engine


def application(url: str) -> Flask:
    """An application of one's own on that database, which need not compile again what others have compiled.

    That is a third of the work of most tests. As on our PostgreSQL, nothing has to survive a power cut.
    """
    app = create_app(settings_for(url))
    # As in an alliance that has long begun: no page asks whether anybody is there.
    app.extensions["installation"].trust()
    with app.app_context():
        engine = db.engine
    if first := _AT_HAND.get(engine.dialect.name):
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return app


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database: the test runs once on each kind."""
    yield from fresh_database(request.param, request, tmp_path)


def fresh_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of a migrated, empty database of the kind; what becomes of it does not matter to any other test."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), folder / "alliance.db")
        yield f"sqlite:///{folder / 'alliance.db'}"
        return
    with request.getfixturevalue("lending").lend() as url:
        yield url


@contextmanager
def at_work(app: Flask) -> Iterator[Flask]:
    """Inside a context of the application, its clock stopped at NOW; in the end nobody holds a connection of its."""
    with app.app_context(), clock.frozen(NOW):
        yield app
        db.session.remove()
        engine = db.engine
        # Other threads may still be putting theirs back.
        deadline = time.monotonic() + 3
        while (held := engine.pool.checkedout()) and time.monotonic() < deadline:
            time.sleep(0.01)
        engine.dispose()
        assert held == 0, f"{held} connections were taken and never given back"


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """The application on that database, at work."""
    with at_work(application(database)) as app:
        yield app


@pytest.fixture
def sqlite_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same on SQLite only, for what does not depend on the database."""
    for url in fresh_database("sqlite", request, tmp_path):
        with at_work(application(url)) as app:
            yield app


@pytest.fixture
def postgres_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same on PostgreSQL only, for what SQLite does not have: row locks and their failures."""
    for url in fresh_database("postgresql", request, tmp_path):
        with at_work(application(url)) as app:
            yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of the application context; closed at the end, for a command may have put another in its place."""
    session = db.session()
    yield session
    session.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()


@pytest.fixture
def world(session: Session) -> World:
    """A small alliance, empty of bookings: see tests/world.py."""
    return World(session)
