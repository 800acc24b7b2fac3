"""Words that mean the same, and how names sound"""

from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "synonym_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_set")),
        sa.UniqueConstraint("ref", name=op.f("uq_synonym_set_ref")),
    )
    op.create_table(
        "synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=1200), nullable=False),
        sa.Column("probe", sa.String(length=1202), nullable=False),
        sa.Column("is_word", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["synonym_set.id"], name=op.f("fk_synonym_set_id_synonym_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym")),
        sa.UniqueConstraint("folded", name=op.f("uq_synonym_folded")),
    )
    op.create_index("ix_synonym_set_id", "synonym", ["set_id"], unique=False)
    for name in ("search_words", "search_pinyin"):
        op.add_column("resource", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    _write_texts(op.get_bind())


def downgrade():
    for name in ("search_pinyin", "search_words"):
        op.drop_column("resource", name)
    op.drop_table("synonym")
    op.drop_table("synonym_set")


_READ = (
    "id",
    "code",
    "kind",
    "subcategory",
    "instrument_class",
    "name_zh",
    "name_en",
    "description_zh",
    "description_en",
    "place_zh",
    "place_en",
)
_WRITTEN = ("search_text", "search_words", "search_pinyin")


def _write_texts(connection):
    """What is there already is found in the new ways at once."""
    # The application's own words: what they make is an index, which any later version may make anew.
    from alliance.resources.search import compose_search_text
    from alliance.resources.words import latin_words, pinyin

    resource = sa.table("resource", *(sa.column(name) for name in (*_READ, *_WRITTEN)))
    tags = {}
    for resource_id, name_zh, name_en in connection.execute(
        sa.text(
            "SELECT resource_id, name_zh, name_en FROM resource_tag JOIN tag ON tag.id = tag_id ORDER BY tag_id"
        )
    ):
        tags.setdefault(resource_id, []).append(SimpleNamespace(name_zh=name_zh, name_en=name_en))
    for row in connection.execute(sa.select(*(resource.c[name] for name in _READ))).all():
        text = compose_search_text(row, tags.get(row.id, ()))
        connection.execute(
            sa.update(resource)
            .where(resource.c.id == row.id)
            .values(search_text=text, search_words=latin_words(text), search_pinyin=pinyin(text))
        )
