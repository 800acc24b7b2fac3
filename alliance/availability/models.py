"""The tables of calendar days and closures."""

import datetime as dt
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

CLOSURE_KINDS = ("preventive", "cleaning", "calibration", "breakdown", "repair", "own_use", "other")


class Calendar(Base):
    """A set of calendar days that resources are judged by."""

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))


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

    __table_args__ = (
        sa.CheckConstraint(sa.column("kind").in_(CLOSURE_KINDS), name="kind"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
        sa.Index("ix_closure_resource_id_starts_at", "resource_id", "starts_at"),
    )
