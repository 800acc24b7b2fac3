"""Runs migrations with the application's own engine, on SQLite and PostgreSQL alike."""

from alembic import context
from flask import current_app

from alliance.db import Base

# Autogenerate must not propose to drop these: the guard is not part of any model.
_NOT_IN_MODELS = {"occupancy_no_overlap"}


def _included(_object: object, name: str | None, *_rest: object) -> bool:
    return name not in _NOT_IN_MODELS


def run() -> None:
    """Upgrade or compare on one connection."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_included,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
