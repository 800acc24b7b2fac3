"""Looking at a table that was sent: what it would do, and what is wrong with it. Nothing changes but the job itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action, db
from alliance.errors import Busy, Problem, Refused
from alliance.exchange.failures import count_failure
from alliance.exchange.format import KNOWN, NEEDED, UNUSED
from alliance.exchange.judging import Sketch, Told, Verdict, judge, sketch_of
from alliance.exchange.models import ImportFile, ImportJob, ImportPart
from alliance.exchange.reading import Line, lines_of
from alliance.members.actor import Actor, actor_of

PART_SIZE: Final = 250
# More would be read by nobody.
MOST_FINDINGS: Final = 200


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
        count_failure(ref)
        raise
    except Exception:
        # Tried again it would fail again; its owner should know, and the log knows why.
        _note_refusal(ref, [Problem("table_unreadable", field="file")])
        raise


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
        for told in told_of(verdict):
            if len(self.told) < MOST_FINDINGS:
                self.told.append(told)


def told_of(verdict: Verdict) -> Iterator[list[Any]]:
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
