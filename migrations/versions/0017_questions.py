"""Questions of resources, their answers, and files sent with these"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("resource", sa.Column("has_asked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("thread", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("wording_zh", sa.String(length=200), nullable=True),
        sa.Column("wording_en", sa.String(length=200), nullable=True),
        sa.Column("note_zh", sa.String(length=4000), nullable=True),
        sa.Column("note_en", sa.String(length=4000), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("least", sa.Double(), nullable=True),
        sa.Column("most", sa.Double(), nullable=True),
        sa.Column("measure_zh", sa.String(length=20), nullable=True),
        sa.Column("measure_en", sa.String(length=20), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('short_text', 'long_text', 'choice', 'number', 'file', 'consent')",
            name=op.f("ck_question_kind"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_question_by_id_person")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_question_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("ref", name=op.f("uq_question_ref")),
    )
    op.create_index("ix_question_resource_id", "question", ["resource_id"], unique=False)
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_file_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("ref", name=op.f("uq_file_ref")),
    )
    op.create_index("ix_file_by_id", "file", ["by_id"], unique=False)
    op.create_table(
        "file_content",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_file_content_file_id_file")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_content")),
    )
    op.create_table(
        "answer",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=2000), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_answer_booking_id_booking")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_answer_file_id_file")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("booking_id", "question_id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_file_id", "answer", ["file_id"], unique=False)


def downgrade():
    op.drop_table("answer")
    op.drop_table("file_content")
    op.drop_table("file")
    op.drop_table("question")
    op.drop_column("resource", "has_asked")
