"""Find the open requests of a unit by an index of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_booking_requested_for",
        "booking",
        ["unit_id", "hold_until"],
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )


def downgrade():
    op.drop_index("ix_booking_requested_for", table_name="booking")
