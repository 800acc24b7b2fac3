"""What the tests of bookings share: a world of their own on PostgreSQL alone, and bookings in few words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from alliance import clock, create_app
from alliance.db import db
from tests.conftest import NOW, fresh_database, settings_for
from tests.world import World


@pytest.fixture
def postgres_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on PostgreSQL only, for what SQLite does not have: row locks and their failures."""
    for url in fresh_database("postgresql", request, tmp_path):
        application = create_app(settings_for(url))
        with application.app_context(), clock.frozen(NOW):
            yield application
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def postgres_world(postgres_app: Flask) -> World:
    """A small alliance on PostgreSQL."""
    return World(db.session())


@pytest.fixture
def sqlite_world(sqlite_app: Flask) -> World:
    """A small alliance on SQLite."""
    return World(db.session())
