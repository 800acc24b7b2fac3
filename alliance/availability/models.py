"""The tables of calendar days, exceptions, closures, and calendars kept elsewhere that close what is shared."""

import datetime as dt
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

CLOSURE_KINDS = ("preventive", "cleaning", "calibration", "breakdown", "repair", "own_use", "other")
# As everybody reads them: an outside calendar closes, too, and nobody chooses that.
SHOWN_KINDS = (*CLOSURE_KINDS, "outside")


class Calendar(Base):
    """A set of calendar days that resources are judged by: the alliance's, or a unit's own on top of that."""

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))

    __table_args__ = (sa.Index("ix_calendar_unit_id", "unit_id", unique=True),)


class CalendarDay(Base):
    """Whether a date is a working day, a rest day or a public holiday; `announced` once it is official."""

    __tablename__ = "calendar_day"

    calendar_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar.id"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    day_class: Mapped[str] = mapped_column(sa.String(2))
    name_zh: Mapped[str | None] = mapped_column(sa.String(40))
    name_en: Mapped[str | None] = mapped_column(sa.String(60))
    announced: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.CheckConstraint(sa.column("day_class").in_(("WD", "RD", "PH")), name="day_class"),)


class OpeningException(Base):
    """A single date on which a resource has other hours than its week says; `hours` as `read_windows` reads them."""

    __tablename__ = "opening_exception"

    resource_id: Mapped[int] = mapped_column(
        sa.ForeignKey("resource.id"), primary_key=True, autoincrement=False
    )
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    hours: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")


class Closure(Base):
    """A span in which a resource, or one item of it, cannot be booked; without an end until somebody ends it.

    It may lie over existing bookings: a breakdown happens to them.
    """

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"))
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("item.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column()
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    review_on: Mapped[dt.date | None] = mapped_column()
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column()

    @property
    def version(self) -> str:
        """What is said of it, as one word: nobody changes what he has not seen."""
        said = f"{self.kind} {self.ends_at} {self.reason} {self.review_on}"
        return sha256(said.encode()).hexdigest()[:20]

    __table_args__ = (
        sa.CheckConstraint(sa.column("kind").in_(CLOSURE_KINDS), name="kind"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
        sa.Index("ix_closure_resource_id_starts_at", "resource_id", "starts_at"),
    )


class OutsideCalendar(Base):
    """A calendar kept elsewhere, whose busy times close a resource or one item of it.

    Without an address it was sent as a file. The address is somebody else's secret: it is kept for fetching alone, and
    no page, log or answer shows more of it than the machine. `trouble` is why the last attempt failed, `findings` what
    was odd in what was last read; both are codes and parameters. Of its events only the times are kept.
    """

    __tablename__ = "outside_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("item.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    address: Mapped[str | None] = mapped_column(sa.String(1000))
    tentative: Mapped[bool] = mapped_column(default=True)
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column()
    tag: Mapped[str | None] = mapped_column(sa.String(200))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    last_tried_at: Mapped[datetime | None] = mapped_column()
    last_ok_at: Mapped[datetime | None] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()
    known_until: Mapped[datetime | None] = mapped_column()
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[dict[str, Any] | None] = mapped_column()
    findings: Mapped[list[Any]] = mapped_column(default=list)

    __table_args__ = (sa.CheckConstraint("(address IS NULL) = (due_at IS NULL)", name="due"),)


class OutsideBusy(Base):
    """A time an outside calendar takes. Those of one calendar are replaced together, and never touch each other."""

    __tablename__ = "outside_busy"

    calendar_id: Mapped[int] = mapped_column(sa.ForeignKey("outside_calendar.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column()

    # On SQLite the rows themselves lie in the order they are asked for, with no index beside them.
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="order"),
        {"sqlite_with_rowid": False},
    )
