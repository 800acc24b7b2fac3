"""Reading what a person marked."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.members.actor import Actor
from alliance.resources.models import Favourite, Resource
from alliance.resources.permissions import visible_to


def favourite_ids(session: Session, actor: Actor | None) -> frozenset[int]:
    """The resources the person marked, as far as he may still see them; nobody in particular marked none."""
    if actor is None:
        return frozenset()
    chosen = (
        sa.select(Favourite.resource_id)
        .join(Resource, Resource.id == Favourite.resource_id)
        .where(Favourite.person_id == actor.person_id, visible_to(actor))
    )
    return frozenset(session.scalars(chosen))


def is_favourite(actor: Actor | None) -> sa.ColumnElement[bool]:
    """Whether the person marked it, as a condition on Resource."""
    if actor is None:
        return sa.false()
    marked = sa.select(sa.literal(1)).where(
        Favourite.person_id == actor.person_id, Favourite.resource_id == Resource.id
    )
    return marked.exists()
