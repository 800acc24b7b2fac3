"""`synthesize` fills an empty database with an invented alliance of any size, for benchmarks."""

from datetime import datetime, timedelta

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.local_time import local_day
from alliance.availability.national import add_announced_days
from alliance.availability.queries import calendar_days
from alliance.booking import guard
from alliance.booking.models import Booking, Occupancy, Stage
from alliance.cli.migrations import current_migration
from alliance.cli.synthetic.bulk import Bulk, checks_at_the_end, continue_numbers, overlaps
from alliance.cli.synthetic.catalogue import add_catalogue
from alliance.cli.synthetic.history import ZONE, History
from alliance.cli.synthetic.members import add_members
from alliance.cli.synthetic.scale import FARTHEST_AHEAD, Scale
from alliance.config import Settings
from alliance.db import Base, action, db
from alliance.history.models import Event
from alliance.members.models import Person, Unit
from alliance.migrations import newest_migration
from alliance.resources.models import Resource

_FEWEST_RESOURCES = 10
_FEWEST_UNITS = 2


@click.command()
@click.option("--bookings", type=click.IntRange(1), required=True, help="How many bookings.")
@click.option("--resources", type=click.IntRange(_FEWEST_RESOURCES), default=1000, show_default=True)
@click.option("--units", type=click.IntRange(_FEWEST_UNITS), default=300, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same data.")
@with_appcontext
def synthesize(bookings: int, resources: int, units: int, seed: int) -> None:
    """Fill an EMPTY, migrated database with an invented alliance and eight bookings per resource and day."""
    refuse_unless_empty()
    scale = Scale(bookings=bookings, resources=resources, units=units, seed=seed)
    fill(scale, clock.now())
    if not guard.refuses_overlaps(db.session()):
        raise click.ClickException("The database accepts double bookings: see docs/operation.md.")
    tidy()
    click.echo(f"{bookings} bookings of {resources} resources by {scale.people} people of {units} units.")


def refuse_unless_empty() -> None:
    """Raise ClickException unless this is a migrated database without any data, outside production."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException(
            "Invented data is not loaded in production mode (ALLIANCE_MODE=production)."
        )
    if current_migration() != newest_migration():
        raise click.ClickException("This database lacks tables; run: flask --app app db upgrade")
    for model in (Unit, Person, Resource, Booking):
        if db.session.scalar(sa.select(sa.literal(1)).select_from(model).limit(1)):
            raise click.ClickException(
                "This database already holds data; synthesize fills an empty one only. Nothing was changed."
            )
    db.session.rollback()


@action
def fill(session: Session, scale: Scale, now: datetime) -> None:
    """Add everything in one transaction; raise ClickException, and leave nothing, should any two bookings overlap."""
    today = local_day(now, ZONE)
    add_announced_days(session, today)
    members = add_members(session, scale, now)
    offers = add_catalogue(session, scale, members, now)
    farthest = timedelta(days=scale.bookings // scale.resources + FARTHEST_AHEAD)
    days = calendar_days(session, (today - farthest, today + timedelta(days=FARTHEST_AHEAD + 1)))
    bulk = Bulk(session)
    with checks_at_the_end(session, Booking, Stage, Occupancy, Event):
        for rows in History(scale, members, offers, days, now).days():
            bulk.add(Booking, rows.bookings)
            bulk.add(Stage, rows.stages)
            bulk.add(Occupancy, rows.occupancies)
            bulk.add(Event, rows.events)
    continue_numbers(session)
    if found := overlaps(session):
        raise click.ClickException(
            f"{found} bookings overlap; nothing was kept. This is an error in synthesize."
        )


def tidy() -> None:
    """Leave the database as a running one would be: its statistics fresh, its log folded in."""
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            # What VACUUM finds before the log is written it leaves for another time, and plans go without it.
            connection.exec_driver_sql("SET synchronous_commit = on")
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(Base.metadata.tables)}")
            connection.exec_driver_sql("RESET synchronous_commit")
