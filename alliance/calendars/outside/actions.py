"""Tying a resource to a calendar kept elsewhere, and keeping what that calendar says.

Nothing is fetched or read in here: that is done before, outside of any transaction. What is kept is replaced as a
whole, under the hold of the resource, since the booking rules read it. Bookings in the way stay, and are told of.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.models import OutsideBusy, OutsideCalendar
from alliance.booking import guard
from alliance.booking.queries import touched_by
from alliance.calendars.outside.addresses import place_of
from alliance.calendars.outside.apart import Reading, Trouble
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.intervals import Span, meets
from alliance.members.actor import Actor
from alliance.refs import new_ref
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import visible_to

MOST_CALENDARS: Final = 20
LONGEST_NAME: Final = 80
EVERY: Final = timedelta(minutes=15)
_SELDOM: Final = timedelta(hours=6)
# What has just closed still shows in this week's pictures.
_BACK: Final = timedelta(days=7)
_AHEAD: Final = timedelta(days=366)
# As good as never: whoever claimed it and died is followed by another one.
_LEASE: Final = timedelta(minutes=10)
# Repeated events are known a year ahead from the last whole reading on, so nothing is unchanged for longer than this.
_READ_WHOLE_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A calendar somebody has to look at now. Its address is not shown by accident."""

    id: int
    zone: str
    tentative: bool
    window: Span
    address: str = field(repr=False)
    tag: str | None = field(repr=False)


def window_at(now: datetime) -> Span:
    """What of a calendar is kept: from a little before now to a year ahead, by whole days of UTC.

    So the times of a calendar that stays the same stay the same all day, although its edges cut some of them.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(today - _BACK, today + _AHEAD)


@action
def add_outside_calendar(
    session: Session,
    resource_id: int,
    *,
    by: Actor,
    name: str,
    address: str | None = None,
    reading: Reading | None = None,
    item_id: int | None = None,
    tentative: bool = True,
    allowed: Collection[str] = (),
) -> str:
    """Let a calendar close the resource, or one item; return its ref. The worker fetches it, unless it was sent.

    Whoever runs the resource may. Raises Missing, Forbidden or Refused.
    """
    now = clock.now()
    resource = _held(session, resource_id, by, now)
    problems = calendar_problems(name, address, allowed) if reading is None else calendar_problems(name)
    problems += _place_problems(session, resource, item_id)
    if problems:
        raise Refused(problems)
    calendar = OutsideCalendar(
        ref=new_ref(),
        resource_id=resource.id,
        item_id=item_id,
        name=name,
        address=address if reading is None else None,
        tentative=tentative,
        added_by_id=by.person_id,
        added_at=now,
        due_at=now if reading is None else None,
        failures=0,
        findings=[],
    )
    session.add(calendar)
    session.flush()
    _record(session, "outside.added", calendar, resource, by, now)
    if reading is not None:
        _keep(session, calendar, resource, reading, now)
    return calendar.ref


@action
def send_again(session: Session, ref: str, reading: Reading, *, by: Actor) -> str:
    """Put a newer file in the place of the one that was sent. Raises Missing, also where there is an address."""
    now = clock.now()
    calendar, resource = _mine(session, ref, by, now)
    if calendar.address is not None:
        raise Missing
    _keep(session, calendar, resource, reading, now)
    _record(session, "outside.sent", calendar, resource, by, now)
    return ref


@action
def look_soon(session: Session, ref: str, *, by: Actor) -> str:
    """Let the worker fetch the calendar when it looks next. Raises Missing where there is nothing to fetch."""
    now = clock.now()
    calendar, _resource = _mine(session, ref, by, now)
    if calendar.address is None:
        raise Missing
    calendar.due_at = now
    return ref


@action
def remove_outside_calendar(session: Session, ref: str, *, by: Actor) -> str:
    """Untie it: its times can be booked again."""
    now = clock.now()
    calendar, resource = _mine(session, ref, by, now)
    _record(session, "outside.removed", calendar, resource, by, now)
    session.execute(sa.delete(OutsideBusy).where(OutsideBusy.calendar_id == calendar.id))
    session.delete(calendar)
    return ref


@action
def claim_due(session: Session) -> Due | None:
    """The calendar that has waited longest for somebody to look, for the caller alone; None when none is due."""
    now = clock.now()
    row = session.execute(
        sa.select(OutsideCalendar, Resource.zone)
        .join(Resource, Resource.id == OutsideCalendar.resource_id)
        .where(OutsideCalendar.due_at <= now, Resource.status != "retired")
        .order_by(OutsideCalendar.due_at, OutsideCalendar.id)
        .limit(1)
        .with_for_update(of=OutsideCalendar, skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    calendar, zone = row
    calendar.due_at = now + _LEASE
    is_recent = calendar.read_at is not None and calendar.read_at > now - _READ_WHOLE_EVERY
    tag = calendar.tag if is_recent else None
    return Due(calendar.id, zone, calendar.tentative, window_at(now), calendar.address or "", tag)


@action
def keep_fetched(session: Session, calendar_id: int, reading: Reading | None, tag: str | None) -> None:
    """What the calendar says now takes the place of what it said before; None when it still says the same."""
    now = clock.now()
    calendar = _still_there(session, calendar_id, now)
    if calendar is None:
        return
    calendar.last_tried_at = calendar.last_ok_at = now
    calendar.failures, calendar.trouble, calendar.tag = 0, None, tag
    calendar.due_at = now + EVERY
    if reading is not None:
        resource = session.get_one(Resource, calendar.resource_id)
        _keep(session, calendar, resource, reading, now)


@action
def keep_trouble(session: Session, calendar_id: int, trouble: Problem) -> None:
    """It could not be had: the last good copy stays, and the next attempt comes later each time."""
    now = clock.now()
    calendar = _still_there(session, calendar_id, now)
    if calendar is None:
        return
    calendar.last_tried_at = now
    calendar.failures += 1
    calendar.trouble = {"code": trouble.code, "params": dict(trouble.params)}
    calendar.due_at = now + min(EVERY * 2 ** min(calendar.failures, 10), _SELDOM)


def calendar_problems(name: str, address: str | None = None, allowed: Collection[str] = ()) -> list[Problem]:
    """What is wrong with a calendar's name and, where one is given, its address."""
    problems = []
    if not name:
        problems.append(Problem("calendar_name_missing", field="name"))
    if len(name) > LONGEST_NAME:
        problems.append(Problem("calendar_name_too_long", params={"longest": LONGEST_NAME}, field="name"))
    if address is not None:
        try:
            place_of(address, allowed)
        except Trouble as trouble:
            problems.append(Problem(trouble.code, field="address"))
    return problems


