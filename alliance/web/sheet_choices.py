"""What there is to choose from on a resource's sheet: groups, qualifications, parts, and people of its owner."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.parts import can_be_part
from alliance.i18n import localized
from alliance.members.models import Group, GroupUnit, Membership, Person
from alliance.members.standing import lasts
from alliance.resources.models import Qualification, Resource, ResourceGroup
from alliance.resources.sheet_checks import qualifications_of

# As many boxes as a page can hold.
_MOST_PARTS: Final = 300


def groups_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The groups the owner is in, and those on the sheet already: code and name, by name.

    What a form sent adds none, or whoever guesses its code would learn the name of any group.
    """
    theirs = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id)
    present = sa.select(ResourceGroup.group_id).where(ResourceGroup.resource_id == resource.id)
    groups = session.scalars(sa.select(Group).where(sa.or_(Group.id.in_(theirs), Group.id.in_(present))))
    return sorted(((group.code, str(localized(group, "name"))) for group in groups), key=lambda pair: pair[1])


def qualifications_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The qualifications of the owner, and those on the sheet already: code and name, by name."""
    found = session.scalars(sa.select(Qualification).where(qualifications_of(resource)))
    return sorted(((each.code, str(localized(each, "name"))) for each in found), key=lambda pair: pair[1])


def parts_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """What it can consist of, of the same owner: code and name with code, by code."""
    found = session.scalars(
        sa.select(Resource).where(can_be_part(resource)).order_by(Resource.code).limit(_MOST_PARTS)
    )
    return [(each.code, f"{localized(each, 'name')} · {each.code}") for each in found]


def people_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The people of the owner in good standing: ref and name with address, by name."""
    people = session.execute(
        sa.select(Person.ref, Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == resource.owner_id, Person.status == "active", lasts(clock.now()))
        .order_by(Person.name, Person.id)
    )
    return [(ref, f"{name} · {email}") for ref, name, email in people]
