"""The tables of messages: what each person is told and how, and what he wishes to be told."""

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base
from alliance.history.models import Event

CHANNELS: Final = ("app", "mail")
# A line in the app is shown at once; a letter waits, is being sent, and has gone or was given up.
STATES: Final = ("shown", "waiting", "sending", "sent", "given_up")
MODES: Final = ("now", "digest", "app", "off")
DIGESTS: Final = ("daily", "weekly")
CALENDAR_PARTS: Final = ("attached", "invited", "none")
HEARERS: Final = ("all", "managers", "admins")


class Delivery(Base):
    """One event for one person, as a line in the app or as a letter.

    `subject_type` and `subject_id` are the event's: letters about one thing go out together, and `lead_id` names the
    one whose message told this too. `ref` stands in addresses and in the Message-ID, which is the same each time it is
    tried.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(sa.String(4))
    kind: Mapped[str] = mapped_column(sa.String(12))
    subject_type: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(sa.String(8))
    is_digest: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime] = mapped_column()
    lease_until: Mapped[datetime | None] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column()
    # Whether it was found half sent: nobody knows whether it arrived, so it is sent once more and never again.
    is_uncertain: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delivery.id"))
    # What its calendar part asked for: later ones go on from there.
    calendar_method: Mapped[str] = mapped_column(sa.String(8), default="")
    problem: Mapped[str] = mapped_column(sa.String(40), default="")

    event: Mapped[Event] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id", "channel"),
        sa.CheckConstraint(sa.column("channel").in_(CHANNELS), name="channel"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.Index("ix_delivery_person_id_channel_id", "person_id", "channel", "id"),
        sa.Index("ix_delivery_subject", "person_id", "subject_type", "subject_id"),
        sa.Index(
            "ix_delivery_unread",
            "person_id",
            sqlite_where=sa.text("channel = 'app' AND read_at IS NULL"),
            postgresql_where=sa.text("channel = 'app' AND read_at IS NULL"),
        ),
        sa.Index(
            "ix_delivery_due",
            "due_at",
            sqlite_where=sa.text("state IN ('waiting', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
        sa.Index(
            "ix_delivery_given_up",
            "due_at",
            sqlite_where=sa.text("state = 'given_up'"),
            postgresql_where=sa.text("state = 'given_up'"),
        ),
    )


class MessageChoice(Base):
    """How a person wants to hear of one kind of news; without a row the kind's own default holds."""

    __tablename__ = "message_choice"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    mode: Mapped[str] = mapped_column(sa.String(6))

    __table_args__ = (sa.CheckConstraint(sa.column("mode").in_(MODES), name="mode"),)


class MessageHabit(Base):
    """What holds for all of a person's mail: how often digests come, and what is put into his calendar."""

    __tablename__ = "message_habit"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(6), default="daily")
    calendar_part: Mapped[str] = mapped_column(sa.String(8), default="attached")

    __table_args__ = (
        sa.CheckConstraint(sa.column("digest").in_(DIGESTS), name="digest"),
        sa.CheckConstraint(sa.column("calendar_part").in_(CALENDAR_PARTS), name="calendar_part"),
    )


# As the index says it, or the index is not used.
UNSENT: Final = Delivery.state.in_(
    [sa.literal("waiting", literal_execute=True), sa.literal("sending", literal_execute=True)]
)
GIVEN_UP: Final = Delivery.state == sa.literal("given_up", literal_execute=True)


class UnitHearing(Base):
    """Who of a unit's people hears of one kind of news about what it owns; without a row as the kind has it."""

    __tablename__ = "unit_hearing"

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    hearers: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (sa.CheckConstraint(sa.column("hearers").in_(HEARERS), name="hearers"),)


class Reminder(Base):
    """That people were reminded of a moment of a booking; another moment, after a move, is another reminder."""

    __tablename__ = "reminder"

    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    verb: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    of: Mapped[datetime] = mapped_column(primary_key=True)


class EntryReminder(Base):
    """That those who run an entry were reminded to confirm it: since when nobody has, and when that was said."""

    __tablename__ = "entry_reminder"

    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
    of: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class QualificationReminder(Base):
    """That somebody was told a qualification of his ends that day; another end is another reminder."""

    __tablename__ = "qualification_reminder"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    qualification_id: Mapped[int] = mapped_column(sa.ForeignKey("qualification.id"), primary_key=True)
    until: Mapped[date] = mapped_column(primary_key=True)