def _place_problems(session: Session, resource: Resource, item_id: int | None) -> list[Problem]:
    problems = []
    if item_id is not None:
        of = session.scalar(sa.select(Item.resource_id).where(Item.id == item_id, Item.retired_at.is_(None)))
        if of != resource.id:
            problems.append(Problem("no_such_item", field="item"))
    there = sa.select(sa.func.count()).where(OutsideCalendar.resource_id == resource.id)
    if session.scalars(there).one() >= MOST_CALENDARS:
        problems.append(Problem("too_many_calendars", params={"most": MOST_CALENDARS}, field="name"))
    return problems


def _held(session: Session, resource_id: int, by: Actor, now: datetime) -> Resource:
    """The resource under the hold its bookings take, if the person runs it."""
    guard.hold(session, resource_id, now=now)
    resource = session.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(by)))
    if resource is None:
        raise Missing
    if not by.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")
    return resource


def _mine(session: Session, ref: str, by: Actor, now: datetime) -> tuple[OutsideCalendar, Resource]:
    """The calendar of a resource the person runs, under its hold; to everybody else it does not exist."""
    named = sa.select(OutsideCalendar).where(OutsideCalendar.ref == ref)
    calendar = session.scalar(named)
    if calendar is None:
        raise Missing
    try:
        resource = _held(session, calendar.resource_id, by, now)
    except Forbidden:
        raise Missing from None
    calendar = session.scalar(named.execution_options(populate_existing=True))
    if calendar is None:
        raise Missing
    return calendar, resource


def _still_there(session: Session, calendar_id: int, now: datetime) -> OutsideCalendar | None:
    """The calendar under its resource's hold; None when it was removed while it was being fetched."""
    found = session.get(OutsideCalendar, calendar_id)
    if found is None:
        return None
    guard.hold(session, found.resource_id, now=now)
    return session.get(OutsideCalendar, calendar_id, populate_existing=True)


def _keep(
    session: Session, calendar: OutsideCalendar, resource: Resource, reading: Reading, now: datetime
) -> None:
    of = OutsideBusy.calendar_id == calendar.id
    chosen = sa.select(OutsideBusy.starts_at, OutsideBusy.ends_at).where(of)
    kept = sorted(Span(*row) for row in session.execute(chosen))
    calendar.read_at = calendar.last_ok_at = calendar.last_tried_at = now
    calendar.known_until, calendar.findings = window_at(now).end, [dict(each) for each in reading.findings]
    if kept == list(reading.blocks):
        return
    # The session takes part in none of this: thousands of rows that nobody looks at one by one.
    session.execute(sa.delete(OutsideBusy).where(of))
    if reading.blocks:
        rows = [
            {"calendar_id": calendar.id, "starts_at": block.start, "ends_at": block.end}
            for block in reading.blocks
        ]
        session.execute(sa.insert(OutsideBusy), rows)
    _tell_clashes(session, calendar, resource, kept, reading.blocks, now)


def _tell_clashes(
    session: Session,
    calendar: OutsideCalendar,
    resource: Resource,
    before: Sequence[Span],
    after: Sequence[Span],
    now: datetime,
) -> None:
    """Let history say which bookings the calendar now takes the time of, and did not before. They stay as they are."""
    coming = [block for block in after if block.end > now]
    if not coming:
        return
    reach = Span(max(coming[0].start, now), coming[-1].end)
    hit = touched_by(session, calendar.resource_id, calendar.item_id, reach, now)
    new = [
        booking.ref
        for booking in hit
        if meets(after, booking.footprint) and not meets(before, booking.footprint)
    ]
    if new:
        _record(session, "outside.clashed", calendar, resource, None, now, bookings=new)


def _record(
    session: Session,
    verb: str,
    calendar: OutsideCalendar,
    resource: Resource,
    by: Actor | None,
    now: datetime,
    **data: Any,
) -> None:
    record(
        session,
        verb,
        "outside_calendar",
        calendar.id,
        at=now,
        by_id=by.person_id if by else None,
        unit_id=resource.owner_id,
        resource=resource.code,
        name=calendar.name,
        **data,
    )
