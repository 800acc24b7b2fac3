"""What there is to choose from for a resource's sheet, and what is chosen on it."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.members.models import Group, GroupUnit, Membership, Person
from alliance.members.standing import lasts
from alliance.resources.models import Qualification, Resource, ResourceGroup, ResourcePart
from alliance.resources.sheet_checks import can_manage, qualifications_of


def groups_on_offer(session: Session, resource: Resource) -> Sequence[Group]:
    """The groups the owner is in, and those on the sheet already.

    What a form sent adds none, or whoever guesses its code would learn the name of any group.
    """
    theirs = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id)
    present = sa.select(ResourceGroup.group_id).where(ResourceGroup.resource_id == resource.id)
    return session.scalars(sa.select(Group).where(sa.or_(Group.id.in_(theirs), Group.id.in_(present)))).all()


def qualifications_on_offer(session: Session, resource: Resource) -> Sequence[Qualification]:
    """The qualifications of the owner, and those on the sheet already."""
    return session.scalars(sa.select(Qualification).where(qualifications_of(resource))).all()


def people_on_offer(session: Session, resource: Resource) -> Sequence[sa.Row[str, str, str, str]]:
    """The people of the owner who can run it, by name: ref, name, address and standing.

    Who runs it already stays among them while suspended: what he managed is his again once he is readmitted.
    """
    return session.execute(
        sa.select(Person.ref, Person.name, Person.email, Person.status)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == resource.owner_id, can_manage(resource), lasts(clock.now()))
        .order_by(Person.name, Person.id)
    ).all()


def wholes_of(session: Session, resource: Resource) -> Sequence[Resource]:
    """What the resource is a part of, by code."""
    wholes = sa.select(ResourcePart.whole_id).where(ResourcePart.part_id == resource.id)
    return session.scalars(sa.select(Resource).where(Resource.id.in_(wholes)).order_by(Resource.code)).all()


def groups_coded(session: Session, codes: Collection[str]) -> Sequence[Group]:
    """The groups of these codes, by code."""
    return session.scalars(sa.select(Group).where(Group.code.in_(codes)).order_by(Group.code)).all()


def qualifications_coded(session: Session, codes: Collection[str]) -> Sequence[Qualification]:
    """The qualifications of these codes, by code."""
    chosen = sa.select(Qualification).where(Qualification.code.in_(codes))
    return session.scalars(chosen.order_by(Qualification.code)).all()


def people_called(session: Session, refs: Collection[str]) -> Sequence[str]:
    """The names of the people of these refs, sorted."""
    return session.scalars(sa.select(Person.name).where(Person.ref.in_(refs)).order_by(Person.name)).all()
