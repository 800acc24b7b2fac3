"""Read free time from an index alone"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NARROW = "ix_occupancy_item_id_starts_at"
COVERING = "ix_occupancy_item_id_starts_at_ends_at_booking_id"


def upgrade():
    # Rows of one week lie all over the table, since they were added over months: the index holds all that is asked for.
    op.create_index(COVERING, "occupancy", ["item_id", "starts_at", "ends_at", "booking_id"], unique=False)
    op.drop_index(NARROW, "occupancy")


def downgrade():
    op.create_index(NARROW, "occupancy", ["item_id", "starts_at"], unique=False)
    op.drop_index(COVERING, "occupancy")
