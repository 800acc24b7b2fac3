"""Photos of resources"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt_zh", sa.String(length=200), nullable=True),
        sa.Column("alt_en", sa.String(length=200), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_photo_by_id_person")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_photo_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("ref", name=op.f("uq_photo_ref")),
    )
    op.create_index("ix_photo_resource_id", "photo", ["resource_id"], unique=False)
    op.create_table(
        "photo_file",
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(length=5), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size IN ('large', 'small')", name=op.f("ck_photo_file_size")),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_file_photo_id_photo")),
        sa.PrimaryKeyConstraint("photo_id", "size", name=op.f("pk_photo_file")),
    )


def downgrade():
    op.drop_table("photo_file")
    op.drop_table("photo")
