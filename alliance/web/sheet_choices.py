"""What there is to choose from on a resource's sheet: groups, and people of its owner."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.i18n import localized
from alliance.members.models import Group, GroupUnit, Membership, Person
from alliance.members.standing import lasts
from alliance.resources.models import Resource, ResourceGroup


def groups_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The groups the owner is in, and those on the sheet already: code and name, by name.

    What a form sent adds none, or whoever guesses its code would learn the name of any group.
    """
    theirs = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id)
    present = sa.select(ResourceGroup.group_id).where(ResourceGroup.resource_id == resource.id)
    groups = session.scalars(sa.select(Group).where(sa.or_(Group.id.in_(theirs), Group.id.in_(present))))
    return sorted(((group.code, str(localized(group, "name"))) for group in groups), key=lambda pair: pair[1])


def people_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The people of the owner in good standing: ref and name with address, by name."""
    people = session.execute(
        sa.select(Person.ref, Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == resource.owner_id, Person.status == "active", lasts(clock.now()))
        .order_by(Person.name, Person.id)
    )
    return [(ref, f"{name} · {email}") for ref, name, email in people]
