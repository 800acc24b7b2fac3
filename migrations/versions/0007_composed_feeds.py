"""Composed feeds"""

from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

OF_A_PERSON = "ix_booking_person_id_ends_at"
NARROW = ["person_id", "ends_at"]
COVERING = [*NARROW, "starts_at", "status", "hold_until", "changed_at", "version", "resource_id", "id"]


def upgrade():
    # Whether a calendar has changed is asked far more often than anything changes: from indexes alone.
    op.drop_index(OF_A_PERSON, table_name="booking")
    op.create_index(OF_A_PERSON, "booking", COVERING, unique=False)
    op.create_index("ix_unit_changed_at", "unit", ["changed_at"], unique=False)
    op.create_index("ix_resource_changed_at", "resource", ["changed_at"], unique=False)


def downgrade():
    op.drop_index("ix_resource_changed_at", table_name="resource")
    op.drop_index("ix_unit_changed_at", table_name="unit")
    op.drop_index(OF_A_PERSON, table_name="booking")
    op.create_index(OF_A_PERSON, "booking", NARROW, unique=False)
