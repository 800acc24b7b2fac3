"""Reading history."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.history.models import Event


def events_of(session: Session, subject_type: str, subject_id: int) -> Sequence[Event]:
    """Everything that happened to the subject, oldest first."""
    chosen = sa.select(Event).where(Event.subject_type == subject_type, Event.subject_id == subject_id)
    return session.scalars(chosen.order_by(Event.id)).all()
