"""Taking events off the outbox, and telling whoever listens."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import action
from alliance.history.models import Outbox
from alliance.notifications.webhooks.calls import calls_for


@action
def take_outbox(session: Session, limit: int = 500) -> int:
    """Take up to `limit` events off the outbox, oldest first, and note who has to be told; return how many there were.

    Rows are deleted, never read past: an id committed late would be missed by a reader that goes on from the last.
    """
    taken = session.scalars(
        sa.select(Outbox.event_id).order_by(Outbox.event_id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    calls_for(session, taken)
    session.execute(sa.delete(Outbox).where(Outbox.event_id.in_(taken)))
    return len(taken)
