"""Units that apply and people who ask to join"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_VERDICTS = "status IN ('open', 'admitted', 'refused', 'withdrawn')"
_KINDS = (
    "kind IN ('university', 'laboratory', 'research_institute', 'hospital', 'enterprise', 'government', "
    "'public_service', 'venue_operator', 'social_org', 'alliance')"
)


def upgrade():
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("applicant_name", sa.String(length=80), nullable=False),
        sa.Column("applicant_email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(_VERDICTS, name=op.f("ck_application_status")),
        sa.CheckConstraint(_KINDS, name=op.f("ck_application_kind")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_application_language")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_application_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_application_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("ref", name=op.f("uq_application_ref")),
    )
    op.create_index("ix_application_person_id", "application", ["person_id"], unique=False)
    op.create_index("ix_application_status_id", "application", ["status", "id"], unique=False)
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(_VERDICTS, name=op.f("ck_join_request_status")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_join_request_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_join_request_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_join_request_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_join_request_ref")),
    )
    op.create_index("ix_join_request_person_id", "join_request", ["person_id"], unique=False)
    op.create_index(
        "ix_join_request_unit_id_status_id", "join_request", ["unit_id", "status", "id"], unique=False
    )
    op.create_index(
        "uq_join_request_open",
        "join_request",
        ["person_id", "unit_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )


def downgrade():
    op.drop_table("join_request")
    op.drop_table("application")
