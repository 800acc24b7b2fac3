"""When a person was renamed, and the sessions he signed out of"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    # Columns that may be empty are added in place: rebuilding the table would trip over all that refers to it.
    op.add_column("person", sa.Column("ended_sessions", sa.JSON(), nullable=True))
    op.add_column("person", sa.Column("changed_at", Instant(), nullable=True))
    op.create_index("ix_person_changed_at", "person", ["changed_at"], unique=False)


def downgrade():
    op.drop_index("ix_person_changed_at", table_name="person")
    op.drop_column("person", "changed_at")
    op.drop_column("person", "ended_sessions")
