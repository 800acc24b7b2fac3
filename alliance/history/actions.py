"""Writing history."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import action
from alliance.history.models import Event, Outbox


def record(
    session: Session,
    verb: str,
    subject_type: str,
    subject_id: int,
    *,
    at: datetime,
    by_id: int | None,
    unit_id: int | None = None,
    **data: Any,
) -> None:
    """Add an event and its outbox row to the running transaction; `data` holds plain JSON values."""
    event = Event(
        at=at,
        actor_id=by_id,
        unit_id=unit_id,
        verb=verb,
        subject_type=subject_type,
        subject_id=subject_id,
        data=data,
    )
    session.add(event)
    session.flush()
    session.add(Outbox(event_id=event.id))


@action
def clear_outbox(session: Session, limit: int = 500) -> int:
    """Take up to `limit` events off the outbox, oldest first; return how many there were.

    Rows are deleted, never read past: an id committed late would be missed by a reader that goes on from the last.
    """
    taken = session.scalars(
        sa.select(Outbox.event_id).order_by(Outbox.event_id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    session.execute(sa.delete(Outbox).where(Outbox.event_id.in_(taken)))
    return len(taken)
