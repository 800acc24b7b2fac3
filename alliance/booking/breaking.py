"""Which bookings that are still to come a change of the owner's rules would break. They stay: nothing is cancelled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.availability.local_time import local_day
from alliance.availability.queries import days_of
from alliance.booking.facts import Facts, Needed, Wish
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.booking.rules import (
    Rule,
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
from alliance.resources.models import (
    HeldQualification,
    Item,
    PolicyRow,
    Qualification,
    Resource,
    ResourcePart,
)
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
# What a part owes the bookings of its wholes: they keep the rules of the whole, and only need the part to be there.
_RULES_OF_PARTS: Final = (not_bookable,)
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
    """The bookings to come, by start, that keep the rules of `before`, a whole sheet, and break the changed ones.

    Bookings of its wholes count where it could no longer be booked at all.
    """
    ahead = session.execute(
        sa.select(
            Booking.resource_id,
            Booking.ref,
            Booking.starts_at,
            Booking.ends_at,
            Booking.quantity,
            Booking.relation,
            Booking.status,
        )
        .where(_takes(resource.id), Booking.ends_at > now, Booking.starts_at > now, holds_at(now))
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
    for booked_id, ref, start, end, quantity, relation, status in ahead:
        wish = Wish(Span(start, end), quantity)
        rules = _RULES if booked_id == resource.id else _RULES_OF_PARTS
        codes = _codes(wish, new[relation], rules) - _codes(wish, old[relation], rules)
        if codes:
            found.append(Broken(ref, tuple(sorted(codes)), status))
    return found


def unqualified_for(
    session: Session, resource: Resource, codes: Collection[str], now: datetime
) -> list[Broken]:
    """The bookings of the resource to come, by start, whose person does not hold all of these qualifications then."""
    ahead = session.execute(
        sa.select(Booking.ref, Booking.person_id, Booking.starts_at, Booking.ends_at, Booking.status)
        .where(Booking.resource_id == resource.id, Booking.starts_at > now, holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    held: dict[tuple[int, str], tuple[date, date | None]] = {
        (person_id, code): (since, until)
        for person_id, code, since, until in session.execute(
            sa.select(
                HeldQualification.person_id,
                Qualification.code,
                HeldQualification.valid_from,
                HeldQualification.valid_until,
            )
            .join(Qualification, Qualification.id == HeldQualification.qualification_id)
            .where(
                Qualification.code.in_(codes),
                HeldQualification.person_id.in_({row.person_id for row in ahead}),
            )
        )
    }
    zone, found = ZoneInfo(resource.zone), []
    for ref, person_id, start, end, status in ahead:
        # An end at midnight still belongs to the day before.
        first, last = local_day(start, zone), local_day(end - timedelta(seconds=1), zone)
        needed = tuple(
            Needed(code, code, None, *held.get((person_id, code), (None, None))) for code in sorted(codes)
        )
        if not all(each.covers(first, last) for each in needed):
            found.append(Broken(ref, ("unqualified",), status))
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
    """All bookings of the resource, and of the wholes it is part of, that run or are to come, by start."""
    chosen = (
        sa.select(Booking.ref, Booking.status)
        .where(_takes(resource_id), Booking.ends_at > now, holds_at(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Broken(ref, ("not_bookable",), status) for ref, status in session.execute(chosen)]


def wholes_shown(session: Session, resource_id: int) -> tuple[str, ...]:
    """The codes of the published wholes it is part of: they are booked item by item, whatever becomes of the part."""
    chosen = (
        sa.select(Resource.code)
        .join(ResourcePart, ResourcePart.whole_id == Resource.id)
        .where(ResourcePart.part_id == resource_id, Resource.status == "published")
        .order_by(Resource.code)
    )
    return tuple(session.scalars(chosen))


def untimed_under(session: Session, resource: Resource, changes: Mapping[str, Any]) -> list[Problem]:
    """What keeps it from being used otherwise than by time: a whole is, and a published one needs its parts to be."""
    preset = changes.get("preset")
    if preset is None or resource.mode != "timed" or MODE_OF_PRESET[preset] == "timed":
        return []
    its_parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource.id)
    if session.scalar(its_parts.limit(1)) is not None:
        return [Problem("whole_stays_timed", field="preset")]
    return part_of_shown(session, resource.id, field="preset")


def part_of_shown(session: Session, resource_id: int, field: str | None = None) -> list[Problem]:
    """A finding with the wholes that can be booked as long as its parts are there, if there are any."""
    wholes = wholes_shown(session, resource_id)
    return [Problem("part_of_published", params={"wholes": wholes}, field=field)] if wholes else []


def _takes(resource_id: int) -> sa.ColumnElement[bool]:
    """Whether a booking is of the resource, or takes its items as those of a part."""
    by_items = (
        sa.select(Occupancy.booking_id)
        .join(Item, Item.id == Occupancy.item_id)
        .where(Item.resource_id == resource_id)
    )
    return sa.or_(Booking.resource_id == resource_id, Booking.id.in_(by_items))


def _codes(wish: Wish, facts: Facts, rules: Sequence[Rule]) -> set[str]:
    return {problem.code for problem in problems_with(wish, facts, rules)}


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
