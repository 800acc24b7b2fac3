"""The table of feeds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

SCOPES = ("mine", "unit", "resource")


class Feed(Base):
    """A secret calendar address of one person: his bookings, those on a unit's resources, or those of a resource.

    Only the hash of the address's token is kept. `subject_id` is the unit's or the resource's id, none for `mine`.
    What may be seen is asked again at each fetch.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scope: Mapped[str] = mapped_column(sa.String(8))
    subject_id: Mapped[int | None] = mapped_column()
    language: Mapped[str] = mapped_column(sa.String(2))
    detail: Mapped[str] = mapped_column(sa.String(5), default="full")
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        sa.CheckConstraint(sa.column("scope").in_(SCOPES), name="scope"),
        sa.CheckConstraint(sa.column("detail").in_(("full", "unit", "busy")), name="detail"),
        sa.CheckConstraint("(scope = 'mine') = (subject_id IS NULL)", name="subject"),
    )
