"""Asking for qualifications"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "qualification_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'granted', 'declined', 'withdrawn')",
            name=op.f("ck_qualification_request_status"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_qualification_request_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_qualification_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["qualification.id"],
            name=op.f("fk_qualification_request_qualification_id_qualification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_qualification_request_ref")),
    )
    op.create_index(
        "ix_qualification_request_person_id", "qualification_request", ["person_id"], unique=False
    )
    op.create_index(
        "ix_qualification_request_qualification_id_status_id",
        "qualification_request",
        ["qualification_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        "uq_qualification_request_open",
        "qualification_request",
        ["person_id", "qualification_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )


def downgrade():
    op.drop_table("qualification_request")
