"""`worker`: lets overdue requests lapse, clears the outbox and calls webhooks, until it is told to stop."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from alliance import clock
from alliance.booking.actions import expire_overdue
from alliance.config import Settings
from alliance.db import db, forget_old_answers
from alliance.errors import Busy
from alliance.notifications.outbox import take_outbox
from alliance.notifications.webhooks.calls import forget_old_calls, send_webhook_calls

_CALLS_AT_ONCE = 100


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--every", default=15.0, show_default=True, help="Seconds between two looks.")
@with_appcontext
def worker(once: bool, every: float) -> None:
    """Expire requests nobody decided on, take events off the outbox, call webhooks, drop what was kept long enough."""
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
        while take_outbox():
            pass
        _call_webhooks()
        forget_old_answers()
        forget_old_calls()
    except (Busy, DBAPIError) as error:
        click.echo(f"The database did not answer, trying again later: {type(error).__name__}", err=True)
    finally:
        db.session.remove()


def _call_webhooks() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    allowed = settings.reachable_hosts
    while send_webhook_calls(clock.now(), _CALLS_AT_ONCE, base_url=settings.base_url, allowed_hosts=allowed):
        pass
