"""Closures for those who may make and end them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from alliance.availability.models import Closure
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import run_by


@dataclass(frozen=True)
class Managed:
    """A closure with its resource and owner, the item it closes (None: all of them), and who made it."""

    closure: Closure
    resource: Resource
    item: Item | None
    made_by: str | None


def closable_by(session: Session, actor: Actor) -> Sequence[Resource]:
    """The resources the actor may close, with their owners and items, by code."""
    return session.scalars(
        sa.select(Resource)
        .where(run_by(actor), Resource.status != "retired")
        .order_by(Resource.code)
        .options(joinedload(Resource.owner), selectinload(Resource.items))
    ).all()


def closures_managed_by(session: Session, actor: Actor, now: datetime) -> list[Managed]:
    """Closures of the actor's resources that run or are to come, by start."""
    rows = session.execute(
        _managed(actor)
        .where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > now))
        .order_by(Closure.starts_at, Closure.id)
    )
    return [Managed(*row) for row in rows]


def managed_closure(session: Session, actor: Actor, ref: str) -> Managed | None:
    """The closure of that ref, whenever it was; None when there is none or it is not the actor's affair."""
    row = session.execute(_managed(actor).where(Closure.ref == ref)).one_or_none()
    return Managed(*row) if row else None


def _managed(actor: Actor) -> sa.Select[Closure, Resource, Item, str]:
    return (
        sa.select(Closure, Resource, Item, Person.name)
        .join(Resource, Resource.id == Closure.resource_id)
        .outerjoin(Item, Item.id == Closure.item_id)
        .outerjoin(Person, Person.id == Closure.created_by_id)
        .where(run_by(actor))
        .options(joinedload(Resource.owner))
    )
