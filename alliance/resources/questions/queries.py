"""Reading the questions of a resource."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.i18n import Text, localized
from alliance.refs import is_ref
from alliance.resources.models import Resource
from alliance.resources.questions.models import Question


def questions_of(session: Session, resource: Resource) -> Sequence[Question]:
    """What the resource asks now, in order. What never asked anything costs no statement."""
    if not resource.has_asked:
        return ()
    chosen = sa.select(Question).where(Question.resource_id == resource.id, Question.retired_at.is_(None))
    return session.scalars(chosen.order_by(Question.n, Question.id)).all()


def was_asked(session: Session, resource: Resource, ref: str) -> bool:
    """Whether the resource ever asked in this wording."""
    if not is_ref(ref):
        return False
    known = sa.exists().where(Question.resource_id == resource.id, Question.ref == ref)
    return bool(session.scalar(sa.select(known)))


def choices_of(question: Question) -> list[Text]:
    """The answers to choose from, each in the reader's language as far as it is there in it."""
    return [localized(_Choice(zh, en), "words") for zh, en in question.choices]


@dataclass(frozen=True)
class _Choice:
    words_zh: str
    words_en: str
