"""The tables of those who ask to be let in."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base
from alliance.members.models import UNIT_KINDS, Person, Unit

VERDICTS: Final = ("open", "admitted", "refused", "withdrawn")
LONGEST_REASON: Final = 500
LONGEST_WHY: Final = 1000


class Application(Base):
    """A unit's wish to join the alliance, as somebody wrote it down. No unit yet: that is made when it is admitted.

    `person_id` is the applicant as far as he signed in or became a person when his unit was admitted.
    """

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(160))
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[str] = mapped_column(sa.String(20))
    contact_email: Mapped[str] = mapped_column(sa.String(254))
    applicant_name: Mapped[str] = mapped_column(sa.String(80))
    applicant_email: Mapped[str] = mapped_column(sa.String(254))
    # The language the applicant wrote in, and is answered in.
    language: Mapped[str] = mapped_column(sa.String(2))
    why: Mapped[str] = mapped_column(sa.String(LONGEST_WHY))
    status: Mapped[str] = mapped_column(sa.String(10), default="open")
    made_at: Mapped[datetime] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql", viewonly=True)
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", viewonly=True, foreign_keys=[decided_by_id]
    )

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(VERDICTS), name="status"),
        sa.CheckConstraint(sa.column("kind").in_(UNIT_KINDS), name="kind"),
        sa.CheckConstraint(sa.column("language").in_(("zh", "en")), name="language"),
        sa.Index("ix_application_status_id", "status", "id"),
    )


class JoinRequest(Base):
    """A person's wish to belong to a unit; at most one of a person and a unit is open at a time."""

    __tablename__ = "join_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    why: Mapped[str] = mapped_column(sa.String(LONGEST_WHY), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default="open")
    made_at: Mapped[datetime] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql", viewonly=True)
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", viewonly=True, foreign_keys=[decided_by_id]
    )

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(VERDICTS), name="status"),
        sa.Index("ix_join_request_unit_id_status_id", "unit_id", "status", "id"),
        sa.Index(
            "uq_join_request_open",
            "person_id",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
    )
