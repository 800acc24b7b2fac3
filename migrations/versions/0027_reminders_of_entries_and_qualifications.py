"""Who was reminded of what lasts long: entries nobody confirms, qualifications that end"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "entry_reminder",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("of", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_entry_reminder_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "of", name=op.f("pk_entry_reminder")),
    )
    op.create_index("ix_entry_reminder_at", "entry_reminder", ["at"], unique=False)
    op.create_table(
        "qualification_reminder",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_qualification_reminder_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["qualification.id"],
            name=op.f("fk_qualification_reminder_qualification_id_qualification"),
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "qualification_id", "until", name=op.f("pk_qualification_reminder")
        ),
    )


def downgrade():
    op.drop_table("qualification_reminder")
    op.drop_index("ix_entry_reminder_at", "entry_reminder")
    op.drop_table("entry_reminder")
