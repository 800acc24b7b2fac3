"""Which bookings that are still to come a change of the owner's rules would break. They stay: nothing is cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.availability.queries import days_of
from alliance.booking.facts import Facts, Wish
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.booking.rules import (
    more_than_there_are,
    not_bookable,
    not_open_to_you,
    not_whole_days,
    off_grid,
    outside_opening_hours,
    problems_with,
    too_long,
    too_short,
)
from alliance.errors import Problem, Refused
from alliance.intervals import Span
from alliance.refs import digest
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import PolicyRow, Resource, ResourcePart
from alliance.resources.sheet import SECTIONS, Values

# Notice and horizon were judged when somebody asked; buffers and decisions are kept with each booking.
_RULES: Final = (
    not_bookable,
    more_than_there_are,
    not_whole_days,
    off_grid,
    outside_opening_hours,
    too_short,
    too_long,
    not_open_to_you,
)
# The fields that any of these rules reads.
FIELDS: Final = frozenset(
    {"preset", "items", "hours", "routes", "grid_minutes", "shortest_minutes", "longest_minutes"}
)
_POLICY: Final = (*SECTIONS["rules"], "routes", "hours")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Broken:
    """A booking still to come that could not be made under the new rules, with the codes of what is wrong."""

    ref: str
    codes: tuple[str, ...]
    status: str


class InTheWay(Refused):
    """Bookings are in the way of a change. The finding only counts them; `refs` are for those who may see them."""

    def __init__(self, code: str, refs: Sequence[str], field: str | None = None, **params: Any) -> None:
        super().__init__([Problem(code, params={"count": len(refs), **params}, field=field)])
        self.refs = tuple(refs)


class WouldBreak(InTheWay):
    """Bookings still to come would break the new rules: whoever changes them must have seen which. They stay.

    `knowing` stands for just these bookings: whoever says it has seen them.
    """

    def __init__(self, broken: Sequence[Broken]) -> None:
        refs = [each.ref for each in broken]
        self.knowing = known(refs)
        super().__init__("would_break", refs, knowing=self.knowing)
        self.broken = tuple(broken)


def known(refs: Iterable[str]) -> str:
    """A word for a set of bookings that tells nobody which they are."""
    return digest("\n".join(sorted(refs)))[:20]


def broken_by(
    session: Session, resource: Resource, before: Values, changes: Values, now: datetime
) -> list[Broken]:
    """The bookings to come, by start, that keep the rules of `before`, a whole sheet, and break the changed ones."""
    ahead = session.execute(
        sa.select(
            Booking.ref,
            Booking.starts_at,
            Booking.ends_at,
            Booking.quantity,
            Booking.relation,
            Booking.status,
        )
        .where(
            Booking.resource_id == resource.id, Booking.ends_at > now, Booking.starts_at > now, holds_at(now)
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    if not ahead:
        return []
    zone = ZoneInfo(resource.zone)
    first, last = min(row.starts_at for row in ahead), max(row.ends_at for row in ahead)
    days = days_of(session, resource, (first.astimezone(zone).date() - _DAY, last.astimezone(zone).date()))
    is_whole = session.scalar(
        sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource.id).limit(1)
    )
    old, new = (
        _facts(resource, {**before, **values}, days, now, is_whole=is_whole is not None)
        for values in ({}, changes)
    )
    found = []
    for ref, start, end, quantity, relation, status in ahead:
        wish = Wish(Span(start, end), quantity)
        codes = _codes(wish, new, relation) - _codes(wish, old, relation)
        if codes:
            found.append(Broken(ref, tuple(sorted(codes)), status))
    return found


def on_items(session: Session, item_ids: Iterable[int], now: datetime) -> list[str]:
    """The refs of bookings that hold any of the items from now on, by start."""
    chosen = (
        sa.select(Booking.ref)
        .join(Occupancy, Occupancy.booking_id == Booking.id)
        .where(Occupancy.item_id.in_(list(item_ids)), Occupancy.ends_at > now, holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    return list(dict.fromkeys(session.scalars(chosen)))


def still_to_come(session: Session, resource_id: int, now: datetime) -> list[Broken]:
    """All bookings of the resource that run or are to come, by start."""
    chosen = (
        sa.select(Booking.ref, Booking.status)
        .where(Booking.resource_id == resource_id, Booking.ends_at > now, holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Broken(ref, ("not_bookable",), status) for ref, status in session.execute(chosen)]


def _codes(wish: Wish, facts: Mapping[str, Facts], relation: str) -> set[str]:
    return {problem.code for problem in problems_with(wish, facts[relation], _RULES)}


def _facts(
    resource: Resource, sheet: Mapping[str, Any], days: DayClasses, now: datetime, *, is_whole: bool
) -> dict[str, Facts]:
    """What the rules would know, for each relation."""
    policy = PolicyRow(resource_id=resource.id, **{field: sheet[field] for field in _POLICY}).value()
    live = sum(1 for _zh, _en, is_live in sheet["items"] if is_live)
    return {
        relation: Facts(
            now=now,
            resource_code=resource.code,
            policy=policy,
            hours=Hours.parse(policy.hours),
            zone=ZoneInfo(resource.zone),
            preset=sheet["preset"],
            mode=MODE_OF_PRESET[sheet["preset"]],
            days=days,
            items=dict.fromkeys(range(live or int(is_whole))),
            is_whole=is_whole,
            relation=relation,
        )
        for relation in ("own", "group", "member", "external")
    }
