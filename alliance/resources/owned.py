"""What somebody runs, for whoever looks after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance.members.actor import Actor
from alliance.resources.models import Resource
from alliance.resources.permissions import run_by

_PAGE: Final = 50


@dataclass(frozen=True)
class Owned:
    """A page of it, each with its owner, and how many there are of each status."""

    rows: Sequence[Resource]
    counts: Mapping[str, int]
    number: int
    pages: int


def owned_by(session: Session, actor: Actor, *, status: str | None = None, page: int = 1) -> Owned:
    """What the actor runs by code, all or of one status; a page beyond the last is the last. In two statements."""
    counted = sa.select(Resource.status, sa.func.count()).where(run_by(actor)).group_by(Resource.status)
    counts: dict[str, int] = dict(session.execute(counted).all())
    total = counts.get(status, 0) if status else sum(counts.values())
    pages = max(1, -(-total // _PAGE))
    number = min(page, pages)
    chosen = sa.select(Resource).where(run_by(actor)).options(joinedload(Resource.owner))
    if status:
        chosen = chosen.where(Resource.status == status)
    rows = session.scalars(chosen.order_by(Resource.code).limit(_PAGE).offset((number - 1) * _PAGE)).all()
    return Owned(rows, counts, number, pages)
