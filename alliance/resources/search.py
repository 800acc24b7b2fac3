"""Finding resources by words, in either language, by synonyms and by sound, and which are found first.

Everything here is a condition or a rank within one statement, so that whoever reads the catalogue asks `visible_to`
beside it. See docs/decisions/022-search-is-a-condition.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from alliance.members.models import Unit
from alliance.resources.kinds import CLASS_NAMES, CLASS_OF_KIND, INSTRUMENT_CLASSES, KIND_NAMES
from alliance.resources.models import Resource, Synonym, Tag
from alliance.resources.words import NAMES_END, SHORT, TECHNIQUES_END, fold, in_sections

# Longer questions are cut: nobody types them, and each word costs a pass over the catalogue.
LONGEST_QUESTION = 100
# A synonym may be several words; so many that stand together in a question are looked up as one.
_LONGEST_PHRASE: Final = 4
# So many letters name a sound wherever it begins; fewer only at the start of a name.
_A_SOUND, _SOME_INITIALS = 4, 3
_WIDE = str.maketrans("():,;!?", "（）：，；！？")
# Making these anew with every question takes longer than the rest of it.
_ASKED, _MEANT = aliased(Synonym), aliased(Synonym)

Condition = sa.ColumnElement[bool]


class Position(sa.sql.functions.FunctionElement[int]):
    """Where a text begins within another, counted from 1; 0 where it does not occur. Case counts."""

    type = sa.Integer()
    inherit_cache = True


@compiles(Position)
def _position(element: Position, compiler: Any, **more: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **more)})"


@compiles(Position, "sqlite")
def _position_on_sqlite(element: Position, compiler: Any, **more: Any) -> str:
    return f"instr({compiler.process(element.clauses, **more)})"


class _Until(sa.sql.functions.FunctionElement[str]):
    type = sa.Text()
    inherit_cache = True


@compiles(_Until)
def _until(element: _Until, compiler: Any, **more: Any) -> str:
    # Half of what looking for the sign and then cutting would take.
    return f"split_part({compiler.process(element.clauses, **more)}, 1)"


@compiles(_Until, "sqlite")
def _until_on_sqlite(element: _Until, compiler: Any, **more: Any) -> str:
    column, sign = element.clauses
    length = sa.func.coalesce(sa.func.nullif(Position(column, sign), 0) - 1, sa.func.length(column))
    return str(compiler.process(sa.func.substr(column, 1, length), **more))


def until(column: sa.SQLColumnExpression[str], sign: str) -> sa.ColumnElement[str]:
    """The text up to where the section with that sign ends; a text without sections is all names."""
    return _Until(column, sa.literal(sign))


def compose_search_text(resource: Resource, tags: Iterable[Tag]) -> str:
    """Everything a resource may be found by except its owner's names, folded: names, techniques and kind, the rest."""
    return in_sections(
        (resource.code, resource.name_zh, resource.name_en or ""),
        (
            resource.subcategory,
            *KIND_NAMES[resource.kind],
            *CLASS_NAMES[CLASS_OF_KIND[resource.kind]],
            *INSTRUMENT_CLASSES.get(resource.instrument_class or "", ()),
            *(name or "" for tag in tags for name in (tag.name_zh, tag.name_en)),
        ),
        (
            resource.place_zh or "",
            resource.place_en or "",
            resource.description_zh or "",
            resource.description_en or "",
        ),
    )


def words_of(question: str) -> list[str]:
    """The words of a question, which may be separated by blanks of any width; each once."""
    return list(dict.fromkeys(fold(question[:LONGEST_QUESTION]).split()))


def matches(question: str) -> Condition:
    """Resources where every word of the question occurs, or a synonym or the sound of it; all when there is no word.

    It may occur in any text, or in the owner's names.
    """
    words = _words(question)
    if not words:
        return sa.true()
    each = sa.and_(
        *(sa.or_(word.occurs(), word.by_synonym(), word.by_sound(), word.is_owner()) for word in words)
    )
    return sa.or_(each, _sounds("".join(_letters(words)))) if len(_letters(words)) > 1 else each


def rank(question: str) -> sa.ColumnElement[int]:
    """How well what matches does so, 0 first.

    The code itself is best, then a name that begins so, then a name that holds it, techniques and synonyms, the sound,
    and anything else.
    """
    words, whole = _words(question), fold(question[:LONGEST_QUESTION])
    if not words:
        return sa.literal(0)
    begins = Position(until(Resource.search_text, NAMES_END), f"\n{whole}") > 0
    in_names = sa.and_(*(sa.or_(word.in_names(), word.is_owner()) for word in words))
    in_techniques = sa.and_(
        *(
            sa.or_(word.in_techniques(), word.by_synonym(among_techniques=True), word.is_owner())
            for word in words
        )
    )
    return sa.case(
        (sa.func.lower(Resource.code) == whole, 0),
        # Whatever stands in the names stands in this text as well; most of what is found stands in neither.
        (in_techniques, sa.case((sa.not_(in_names), 3), (begins, 1), else_=2)),
        (_sounds("".join(_letters(words))), 4),
        else_=5,
    )


