"""Groups have a unit that leads them, and say when they changed"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    # In place on SQLite as well, where a constraint cannot be added afterwards: others refer to this table.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE unit_group ADD COLUMN lead_id INTEGER "
            "CONSTRAINT fk_unit_group_lead_id_unit REFERENCES unit (id)"
        )
    else:
        op.add_column("unit_group", sa.Column("lead_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_unit_group_lead_id_unit", "unit_group", "unit", ["lead_id"], ["id"])
    op.add_column("unit_group", sa.Column("changed_at", Instant(), nullable=True))
    op.create_index("ix_unit_group_changed_at", "unit_group", ["changed_at"], unique=False)


def downgrade():
    op.drop_index("ix_unit_group_changed_at", table_name="unit_group")
    # In place on SQLite as well: rebuilding the table would trip over the units in its groups.
    op.drop_column("unit_group", "changed_at")
    op.drop_column("unit_group", "lead_id")
