"""What there is to choose from on a resource's sheet: groups, and people of its owner."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.i18n import localized
from alliance.members.models import Group, GroupUnit, Membership, Person
from alliance.members.standing import lasts
from alliance.resources.models import Resource


def groups_for(session: Session, resource: Resource, chosen: Collection[str]) -> list[tuple[str, str]]:
    """The groups the owner is in, and those chosen already: code and name, by name."""
    theirs = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id)
    sound = [code for code in chosen if code.isprintable()]
    groups = session.scalars(sa.select(Group).where(sa.or_(Group.id.in_(theirs), Group.code.in_(sound))))
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
