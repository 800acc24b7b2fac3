"""A name for each person that may leave the process"""

import sqlalchemy as sa
from alembic import op

from alliance.refs import new_ref

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    # Added in place: rebuilding the table would trip over all that refers to it. The default fills only this moment.
    op.add_column("person", sa.Column("ref", sa.String(length=10), nullable=False, server_default=""))
    person = sa.table("person", sa.column("id", sa.Integer), sa.column("ref", sa.String))
    connection = op.get_bind()
    for person_id in connection.scalars(sa.select(person.c.id)).all():
        connection.execute(sa.update(person).where(person.c.id == person_id).values(ref=new_ref()))
    op.create_index("ix_person_ref", "person", ["ref"], unique=True)
    if connection.dialect.name == "postgresql":
        op.alter_column("person", "ref", server_default=None)


def downgrade():
    op.drop_index("ix_person_ref", table_name="person")
    op.drop_column("person", "ref")
