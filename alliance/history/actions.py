"""Writing history."""

from datetime import datetime
from typing import Any

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
