"""Importing resources from a table: sending it, confirming it once it was looked at, and forgetting it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.exchange.models import ImportFile, ImportJob, ImportPart
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.refs import is_ref, new_ref

_LONGEST_NAME: Final = 120
_UNCONFIRMED_FOR: Final = timedelta(days=1)
_KEPT_FOR: Final = timedelta(days=30)


def may_import(by: Actor) -> bool:
    """Whether he imports resources at all: those of his units for an admin, all for the secretariat."""
    return bool(by.admin_unit_ids) or by.is_secretariat


@action
def receive_import(session: Session, name: str, content: bytes, *, by: Actor) -> str:
    """Keep the file to look at it; return the ref of the job. Those not confirmed before are forgotten.

    Raises Forbidden, or Refused while another one of the same person is under way.
    """
    if not may_import(by):
        raise Forbidden("admin")
    hold(session, persons=[by.person_id])
    mine = session.scalars(sa.select(ImportJob).where(ImportJob.person_id == by.person_id)).all()
    if any(job.state == "confirmed" for job in mine):
        raise Refused([Problem("import_under_way", field="file")])
    _remove(session, [job.id for job in mine if job.state in ("received", "checked", "refused")])
    job = ImportJob(ref=new_ref(), person_id=by.person_id, name=name[:_LONGEST_NAME], created_at=clock.now())
    session.add(job)
    session.flush()
    session.add(ImportFile(job_id=job.id, content=content))
    return job.ref


@action
def confirm_import(session: Session, ref: str, *, by: Actor) -> None:
    """Let it be done as it was looked at. Raises Missing, Forbidden, or Refused when something is wrong with it."""
    job = _held_job(session, ref, by)
    if not may_import(by):
        raise Forbidden("admin")
    if job.state != "checked" or job.bad or not (job.added or job.changed):
        raise Refused([Problem("import_not_ready")])
    job.state, job.done = "confirmed", 0
    job.added = job.changed = job.same = 0
    record(
        session,
        "import.confirmed",
        "import",
        job.id,
        at=clock.now(),
        by_id=by.person_id,
        job=job.ref,
        name=job.name,
        rows=job.total,
    )


@action
def discard_import(session: Session, ref: str, *, by: Actor) -> None:
    """Forget one that is not under way, with all that was sent. Raises Missing or Refused."""
    job = _held_job(session, ref, by)
    if job.state == "confirmed":
        raise Refused([Problem("import_under_way")])
    _remove(session, [job.id])


@action
def forget_old_imports(session: Session) -> int:
    """Drop what nobody confirmed within a day, and what came of imports a month ago; return how many."""
    now = clock.now()
    old = session.scalars(
        sa.select(ImportJob.id).where(
            sa.or_(
                sa.and_(
                    ImportJob.state.in_(("received", "checked")),
                    ImportJob.created_at <= now - _UNCONFIRMED_FOR,
                ),
                sa.and_(ImportJob.state.in_(("refused", "done")), ImportJob.created_at <= now - _KEPT_FOR),
            )
        )
    ).all()
    _remove(session, old)
    return len(old)


def _held_job(session: Session, ref: str, by: Actor) -> ImportJob:
    """The person's own job, locked; what is somebody else's is not there."""
    chosen = sa.select(ImportJob).where(ImportJob.ref == ref, ImportJob.person_id == by.person_id)
    job = session.scalar(chosen.with_for_update()) if is_ref(ref) else None
    if job is None:
        raise Missing
    return job


def _remove(session: Session, job_ids: Sequence[int]) -> None:
    for model in (ImportPart, ImportFile):
        session.execute(sa.delete(model).where(model.job_id.in_(job_ids)))
    session.execute(sa.delete(ImportJob).where(ImportJob.id.in_(job_ids)))
