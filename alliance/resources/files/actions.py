"""Sending a file ahead of the answer it belongs to, and clearing away what nobody named."""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Problem, Refused
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.files.checked import Sent
from alliance.resources.files.models import Document, File, FileContent

# A form may stand open over night.
KEPT_FOR: Final = timedelta(days=2)
MOST_LATELY: Final = 30
_MOST_CLEARED: Final = 100


@action
def send_file(session: Session, sent: Sent, *, by: Actor) -> str:
    """Keep the file until an answer names it, for two days at least; return its ref. Raises Refused after too many."""
    hold(session, persons=[by.person_id])
    now = clock.now()
    lately = sa.select(sa.func.count()).where(File.by_id == by.person_id, File.at > now - KEPT_FOR)
    if (session.scalar(lately) or 0) >= MOST_LATELY:
        raise Refused([Problem("too_many_files", params={"most": MOST_LATELY}, field="file")])
    _clear(session)
    return keep(session, sent, by=by).ref


def keep(session: Session, sent: Sent, *, by: Actor) -> File:
    """Put the file into the tables of an act that is under way."""
    file = File(
        ref=new_ref(),
        name=sent.name,
        media_type=sent.media_type,
        size=len(sent.content),
        at=clock.now(),
        by_id=by.person_id,
    )
    session.add(file)
    session.flush()
    session.add(FileContent(file_id=file.id, content=sent.content))
    return file


def remove(session: Session, file_id: int) -> None:
    """Take the file and its bytes away, in an act that is under way."""
    session.execute(sa.delete(FileContent).where(FileContent.file_id == file_id))
    session.execute(sa.delete(File).where(File.id == file_id))


def _clear(session: Session) -> None:
    """Take away what was sent and never named: by the table's name, for answers belong to a package above."""
    answer = sa.table("answer", sa.column("file_id"))
    named = sa.select(answer.c.file_id).where(answer.c.file_id == File.id)
    shown = sa.select(Document.file_id).where(Document.file_id == File.id)
    unnamed = (
        sa.select(File.id)
        .where(File.at < clock.now() - KEPT_FOR)
        .where(~named.exists(), ~shown.exists())
        .order_by(File.id)
        .limit(_MOST_CLEARED)
    )
    for file_id in session.scalars(unnamed).all():
        remove(session, file_id)
