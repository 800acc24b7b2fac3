"""Whose turn it is among the imports: one that is kept waiting, or fails, keeps no other from going on."""

import logging
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from alliance.db import db
from alliance.errors import Busy
from alliance.exchange.doing import import_part
from alliance.exchange.failures import count_failure, give_up
from alliance.exchange.looking import check_import
from alliance.exchange.models import ImportJob

_log: Final = logging.getLogger(__name__)


def work_on_imports() -> None:
    """Look at what was sent, and do what was confirmed, the oldest first.

    One that is kept waiting keeps no other from its turn; raises what the last of them met.
    """
    waiting = sa.select(ImportJob.ref, ImportJob.state).where(ImportJob.state.in_(("received", "confirmed")))
    met: Exception | None = None
    for ref, state in db.session().execute(waiting.order_by(ImportJob.id)).all():
        try:
            if state == "received":
                _check_apart(ref)
            while state == "confirmed" and go_on(ref):
                pass
        except (Busy, DBAPIError) as error:
            db.session.rollback()
            met = error
    if met is not None:
        raise met


def go_on(ref: str) -> bool:
    """Do the next part like import_part; an import that fails by itself is given up, and its owner is told.

    Raises Busy, or what the database says: that may be no fault of the import, which goes on later. What the database
    says again and again is taken for its fault.
    """
    try:
        return import_part(ref)
    except Busy:
        raise
    except DBAPIError:
        count_failure(ref)
        raise
    except Exception:  # noqa: BLE001 - tried again it would fail again, and keep its owner from any other
        _log.exception("An import failed and is given up")
        give_up(ref)
        return False


def _check_apart(ref: str) -> None:
    """Look at one import so that the next ones have their turn whatever is wrong with it."""
    try:
        check_import(ref)
    except (Busy, DBAPIError):
        raise
    except Exception:  # noqa: BLE001 - its owner has been told already
        _log.exception("An import could not be looked at")
