"""Documents of resources"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("title_zh", sa.String(length=120), nullable=True),
        sa.Column("title_en", sa.String(length=160), nullable=True),
        sa.Column("for_members", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_document_by_id_person")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_document_file_id_file")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_document_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("ref", name=op.f("uq_document_ref")),
    )
    op.create_index("ix_document_file_id", "document", ["file_id"], unique=False)
    op.create_index("ix_document_resource_id", "document", ["resource_id"], unique=False)


def downgrade():
    op.drop_table("document")
