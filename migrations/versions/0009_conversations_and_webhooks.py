"""Conversations on bookings, and webhooks of units"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "booking_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_message_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_message_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_message")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_message_ref")),
    )
    op.create_index("ix_booking_message_booking_id", "booking_message", ["booking_id"], unique=False)


def downgrade():
    op.drop_table("booking_message")
