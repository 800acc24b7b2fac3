"""Giving resources their weekly hours and their single dates, for those who run them.

Every act takes the hold its bookings take. It never cancels anything: bookings that would lie outside are looked at
first, stay, and their people are told only where whoever acts says so.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.calendar import DayClasses, OwnHours, Window
from alliance.availability.hours import Hours, write_windows
from alliance.availability.local_time import local_day
from alliance.availability.models import OpeningException
from alliance.availability.queries import days_of_each
from alliance.booking.opening.queries import Opening, openings_of
from alliance.booking.opening.touched import (
    Ahead,
    Cause,
    Opened,
    ahead_of,
    dates_of,
    left_outside,
    mark_of,
    refuse_unseen,
    tell_their_people,
)
from alliance.db import action
from alliance.errors import Missing, Problem, Refused, Stale
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.resources.changes import apply
from alliance.resources.models import Resource, ResourcePart
from alliance.resources.permissions import require_editor, visible_to

LONGEST_HOURS: Final = 400
LONGEST_DAY: Final = 120
LONGEST_REASON: Final = 40
# A summer at once, two years ahead: enough for every timetable, and little enough to be read with every page.
MOST_DATES: Final = 92
FARTHEST: Final = timedelta(days=731)
MOST_COPIES: Final = 100


@action
def set_hours(
    session: Session,
    resource_id: int,
    hours: Hours,
    *,
    by: Actor,
    version: str | None,
    agreed: str = "",
    tell: bool = False,
) -> int:
    """Open the resource at these hours each week; return how many bookings lie outside from now on.

    `version` names what the asker saw, None anything; what somebody else has changed meanwhile raises Stale. Bookings
    that would lie outside raise WouldLieOutside until they are `agreed` to; their people hear of it where `tell` says
    so. Raises Missing, Forbidden or Refused.
    """
    now = clock.now()
    resource = _held(session, [resource_id], by)[0]
    before = _unchanged(session, resource, version)
    text = str(hours)
    if len(text) > LONGEST_HOURS:
        raise Refused([Problem("too_many_windows", params={"longest": LONGEST_HOURS})])
    after = Opening(hours, before.exceptions, "")
    return _change(session, {resource: (before, after)}, "hours", by, now, agreed=agreed, tell=tell)


@action
def set_exceptions(
    session: Session,
    resource_id: int,
    first: date,
    last: date,
    windows: tuple[Window, ...] | None,
    *,
    by: Actor,
    version: str | None,
    reason: str = "",
    agreed: str = "",
    tell: bool = False,
) -> int:
    """Open the resource at these windows on each date from the first to the last, and for None as its week says.

    Otherwise as `set_hours`. What is over is history and stays.
    """
    now = clock.now()
    resource = _held(session, [resource_id], by)[0]
    before = _unchanged(session, resource, version)
    problems = _date_problems(first, last, local_day(now, ZoneInfo(resource.zone)))
    problems += _words_problems(windows, reason)
    if problems:
        raise Refused(problems)
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    exceptions = {on: own for on, own in before.exceptions.items() if on not in dates}
    if windows is not None:
        exceptions |= dict.fromkeys(dates, OwnHours(windows, reason))
    after = Opening(before.hours, exceptions, "")
    return _change(session, {resource: (before, after)}, "date", by, now, agreed=agreed, tell=tell)


@action
def copy_hours(
    session: Session,
    resource_id: int,
    to_ids: Collection[int],
    *,
    by: Actor,
    with_exceptions: bool,
    agreed: str = "",
    tell: bool = False,
) -> int:
    """Open other resources one runs just as this one; with its exceptions from today on, which replace theirs.

    `agreed` is the mark of a `Plan`: it names the hours of all of them and the bookings that would lie outside. If any
    of that has changed it raises Stale. Return how many bookings lie outside from now on.
    """
    now = clock.now()
    wanted = sorted(set(to_ids) - {resource_id})
    source, *targets = _held(session, [resource_id, *wanted], by)
    plan = plan_copy(session, source, targets, with_exceptions=with_exceptions, now=now)
    if plan.mark != agreed:
        raise Stale
    seen = mark_of(each.ref for each in plan.touched)
    return _change(session, plan.changes, "hours", by, now, agreed=seen, tell=tell)


class Plan:
    """What copying would do: the hours of each target before and after, and the bookings left outside.

    `mark` names all of it, so that nobody agrees to anything but what he has seen.
    """

    def __init__(
        self,
        source: Opening,
        extent: str,
        changes: Mapping[Resource, tuple[Opening, Opening]],
        touched: Sequence[Ahead],
    ) -> None:
        self.changes, self.touched = changes, touched
        versions = (f"{resource.code} {before.version}" for resource, (before, _after) in changes.items())
        self.mark = mark_of([source.version, extent, *versions, *(each.ref for each in touched)])


def plan_copy(
    session: Session,
    source: Resource,
    targets: Sequence[Resource],
    *,
    with_exceptions: bool,
    now: datetime,
) -> Plan:
    """What copying the hours of one resource to others would do. For the act, under their hold."""
    openings = openings_of(session, [source.id, *(resource.id for resource in targets)])
    model = openings[source.id]
    changes = {}
    for resource in targets:
        before = openings[resource.id]
        exceptions = before.exceptions
        if with_exceptions:
            today = local_day(now, ZoneInfo(resource.zone))
            past = {on: own for on, own in exceptions.items() if on < today}
            exceptions = past | {on: own for on, own in model.exceptions.items() if on >= today}
        changes[resource] = before, Opening(model.hours, exceptions, "")
    extent = "week and dates" if with_exceptions else "week"
    return Plan(model, extent, changes, _touched(session, changes, now))


def _held(session: Session, resource_ids: Sequence[int], by: Actor) -> list[Resource]:
    """The resources in this order, under the hold their bookings take, parts included; all of them run by the asker."""
    parts = session.scalars(sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(resource_ids)))
    hold(session, resources=[*resource_ids, *parts])
    found = session.scalars(sa.select(Resource).where(Resource.id.in_(resource_ids), visible_to(by)))
    by_id = {resource.id: resource for resource in found}
    if by_id.keys() != set(resource_ids):
        raise Missing
    for resource in by_id.values():
        require_editor(by, resource)
    return [by_id[resource_id] for resource_id in resource_ids]


def _unchanged(session: Session, resource: Resource, version: str | None) -> Opening:
    opening = openings_of(session, [resource.id])[resource.id]
    if version is not None and opening.version != version:
        raise Stale
    return opening


def _date_problems(first: date, last: date, today: date) -> list[Problem]:
    problems = []
    if first < today:
        problems.append(Problem("date_over", field="first"))
    if last < first:
        problems.append(Problem("reversed", field="last"))
    elif (last - first).days >= MOST_DATES:
        problems.append(Problem("too_many_dates", params={"most": MOST_DATES}, field="last"))
    if max(first, last) > today + FARTHEST:
        problems.append(Problem("date_too_far", params={"latest": today + FARTHEST}, field="last"))
    return problems


def _words_problems(windows: tuple[Window, ...] | None, reason: str) -> list[Problem]:
    problems = []
    if windows is not None and len(write_windows(windows)) > LONGEST_DAY:
        problems.append(Problem("too_many_windows", params={"longest": LONGEST_DAY}, field="hours"))
    if len(reason) > LONGEST_REASON:
        problems.append(Problem("too_much_text", params={"longest": LONGEST_REASON}, field="reason"))
    return problems


def _touched(
    session: Session, changes: Mapping[Resource, tuple[Opening, Opening]], now: datetime
) -> list[Ahead]:
    """The bookings that the changes leave outside."""
    ahead = ahead_of(session, [resource.id for resource in changes], now)
    if not ahead:
        return []
    reaches = [dates_of(ahead, ZoneInfo(resource.zone), now) for resource in changes]
    reach = min(first for first, _last in reaches), max(last for _first, last in reaches)
    days = days_of_each(session, changes, reach)
    before, after = (
        {each.id: _opened(each, pair[n], days[each.id]) for each, pair in changes.items()} for n in (0, 1)
    )
    return left_outside(ahead, before, after)


def _opened(resource: Resource, opening: Opening, days: DayClasses) -> Opened:
    own = days.with_exceptions(opening.exceptions)
    return Opened(opening.hours, own, ZoneInfo(resource.zone), resource.preset)


def _change(
    session: Session,
    changes: Mapping[Resource, tuple[Opening, Opening]],
    cause: Cause,
    by: Actor,
    now: datetime,
    *,
    agreed: str,
    tell: bool,
) -> int:
    """Write what differs, with its history; return how many bookings are left outside."""
    real = {
        resource: (before, after)
        for resource, (before, after) in changes.items()
        if (before.hours, before.exceptions) != (after.hours, after.exceptions)
    }
    touched = _touched(session, real, now) if real else []
    refuse_unseen(touched, agreed)
    for resource, (before, after) in real.items():
        outside = sum(each.resource_id == resource.id for each in touched)
        data = {"resource": resource.code, "outside": outside, "told": tell and outside > 0}
        if before.hours != after.hours:
            # Like any other change of the sheet, so that it can be undone there.
            apply(session, resource, {"hours": str(after.hours)}, by=by, now=now)
        if before.exceptions != after.exceptions:
            _write_exceptions(session, resource, before.exceptions, after.exceptions, by, now, data)
        resource.changed_at = now
    if tell:
        tell_their_people(session, touched, cause=cause, by=by, now=now)
    return len(touched)


def _write_exceptions(
    session: Session,
    resource: Resource,
    before: Mapping[date, OwnHours],
    after: Mapping[date, OwnHours],
    by: Actor,
    now: datetime,
    data: Mapping[str, Any],
) -> None:
    changed = sorted(on for on in before.keys() | after.keys() if before.get(on) != after.get(on))
    of = OpeningException.resource_id == resource.id
    session.execute(sa.delete(OpeningException).where(of, OpeningException.date.in_(changed)))
    session.add_all(
        OpeningException(
            resource_id=resource.id,
            date=on,
            hours=write_windows(after[on].windows),
            reason=after[on].reason,
        )
        for on in changed
        if on in after
    )
    session.flush()
    record(
        session,
        "exceptions.changed",
        "resource",
        resource.id,
        at=now,
        by_id=by.person_id,
        unit_id=resource.owner_id,
        before=_listed(before, changed),
        after=_listed(after, changed),
        **data,
    )


def _listed(exceptions: Mapping[date, OwnHours], dates: Sequence[dt.date]) -> list[list[str]]:
    """The dates with their hours and why, as history keeps them."""
    return [
        [on.isoformat(), write_windows(exceptions[on].windows), exceptions[on].reason]
        for on in dates
        if on in exceptions
    ]
