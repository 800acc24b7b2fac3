"""What an alliance says of itself can be changed later, and whether its demo was loaded is known"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("installation", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    # The command that loads the demo left no more than its place in the history so far.
    op.execute(
        "INSERT INTO installation (id, logo_hash, demo) "
        "SELECT 1, '', 'loaded' WHERE EXISTS (SELECT 1 FROM event WHERE verb = 'demo.loaded') "
        "ON CONFLICT (id) DO UPDATE SET demo = 'loaded'"
    )


def downgrade():
    op.drop_column("installation", "version")
