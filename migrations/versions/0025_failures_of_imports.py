"""Imports count how often the database refused them"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("import_job", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))


def downgrade():
    op.drop_column("import_job", "failures")
