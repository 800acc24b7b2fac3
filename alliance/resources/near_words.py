"""What a question that found nothing may have meant: words spelt nearly so, what is called nearly so, and whom to ask.

Whatever is suggested comes from what the reader may see; beside that only from the secretariat's own synonyms.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import read_rows
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.models import Resource, Synonym
from alliance.resources.permissions import visible_to
from alliance.resources.search import until, words_of
from alliance.resources.words import SHORT, TECHNIQUES_END

_LATIN: Final = re.compile(r"[a-z]{4,40}")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]+")
# In words of up to so many letters one may be wrong, beyond that two.
_ONE_WRONG: Final = 5
_MOST_RESOURCES: Final = 5
_MOST_KINDS: Final = 3
_MOST_UNITS: Final = 4


class NearUnit(NamedTuple):
    """A unit that shares something of the kinds that come near."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True)
class NearThings:
    """What comes near a question, the nearest first; `spelling` is the question with its words put right.

    The spelling is empty where nothing is spelt so. The units share most of these kinds.
    """

    spelling: str = ""
    ids: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    units: tuple[NearUnit, ...] = ()


def near_things(session: Session, reader: Actor | None, question: str) -> NearThings:
    """What comes near the question among all on offer that the reader may see, in one statement."""
    rows = read_rows(session, _seen_by(reader)).all()
    seen = [_Seen._make(row) for row in rows if row[0]]
    synonyms = [row[2] for row in rows if not row[0]]
    words = words_of(question)
    spelling = _spelling(words, [each.words for each in seen], synonyms)
    nearest = _nearest(spelling or words, seen)
    found = spelling and any(_has_all(spelling, each) for each in nearest[:1])
    known = {word for text in synonyms for word in text.split()}
    # A synonym stands for what is called otherwise, so it need not stand in any text.
    right = " ".join(spelling) if found or known.intersection(spelling) else ""
    kinds = [kind for kind, _count in Counter(each.kind for each in nearest).most_common(_MOST_KINDS)]
    return NearThings(
        right,
        tuple(each.id for each in nearest[:_MOST_RESOURCES]),
        tuple(kinds),
        tuple(_sharing(seen, kinds)),
    )


class _Seen(NamedTuple):
    """A resource as far as nearness goes: its Latin words, and its names and techniques. Id 0: only a synonym."""

    id: int
    kind: str
    words: str
    names: str
    unit_code: str
    unit_zh: str
    unit_en: str | None

    @property
    def unit(self) -> NearUnit:
        return NearUnit(self.unit_code, self.unit_zh, self.unit_en)


# Put together once for each reader of late.
@lru_cache(maxsize=256)
def _seen_by(reader: Actor | None) -> Any:
    nothing = sa.literal("")
    resources = (
        sa.select(
            Resource.id,
            Resource.kind,
            until(Resource.search_words, TECHNIQUES_END),
            until(Resource.search_text, TECHNIQUES_END),
            Unit.code,
            Unit.name_zh,
            Unit.name_en,
        )
        .join(Unit, Unit.id == Resource.owner_id)
        .where(visible_to(reader), Resource.status != "retired")
    )
    synonyms = sa.select(sa.literal(0), nothing, Synonym.folded, nothing, nothing, nothing, nothing)
    return sa.union_all(resources, synonyms)


def _spelling(words: Sequence[str], texts: Iterable[str], synonyms: Iterable[str]) -> list[str]:
    """The words with those put right that occur nowhere; none where none is near, or nothing is wrong."""
    doubtful = [word for word in words if _LATIN.fullmatch(word)]
    if not doubtful:
        return []
    # The many words of all texts are split at once: one by one takes ten times as long.
    known = Counter(" ".join(texts).split())
    known.update(" ".join(synonyms).split())
    nearest = {word: _nearest_word(word, known) for word in doubtful if word not in known}
    return [nearest.get(word) or word for word in words] if any(nearest.values()) else []


def _nearest_word(word: str, known: Counter[str]) -> str:
    """The known word with fewest letters wrong, of several the most frequent; empty where all are too far off."""
    # Imported here: only who found nothing needs it, and it takes four megabytes.
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    wrong = 1 if len(word) <= _ONE_WRONG else 2
    alike = [each for each in known if abs(len(each) - len(word)) <= wrong and _LATIN.fullmatch(each)]
    found = extract(word, alike, scorer=OSA.distance, score_cutoff=wrong, limit=20)
    return min(((distance, -known[each], each) for each, distance, _ in found), default=(0, 0, ""))[2]


def _nearest(words: Sequence[str], seen: Iterable[_Seen]) -> list[_Seen]:
    """Those in whose names or techniques most of the question occurs, at least a part of it."""
    asked = [_Asked.of(word) for word in words]
    tallies = ((sum(word.share_in(each) for word in asked), each) for each in seen)
    found = [(tally, each) for tally, each in tallies if tally > 0]
    best = max((tally for tally, _each in found), default=0)
    # What has far less in common than the best is not near.
    return [
        each for tally, each in sorted(found, key=lambda pair: (-pair[0], pair[1].id)) if tally * 2 >= best
    ]


def _has_all(words: Sequence[str], of: _Seen) -> bool:
    return all(_Asked.of(word).share_in(of) == 1 for word in words)


class _Asked(NamedTuple):
    """A word of a question, made ready once for thousands of looks: a short one with blanks around, and its pairs."""

    text: str
    alone: str
    pairs: tuple[str, ...]

    @classmethod
    def of(cls, word: str) -> "_Asked":
        runs = _CHINESE.findall(word)
        pairs = tuple(run[n : n + 2] for run in runs for n in range(len(run) - 1))
        return cls(word, f" {word} " if SHORT.fullmatch(word) else "", pairs)

    def share_in(self, of: _Seen) -> float:
        """Whether the word occurs in names or techniques; of a Chinese one the share of its pairs of characters."""
        if self.alone:
            return float(self.alone in of.words)
        if self.text in of.names:
            return 1.0
        return sum(pair in of.names for pair in self.pairs) / (len(self.pairs) + 1) if self.pairs else 0.0


def _sharing(seen: Iterable[_Seen], kinds: Sequence[str]) -> list[NearUnit]:
    """The units that share most of these kinds."""
    counts = Counter(each.unit for each in seen if each.kind in kinds)
    return [unit for unit, _count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].code))][
        :_MOST_UNITS
    ]
