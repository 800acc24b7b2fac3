"""Ways to search history: by time, by person, by unit and by verb"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BY = {"at": (), "actor_id_at": ("actor_id",), "unit_id_at": ("unit_id",), "verb_at": ("verb",)}


def upgrade():
    for name, columns in _BY.items():
        op.create_index(f"ix_event_{name}_id", "event", [*columns, "at", "id"])


def downgrade():
    for name in _BY:
        op.drop_index(f"ix_event_{name}_id", "event")
