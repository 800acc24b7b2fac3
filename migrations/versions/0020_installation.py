"""What an alliance calls itself, and the code of its first start"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=True),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_hash", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("demo", sa.String(length=6), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_installation_language")),
        sa.CheckConstraint("demo IN ('none', 'wanted', 'loaded')", name=op.f("ck_installation_demo")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )


def downgrade():
    op.drop_table("installation")
