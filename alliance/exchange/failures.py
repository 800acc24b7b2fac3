"""Imports that the database refuses: how often, and when one is given up."""

import logging
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action, db
from alliance.exchange.models import ImportFile, ImportJob, ImportPart

_log: Final = logging.getLogger(__name__)
# The worker tries again every quarter of a minute.
MOST_FAILURES: Final = 5


def count_failure(ref: str) -> None:
    """Note that the database refused the next step of an import, and give it up after several in a row.

    A database that is away refuses this, too, so that nothing is given up for it.
    """
    db.session.rollback()
    failures = _one_more_failure(ref)
    _log.warning("The database refused an import, for the %d. time", failures, exc_info=True)
    if failures >= MOST_FAILURES:
        _log.error("An import was refused by the database %d times and is given up", failures)
        give_up(ref)


@action
def give_up(session: Session, ref: str) -> None:
    """Leave out what is left of it, and tell its owner."""
    job = session.scalar(
        sa.select(ImportJob)
        .where(ImportJob.ref == ref, ImportJob.state.in_(("received", "confirmed")))
        .with_for_update()
    )
    if job is None:
        return
    far = {"done": job.done, "total": job.total}
    said = ("import_not_looked_at", {}) if job.state == "received" else ("import_broke_off", far)
    job.state, job.ended_at = "refused", clock.now()
    job.findings = [[0, "", "file", *said]]
    for model in (ImportPart, ImportFile):
        session.execute(sa.delete(model).where(model.job_id == job.id))


@action
def _one_more_failure(session: Session, ref: str) -> int:
    job = session.scalar(sa.select(ImportJob).where(ImportJob.ref == ref).with_for_update())
    if job is None:
        return 0
    job.failures += 1
    return job.failures
