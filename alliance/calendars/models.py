"""The tables of feeds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

SCOPES = ("mine", "approvals", "unit", "group", "resource", "resources")


class Feed(Base):
    """A secret calendar address of one person: his bookings, what waits for his decision, or the bookings on resources.

    Only the hash of the address's token is kept. `subject_id` is the unit's, the group's or the one resource's id; of
    several resources there are rows of `FeedResource`. What may be seen is asked again at each fetch. `last_count` and
    `last_bytes` are how many bookings it was about, and how much was sent, at the last fetch that was noted.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scope: Mapped[str] = mapped_column(sa.String(9))
    subject_id: Mapped[int | None] = mapped_column()
    language: Mapped[str] = mapped_column(sa.String(2))
    detail: Mapped[str] = mapped_column(sa.String(5), default="full")
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    colour: Mapped[str] = mapped_column(sa.String(20), default="")
    pending: Mapped[bool] = mapped_column(default=True)
    cancelled: Mapped[bool] = mapped_column(default=True)
    past_days: Mapped[int] = mapped_column(sa.SmallInteger, default=60)
    future_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column()
    # When its owner last wanted it otherwise, which calendars must notice; None while he never did.
    changed_at: Mapped[datetime | None] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    last_count: Mapped[int | None] = mapped_column()
    last_bytes: Mapped[int | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        sa.CheckConstraint(sa.column("scope").in_(SCOPES), name="scope"),
        sa.CheckConstraint(sa.column("detail").in_(("full", "unit", "busy")), name="detail"),
        sa.CheckConstraint(
            "(scope IN ('unit', 'group', 'resource')) = (subject_id IS NOT NULL)", name="subject"
        ),
    )


class FeedResource(Base):
    """One of the resources somebody chose for a feed."""

    __tablename__ = "feed_resource"

    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
