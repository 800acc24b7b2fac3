"""Marking resources as one's favourites."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import Instant, action
from alliance.errors import Missing
from alliance.members.actor import Actor
from alliance.resources.models import Favourite, Resource
from alliance.resources.permissions import visible_to


@action
def mark_favourite(session: Session, code: str, *, by: Actor) -> None:
    """Make the resource one of the person's favourites; marking it again changes nothing. Raises Missing."""
    resource_id = _visible(session, code, by)
    if resource_id is None:
        raise Missing
    marked = sa.text(
        "INSERT INTO favourite (person_id, resource_id, at) VALUES (:person_id, :resource_id, :at) "
        "ON CONFLICT DO NOTHING"
    )
    row = {"person_id": by.person_id, "resource_id": resource_id, "at": clock.now()}
    session.execute(marked.bindparams(sa.bindparam("at", type_=Instant())), row)


@action
def unmark_favourite(session: Session, code: str, *, by: Actor) -> None:
    """Take the resource from the person's favourites, also one he may no longer see. Raises Missing for what is
    neither his favourite nor visible to him.
    """
    # PostgreSQL would refuse the character zero with an error of its own.
    if not code.isprintable():
        raise Missing
    of_code = sa.select(Resource.id).where(Resource.code == code).scalar_subquery()
    gone = sa.delete(Favourite).where(Favourite.person_id == by.person_id, Favourite.resource_id == of_code)
    removed = cast(sa.CursorResult[Any], session.execute(gone)).rowcount
    if not removed and _visible(session, code, by) is None:
        raise Missing


def _visible(session: Session, code: str, by: Actor) -> int | None:
    if not code.isprintable():
        return None
    return session.scalar(sa.select(Resource.id).where(Resource.code == code, visible_to(by)))
