"""Who may know of a qualification, who grants it, and who says what it is."""

from functools import lru_cache

import sqlalchemy as sa

from alliance.members.actor import Actor
from alliance.resources.models import HeldQualification, Qualification, RequiredQualification, Resource
from alliance.resources.permissions import visible_to

Condition = sa.ColumnElement[bool]


@lru_cache(maxsize=512)
def granted_by(actor: Actor) -> Condition:
    """The qualifications the actor grants: his unit's, as its admin, or those that what he manages of it asks for."""
    managed = (
        sa.select(RequiredQualification.qualification_id)
        .join(Resource, Resource.id == RequiredQualification.resource_id)
        .where(Resource.id.in_(actor.managed_ids), Resource.owner_id == Qualification.owner_id)
        .correlate(Qualification)
    )
    return sa.or_(Qualification.owner_id.in_(actor.admin_unit_ids), Qualification.id.in_(managed))


@lru_cache(maxsize=512)
def known_to(actor: Actor) -> Condition:
    """Those he grants, those he holds, and those that something asks for which he may see."""
    asked_for = sa.select(RequiredQualification.qualification_id).join(
        Resource, sa.and_(Resource.id == RequiredQualification.resource_id, visible_to(actor))
    )
    held = sa.select(HeldQualification.qualification_id).where(HeldQualification.person_id == actor.person_id)
    return sa.or_(granted_by(actor), Qualification.id.in_(asked_for), Qualification.id.in_(held))
