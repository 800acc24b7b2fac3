"""A resource as the booking rules see it, without its texts: light enough to be read a thousand at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.hours import Hours
from alliance.db import read_rows
from alliance.members.models import Unit
from alliance.resources.kinds import DAY_PRESETS, takes_bookings
from alliance.resources.models import PolicyRow, Resource
from alliance.resources.policy import Policy, Route

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Owner:
    """The unit that owns a resource, as a list of choices names it."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Bookable:
    """What a resource's own rules and states say of booking it, whoever asks."""

    id: int
    code: str
    kind: str
    owner_id: int
    owner_status: str
    zone: ZoneInfo
    preset: str
    mode: str
    status: str
    visibility: str
    policy: Policy
    hours: Hours
    owner: Owner

    @property
    def by_day(self) -> bool:
        """Whether it is booked in whole local days."""
        return self.preset in DAY_PRESETS

    @property
    def is_on_offer(self) -> bool:
        """Whether it takes bookings by time at all."""
        return takes_bookings(self.status, self.mode, self.owner_status)

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Setup and teardown; none for day presets, whose hand-over lies within the opening hours."""
        return (_NOTHING, _NOTHING) if self.by_day else (self.policy.setup, self.policy.teardown)

    @property
    def grid(self) -> timedelta:
        """What starts and lengths are multiples of, counted from local midnight."""
        return _DAY if self.by_day else self.policy.grid_minutes * _MINUTE

    @property
    def shortest(self) -> timedelta:
        """The shortest booking there can be, on the grid."""
        return _shortest(self.policy.shortest_minutes or 0, self.grid)

    def length_for(self, wanted: timedelta | None) -> timedelta | None:
        """The length on the grid that gives somebody this much time, by default the shortest there is.

        None where bookings are never so short, or never so long.
        """
        return _length_for(wanted, self.shortest, self.policy.longest_minutes, self.grid, self.by_day)

    @classmethod
    def of(cls, resource: Resource) -> "Bookable":
        """The same from a resource that was loaded with its owner and its policy."""
        policy = resource.policy_row.value()
        return cls(
            resource.id,
            resource.code,
            resource.kind,
            resource.owner_id,
            resource.owner.status,
            ZoneInfo(resource.zone),
            resource.preset,
            resource.mode,
            resource.status,
            resource.visibility,
            policy,
            Hours.parse(policy.hours),
            Owner(resource.owner.code, resource.owner.name_zh, resource.owner.name_en),
        )


# What `bookable_from` reads, over Resource joined to its owner and its policy.
BOOKABLE: Final = (
    Resource.id,
    Resource.code,
    Resource.kind,
    Resource.owner_id,
    Unit.status,
    Unit.code,
    Unit.name_zh,
    Unit.name_en,
    Resource.zone,
    Resource.preset,
    Resource.mode,
    Resource.status,
    Resource.visibility,
    PolicyRow.hours,
    PolicyRow.grid_minutes,
    PolicyRow.shortest_minutes,
    PolicyRow.longest_minutes,
    PolicyRow.notice_hours,
    PolicyRow.days_ahead,
    PolicyRow.setup_minutes,
    PolicyRow.teardown_minutes,
    PolicyRow.cancel_hours,
    PolicyRow.hold_days,
    PolicyRow.active_per_person,
    PolicyRow.active_per_unit,
    sa.cast(PolicyRow.routes, sa.Text),
)
_FOUND: Final = (
    sa.select(*BOOKABLE)
    .join(Unit, Unit.id == Resource.owner_id)
    .join(PolicyRow, PolicyRow.resource_id == Resource.id)
    .order_by(Resource.code)
)


def bookables(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Bookable]:
    """The resources of these conditions, by code, in one statement; visible_to is for the caller to ask."""
    return [bookable_from(row) for row in read_rows(session, _FOUND.where(*conditions))]


def bookable_from(row: Sequence[Any]) -> Bookable:
    """The resource of a row with the columns of BOOKABLE."""
    resource_id, code, kind, owner_id, owner_status, *rest = row
    owner_code, owner_zh, owner_en, zone, *rest = rest
    preset, mode, status, visibility, *rules = rest
    policy = _policy(*rules)
    return Bookable(
        resource_id,
        code,
        kind,
        owner_id,
        owner_status,
        ZoneInfo(zone),
        preset,
        mode,
        status,
        visibility,
        policy,
        Hours.parse(policy.hours),
        Owner(owner_code, owner_zh, owner_en),
    )


# Owners share a handful of policies; making one costs more than reading its row.
@lru_cache(maxsize=4096)
def _policy(*columns: Any) -> Policy:
    hours, grid, shortest, longest, notice, ahead, setup, teardown, *rest = columns
    cancel, hold, of_person, of_unit, routes = rest
    return Policy(
        hours=hours,
        grid_minutes=grid,
        shortest_minutes=shortest,
        longest_minutes=longest,
        notice_hours=notice,
        days_ahead=ahead,
        setup=setup * _MINUTE,
        teardown=teardown * _MINUTE,
        cancel_hours=cancel,
        hold_days=hold,
        active_per_person=of_person,
        active_per_unit=of_unit,
        routes=tuple(Route.from_json(route) for route in json.loads(routes)),
    )


@lru_cache(maxsize=1024)
def _shortest(minutes: int, grid: timedelta) -> timedelta:
    return _on_grid(minutes * _MINUTE, grid)


@lru_cache(maxsize=4096)
def _length_for(
    wanted: timedelta | None, shortest: timedelta, longest_minutes: int | None, grid: timedelta, by_day: bool
) -> timedelta | None:
    length = shortest if wanted is None else _on_grid(wanted, grid)
    # Who asks for hours of what is lent by the day gets the day.
    if length < shortest and not by_day:
        return None
    length = max(length, shortest)
    return None if longest_minutes is not None and length > longest_minutes * _MINUTE else length


def _on_grid(length: timedelta, grid: timedelta) -> timedelta:
    """The smallest positive multiple of the grid that is no shorter."""
    return max(-(-length // grid), 1) * grid
