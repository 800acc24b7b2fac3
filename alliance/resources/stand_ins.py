"""Readers who stand in for others, so that an owner can look at his resource with their eyes. They only ever read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.members.actor import Actor
from alliance.members.models import GroupUnit, Unit
from alliance.resources.models import Resource, ResourceGroup, ResourcePart
from alliance.resources.permissions import visible_once_published

Audience = Literal["own", "group", "member", "external", "public"]
AUDIENCES: Final[Sequence[Audience]] = ("own", "group", "member", "external", "public")
# No person has this id: nothing was ever booked, marked or learned by him.
_NOBODY: Final = 0


@dataclass(frozen=True)
class StandIn:
    """A reader of an audience, None for whoever has not signed in, and whether he would find the resource."""

    reader: Actor | None
    finds_it: bool


def stand_ins(session: Session, resource: Resource) -> Mapping[Audience, StandIn]:
    """A reader for each audience there is in this alliance. Which unit lends itself to it nobody is told.

    He belongs to one unit, and runs, holds and booked nothing. A unit of a group is one of those the resource is shown
    to, where groups are; any other member unit shares none with the owner.
    """
    mates = sa.select(GroupUnit.unit_id).where(
        GroupUnit.group_id.in_(sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id))
    )
    shown = sa.select(GroupUnit.unit_id).join(
        ResourceGroup,
        sa.and_(ResourceGroup.group_id == GroupUnit.group_id, ResourceGroup.resource_id == resource.id),
    )
    # The owner of a whole would see bookings in its parts that the owner of a part may not know of.
    kin = sa.select(Resource.owner_id).join(
        ResourcePart,
        sa.or_(
            sa.and_(ResourcePart.whole_id == resource.id, ResourcePart.part_id == Resource.id),
            sa.and_(ResourcePart.part_id == resource.id, ResourcePart.whole_id == Resource.id),
        ),
    )
    in_group = Unit.id.in_(shown if resource.visibility == "groups" else mates)
    others = (Unit.status == "active", Unit.id != resource.owner_id, Unit.id.not_in(kin))
    lent = session.execute(
        sa.select(
            sa.select(sa.func.min(Unit.id)).where(*others, in_group).scalar_subquery(),
            sa.select(sa.func.min(Unit.id)).where(*others, Unit.id.not_in(mates)).scalar_subquery(),
            sa.select(sa.func.min(Unit.id)).where(Unit.status == "external", *others[1:]).scalar_subquery(),
        )
    ).one()
    units = dict(zip(AUDIENCES, (resource.owner_id, *lent), strict=False))
    readers: dict[Audience, Actor | None] = {
        audience: _of_unit(unit) for audience, unit in units.items() if unit is not None
    }
    readers["public"] = None
    return {
        audience: StandIn(reader, _finds(session, reader, resource)) for audience, reader in readers.items()
    }


def _of_unit(unit_id: int) -> Actor:
    return Actor(_NOBODY, unit_ids=frozenset({unit_id}), active_unit_ids=frozenset({unit_id}))


def _finds(session: Session, reader: Actor | None, resource: Resource) -> bool:
    chosen = sa.select(Resource.id).where(Resource.id == resource.id, visible_once_published(reader))
    return session.scalar(chosen) is not None
