"""Single dates with hours of their own, and calendars of single units"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "opening_exception",
        sa.Column("resource_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_opening_exception_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "date", name=op.f("pk_opening_exception")),
    )
    # In one sentence, which both databases know: SQLite cannot add the reference afterwards.
    op.execute(
        "ALTER TABLE calendar ADD COLUMN unit_id INTEGER "
        "CONSTRAINT fk_calendar_unit_id_unit REFERENCES unit (id)"
    )
    op.create_index("ix_calendar_unit_id", "calendar", ["unit_id"], unique=True)


def downgrade():
    op.drop_index("ix_calendar_unit_id", table_name="calendar")
    # In place on SQLite as well: rebuilding the table would trip over the days that refer to its rows.
    op.drop_column("calendar", "unit_id")
    op.drop_table("opening_exception")
