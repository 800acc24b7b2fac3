"""The tables of bookings, their decisions, and what they occupy."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base
from alliance.intervals import Span
from alliance.members.models import Person, Unit
from alliance.resources.files.models import File
from alliance.resources.models import Item, Resource
from alliance.resources.questions.models import Question

STATUSES = ("requested", "approved", "refused", "withdrawn", "expired", "cancelled")
# The states in which a booking keeps its place.
HOLDING = ("requested", "approved")


# Written out in each statement: a plan that is made once for all of them could not know that it asks for open requests,
# and so not use their index.
REQUESTED: Final = sa.literal("requested", literal_execute=True)
APPROVED: Final = sa.literal("approved", literal_execute=True)


class Booking(Base):
    """One resource, one span, some of its items, for one person of one named unit. Never deleted.

    `unit_id` is the unit the person acted for then, kept for ever; `relation` is that unit's relation to the owner.
    `setup_minutes` and `teardown_minutes` are the policy's at the time, so that later changes do not move the
    footprint. `version` counts every change; `sequence` counts those a calendar must notice.
    """

    __tablename__ = "booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    booked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    relation: Mapped[str] = mapped_column(sa.String(8))
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(sa.String(500), default="")
    purpose: Mapped[str] = mapped_column(sa.String(2000), default="")
    status: Mapped[str] = mapped_column(sa.String(10))
    hold_until: Mapped[datetime | None] = mapped_column()
    requested_at: Mapped[datetime] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column()
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    cancelled_late: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column()

    resource: Mapped[Resource] = relationship(lazy="raise_on_sql", viewonly=True)
    person: Mapped[Person] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=[person_id])
    changed_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", viewonly=True, foreign_keys=[changed_by_id]
    )
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql", viewonly=True)
    stages: Mapped[list["Stage"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="Stage.n")
    occupancies: Mapped[list["Occupancy"]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="Occupancy.item_id"
    )

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.CheckConstraint("ends_at > starts_at", name="order"),
        sa.CheckConstraint("quantity >= 1", name="quantity"),
        # With all that tells whether somebody's calendar has changed, so that asking never touches the table.
        sa.Index(
            "ix_booking_person_id_ends_at",
            "person_id",
            "ends_at",
            "starts_at",
            "status",
            "hold_until",
            "changed_at",
            "version",
            "resource_id",
            "id",
        ),
        sa.Index("ix_booking_unit_id_ends_at", "unit_id", "ends_at"),
        sa.Index("ix_booking_resource_id_ends_at", "resource_id", "ends_at"),
        sa.Index(
            "ix_booking_requested",
            "resource_id",
            "hold_until",
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        ),
        sa.Index(
            "ix_booking_approved_starts_at",
            "starts_at",
            sqlite_where=sa.text("status = 'approved'"),
            postgresql_where=sa.text("status = 'approved'"),
        ),
        # Which requests have lapsed, or will soon.
        sa.Index(
            "ix_booking_requested_hold_until",
            "hold_until",
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        ),
        sa.Index(
            "ix_booking_requested_for",
            "unit_id",
            "hold_until",
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        ),
    )

    @property
    def span(self) -> Span:
        """What people see and are judged by."""
        return Span(self.starts_at, self.ends_at)

    @property
    def changed_by_name(self) -> str | None:
        """Who changed it last; None for the clock."""
        return self.changed_by.name if self.changed_by else None

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Setup and teardown as they were when it was asked for."""
        return timedelta(minutes=self.setup_minutes), timedelta(minutes=self.teardown_minutes)

    @property
    def footprint(self) -> Span:
        """What conflicts: the span with setup before and teardown after."""
        return self.span.widened(*self.buffers)

    def holds_at(self, now: datetime) -> bool:
        """Whether it keeps its place: a request does only while its hold lasts."""
        if self.status == "requested":
            return self.hold_until is not None and self.hold_until > now
        return self.status == "approved"


class Stage(Base):
    """One decision a booking needs, in order; a snapshot of the route taken when it was asked for."""

    __tablename__ = "stage"

    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    n: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    deciders: Mapped[str] = mapped_column(sa.String(12))
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime | None] = mapped_column()

    by: Mapped[Person | None] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("deciders").in_(("owner", "unit", "secretariat")), name="deciders"),
        sa.CheckConstraint(sa.column("verdict").in_(("approved", "refused")), name="verdict"),
    )


class Answer(Base):
    """What the booker answered to a question of the resource, which keeps its wording. Rows are added, never changed.

    `value` is the text, the number as it is written, the place of the choice counted from 1, or "yes" for a consent;
    of a file its name, and the file is in `file_id`.
    """

    __tablename__ = "answer"

    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(2000))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"), index=True)

    question: Mapped[Question] = relationship(lazy="raise_on_sql", viewonly=True)
    file: Mapped[File | None] = relationship(lazy="raise_on_sql", viewonly=True)


class BookingMessage(Base):
    """What somebody wrote to the others concerned with a booking. Rows are added, never changed."""

    __tablename__ = "booking_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[datetime] = mapped_column()


class Occupancy(Base):
    """An item is taken for a footprint. Exists exactly while its booking holds; inserted and deleted, never updated.

    The database itself refuses two overlapping rows of one item: an exclusion constraint on PostgreSQL, triggers on
    SQLite (created by the migration, since they are not part of any model).
    """

    __tablename__ = "occupancy"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("item.id"))
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()

    item: Mapped[Item] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="order"),
        # All that free time is reckoned from, so that reading it never touches the table.
        sa.Index(
            "ix_occupancy_item_id_starts_at_ends_at_booking_id",
            "item_id",
            "starts_at",
            "ends_at",
            "booking_id",
        ),
        {"sqlite_strict": True},
    )
