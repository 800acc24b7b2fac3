"""Calendars kept elsewhere that close what is shared"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "outside_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=True),
        sa.Column("tentative", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("tag", sa.String(length=200), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("last_tried_at", Instant(), nullable=True),
        sa.Column("last_ok_at", Instant(), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("known_until", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.JSON(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.CheckConstraint("(address IS NULL) = (due_at IS NULL)", name=op.f("ck_outside_calendar_due")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_outside_calendar_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_outside_calendar_item_id_item")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_outside_calendar_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_calendar")),
        sa.UniqueConstraint("ref", name=op.f("uq_outside_calendar_ref")),
    )
    op.create_index("ix_outside_calendar_resource_id", "outside_calendar", ["resource_id"], unique=False)
    op.create_index("ix_outside_calendar_due_at", "outside_calendar", ["due_at"], unique=False)
    op.create_table(
        "outside_busy",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_outside_busy_order")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["outside_calendar.id"],
            name=op.f("fk_outside_busy_calendar_id_outside_calendar"),
        ),
        sa.PrimaryKeyConstraint("calendar_id", "starts_at", name=op.f("pk_outside_busy")),
        sqlite_with_rowid=False,
    )


def downgrade():
    op.drop_table("outside_busy")
    op.drop_table("outside_calendar")
