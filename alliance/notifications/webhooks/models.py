"""The tables of webhooks and their calls."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base
from alliance.members.models import Unit

STATES = ("on", "off", "failed")
CALL_STATES = ("waiting", "sent", "given_up", "withheld")


class Webhook(Base):
    """An address of a unit that is told what happens. `off` is somebody's choice, `failed` came of a day of failures.

    The secrets sign, so they are kept as they are; they are shown when they are made and never again. The address may
    hold a key, too: whoever may see the webhook sees only where it leads. `old_secret` also signs until `old_until`.
    What happened before `on_since` is not sent. Nothing is sent before `rests_until`, which an address that does not
    answer earns.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(500))
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    secret: Mapped[str] = mapped_column(sa.String(60))
    old_secret: Mapped[str | None] = mapped_column(sa.String(60))
    old_until: Mapped[datetime | None] = mapped_column()
    state: Mapped[str] = mapped_column(sa.String(6), default="on")
    on_since: Mapped[datetime] = mapped_column()
    failing_since: Mapped[datetime | None] = mapped_column()
    rests_until: Mapped[datetime | None] = mapped_column()
    answered_at: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),)

    def __repr__(self) -> str:
        """Its ref alone: what is logged must not open anything."""
        return f"<Webhook {self.ref}>"


class WebhookCall(Base):
    """One event on its way to one webhook. Its ref is the id receivers know it by, however often it is sent.

    `withheld` is what the unit may no longer see when its turn comes. A call whose lease has passed is due again.
    """

    __tablename__ = "webhook_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    webhook_id: Mapped[int] = mapped_column(sa.ForeignKey("webhook.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column()
    lease_until: Mapped[datetime | None] = mapped_column()
    first_at: Mapped[datetime | None] = mapped_column()
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    answer_status: Mapped[int | None] = mapped_column(sa.SmallInteger)
    failure: Mapped[str | None] = mapped_column(sa.String(20))
    created_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        sa.UniqueConstraint("webhook_id", "event_id"),
        sa.CheckConstraint(sa.column("state").in_(CALL_STATES), name="state"),
        sa.Index(
            "ix_webhook_call_waiting",
            "next_at",
            "id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
