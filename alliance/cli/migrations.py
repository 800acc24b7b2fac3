"""`db`: Flask-Migrate, loaded when somebody asks for it, and how far the database has come."""

from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from alliance.db import db
from alliance.migrations import FOLDER


def init_app(app: Flask) -> None:
    """Give `app` the commands and what they need. A server never asks, and starts a tenth sooner without."""
    app.extensions["migrate"] = _Later(app)
    app.cli.add_command(_Commands("db", help="Perform database migrations."))


def current_migration() -> str | None:
    """The migration the database is at; None when it has not even the table that says so."""
    try:
        return db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return None
    finally:
        db.session.rollback()


class _Later:
    """Becomes Flask-Migrate's own state when anything is asked of it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # It loads Alembic: see above.

        Migrate(self._app, db, directory=str(FOLDER))
        return getattr(self._app.extensions["migrate"], name)


class _Commands(click.Command):
    """Stands in for the commands of Flask-Migrate until one of them is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from flask_migrate.cli import db as commands  # It loads Alembic: see above.

        return commands.make_context(info_name, args, parent, **extra)
