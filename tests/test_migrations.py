"""Migrations: up from nothing, down, up again; what they make is what the models say, guard included."""

from datetime import UTC, datetime

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from alliance import create_app
from alliance.booking import guard
from alliance.config import ROOT
from alliance.db import Base, db
from tests.conftest import settings_for

NOT_IN_MODELS = {"occupancy_no_overlap"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request, tmp_path):
    """The application on a database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        url = request.getfixturevalue("postgres").new_database()
    app = create_app(settings_for(url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def differences() -> list[object]:
    def counts(_object, name, *_rest):
        return name not in NOT_IN_MODELS

    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": counts}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def is_guarded() -> bool:
    return guard.refuses_overlaps(db.session())


def test_up_down_and_up_again(empty_app):
    wanted = set(Base.metadata.tables)

    flask_migrate.upgrade()
    assert (tables(), differences(), is_guarded()) == (wanted, [], True)
    flask_migrate.downgrade(revision="base")
    assert tables() == set()
    flask_migrate.upgrade()
    assert (tables(), differences(), is_guarded()) == (wanted, [], True)


def test_every_step_up_leaves_the_guard_in_place(empty_app):
    """Rebuilding a table on SQLite drops its triggers without a word, so each migration is looked at."""
    steps = ScriptDirectory(str(ROOT / "migrations")).walk_revisions()
    revisions = [step.revision for step in reversed(list(steps))]

    for revision in revisions:
        flask_migrate.upgrade(revision=revision)
        assert is_guarded(), revision


def test_the_table_the_guard_watches_is_strict_on_sqlite(sqlite_app):
    made = db.session.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'occupancy'"))
    assert made.rstrip().endswith("STRICT")


def test_migrating_leaves_data_alone(empty_app):
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO calendar (code, name_zh) VALUES ('CN', '国家日历')"))

    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM calendar")) == 1


def test_rows_that_refer_to_what_is_changed_do_not_keep_it_from_going_down(empty_app):
    """SQLite checks foreign keys while a table is rebuilt, so only rows tell whether a step down holds."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    # Far ids: those given by hand do not move PostgreSQL's counters, and the guard is tried with rows of its own.
    unit = {"id": 900, "code": "INST", "name_zh": "所", "monogram_zh": "所", "monogram_en": "IN"}
    rows = {
        "unit": {**unit, "kind": "university", "changed_at": at},
        "calendar": {"id": 900, "code": "INST", "name_zh": "日历", "unit_id": 900},
        "calendar_day": {"calendar_id": 900, "date": at.date(), "day_class": "RD"},
        "unit_group": {"id": 900, "code": "CHAIN", "name_zh": "链", "lead_id": 900, "changed_at": at},
        "unit_group_unit": {"group_id": 900, "unit_id": 900},
    }
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        for name, row in rows.items():
            connection.execute(sa.insert(Base.metadata.tables[name]).values(row))

    flask_migrate.downgrade(revision="0014")
    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        counts = [connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in rows]
    assert (counts, differences(), is_guarded()) == ([1] * len(rows), [], True)
