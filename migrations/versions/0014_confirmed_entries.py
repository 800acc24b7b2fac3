"""When and by whom each resource's entry was last confirmed to be right"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # Added in place, its foreign key with it: rebuilding the table would trip over all that refers to it.
        op.execute("ALTER TABLE resource ADD COLUMN confirmed_at INTEGER")
        op.execute(
            "ALTER TABLE resource ADD COLUMN confirmed_by_id INTEGER "
            "CONSTRAINT fk_resource_confirmed_by_id_person REFERENCES person (id)"
        )
    else:
        op.add_column("resource", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column("resource", sa.Column("confirmed_by_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            "fk_resource_confirmed_by_id_person", "resource", "person", ["confirmed_by_id"], ["id"]
        )
    # Whoever last changed a published entry had it before his eyes.
    op.execute("UPDATE resource SET confirmed_at = changed_at WHERE status = 'published'")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_resource_confirmed_by_id_person", "resource", type_="foreignkey")
    op.drop_column("resource", "confirmed_by_id")
    op.drop_column("resource", "confirmed_at")
