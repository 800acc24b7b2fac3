"""What one person of one unit may do with many resources: facts for any wish within a window, without asking again.

The same rules judge here as in the act, on a read; what they say is true until somebody else books.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.booking.applicants import NEEDED, held_by, member_until, membership_of
from alliance.booking.bookable import Bookable
from alliance.booking.check import Verdict, verdict_from
from alliance.booking.facts import Facts, Needed, Wish
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking
from alliance.booking.routes import relation_of
from alliance.booking.rules import Rule, problems_with
from alliance.booking.timetable import Timetable, range_of
from alliance.db import Instant, among
from alliance.errors import Missing, Problem
from alliance.members.models import GroupUnit, Membership, Person, Unit
from alliance.resources.models import HeldQualification, Qualification, RequiredQualification


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks, for which of his units, and how both stand: their status, until when he belongs to it, and the units
    that share a group.
    """

    person_id: int
    unit_id: int
    person_status: str
    unit_status: str
    member_until: datetime | None
    mates: frozenset[int]


@dataclass(frozen=True, slots=True)
class Prospect:
    """One resource as one applicant meets it within the window of its timetable."""

    timetable: Timetable
    applicant: Applicant
    now: datetime
    needed: tuple[Needed, ...] = ()
    active_of_person: int = 0
    active_of_unit: int = 0

    def facts(self, wish: Wish) -> Facts:
        """What the rules judge the wish by; its footprint must lie within the window."""
        timetable, bookable = self.timetable, self.timetable.bookable
        footprint = range_of(wish.span.widened(*bookable.buffers))
        facts = Facts(
            now=self.now,
            resource_code=bookable.code,
            policy=bookable.policy,
            hours=bookable.hours,
            zone=bookable.zone,
            preset=bookable.preset,
            mode=bookable.mode,
            resource_status=bookable.status,
            owner_status=bookable.owner_status,
            days=timetable.open_time.days,
            items=timetable.predecessors(footprint),
            is_whole=timetable.is_whole,
            closures=timetable.closures,
            relation=relation_of(
                unit_id=self.applicant.unit_id,
                owner_id=bookable.owner_id,
                unit_status=self.applicant.unit_status,
                shares_group=bookable.owner_id in self.applicant.mates,
                policy=bookable.policy,
            ),
            person_status=self.applicant.person_status,
            unit_status=self.applicant.unit_status,
            member_until=self.applicant.member_until,
            active_of_person=self.active_of_person,
            active_of_unit=self.active_of_unit,
            needed=self.needed,
        )
        if len(facts.available(wish)) >= facts.items_wanted(wish):
            return facts
        return replace(facts, clashes=tuple(timetable.clashes(footprint)))

    def problems(self, wish: Wish, rules: Sequence[Rule] | None = None) -> list[Problem]:
        """Every finding of the rules on the wish."""
        return problems_with(wish, self.facts(wish), rules)

    def verdict(self, wish: Wish) -> Verdict:
        """What the act would answer."""
        facts = self.facts(wish)
        return verdict_from(wish, facts, problems_with(wish, facts))


def prospects(
    session: Session,
    found: Mapping[int, Timetable],
    *,
    person_id: int,
    unit_id: int,
    now: datetime,
    moving: int | None = None,
) -> dict[int, Prospect]:
    """The resources as the person of the unit meets them, by id, in three statements; raises Missing for nobody.

    The booking `moving` is left out of what he has.
    """
    applicant = _applicant(session, person_id, unit_id, now)
    needed = _needed(session, found, person_id)
    counts = _counts(session, found, applicant, now, moving)
    return {
        resource_id: Prospect(
            timetable,
            applicant,
            now,
            tuple(needed.get(resource_id, ())),
            *counts.get(resource_id, (0, 0)),
        )
        for resource_id, timetable in found.items()
    }


_MINE, _THEIRS = aliased(GroupUnit), aliased(GroupUnit)
_APPLICANT: Final = (
    sa.select(Person.status, Unit.status, Membership.person_id, Membership.ends_at, _THEIRS.unit_id)
    .select_from(Person)
    .join(Unit, Unit.id == sa.bindparam("unit"))
    .outerjoin(Membership, membership_of(Person.id, Unit.id))
    .outerjoin(_MINE, _MINE.unit_id == Unit.id)
    .outerjoin(_THEIRS, _THEIRS.group_id == _MINE.group_id)
    .where(Person.id == sa.bindparam("person"))
)


def _applicant(session: Session, person_id: int, unit_id: int, now: datetime) -> Applicant:
    rows = session.execute(_APPLICANT, {"person": person_id, "unit": unit_id}).all()
    if not rows:
        raise Missing
    person_status, unit_status, member_id, ends_at, _ = rows[0]
    mates = frozenset(mate for *_, mate in rows if mate is not None)
    until = member_until(member_id, ends_at, now)
    return Applicant(person_id, unit_id, person_status, unit_status, until, mates)


_NEEDED: Final = (
    sa.select(
        RequiredQualification.resource_id,
        *NEEDED,
    )
    .join(RequiredQualification, RequiredQualification.qualification_id == Qualification.id)
    .outerjoin(HeldQualification, held_by(sa.bindparam("person")))
    .where(among(RequiredQualification.resource_id, "resources"))
    .order_by(Qualification.code)
)


def _needed(session: Session, ids: Mapping[int, Timetable], person_id: int) -> dict[int, list[Needed]]:
    needed: dict[int, list[Needed]] = defaultdict(list)
    rows = session.execute(_NEEDED, {"person": person_id, "resources": list(ids)})
    for resource_id, code, name_zh, name_en, since, until in rows:
        needed[resource_id].append(Needed(code, name_zh, name_en, since, until))
    return needed


_COUNTS: Final = (
    sa.select(
        Booking.resource_id,
        sa.func.count().filter(Booking.person_id == sa.bindparam("person")),
        sa.func.count().filter(Booking.unit_id == sa.bindparam("unit")),
    )
    .where(among(Booking.resource_id, "resources"))
    .where(
        Booking.ends_at > sa.bindparam("now", type_=Instant()),
        holds_at(sa.bindparam("now", type_=Instant())),
        Booking.id != sa.bindparam("moving"),
    )
    .group_by(Booking.resource_id)
)


def _counts(
    session: Session,
    found: Mapping[int, Timetable],
    applicant: Applicant,
    now: datetime,
    moving: int | None,
) -> dict[int, tuple[int, int]]:
    """How many bookings still to come the person and the unit have, where the owner limits them."""
    limited = [resource_id for resource_id, each in found.items() if _is_limited(each.bookable)]
    if not limited:
        return {}
    given = {"person": applicant.person_id, "unit": applicant.unit_id, "resources": limited}
    rows = session.execute(_COUNTS, {**given, "now": now, "moving": moving or 0})
    return {resource_id: (mine, ours) for resource_id, mine, ours in rows}


def _is_limited(bookable: Bookable) -> bool:
    return bookable.policy.active_per_person is not None or bookable.policy.active_per_unit is not None
