"""What people are told, how, and what they wish to be told"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(10), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(4), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject_type", sa.String(30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", Instant(), nullable=True),
        sa.Column("is_uncertain", sa.Boolean(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("calendar_method", sa.String(8), nullable=False),
        sa.Column("problem", sa.String(40), nullable=False),
        sa.CheckConstraint("channel IN ('app', 'mail')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "state IN ('shown', 'waiting', 'sending', 'sent', 'given_up')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery_person_id_person")),
        sa.ForeignKeyConstraint(["lead_id"], ["delivery.id"], name=op.f("fk_delivery_lead_id_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("ref", name=op.f("uq_delivery_ref")),
        sa.UniqueConstraint(
            "event_id", "person_id", "channel", name=op.f("uq_delivery_event_id_person_id_channel")
        ),
    )
    op.create_index("ix_delivery_person_id_channel_id", "delivery", ["person_id", "channel", "id"])
    op.create_index("ix_delivery_subject", "delivery", ["person_id", "subject_type", "subject_id"])
    for name, column, condition in (
        ("ix_delivery_unread", "person_id", "channel = 'app' AND read_at IS NULL"),
        ("ix_delivery_due", "due_at", "state IN ('waiting', 'sending')"),
        ("ix_delivery_given_up", "due_at", "state = 'given_up'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "delivery", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "message_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(6), nullable=False),
        sa.CheckConstraint("mode IN ('now', 'digest', 'app', 'off')", name=op.f("ck_message_choice_mode")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_choice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_message_choice")),
    )
    op.create_table(
        "message_habit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(6), nullable=False),
        sa.Column("calendar_part", sa.String(8), nullable=False),
        sa.CheckConstraint("digest IN ('daily', 'weekly')", name=op.f("ck_message_habit_digest")),
        sa.CheckConstraint(
            "calendar_part IN ('attached', 'invited', 'none')", name=op.f("ck_message_habit_calendar_part")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_habit_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_message_habit")),
    )
    op.create_table(
        "unit_hearing",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("hearers", sa.String(8), nullable=False),
        sa.CheckConstraint("hearers IN ('all', 'managers', 'admins')", name=op.f("ck_unit_hearing_hearers")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_hearing_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "kind", name=op.f("pk_unit_hearing")),
    )
    op.create_table(
        "reminder",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(20), nullable=False),
        sa.Column("of", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_reminder_booking_id_booking")),
        sa.PrimaryKeyConstraint("booking_id", "verb", "of", name=op.f("pk_reminder")),
    )
    # What begins and what lapses soon, among all that was ever booked.
    for name, column, condition in (
        ("ix_booking_approved_starts_at", "starts_at", "status = 'approved'"),
        ("ix_booking_requested_hold_until", "hold_until", "status = 'requested'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "booking", [column], sqlite_where=where, postgresql_where=where)


def downgrade():
    op.drop_index("ix_booking_requested_hold_until", table_name="booking")
    op.drop_index("ix_booking_approved_starts_at", table_name="booking")
    for name in ("reminder", "unit_hearing", "message_habit", "message_choice", "delivery"):
        op.drop_table(name)
