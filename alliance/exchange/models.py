"""The tables of imports: what was sent, until it is done, and what came of it."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

# Sent and not looked at yet; looked at, to be confirmed; confirmed and under way; over; and nothing came of it.
STATES: Final = ("received", "checked", "confirmed", "done", "refused")


class ImportJob(Base):
    """One import of one person, who alone sees it.

    `findings` are problems of single cells, as [line, code of the resource, column, code of the problem, parameters];
    `unread` are columns nothing is known of.
    """

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[str] = mapped_column(sa.String(9), default="received", index=True)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    unread: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    # How often in a row the database refused the step that comes next.
    failures: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),)


class ImportFile(Base):
    """The file as it was sent, until it has been looked at."""

    __tablename__ = "import_file"

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("import_job.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ImportPart(Base):
    """Some rows of it, each as [line, cells by column, bookings known to break], until they are imported."""

    __tablename__ = "import_part"

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("import_job.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[Any]] = mapped_column()
