"""Favourites"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "favourite",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_favourite_person_id_person")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_favourite_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("person_id", "resource_id", name=op.f("pk_favourite")),
    )
    op.create_index("ix_favourite_resource_id", "favourite", ["resource_id"], unique=False)


def downgrade():
    op.drop_table("favourite")