def place_matches(question: str) -> Condition:
    """Resources in whose place every word of the question occurs."""
    return sa.and_(
        sa.true(), *(_in_either(Resource.place_zh, Resource.place_en, word) for word in words_of(question))
    )


@dataclass(frozen=True)
class _Word:
    """One word of a question, with the phrases of the question it is part of."""

    text: str
    phrases: tuple[str, ...]

    @property
    def is_short(self) -> bool:
        return SHORT.fullmatch(self.text) is not None

    def occurs(self) -> Condition:
        if self.is_short:
            return Position(Resource.search_words, f" {self.text}") > 0
        return Position(Resource.search_text, self.text) > 0

    def in_names(self) -> Condition:
        return self._before(NAMES_END)

    def in_techniques(self) -> Condition:
        return self._before(TECHNIQUES_END)

    def by_synonym(self, *, among_techniques: bool = False) -> Condition:
        """Whether another word of a set occurs that a phrase with this word belongs to."""
        meant = _meant(self.phrases)
        text: sa.SQLColumnExpression[str] = Resource.search_text
        words: sa.SQLColumnExpression[str] = Resource.search_words
        if among_techniques:
            text, words = until(text, TECHNIQUES_END), until(words, TECHNIQUES_END)
        found = sa.case(
            (meant.c.is_word, Position(words, meant.c.probe)), else_=Position(text, meant.c.probe)
        )
        return sa.select(sa.literal(1)).select_from(meant).where(found > 0).correlate(Resource).exists()

    def by_sound(self) -> Condition:
        return _sounds(self.text)

    def is_owner(self) -> Condition:
        owners = sa.select(Unit.id).where(_in_either(Unit.name_zh, Unit.name_en, self.text))
        return Resource.owner_id.in_(owners)

    def _before(self, end: str) -> Condition:
        # A short word that only begins another is no name of it: "tem" and "temperature".
        text, column = (
            (f" {self.text} ", Resource.search_words) if self.is_short else (self.text, Resource.search_text)
        )
        return Position(until(column, end), text) > 0


@lru_cache(maxsize=256)
def _meant(phrases: tuple[str, ...]) -> sa.CTE:
    """The other words of the sets that any of the phrases belongs to; read once a statement."""
    return (
        sa.select(_MEANT.probe, _MEANT.is_word)
        .join(_ASKED, _ASKED.set_id == _MEANT.set_id)
        .where(_ASKED.folded.in_(phrases), _MEANT.id != _ASKED.id)
        .cte()
        # PostgreSQL would otherwise look through all synonyms for every resource.
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _words(question: str) -> list[_Word]:
    words = words_of(question)
    most = min(_LONGEST_PHRASE, len(words))
    phrases = {
        (first, last): " ".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, min(first + most, len(words)) + 1)
    }
    return [
        _Word(word, tuple(phrase for (first, last), phrase in phrases.items() if first <= n < last))
        for n, word in enumerate(words)
    ]


def _letters(words: Iterable[_Word]) -> list[str]:
    """The words of a question if it may be spelt syllable by syllable: "tou she"."""
    texts = [word.text for word in words]
    return texts if all(text.isascii() and text.isalpha() for text in texts) else []


def _sounds(letters: str) -> Condition:
    """Whether a Chinese name or technique sounds so, in full or by its initials."""
    if not (letters.isascii() and letters.isalnum() and len(letters) > 1):
        return sa.false()
    initials = letters.upper()
    return sa.or_(
        Position(Resource.search_pinyin, letters if len(letters) >= _A_SOUND else f"\n{letters}") > 0,
        Position(Resource.search_pinyin, initials if len(letters) >= _SOME_INITIALS else f"\n{initials}") > 0,
    )


def _in_either(
    chinese: sa.SQLColumnExpression[str] | sa.SQLColumnExpression[str | None],
    english: sa.SQLColumnExpression[str | None],
    word: str,
) -> Condition:
    # These columns are stored as typed: full-width brackets stay, so they are looked for in both widths.
    lowered = (sa.func.lower(chinese), sa.func.lower(sa.func.coalesce(english, "")))
    return sa.or_(*(column.contains(form, autoescape=True) for column in lowered for form in _widths(word)))


def _widths(word: str) -> tuple[str, ...]:
    wide = word.translate(_WIDE)
    return (word,) if wide == word else (word, wide)
