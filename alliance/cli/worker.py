"""`worker`: lets overdue requests lapse, tells people what happened and sends letters, until it is told to stop."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from alliance.booking.actions import expire_overdue
from alliance.config import Settings
from alliance.db import db, forget_old_answers
from alliance.errors import Busy
from alliance.notifications.actions import tell
from alliance.notifications.mailbox import mailbox_at
from alliance.notifications.post import send_letters
from alliance.notifications.reminders import remind


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--every", default=15.0, show_default=True, help="Seconds between two looks.")
@with_appcontext
def worker(once: bool, every: float) -> None:
    """Expire requests nobody decided on, tell people what happened, send letters, drop answers kept a day."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while True:
        _look()
        if once or stop.wait(every):
            return


def _look() -> None:
    """Do what is due; a database that cannot be reached now may be reached next time."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        while expire_overdue():
            pass
        while remind():
            pass
        while tell(settings.zone):
            pass
        with mailbox_at(settings.smtp_url, settings.mail_from) as mailbox:
            while send_letters(mailbox, settings):
                pass
        forget_old_answers()
    except (Busy, DBAPIError) as error:
        click.echo(f"The database did not answer, trying again later: {type(error).__name__}", err=True)
    finally:
        db.session.remove()
