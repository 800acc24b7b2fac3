"""Finding resources by words, in either language and down to a single Chinese character."""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa

from alliance.members.models import Unit
from alliance.resources.kinds import CLASS_NAMES, CLASS_OF_KIND, INSTRUMENT_CLASSES, KIND_NAMES
from alliance.resources.models import Resource, Tag

# Longer questions are cut: nobody types them, and each word costs a pass over the catalogue.
LONGEST_QUESTION = 100
_WIDE = str.maketrans("():,;!?", "（）：，；！？")


def compose_search_text(resource: Resource, tags: Iterable[Tag]) -> str:
    """Everything a resource may be found by except its owner's names, one text a line, folded."""
    pieces = [
        resource.code,
        resource.name_zh,
        resource.name_en,
        resource.subcategory,
        *KIND_NAMES[resource.kind],
        *CLASS_NAMES[CLASS_OF_KIND[resource.kind]],
        *INSTRUMENT_CLASSES.get(resource.instrument_class or "", ()),
        *(name for tag in tags for name in (tag.name_zh, tag.name_en)),
        resource.place_zh,
        resource.place_en,
        resource.description_zh,
        resource.description_en,
    ]
    return "\n".join(fold(piece) for piece in pieces if piece)


def fold(text: str) -> str:
    """The text without the differences a searcher does not mean: width, case, kinds of blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    # Control characters match nothing, and PostgreSQL refuses the zero among them.
    return " ".join("".join(sign for sign in plain if sign.isprintable() or sign.isspace()).split())


def words_of(question: str) -> list[str]:
    """The words of a question, which may be separated by blanks of any width; each once."""
    return list(dict.fromkeys(fold(question[:LONGEST_QUESTION]).split()))


def matches(question: str) -> sa.ColumnElement[bool]:
    """Resources in whose texts or owner's names every word of the question occurs; all when there is none."""
    return sa.and_(sa.true(), *(_occurs(word) for word in words_of(question)))


def name_matches(question: str) -> sa.ColumnElement[bool]:
    """Resources in whose own names every word of the question occurs."""
    return sa.and_(
        sa.true(), *(_in_either(Resource.name_zh, Resource.name_en, word) for word in words_of(question))
    )


def place_matches(question: str) -> sa.ColumnElement[bool]:
    """Resources in whose place every word of the question occurs."""
    return sa.and_(
        sa.true(), *(_in_either(Resource.place_zh, Resource.place_en, word) for word in words_of(question))
    )


def _occurs(word: str) -> sa.ColumnElement[bool]:
    owners = sa.select(Unit.id).where(_in_either(Unit.name_zh, Unit.name_en, word))
    return sa.or_(_contains(Resource.search_text, word), Resource.owner_id.in_(owners))


def _in_either(
    chinese: sa.SQLColumnExpression[str] | sa.SQLColumnExpression[str | None],
    english: sa.SQLColumnExpression[str | None],
    word: str,
) -> sa.ColumnElement[bool]:
    # These columns are stored as typed: full-width brackets stay, so they are looked for in both widths.
    lowered = (sa.func.lower(chinese), sa.func.lower(sa.func.coalesce(english, "")))
    return sa.or_(*(_contains(column, form) for column in lowered for form in _widths(word)))


def _widths(word: str) -> tuple[str, ...]:
    wide = word.translate(_WIDE)
    return (word,) if wide == word else (word, wide)


def _contains(column: sa.SQLColumnExpression[str], word: str) -> sa.ColumnElement[bool]:
    return column.contains(word, autoescape=True)
