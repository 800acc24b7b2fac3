"""Importing resources from a table: sent, looked at, confirmed, and then done part by part.

Looking changes nothing but the job itself. Each part is an act of its own, judged anew under the hold its bookings
take, so that a long import keeps nobody waiting for long, and one that was interrupted goes on where it stood.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.breaking import known
from alliance.booking.editing import change_held
from alliance.db import action, db
from alliance.errors import Busy, Forbidden, Missing, Problem, Refused
from alliance.exchange.entries import PLAIN, add_entries, change_entries
from alliance.exchange.format import KNOWN, NEEDED, UNUSED
from alliance.exchange.judging import Sketch, Told, Verdict, judge, sketch_of
from alliance.exchange.models import ImportFile, ImportJob, ImportPart
from alliance.exchange.reading import Line, lines_of
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.models import Unit
from alliance.refs import is_ref, new_ref
from alliance.resources.models import Resource, ResourcePart

_log: Final = logging.getLogger(__name__)
PART_SIZE: Final = 250
# More would be read by nobody.
MOST_FINDINGS: Final = 200
# The worker tries again every quarter of a minute.
MOST_FAILURES: Final = 5
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


def check_import(ref: str) -> None:
    """Look at what was sent, and note what it would do and what is wrong; nothing else changes."""
    session = db.session()
    job = session.scalar(sa.select(ImportJob).where(ImportJob.ref == ref, ImportJob.state == "received"))
    if job is None:
        return
    content = session.scalar(sa.select(ImportFile.content).where(ImportFile.job_id == job.id)) or b""
    by = actor_of(session, job.person_id)
    try:
        found = _Findings()
        parts = list(_looked_at(session, by or Actor(job.person_id), content, found))
        _note_check(ref, found, parts)
    except Refused as refused:
        _note_refusal(ref, refused.problems)
    except Busy:
        raise
    except DBAPIError:
        _count_failure(ref)
        raise
    except Exception:
        # Tried again it would fail again; its owner should know, and the log knows why.
        _note_refusal(ref, [Problem("table_unreadable", field="file")])
        raise


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
def import_part(session: Session, ref: str) -> bool:
    """Do the next part of a confirmed import; return whether there is more to do.

    Rows that cannot be done any more, because something changed since they were looked at, are left out and noted.
    """
    job = session.scalar(
        sa.select(ImportJob).where(ImportJob.ref == ref, ImportJob.state == "confirmed").with_for_update()
    )
    if job is None:
        return False
    part = session.scalar(
        sa.select(ImportPart).where(ImportPart.job_id == job.id).order_by(ImportPart.n).limit(1)
    )
    now = clock.now()
    if part is not None:
        by = actor_of(session, job.person_id) or Actor(job.person_id)
        rows = [Told(*row) for row in part.rows]
        for verdict in _done(session, by, rows, now, job.ref):
            outcome = verdict.outcome
            setattr(job, outcome, getattr(job, outcome) + 1)
            if outcome == "bad" and len(job.findings) < MOST_FINDINGS:
                job.findings = [*job.findings, *_told(verdict)]
        job.done += len(rows)
        job.failures = 0
        session.delete(part)
        session.flush()
    more = session.scalar(sa.select(ImportPart.n).where(ImportPart.job_id == job.id).limit(1)) is not None
    if not more:
        job.state, job.ended_at = "done", now
    return more


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
        _count_failure(ref)
        raise
    except Exception:  # noqa: BLE001 - tried again it would fail again, and keep its owner from any other
        _log.exception("An import failed and is given up")
        _give_up(ref)
        return False


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


def _check_apart(ref: str) -> None:
    """Look at one import so that the next ones have their turn whatever is wrong with it."""
    try:
        check_import(ref)
    except (Busy, DBAPIError):
        raise
    except Exception:  # noqa: BLE001 - its owner has been told already
        _log.exception("An import could not be looked at")


class _Findings:
    """What looking at a file brought."""

    def __init__(self) -> None:
        self.total = 0
        self.counts = {"added": 0, "changed": 0, "same": 0, "bad": 0}
        self.told: list[list[Any]] = []
        self.unread: list[str] = []

    def add(self, verdict: Verdict) -> None:
        """Count one row, and note what is wrong with it as long as there is room."""
        self.total += 1
        self.counts[verdict.outcome] += 1
        for told in _told(verdict):
            if len(self.told) < MOST_FINDINGS:
                self.told.append(told)


def _told(verdict: Verdict) -> Iterator[list[Any]]:
    """Each finding as plain JSON."""
    for problem in verdict.problems:
        params = {
            name: list(value) if isinstance(value, tuple) else value for name, value in problem.params.items()
        }
        yield [verdict.line, verdict.code[:40], problem.field, problem.code, params]


def _looked_at(session: Session, by: Actor, content: bytes, found: _Findings) -> Iterator[list[list[Any]]]:
    """The rows in parts, as they are kept until they are imported. Raises Refused when the file is no such table."""
    lines = lines_of(content)
    columns = _columns(next(lines, None), found)
    file: dict[str, Sketch] = {}
    plain: list[Told] = []
    wholes: list[Told] = []
    for line in lines:
        cells = dict(zip(columns, line.cells, strict=False))
        told = Told(line.number, {column: cells.get(column, "") for column in columns if column in KNOWN})
        if code := told.cells.get("code"):
            file.setdefault(code, sketch_of(told))
        # Parts come before what they are parts of.
        (wholes if told.cells.get("parts") else plain).append(told)
    if not plain and not wholes:
        raise Refused([Problem("table_empty", field="file")])
    now = clock.now()
    rest = [*plain, *wholes]
    for start in range(0, len(rest), PART_SIZE):
        rows = rest[start : start + PART_SIZE]
        verdicts = judge(session, by, rows, file, now)
        for verdict in verdicts:
            found.add(verdict)
        yield [
            [row.line, dict(row.cells), list(verdict.breaks)]
            for row, verdict in zip(rows, verdicts, strict=True)
        ]


def _columns(head: Line | None, found: _Findings) -> list[str]:
    columns = [cell.casefold() for cell in head.cells] if head else []
    if not set(NEEDED) & set(columns) or "code" not in columns:
        raise Refused([Problem("table_no_columns", params={"needed": list(NEEDED)}, field="file")])
    twice = next((column for n, column in enumerate(columns) if column and column in columns[:n]), None)
    if twice is not None:
        raise Refused([Problem("table_column_twice", params={"column": twice[:40]}, field="file")])
    found.unread = [column[:40] for column in columns if column and column not in KNOWN | UNUSED][:20]
    return columns


@action
def _note_check(session: Session, ref: str, found: _Findings, parts: Sequence[list[list[Any]]]) -> None:
    job = session.scalar(
        sa.select(ImportJob).where(ImportJob.ref == ref, ImportJob.state == "received").with_for_update()
    )
    if job is None:
        return
    job.state, job.total, job.findings, job.unread = "checked", found.total, found.told, found.unread
    job.failures = 0
    for name, number in found.counts.items():
        setattr(job, name, number)
    session.execute(sa.delete(ImportFile).where(ImportFile.job_id == job.id))
    # With something wrong in it, it can only be sent again.
    if not job.bad:
        session.add_all(ImportPart(job_id=job.id, n=n, rows=rows) for n, rows in enumerate(parts))


@action
def _note_refusal(session: Session, ref: str, problems: Iterable[Problem]) -> None:
    job = session.scalar(sa.select(ImportJob).where(ImportJob.ref == ref).with_for_update())
    if job is None:
        return
    job.state, job.ended_at = "refused", clock.now()
    job.findings = [[0, "", problem.field, problem.code, dict(problem.params)] for problem in problems]
    session.execute(sa.delete(ImportFile).where(ImportFile.job_id == job.id))


def _count_failure(ref: str) -> None:
    """Note that the database refused the next step of an import, and give it up after several in a row.

    A database that is away refuses this, too, so that nothing is given up for it.
    """
    db.session.rollback()
    failures = _one_more_failure(ref)
    _log.warning("The database refused an import, for the %d. time", failures, exc_info=True)
    if failures >= MOST_FAILURES:
        _log.error("An import was refused by the database %d times and is given up", failures)
        _give_up(ref)


@action
def _one_more_failure(session: Session, ref: str) -> int:
    job = session.scalar(sa.select(ImportJob).where(ImportJob.ref == ref).with_for_update())
    if job is None:
        return 0
    job.failures += 1
    return job.failures


@action
def _give_up(session: Session, ref: str) -> None:
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


def _done(session: Session, by: Actor, rows: Sequence[Told], now: datetime, ref: str) -> list[Verdict]:
    """The verdicts on the rows after those that are good have been done."""
    file: dict[str, Sketch] = {}
    for row in rows:
        file.setdefault(row.cells.get("code", ""), sketch_of(row))
    _hold_for(session, file)
    verdicts = judge(session, by, rows, file, now)
    _refuse_without_parts(session, verdicts)
    new = [verdict for verdict in verdicts if verdict.outcome == "added"]
    units = {str(verdict.values["owner"]) for verdict in new if verdict.values}
    owner_ids = dict(session.execute(sa.select(Unit.code, Unit.id).where(Unit.code.in_(units))).all())
    add_entries(
        session,
        [verdict.values for verdict in new if verdict.values],
        owner_ids=owner_ids,
        now=now,
        by_id=by.person_id,
        note={"imported": ref},
    )
    changed = [
        (row, verdict) for row, verdict in zip(rows, verdicts, strict=True) if verdict.outcome == "changed"
    ]
    plain = [
        (verdict.entry, verdict.changes)
        for _row, verdict in changed
        if verdict.entry is not None and verdict.changes.keys() <= PLAIN
    ]
    change_entries(session, plain, now=now, by_id=by.person_id)
    for row, verdict in changed:
        if verdict.entry is not None and not verdict.changes.keys() <= PLAIN:
            verdict.problems += _change_one(session, verdict, verdict.entry.id, row, by, now)
    return verdicts


def _refuse_without_parts(session: Session, verdicts: Sequence[Verdict]) -> None:
    """A part was good when the file was looked at and may be left out now: then its whole cannot be, either."""
    new = {verdict.code: verdict.values for verdict in verdicts if verdict.outcome == "added"}
    asked = {code for values in new.values() if values for code in values["parts"]} - new.keys()
    if not asked:
        return
    known = sa.select(Resource.code).where(Resource.code.in_([code for code in asked if code.isprintable()]))
    missing = asked - set(session.scalars(known))
    for verdict in verdicts:
        parts = verdict.values["parts"] if verdict.outcome == "added" and verdict.values else ()
        if lost := [code for code in parts if code in missing]:
            verdict.problems.append(Problem("no_such_part", params={"code": lost[0]}, field="parts"))


def _change_one(
    session: Session, verdict: Verdict, resource_id: int, row: Told, by: Actor, now: datetime
) -> list[Problem]:
    """Change what bookings are judged by, or consists of several rows; return why not.

    Of the bookings that break, all must have been known when the import was confirmed.
    """
    resource = session.get_one(Resource, resource_id)
    knowing = known(verdict.breaks) if set(verdict.breaks) <= set(row.knowing) else ""
    try:
        change_held(session, resource, verdict.changes, by=by, now=now, knowing=knowing)
    except Refused as refused:
        return [
            Problem(each.code, each.severity, each.params, each.field or "code") for each in refused.problems
        ]
    return []


def _hold_for(session: Session, file: Mapping[str, Sketch]) -> None:
    """What bookings of these resources hold, parts included; and the units, so that no two resources get one code."""
    ids = list(session.scalars(sa.select(Resource.id).where(Resource.code.in_(file))))
    parts = session.scalars(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(ids)))
    owners = {sketch.owner for sketch in file.values()}
    units = session.scalars(sa.select(Unit.id).where(Unit.code.in_(owners)))
    hold(session, resources=[*ids, *parts], units=units)


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
