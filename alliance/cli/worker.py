"""`worker`: lets overdue requests lapse, clears the outbox and reads outside calendars, until it is told to stop."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from alliance.booking.actions import expire_overdue
from alliance.calendars.outside.fetching import Reach
from alliance.calendars.outside.refreshing import refresh_outside_calendars
from alliance.db import db, forget_old_answers
from alliance.errors import Busy
from alliance.history.actions import clear_outbox


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--every", default=15.0, show_default=True, help="Seconds between two looks.")
@with_appcontext
def worker(once: bool, every: float) -> None:
    """Expire requests nobody decided on, take events off the outbox, drop answers kept for repeated calls, and fetch
    the outside calendars that are due.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while True:
        _look()
        if once or stop.wait(every):
            return


def _look() -> None:
    """Do what is due; a database that cannot be reached now may be reached next time."""
    try:
        while expire_overdue():
            pass
        while clear_outbox():
            pass
        forget_old_answers()
        refresh_outside_calendars(Reach(allowed=current_app.config["SETTINGS"].calendar_origins))
    except (Busy, DBAPIError) as error:
        click.echo(f"The database did not answer, trying again later: {type(error).__name__}", err=True)
    finally:
        db.session.remove()
