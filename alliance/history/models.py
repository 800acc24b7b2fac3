"""The tables of what happened."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base


class Event(Base):
    """One thing that happened. Rows are added, never changed: codes and parameters, no sentences."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column()
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    verb: Mapped[str] = mapped_column(sa.String(60))
    subject_type: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int] = mapped_column()
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)

    # Each way to search has its index, ending in the order in which what is found is read.
    __table_args__ = (
        sa.Index("ix_event_subject", "subject_type", "subject_id", "id"),
        sa.Index("ix_event_at_id", "at", "id"),
        sa.Index("ix_event_actor_id_at_id", "actor_id", "at", "id"),
        sa.Index("ix_event_unit_id_at_id", "unit_id", "at", "id"),
        sa.Index("ix_event_verb_at_id", "verb", "at", "id"),
    )


class Outbox(Base):
    """An event nobody has been told of yet. The worker takes rows away; it never reads on from a last id."""

    __tablename__ = "outbox"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True, autoincrement=False)
