"""Writing history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

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


def record_all(
    session: Session,
    verb: str,
    subject_type: str,
    subjects: Sequence[tuple[int, int | None, Mapping[str, Any]]],
    *,
    at: datetime,
    by_id: int | None,
) -> None:
    """Add an event with its outbox row for each (subject, unit, data), in a few statements however many there are."""
    if not subjects:
        return
    same = {"at": at, "actor_id": by_id, "verb": verb, "subject_type": subject_type}
    rows = [
        {**same, "subject_id": subject_id, "unit_id": unit_id, "data": dict(data)}
        for subject_id, unit_id, data in subjects
    ]
    ids = session.scalars(sa.insert(Event).returning(Event.id), rows).all()
    session.execute(sa.insert(Outbox), [{"event_id": event_id} for event_id in ids])
