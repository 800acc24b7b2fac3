"""Who may know that a resource exists, and who may change it.

Whoever runs a resource, as its named manager or as an admin of its owner, edits what is on its sheet. What decides for
the unit, the admins alone do: to create and to copy, to publish, to take back and to retire, and to name managers.
"""

from functools import lru_cache

import sqlalchemy as sa

from alliance.errors import Forbidden
from alliance.members.actor import Actor
from alliance.members.models import GroupUnit
from alliance.resources.models import Resource, ResourceGroup

Condition = sa.ColumnElement[bool]


# Put together once for each reader of late: it is part of nearly every statement, and costs more than most to run.
@lru_cache(maxsize=512)
def visible_to(reader: Actor | None) -> Condition:
    """The resources the reader may know of, None being somebody who is not signed in; part of every resource query.

    What is published shows itself as far as its visibility says. Those who run a resource see it in every state; the
    secretariat and the council see whatever is published and not hidden. External bodies count as units here: they may
    ask, and their route says who decides.
    """
    if reader is None:
        return sa.and_(Resource.status == "published", Resource.visibility == "public")
    return sa.or_(sa.and_(Resource.status == "published", _shown_to(reader)), run_by(reader))


def visible_once_published(reader: Actor | None) -> Condition:
    """The resources that the reader, who runs none, could know of if all were published."""
    return Resource.visibility == "public" if reader is None else _shown_to(reader)


def _shown_to(reader: Actor) -> Condition:
    if reader.is_secretariat or reader.is_council:
        return Resource.visibility != "hidden"
    if not reader.active_unit_ids:
        return Resource.visibility == "public"
    own = Resource.owner_id.in_(reader.active_unit_ids)
    return sa.or_(
        Resource.visibility.in_(("public", "alliance")),
        sa.and_(Resource.visibility == "groups", sa.or_(own, _shared_with(reader))),
        sa.and_(Resource.visibility == "own_unit", own),
    )


def _shared_with(reader: Actor) -> Condition:
    """Whether one of the reader's units is in one of the groups the resource is shown to."""
    return sa.exists().where(
        ResourceGroup.resource_id == Resource.id,
        ResourceGroup.group_id == GroupUnit.group_id,
        GroupUnit.unit_id.in_(reader.active_unit_ids),
    )


def require_editor(actor: Actor, resource: Resource) -> None:
    """Raise Forbidden unless he runs the resource, which he is known to see."""
    if not actor.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")


def require_admin(actor: Actor, owner_id: int) -> None:
    """Raise Forbidden unless he is an admin of the owner."""
    if owner_id not in actor.admin_unit_ids:
        raise Forbidden("admin")


def run_by(reader: Actor) -> Condition:
    """The resources the reader runs, as their named manager or as an admin of their owner."""
    return sa.or_(
        Resource.id.in_(reader.managed_ids),
        Resource.owner_id.in_(reader.admin_unit_ids),
    )
