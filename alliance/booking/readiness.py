"""What a resource still lacks before it can be shown to others, and which of its rules make no sense together."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.hours import Hours
from alliance.db import Instant, among, read_rows
from alliance.errors import Problem
from alliance.members.models import AllianceRole, Management, Membership, Person, Unit
from alliance.members.standing import lasts, still_manages
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import (
    Item,
    Photo,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourcePart,
)
from alliance.resources.policy import Policy

_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True)
class Around:
    """What stands around a resource, as far as it must be there: numbers of things and of people who can act."""

    items: int = 0
    parts: int = 0
    photos: int = 0
    managers: int = 0
    admins: int = 0
    secretariat: int = 0
    contact: int = 0
    ungranted: tuple[str, ...] = ()


def missing_of(session: Session, resource: Resource) -> list[Problem]:
    """What keeps the resource from being published; nothing when it is ready."""
    return [
        problem for problem in findings_of(session, [resource])[resource.id] if problem.severity == "block"
    ]


def findings_of(session: Session, resources: Sequence[Resource]) -> dict[int, list[Problem]]:
    """Everything missing or odd about each resource, by id, what blocks publishing first; in two statements.

    `field` of a finding is the section of the sheet where it is put right, or `photos`.
    """
    ids = [resource.id for resource in resources]
    policies = {row.resource_id: row.value() for row in session.scalars(_POLICIES, {"resources": ids})}
    around = _around(session, ids)
    return {
        resource.id: sorted(
            findings(resource, policies[resource.id], around[resource.id]),
            key=lambda problem: problem.severity != "block",
        )
        for resource in resources
    }


def findings(resource: Resource, policy: Policy, around: Around) -> list[Problem]:
    """The same of one resource, from plain values."""
    return list(
        chain(_missing(resource, policy, around), lint(resource.preset, resource.mode, policy, around))
    )


def lint(preset: str, mode: str, policy: Policy, around: Around) -> Iterator[Problem]:
    """Rules that contradict each other, so that nobody could ever book, and those that nobody could carry out."""
    if mode == "timed":
        yield from _never_fitting(preset, policy)
    can_decide = {"owner": around.managers + around.admins, "unit": 1, "secretariat": around.secretariat}
    stages = {stage for route in policy.routes for stage in route.stages}
    for stage in sorted(stage for stage in stages if not can_decide[stage]):
        yield Problem("nobody_decides", "warn", {"stage": stage}, "approval")
    if around.ungranted:
        yield Problem("nobody_grants", "warn", {"codes": around.ungranted}, "approval")


def _never_fitting(preset: str, policy: Policy) -> Iterator[Problem]:
    shortest, longest = policy.shortest_minutes, policy.longest_minutes
    grid = _DAY_MINUTES if preset in DAY_PRESETS else policy.grid_minutes
    if longest is not None and longest < grid:
        yield Problem("grid_over_longest", params={"grid": grid, "longest": longest}, field="rules")
    if shortest is not None and longest is not None and shortest > longest:
        yield Problem(
            "shortest_over_longest", params={"shortest": shortest, "longest": longest}, field="rules"
        )
    notice, ahead = policy.notice_hours, policy.days_ahead
    if notice is not None and ahead is not None and notice > ahead * 24:
        yield Problem("notice_over_horizon", params={"hours": notice, "days": ahead}, field="rules")
    stretch = _longest_stretch(Hours.parse(policy.hours))
    if stretch == 0:
        yield Problem("never_open", field="hours")
    elif preset not in DAY_PRESETS and stretch is not None and shortest is not None and shortest > stretch:
        yield Problem("shortest_over_hours", params={"shortest": shortest, "open": stretch}, field="rules")


def _longest_stretch(hours: Hours) -> int | None:
    """How many minutes it is open at a stretch at the most; None where days may run into each other."""
    windows = [window for _day, windows in hours.lines for window in windows]
    if any(start == 0 for start, _end in windows) and any(end >= _DAY_MINUTES for _start, end in windows):
        return None
    longest = 0
    for _day, of_day in hours.lines:
        begins = ends = -1
        for start, end in of_day:
            begins = begins if start == ends else start
            ends = end
            longest = max(longest, ends - begins)
    return longest


def _missing(resource: Resource, policy: Policy, around: Around) -> Iterator[Problem]:
    if not (resource.description_zh or resource.description_en):
        yield Problem("description_missing", field="what")
    if resource.mode == "timed" and not (around.items or around.parts):
        yield Problem("items_missing", field="items")
    if resource.mode == "timed" and not policy.routes:
        yield Problem("open_to_nobody", field="approval")
    if not (around.managers or around.contact):
        yield Problem("nobody_to_ask", field="managers")
    if not (resource.place_zh or resource.place_en):
        yield Problem("place_missing", "warn", field="what")
    if not resource.name_en:
        yield Problem("english_missing", "warn", field="what")
    if not around.managers:
        yield Problem("manager_missing", "warn", field="managers")
    if not around.photos:
        yield Problem("photos_missing", "warn", field="photos")


def _around(session: Session, ids: Sequence[int]) -> dict[int, Around]:
    told: dict[int, dict[str, int]] = defaultdict(dict)
    lacking: dict[int, list[str]] = defaultdict(list)
    for what, resource_id, number, code in read_rows(
        session, _AROUND, {"resources": list(ids), "now": clock.now()}
    ):
        if what == "ungranted":
            lacking[resource_id].append(code)
        else:
            told[resource_id][what] = number
    return {each: Around(**told[each], ungranted=tuple(sorted(lacking[each]))) for each in ids}


def _line(what: str, of: Any, number: Any) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(sa.literal(what), of, number, sa.literal("")).where(among(of, "resources")).group_by(of)


_NOW: Final[sa.BindParameter[Any]] = sa.bindparam("now", type_=Instant())
_COUNT: Final = sa.func.count()
_HAS_ADMIN: Final = (
    sa.exists()
    .where(Membership.unit_id == Qualification.owner_id, Membership.is_admin, lasts(_NOW))
    .where(Person.id == Membership.person_id, Person.status == "active")
)
_SECRETARIAT: Final = (
    sa.select(_COUNT)
    .select_from(AllianceRole)
    .join(Person, Person.id == AllianceRole.person_id)
    .where(AllianceRole.role == "secretariat", Person.status == "active")
    .scalar_subquery()
)
_AROUND: Final = sa.union_all(
    _line("items", Item.resource_id, _COUNT).where(Item.retired_at.is_(None)),
    _line("parts", ResourcePart.whole_id, _COUNT),
    _line("photos", Photo.resource_id, _COUNT),
    _line("managers", Management.resource_id, _COUNT)
    .join(Person, Person.id == Management.person_id)
    .where(Person.status == "active", still_manages(_NOW)),
    _line("admins", Resource.id, _COUNT)
    .join(Membership, sa.and_(Membership.unit_id == Resource.owner_id, Membership.is_admin))
    .join(Person, Person.id == Membership.person_id)
    .where(Person.status == "active", lasts(_NOW)),
    _line("contact", Resource.id, _COUNT)
    .join(Unit, Unit.id == Resource.owner_id)
    .where(Unit.contact_email.is_not(None)),
    _line("secretariat", Resource.id, sa.func.max(_SECRETARIAT)),
    sa.select(sa.literal("ungranted"), RequiredQualification.resource_id, sa.literal(0), Qualification.code)
    .join(Qualification, Qualification.id == RequiredQualification.qualification_id)
    .where(among(RequiredQualification.resource_id, "resources"), sa.not_(_HAS_ADMIN)),
)
_POLICIES: Final = sa.select(PolicyRow).where(among(PolicyRow.resource_id, "resources"))
