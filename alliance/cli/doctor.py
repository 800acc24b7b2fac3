"""`doctor`: checks what an installation needs, and says what to do about what is missing."""

import sys
from collections.abc import Callable
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from alliance.booking import guard
from alliance.cli.migrations import current_migration
from alliance.config import ROOT, Settings
from alliance.db import db
from alliance.migrations import newest_migration

Finding = str | None


@click.command()
@with_appcontext
def doctor() -> None:
    """Check database, migrations, guard, time zones, assets and mail; exit 1 with what to do."""
    findings = [(name, _finding(check)) for name, check in CHECKS]
    for name, finding in findings:
        click.echo(f"{'ok ' if finding is None else 'NO '} {name}" + (f": {finding}" if finding else ""))
    sys.exit(any(finding for _, finding in findings))


def _finding(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except SQLAlchemyError as error:
        return (
            f"the database answered with {type(error).__name__}; check DATABASE_URL and that the server runs"
        )
    finally:
        db.session.rollback()


def database() -> Finding:
    """The database answers."""
    db.session.execute(sa.text("SELECT 1"))
    return None


def migrations() -> Finding:
    """The database is at the newest migration."""
    return None if current_migration() == newest_migration() else "run: flask --app app db upgrade"


def overlap_guard() -> Finding:
    """The database refuses two overlapping occupancies of one item."""
    if guard.refuses_overlaps(db.session()):
        return None
    return (
        "the database accepts double bookings; stop the server and restore the guard, see docs/operation.md"
    )


def time_zones() -> Finding:
    """Time zone data is there."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        ZoneInfo(settings.zone)
    except KeyError:
        return "install the tzdata package"
    return None


def assets() -> Finding:
    """The stylesheet and scripts have been built."""
    manifest = ROOT / "alliance" / "static" / "vendor" / "manifest.json"
    return None if manifest.exists() else "run: make assets"


def mail() -> Finding:
    """Mail has somewhere to go; without SMTP_URL nothing is sent in this version, which is fine."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp_url and not settings.smtp_url.startswith(("smtp://", "smtps://")):
        return "SMTP_URL must begin with smtp:// or smtps://"
    return None


CHECKS: tuple[tuple[str, Callable[[], Finding]], ...] = (
    ("database", database),
    ("migrations", migrations),
    ("overlap guard", overlap_guard),
    ("time zones", time_zones),
    ("assets", assets),
    ("mail", mail),
)
