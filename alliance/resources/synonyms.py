"""Words that mean the same: the sets the secretariat keeps, so that one is found by any of the others."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused, refuse_if
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.common_words import COMMON
from alliance.resources.models import Synonym, SynonymSet
from alliance.resources.words import SHORT, fold

MOST_WORDS: Final = 20
LONGEST_WORD: Final = 60
_BETWEEN: Final = re.compile(r"[\n,，、;；=＝]+")


def words_in(text: str) -> list[str]:
    """The words somebody listed, one a line or between commas, as he wrote them; each once."""
    found: dict[str, str] = {}
    for piece in _BETWEEN.split(text):
        if folded := fold(piece):
            found.setdefault(folded, " ".join(piece.split()))
    return list(found.values())


def synonym_sets(session: Session) -> Sequence[SynonymSet]:
    """Every set with its words, by its first word, in two statements."""
    first = (
        sa.select(sa.func.min(Synonym.folded))
        .where(Synonym.set_id == SynonymSet.id)
        .correlate(SynonymSet)
        .scalar_subquery()
    )
    return session.scalars(
        sa.select(SynonymSet).options(selectinload(SynonymSet.words)).order_by(first, SynonymSet.id)
    ).all()


def may_keep_words(actor: Actor) -> bool:
    """Whether the reader decides what means the same."""
    return actor.is_secretariat


@action
def add_synonyms(session: Session, words: Sequence[str], *, by: Actor) -> str:
    """Let the words mean the same from now on; return the ref of their set.

    A word belongs to one set at most. Raises Forbidden, or Refused with every word that will not do.
    """
    _demand_secretariat(by)
    _hold(session)
    refuse_if(_problems(session, words))
    added = _added(session, words)
    _record(session, "synonyms.made", added, by, words=list(words))
    return added.ref


@action
def add_common_synonyms(session: Session, *, by: Actor) -> int:
    """Add the usual ones of science of which no word is in any set yet; return how many sets that were."""
    _demand_secretariat(by)
    _hold(session)
    return add_common(session, by.person_id)


def add_common(session: Session, by_id: int | None) -> int:
    """The same within a running transaction; `by_id` None is the installation itself."""
    known = set(session.scalars(sa.select(Synonym.folded)))
    missing = [words for words in COMMON if known.isdisjoint(map(fold, words))]
    for words in missing:
        added = _added(session, words)
        _record(session, "synonyms.made", added, by_id, words=list(words))
    return len(missing)


@action
def change_synonyms(session: Session, ref: str, words: Sequence[str], *, by: Actor, version: int) -> None:
    """Let these be the words of the set. Raises Missing, Forbidden, or Refused, also when somebody else changed it
    since `version` was read.
    """
    _demand_secretariat(by)
    _hold(session)
    found = _set(session, ref)
    if found.version != version:
        raise Refused([Problem("changed_meanwhile", field="words")])
    refuse_if(_problems(session, words, of=found))
    before = [row.word for row in found.words]
    session.execute(sa.delete(Synonym).where(Synonym.set_id == found.id))
    session.add_all(_row(found, word) for word in words)
    found.version += 1
    _record(session, "synonyms.changed", found, by, words=list(words), before=before)


@action
def remove_synonyms(session: Session, ref: str, *, by: Actor) -> None:
    """Let the words of the set mean only themselves again. Raises Missing or Forbidden."""
    _demand_secretariat(by)
    _hold(session)
    found = _set(session, ref)
    _record(session, "synonyms.removed", found, by, words=[row.word for row in found.words])
    session.execute(sa.delete(Synonym).where(Synonym.set_id == found.id))
    session.delete(found)


def _demand_secretariat(by: Actor) -> None:
    if not may_keep_words(by):
        raise Forbidden("secretariat")


def _hold(session: Session) -> None:
    """One writer at a time: two sets must not take the same word in two transactions."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE synonym_set IN SHARE ROW EXCLUSIVE MODE"))


def _set(session: Session, ref: str) -> SynonymSet:
    found = session.scalars(
        sa.select(SynonymSet).where(SynonymSet.ref == ref).options(selectinload(SynonymSet.words))
    ).one_or_none()
    if found is None:
        raise Missing
    return found


def _added(session: Session, words: Iterable[str]) -> SynonymSet:
    added = SynonymSet(ref=new_ref())
    session.add(added)
    session.flush()
    session.add_all(_row(added, word) for word in words)
    session.flush()
    return added


def _row(of: SynonymSet, word: str) -> Synonym:
    folded = fold(word)
    is_word = SHORT.fullmatch(folded) is not None
    return Synonym(
        set_id=of.id, word=word, folded=folded, probe=f" {folded} " if is_word else folded, is_word=is_word
    )


def _problems(session: Session, words: Sequence[str], of: SynonymSet | None = None) -> list[Problem]:
    problems = []
    if len(words) < 2:
        problems.append(Problem("too_few_synonyms", field="words"))
    if len(words) > MOST_WORDS:
        problems.append(Problem("too_many_synonyms", params={"most": MOST_WORDS}, field="words"))
    if any(len(word) > LONGEST_WORD for word in words):
        problems.append(Problem("synonym_too_long", params={"longest": LONGEST_WORD}, field="words"))
    if not problems:
        others = sa.select(Synonym.word).where(Synonym.folded.in_([fold(word) for word in words]))
        if of is not None:
            others = others.where(Synonym.set_id != of.id)
        if taken := tuple(session.scalars(others.order_by(Synonym.id))):
            problems.append(Problem("synonym_taken", params={"words": taken}, field="words"))
    return problems


def _record(session: Session, verb: str, of: SynonymSet, by: Actor | int | None, **data: Any) -> None:
    by_id = by.person_id if isinstance(by, Actor) else by
    record(session, verb, "synonyms", of.id, at=clock.now(), by_id=by_id, synonyms=of.ref, **data)
