"""The resource somebody is about to change, under its hold."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Forbidden, Missing
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to


def held_to_run(session: Session, resource_id: int, by: Actor) -> Resource:
    """The resource, held, for one of those who run it. Raises Missing where `by` sees none, Forbidden for others."""
    hold(session, resources=[resource_id])
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(by)))
    if resource is None:
        raise Missing
    if not by.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")
    return resource
