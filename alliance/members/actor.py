"""Who is asking, as the domain sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import Instant, read_rows
from alliance.members.models import AllianceRole, Management, Membership, Person, Unit
from alliance.members.standing import lasts, still_manages


@dataclass(frozen=True)
class Actor:
    """A signed-in person with the units and roles he had when the request began.

    `unit_ids` are all units he belongs to and has not left with, suspended ones included, so that a refusal can say
    so; `active_unit_ids` are those in good standing, external bodies included. A suspended person keeps his units and
    loses every role.
    """

    person_id: int
    unit_ids: frozenset[int] = frozenset()
    active_unit_ids: frozenset[int] = frozenset()
    admin_unit_ids: frozenset[int] = frozenset()
    managed_ids: frozenset[int] = frozenset()
    alliance_roles: frozenset[str] = frozenset()

    @property
    def is_secretariat(self) -> bool:
        return "secretariat" in self.alliance_roles

    @property
    def is_council(self) -> bool:
        return "council" in self.alliance_roles

    def runs(self, resource_id: int, owner_id: int) -> bool:
        """Whether he manages the resource or is an admin of the unit that owns it."""
        return resource_id in self.managed_ids or owner_id in self.admin_unit_ids


def actor_of(session: Session, person_id: int) -> Actor | None:
    """The person as an actor, in one statement; None when there is nobody of that id."""
    given = {"person": person_id, "now": clock.now()}
    return actor_from(person_id, read_rows(session, _ABOUT, given).all())


def actor_from(person_id: int, rows: Iterable[Sequence[Any]]) -> Actor | None:
    """The person as the rows of `everything_about` tell of him; None when they do not."""
    rows = list(rows)
    standing = next((text for what, _, text, _ in rows if what == "person"), None)
    if standing is None:
        return None
    units = [(number, status, is_admin) for what, number, status, is_admin in rows if what == "unit"]
    roles = standing == "active"
    return Actor(
        person_id=person_id,
        unit_ids=frozenset(number for number, status, _ in units if status != "left"),
        active_unit_ids=frozenset(number for number, status, _ in units if status in ("active", "external")),
        admin_unit_ids=frozenset(
            number for number, status, is_admin in units if roles and is_admin and status == "active"
        ),
        managed_ids=frozenset(number for what, number, _, _ in rows if roles and what == "manages"),
        alliance_roles=frozenset(text for what, _, text, _ in rows if roles and what == "role"),
    )


_NOW: Final[Any] = sa.bindparam("now", type_=Instant())


def everything_about(
    person_id: sa.BindParameter[int] | sa.ScalarSelect[int],
) -> sa.CompoundSelect[tuple[str, int, str, bool]]:
    """The person's standing, units and roles as rows of (what, number, words, flag), for statements that ask for more
    at once. Whoever runs it says what time it is: `now`. What has ended by then is left out.
    """
    return sa.union_all(
        sa.select(
            sa.literal("unit").label("what"),
            Membership.unit_id.label("number"),
            Unit.status.label("words"),
            Membership.is_admin.label("flag"),
        )
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id == person_id, lasts(_NOW)),
        sa.select(sa.literal("manages"), Management.resource_id, sa.literal(""), sa.false()).where(
            Management.person_id == person_id, still_manages(_NOW)
        ),
        sa.select(sa.literal("role"), sa.literal(0), AllianceRole.role, sa.false()).where(
            AllianceRole.person_id == person_id
        ),
        sa.select(sa.literal("person"), sa.literal(0), Person.status, sa.false()).where(
            Person.id == person_id
        ),
    )


# Asked with every request: building the statement costs more than running it.
_ABOUT: Final = everything_about(sa.bindparam("person", type_=sa.Integer()))
