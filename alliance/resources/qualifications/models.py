"""The table of those who ask for a qualification."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base
from alliance.members.models import Person
from alliance.resources.models import Qualification

VERDICTS: Final = ("open", "granted", "declined", "withdrawn")
LONGEST_NOTE: Final = 1000
LONGEST_REASON: Final = 500


class QualificationRequest(Base):
    """A person's wish to be granted a qualification; at most one of a person and a qualification is open at a time."""

    __tablename__ = "qualification_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    qualification_id: Mapped[int] = mapped_column(sa.ForeignKey("qualification.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default="open")
    made_at: Mapped[datetime] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=[person_id])
    qualification: Mapped[Qualification] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(VERDICTS), name="status"),
        sa.Index("ix_qualification_request_qualification_id_status_id", "qualification_id", "status", "id"),
        sa.Index(
            "uq_qualification_request_open",
            "person_id",
            "qualification_id",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
    )
