"""`worker`: what the clock and the history ask for, from lapsed requests to letters, until it is told to stop."""

import logging
import re
import signal
import threading
from collections.abc import Callable
from typing import Final

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError, IntegrityError

from alliance import clock
from alliance.booking.actions import expire_overdue
from alliance.calendars.outside.fetching import Reach
from alliance.calendars.outside.refreshing import refresh_outside_calendars
from alliance.cli.seed import load_demo
from alliance.config import Settings
from alliance.db import db, forget_old_answers
from alliance.errors import Busy
from alliance.exchange.actions import forget_old_imports
from alliance.exchange.work import work_on_imports
from alliance.members.installation import look, wants_demo
from alliance.members.links import forget_old_links
from alliance.notifications.actions import tell
from alliance.notifications.link_letters import send_link_letters
from alliance.notifications.long_reminders import remind_of_entries, remind_of_qualifications
from alliance.notifications.mailbox import mailbox_at
from alliance.notifications.post import send_letters
from alliance.notifications.reminders import remind
from alliance.notifications.webhooks.calls import forget_old_calls, send_webhook_calls

_log: Final = logging.getLogger(__name__)
_CALLS_AT_ONCE: Final = 100
_LETTERS_AT_ONCE: Final = 50
# How both databases name the tables that say of what has been told.
_TOLD_BY_ANOTHER: Final = re.compile(r"(?i)unique.*(?:entry|qualification)_reminder")


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--every", default=15.0, show_default=True, help="Seconds between two looks.")
@with_appcontext
def worker(once: bool, every: float) -> None:
    """Let requests lapse, remind, tell people what happened, send letters, call webhooks, fetch outside calendars."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while True:
        for duty in _DUTIES:
            if not stop.is_set():
                _do(duty)
        if once or stop.wait(every):
            return


def _do(duty: Callable[[Settings], None]) -> None:
    """Do what is due of one duty, whatever becomes of it: one that fails must not keep the others from theirs.

    A database that cannot be reached now may be reached next time.
    """
    try:
        # What the alliance is called and where it lies may have been changed in the browser.
        duty(look(db.session(), current_app.config["SETTINGS"], has_people=True).settings)
    except (Busy, DBAPIError) as error:
        click.echo(f"The database did not answer, trying again later: {type(error).__name__}", err=True)
    except Exception:  # noqa: BLE001 - whatever it is, it is in the log, and the next duty has its turn
        _log.exception("A duty failed and is tried again later")
    finally:
        db.session.remove()


def _let_lapse(settings: Settings) -> None:
    while expire_overdue():
        pass


def _tell(settings: Settings) -> None:
    while remind():
        pass
    while tell(settings.zone):
        pass


def _remind_of_qualifications(settings: Settings) -> None:
    _unless_told_by_another(remind_of_qualifications)


def _remind_of_entries(settings: Settings) -> None:
    _unless_told_by_another(lambda: remind_of_entries(settings.zone))


def _unless_told_by_another(remind_of: Callable[[], int]) -> None:
    """Where another worker has told of the same meanwhile, leave the rest to the next look; it is told then."""
    try:
        remind_of()
    except IntegrityError as error:
        if not _TOLD_BY_ANOTHER.search(str(error.orig)):
            raise


def _send(settings: Settings) -> None:
    trying_out = not settings.is_production
    with mailbox_at(settings.smtp_url, settings.mail_from, with_links=trying_out) as mailbox:
        # First those that somebody waits for at the door.
        while send_link_letters(mailbox, settings, limit=_LETTERS_AT_ONCE) == _LETTERS_AT_ONCE:
            pass
        while send_letters(mailbox, settings, limit=_LETTERS_AT_ONCE) == _LETTERS_AT_ONCE:
            pass


def _call_webhooks(settings: Settings) -> None:
    allowed = settings.reachable_hosts
    while send_webhook_calls(clock.now(), _CALLS_AT_ONCE, base_url=settings.base_url, allowed_hosts=allowed):
        pass


def _look_outside(settings: Settings) -> None:
    refresh_outside_calendars(Reach(allowed=settings.calendar_origins))


def _import(settings: Settings) -> None:
    work_on_imports()


def _forget(settings: Settings) -> None:
    forget_old_imports()
    forget_old_answers()
    forget_old_calls()
    forget_old_links()


def _load_demo(settings: Settings) -> None:
    if not settings.is_production and wants_demo(db.session()):
        load_demo(settings)


_DUTIES: Final = (
    _load_demo,
    _let_lapse,
    _tell,
    # What they write down is told with the next look: nobody waits for it.
    _remind_of_qualifications,
    _remind_of_entries,
    _send,
    _call_webhooks,
    _look_outside,
    _import,
    _forget,
)
