"""What the tests of bookings share: a world of their own on PostgreSQL alone, and bookings in few words."""

import pytest
from flask import Flask

from alliance.db import db
from alliance.members.models import Person
from tests.world import World


@pytest.fixture
def postgres_world(postgres_app: Flask) -> World:
    """A small alliance on PostgreSQL."""
    return World(db.session())


@pytest.fixture
def sqlite_world(sqlite_app: Flask) -> World:
    """A small alliance on SQLite."""
    return World(db.session())


@pytest.fixture
def mei(world: World) -> Person:
    """Somebody of the institute, without any role."""
    return world.person("mei", world.institute)


@pytest.fixture
def ada(world: World) -> Person:
    """Another one of the institute."""
    return world.person("ada", world.institute)
