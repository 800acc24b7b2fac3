"""The two alliances on each database, made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from alliance.db import db
from tests.conftest import TEMPLATE
from tests.growth.made import FEW, MANY, Alliance, filled


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def alliances(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, Alliance]]:
    """The smaller and the larger one by their number of bookings."""
    made: dict[int, Alliance] = {}
    for bookings in (FEW, MANY):
        if request.param == "sqlite":
            path: Path = tmp_path_factory.mktemp("growth") / "alliance.db"
            shutil.copy(request.getfixturevalue("migrated_file"), path)
            url = f"sqlite:///{path}"
        else:
            # Its own, not a lent one: indexes are made anew below.
            url = request.getfixturevalue("postgres").new_database(template=TEMPLATE)
        made[bookings] = filled(url, bookings)
    yield made
    for alliance in made.values():
        with alliance.app.app_context():
            db.session.remove()
            db.engine.dispose()
