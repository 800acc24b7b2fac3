"""What stands with a resource in an order its owner gives it: photos, documents, questions."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Missing
from alliance.members.actor import Actor
from alliance.refs import is_ref
from alliance.resources.files.models import Document
from alliance.resources.held import held_to_run
from alliance.resources.models import Photo, Resource


class Placed(Protocol):
    """One of them; `n` is its place, the first being 1."""

    id: int
    n: int


Kept = TypeVar("Kept", Photo, Document)
Thing = TypeVar("Thing", bound=Placed)


def held_with(session: Session, kind: type[Kept], ref: str, by: Actor) -> tuple[Resource, Kept]:
    """The resource, held, and the one of that ref; for those who run it. Raises Missing or Forbidden."""
    found = sa.select(kind).where(kind.ref == ref)
    kept = session.scalar(found) if is_ref(ref) else None
    if kept is None:
        raise Missing
    resource = held_to_run(session, kept.resource_id, by)
    # Once more, for somebody may have taken it away while this one waited.
    kept = session.scalar(found.execution_options(populate_existing=True))
    if kept is None:
        raise Missing
    return resource, kept


def place(things: Sequence[Thing], thing: Thing, n: int) -> int | None:
    """Make it the n-th of all, or the last where there are fewer; return its new place, None where it stood there."""
    others = [each for each in things if each.id != thing.id]
    wanted = min(max(n, 1), len(others) + 1)
    if wanted == thing.n:
        return None
    others.insert(wanted - 1, thing)
    number(others)
    return wanted


def number(things: Iterable[Placed]) -> None:
    """Count them anew."""
    for n, thing in enumerate(things, 1):
        thing.n = n
