"""Memberships that end, and links that work once"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UNSENT = sa.text("letter IN ('waiting', 'sending')")


def upgrade():
    # Added in place: rebuilding the table would trip over all that refers to it.
    op.add_column("membership", sa.Column("ends_at", Instant(), nullable=True))
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=43), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("letter", sa.String(length=10), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", Instant(), nullable=True),
        sa.Column("is_uncertain", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.CheckConstraint("purpose IN ('password', 'invitation')", name=op.f("ck_one_time_link_purpose")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_one_time_link_language")),
        sa.CheckConstraint(
            "letter IN ('waiting', 'sending', 'sent', 'given_up', 'for_nobody')",
            name=op.f("ck_one_time_link_letter"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_one_time_link_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_one_time_link_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("ref", name=op.f("uq_one_time_link_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index("ix_one_time_link_email", "one_time_link", ["email"])
    op.create_index("ix_one_time_link_expires_at", "one_time_link", ["expires_at"])
    op.create_index("ix_one_time_link_unit_id", "one_time_link", ["unit_id"])
    op.create_index(
        "ix_one_time_link_unsent",
        "one_time_link",
        ["due_at"],
        sqlite_where=_UNSENT,
        postgresql_where=_UNSENT,
    )


def downgrade():
    op.drop_table("one_time_link")
    op.drop_column("membership", "ends_at")
