"""What a question that found nothing may have meant: words spelt nearly so, what is called nearly so, and whom to ask.

Whatever is suggested comes from what the reader may see; beside that only from the secretariat's own synonyms.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
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
# Stands before each of the texts that are joined; folding takes this sign, too, out of all that is searched.
_BEFORE: Final = "\x1d"


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
    words = words_of(question)
    has_latin = any(_is_latin(word) for word in words)
    seen = _Seen(*map(_Texts, read_rows(session, _seen_by(reader, has_latin)).one()))
    spelling = _spelling(words, seen)
    nearest = _nearest(spelling or words, seen)
    found = spelling and nearest and _has_all(spelling, seen, nearest[0])
    # A synonym stands for what is called otherwise, so it need not stand in any text.
    right = " ".join(spelling) if found or _words_in(seen.synonyms).intersection(spelling) else ""
    kinds = [kind for kind, _count in Counter(seen.kinds.each[n] for n in nearest).most_common(_MOST_KINDS)]
    return NearThings(
        right,
        tuple(int(seen.ids.each[n]) for n in nearest[:_MOST_RESOURCES]),
        tuple(kinds),
        tuple(_sharing(seen, kinds)),
    )


class _Texts:
    """Texts that the database joined into one, for thousands of rows would take longer to fetch than to look through.

    None were joined where there are no rows.
    """

    def __init__(self, joined: str | None) -> None:
        self.joined = joined or ""

    @cached_property
    def each(self) -> list[str]:
        return self.joined.split(_BEFORE)[1:]

    def places_of(self, text: str) -> list[int]:
        """Where the texts are in which this one occurs; what occurs in none costs one look."""
        if text not in self.joined:
            return []
        return [place for place, each in enumerate(self.each) if text in each]


class _Seen(NamedTuple):
    """All that a reader sees as far as nearness goes, and all synonyms.

    A resource stands at the same place of each but the last: its kind, its names and techniques, the Latin words among
    them where these are asked for, and its owner.
    """

    ids: _Texts
    kinds: _Texts
    names: _Texts
    words: _Texts
    unit_codes: _Texts
    units_zh: _Texts
    units_en: _Texts
    synonyms: _Texts


# Put together once for each reader of late.
@lru_cache(maxsize=256)
def _seen_by(reader: Actor | None, has_latin: bool) -> Any:
    return (
        sa.select(
            _joined(sa.cast(Resource.id, sa.Text)),
            _joined(Resource.kind),
            _joined(until(Resource.search_text, TECHNIQUES_END)),
            _joined(until(Resource.search_words, TECHNIQUES_END)) if has_latin else sa.null(),
            _joined(Unit.code),
            _joined(_apart(Unit.name_zh)),
            _joined(_apart(sa.func.coalesce(Unit.name_en, ""))),
            sa.select(_joined(Synonym.folded)).scalar_subquery(),
        )
        .join(Unit, Unit.id == Resource.owner_id)
        .where(visible_to(reader), Resource.status != "retired")
    )


def _joined(text: sa.ColumnElement[Any] | sa.SQLColumnExpression[Any]) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(sa.literal(_BEFORE) + text, "")


def _apart(name: sa.ColumnElement[str] | sa.SQLColumnExpression[str]) -> sa.ColumnElement[str]:
    """The name of a unit, which nobody folds, without the sign that would make two texts of it."""
    return sa.func.replace(name, _BEFORE, " ")


def _is_latin(word: str) -> bool:
    return bool(SHORT.fullmatch(word) or _LATIN.fullmatch(word))


def _words_in(texts: _Texts) -> set[str]:
    # Splitting at blanks splits at what ends the sections and stands before each text, too.
    return set(texts.joined.split())


def _spelling(words: Sequence[str], seen: _Seen) -> list[str]:
    """The words with those put right that occur nowhere; none where none is near, or nothing is wrong."""
    doubtful = [word for word in words if _LATIN.fullmatch(word) and f" {word} " not in seen.words.joined]
    if not doubtful:
        return []
    known = _words_in(seen.words) | _words_in(seen.synonyms)
    latin = [each for each in known if each.isalpha() and _LATIN.fullmatch(each)]
    nearest = {word: _nearest_word(word, latin, seen) for word in doubtful if word not in known}
    return [nearest.get(word) or word for word in words] if any(nearest.values()) else []


def _nearest_word(word: str, among: Sequence[str], seen: _Seen) -> str:
    """The known word with fewest letters wrong, of several the most frequent; empty where all are too far off."""
    # Imported here: only who found nothing needs it, and it takes four megabytes.
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    wrong = 1 if len(word) <= _ONE_WRONG else 2
    found = extract(word, among, scorer=OSA.distance, score_cutoff=wrong, limit=None)
    ranked = ((distance, -_times(each, seen), each) for each, distance, _ in found)
    return min(ranked, default=(0, 0, ""))[2]


def _times(word: str, seen: _Seen) -> int:
    # Counting the few that are near: counting all of them would take a third of the time.
    return seen.words.joined.count(f" {word} ") + seen.synonyms.joined.split().count(word)


def _nearest(words: Sequence[str], seen: _Seen) -> list[int]:
    """The places of those in whose names or techniques most of the question occurs, at least a part of it."""
    tallies: defaultdict[int, float] = defaultdict(float)
    for word in words:
        for place, share in _shares(word, seen).items():
            tallies[place] += share
    best = max(tallies.values(), default=0.0)
    # What has far less in common than the best is not near.
    near = [place for place, tally in tallies.items() if tally * 2 >= best]
    return sorted(near, key=lambda place: (-tallies[place], int(seen.ids.each[place])))


def _has_all(words: Sequence[str], seen: _Seen, place: int) -> bool:
    return all(_shares(word, seen).get(place) == 1 for word in words)


def _shares(word: str, seen: _Seen) -> dict[int, float]:
    """In whose names or techniques the word occurs; of a Chinese one also the share of its pairs of characters."""
    if SHORT.fullmatch(word):
        return dict.fromkeys(seen.words.places_of(f" {word} "), 1.0)
    runs = _CHINESE.findall(word)
    pairs = [run[n : n + 2] for run in runs for n in range(len(run) - 1)]
    counts = Counter(chain.from_iterable(map(seen.names.places_of, pairs)))
    shares = {place: count / (len(pairs) + 1) for place, count in counts.items()}
    return shares | dict.fromkeys(seen.names.places_of(word), 1.0)


def _sharing(seen: _Seen, kinds: Sequence[str]) -> list[NearUnit]:
    """The units that share most of these kinds."""
    units = zip(seen.unit_codes.each, seen.units_zh.each, seen.units_en.each, strict=True)
    counts = Counter(unit for unit, kind in zip(units, seen.kinds.each, strict=True) if kind in kinds)
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_UNITS]
    return [NearUnit(code, zh, en or None) for (code, zh, en), _count in most]
