"""Reading for imports and exports: a person's own imports, and everything he may edit as rows of the table."""

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Missing
from alliance.exchange.entries import entries_where
from alliance.exchange.format import COLUMNS, written_row
from alliance.exchange.models import ImportJob
from alliance.members.actor import Actor
from alliance.refs import is_ref
from alliance.resources.models import Resource
from alliance.resources.permissions import run_by, visible_to

_AT_ONCE: Final = 500


def imports_of(session: Session, by: Actor) -> Sequence[ImportJob]:
    """The person's own imports, the latest first."""
    return session.scalars(
        sa.select(ImportJob)
        .where(ImportJob.person_id == by.person_id)
        .order_by(ImportJob.id.desc())
        .limit(20)
    ).all()


def import_named(session: Session, by: Actor, ref: str) -> ImportJob:
    """The person's own import of that ref; raises Missing for anybody else's."""
    found = (
        session.scalar(sa.select(ImportJob).where(ImportJob.ref == ref, ImportJob.person_id == by.person_id))
        if is_ref(ref)
        else None
    )
    if found is None:
        raise Missing
    return found


def table_of(session: Session, by: Actor) -> Iterator[Sequence[str]]:
    """Everything the person may edit, the names of the columns first; a few hundred rows are in memory at a time.

    For the secretariat that is all it may know of, for whose units it imports.
    """
    yield COLUMNS
    mine = sa.or_(run_by(by), visible_to(by)) if by.is_secretariat else run_by(by)
    after = ""
    while entries := entries_where(session, mine, Resource.code > after, limit=_AT_ONCE):
        for entry in entries:
            yield list(written_row(entry.values).values())
        after = str(entries[-1].values["code"])
