"""What the tests of bookings share: a world of their own on PostgreSQL alone, and bookings in few words."""

import pytest
from flask import Flask

from alliance.db import db
from tests.world import World


@pytest.fixture
def postgres_world(postgres_app: Flask) -> World:
    """A small alliance on PostgreSQL."""
    return World(db.session())


@pytest.fixture
def sqlite_world(sqlite_app: Flask) -> World:
    """A small alliance on SQLite."""
    return World(db.session())
