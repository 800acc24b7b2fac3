"""Composed feeds"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OF_A_PERSON = "ix_booking_person_id_ends_at"
NARROW = ["person_id", "ends_at"]
COVERING = [*NARROW, "starts_at", "status", "hold_until", "changed_at", "version", "resource_id", "id"]


SCOPES = "scope IN ('mine', 'approvals', 'unit', 'group', 'resource', 'resources')"
FEWER_SCOPES = "scope IN ('mine', 'unit', 'resource')"
SUBJECT = "(scope IN ('unit', 'group', 'resource')) = (subject_id IS NOT NULL)"
FORMER_SUBJECT = "(scope = 'mine') = (subject_id IS NULL)"

ADDED = (
    "colour",
    "pending",
    "cancelled",
    "past_days",
    "future_days",
    "changed_at",
    "last_count",
    "last_bytes",
)


def upgrade():
    # Whether a calendar has changed is asked far more often than anything changes: from indexes alone.
    op.drop_index(OF_A_PERSON, table_name="booking")
    op.create_index(OF_A_PERSON, "booking", COVERING, unique=False)
    op.create_index("ix_unit_changed_at", "unit", ["changed_at"], unique=False)
    op.create_index("ix_resource_changed_at_id", "resource", ["changed_at", "id"], unique=False)
    with op.batch_alter_table("feed") as feed:
        feed.alter_column("scope", type_=sa.String(length=9), existing_nullable=False)
        feed.add_column(sa.Column("colour", sa.String(length=20), nullable=False, server_default=""))
        feed.add_column(sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.true()))
        feed.add_column(sa.Column("cancelled", sa.Boolean(), nullable=False, server_default=sa.true()))
        feed.add_column(sa.Column("past_days", sa.SmallInteger(), nullable=False, server_default="60"))
        feed.add_column(sa.Column("future_days", sa.SmallInteger(), nullable=True))
        feed.add_column(sa.Column("changed_at", Instant(), nullable=True))
        feed.add_column(sa.Column("last_count", sa.Integer(), nullable=True))
        feed.add_column(sa.Column("last_bytes", sa.Integer(), nullable=True))
        feed.drop_constraint(op.f("ck_feed_scope"), type_="check")
        feed.drop_constraint(op.f("ck_feed_subject"), type_="check")
        feed.create_check_constraint(op.f("ck_feed_scope"), SCOPES)
        feed.create_check_constraint(op.f("ck_feed_subject"), SUBJECT)
    op.create_table(
        "feed_resource",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_resource_feed_id_feed")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_feed_resource_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("feed_id", "resource_id", name=op.f("pk_feed_resource")),
    )


def downgrade():
    op.drop_table("feed_resource")
    # What the former version cannot say ends; it would not start otherwise.
    op.execute("DELETE FROM feed WHERE scope NOT IN ('mine', 'unit', 'resource')")
    with op.batch_alter_table("feed") as feed:
        feed.drop_constraint(op.f("ck_feed_subject"), type_="check")
        feed.drop_constraint(op.f("ck_feed_scope"), type_="check")
        feed.create_check_constraint(op.f("ck_feed_scope"), FEWER_SCOPES)
        feed.create_check_constraint(op.f("ck_feed_subject"), FORMER_SUBJECT)
        for column in ADDED:
            feed.drop_column(column)
        feed.alter_column("scope", type_=sa.String(length=8), existing_nullable=False)
    op.drop_index("ix_resource_changed_at_id", table_name="resource")
    op.drop_index("ix_unit_changed_at", table_name="unit")
    op.drop_index(OF_A_PERSON, table_name="booking")
    op.create_index(OF_A_PERSON, "booking", NARROW, unique=False)
