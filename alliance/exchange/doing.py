"""Doing what was looked at and confirmed, part by part.

Each part is an act of its own, judged anew under the hold its bookings take, so that a long import keeps nobody waiting
for long, and one that was interrupted goes on where it stood.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.breaking import known
from alliance.booking.editing import change_held
from alliance.db import action
from alliance.errors import Problem, Refused
from alliance.exchange.entries import PLAIN, add_entries, change_entries
from alliance.exchange.judging import Sketch, Told, Verdict, judge, sketch_of
from alliance.exchange.looking import MOST_FINDINGS, told_of
from alliance.exchange.models import ImportJob, ImportPart
from alliance.hold import hold
from alliance.members.actor import Actor, actor_of
from alliance.members.models import Unit
from alliance.resources.models import Resource, ResourcePart


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
                job.findings = [*job.findings, *told_of(verdict)]
        job.done += len(rows)
        job.failures = 0
        session.delete(part)
        session.flush()
    more = session.scalar(sa.select(ImportPart.n).where(ImportPart.job_id == job.id).limit(1)) is not None
    if not more:
        job.state, job.ended_at = "done", now
    return more


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
