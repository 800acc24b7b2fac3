"""The units, groups and people of the invented alliance."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.cli.seeding.members import DEMO_PASSWORD
from alliance.cli.synthetic.refs import numbered_ref
from alliance.cli.synthetic.scale import BUSY, LONG_AGO, Scale
from alliance.members.models import (
    UNIT_KINDS,
    AllianceRole,
    Group,
    GroupUnit,
    Membership,
    Person,
    Unit,
)
from alliance.members.passwords import hash_password
from alliance.resources.policy import Relation

_GROUPS = 8
_TILES = 6
_EXTERNAL_OF_HUNDRED = 3
_OFFICE = 3
_COUNCIL = 2


@dataclass(frozen=True)
class Members:
    """Who there is, by numbers from zero on; ids are one more.

    Person n up to the number of units is the admin of unit n. The last one keeps a calendar of a thousand bookings.
    """

    units: int
    people: int

    @property
    def full_calendar(self) -> int:
        return self.people - 1

    @property
    def secretary(self) -> int:
        return self.people - 2

    @property
    def planners(self) -> range:
        """Those who book more than a week ahead."""
        return range(self.units * 2, self.full_calendar)

    @property
    def bookers(self) -> range:
        return range(self.full_calendar)

    def unit_of(self, person: int) -> int:
        return person % self.units

    def owner_of(self, resource: int, resources: int) -> int:
        """The first unit owns the busy ones, as far as they are not everything there is; the others share the rest."""
        if resource < min(BUSY, resources // 2):
            return 0
        return 1 + resource % max(1, self.units - 1 - self._external) if self.units > 1 else 0

    def manager_of(self, owner: int) -> int:
        """A member of the unit who runs some of its resources; not its first, who stands for everybody else."""
        return owner + self.units * min(2, (self.people - _OFFICE - _COUNCIL - 2 - owner) // self.units)

    def is_external(self, unit: int) -> bool:
        return unit >= self.units - self._external

    def relation(self, unit: int, owner: int) -> Relation:
        """The unit's relation to an owner who has routes for groups."""
        if unit == owner:
            return "own"
        if _group_of(unit) is not None and _group_of(unit) == _group_of(owner):
            return "group"
        return "external" if self.is_external(unit) else "member"

    @property
    def _external(self) -> int:
        return self.units * _EXTERNAL_OF_HUNDRED // 100


def add_members(session: Session, scale: Scale, now: datetime) -> Members:
    """Everybody, in committed order: units, groups, people with one password for all, and their roles."""
    members = Members(scale.units, scale.people)
    session.execute(sa.insert(Unit), [_unit(members, n, now) for n in range(members.units)])
    session.execute(
        sa.insert(Group),
        [
            {"id": n + 1, "code": f"CHAIN{n + 1}", "name_zh": f"产业链 {n + 1}", "name_en": f"Chain {n + 1}"}
            for n in range(_GROUPS)
        ],
    )
    grouped = [
        {"group_id": group + 1, "unit_id": unit + 1}
        for unit in range(members.units)
        for group in (_group_of(unit),)
        if group is not None
    ]
    session.execute(sa.insert(GroupUnit), grouped)
    password = hash_password(DEMO_PASSWORD)
    session.execute(
        sa.insert(Person),
        [
            {
                "id": n + 1,
                "ref": numbered_ref(n, scale.seed),
                "email": f"person{n + 1}@example.org",
                "name": f"人员 {n + 1}",
                "language": "en" if n % 10 == 9 else "zh",
                "status": "active",
                "password_hash": password,
                "session_epoch": f"epoch{scale.seed}.{n + 1}",
                "created_at": now,
            }
            for n in range(members.people)
        ],
    )
    session.execute(
        sa.insert(Membership),
        [
            {"person_id": n + 1, "unit_id": members.unit_of(n) + 1, "is_admin": n < members.units}
            for n in range(members.people)
        ],
    )
    roles = ["secretariat"] * _OFFICE + ["council"] * _COUNCIL
    session.execute(
        sa.insert(AllianceRole),
        [{"person_id": members.secretary + 1 - n, "role": role} for n, role in enumerate(roles)],
    )
    return members


def _unit(members: Members, n: int, now: datetime) -> dict[str, object]:
    kinds = UNIT_KINDS[:-1]
    return {
        "id": n + 1,
        "code": f"U{n + 1:03}",
        "name_zh": f"第 {n + 1} 研究所" if n % 3 else f"第 {n + 1} 大学",
        "name_en": f"Institute No. {n + 1}" if n % 3 else f"University No. {n + 1}",
        "monogram_zh": "所" if n % 3 else "大",
        "monogram_en": f"{n % 100:02}",
        "tile": n % _TILES + 1,
        "kind": kinds[n % len(kinds)],
        "status": "external" if members.is_external(n) else "active",
        "zone": "Asia/Shanghai",
        "contact_email": f"unit{n + 1}@example.org",
        "changed_at": now - LONG_AGO,
    }


def _group_of(unit: int) -> int | None:
    return unit % _GROUPS if unit % 5 < 3 else None
