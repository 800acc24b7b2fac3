"""Changing calendar days: by the secretariat for the alliance, by an admin for his unit.

What a change leaves outside the opening hours is looked at first and stays. Resources are held meanwhile, so that no
booking slips in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.calendar import Day, DayClass
from alliance.availability.models import Calendar, CalendarDay
from alliance.availability.queries import DEFAULT_CALENDAR
from alliance.booking.calendar_days.queries import (
    Year,
    announced_in_the_library,
    bounds,
    by_the_week,
    calendar_of,
    require_keeper,
    unit_named,
    year_of,
)
from alliance.booking.calendar_days.touched import touched_by_days
from alliance.booking.opening.touched import refuse_unseen, tell_their_people
from alliance.db import action
from alliance.errors import Missing, Problem, Refused, Stale
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.refs import new_ref
from alliance.resources.models import Resource

Source = Literal["library", "entered"]
LONGEST_NAME_ZH: Final = 40
LONGEST_NAME_EN: Final = 60
_LONGEST_TITLE: Final = 80
_DAY: Final = timedelta(days=1)


@action
def set_days(
    session: Session,
    first: date,
    last: date,
    day_class: DayClass | None,
    *,
    by: Actor,
    version: str,
    unit_code: str = "",
    name_zh: str = "",
    name_en: str = "",
    announced: bool = True,
    agreed: str = "",
    tell: bool = False,
) -> int:
    """Make each date from the first to the last, all of one year, what is given; return how many bookings lie outside.

    None takes the dates out of the calendar: they follow the week again, in a unit's own calendar the alliance's.
    `version` names the year as the asker saw it. Raises Missing, Forbidden, Stale, WouldLieOutside or Refused.
    """
    unit, calendar = _kept_by(session, unit_code, by)
    problems = _problems(first, last, name_zh, name_en)
    if problems:
        raise Refused(problems)
    year = _unchanged(session, first.year, calendar, version)
    dates = [first + n * _DAY for n in range((last - first).days + 1)]
    official = announced or unit is not None
    wanted = {
        on: None if day_class is None else Day(on, day_class, name_zh, name_en, official) for on in dates
    }
    return _change(session, calendar, unit, year, wanted, by, agreed=agreed, tell=tell)


@action
def publish_year(
    session: Session,
    number: int,
    source: Source,
    *,
    by: Actor,
    version: str,
    agreed: str = "",
) -> int:
    """Make the year official, as it was announced or as it was entered by hand; return how many bookings lie outside.

    Their people are always told. Raises Forbidden, Missing, Stale, WouldLieOutside or Refused.
    """
    _unit, calendar = _kept_by(session, "", by)
    year = _unchanged(session, number, calendar, version)
    wanted = year_as_published(year, source)
    if not wanted:
        raise Refused([Problem("not_announced_yet", params={"year": number})])
    return _change(session, calendar, None, year, wanted, by, agreed=agreed, tell=True, published=number)


@action
def open_calendar(session: Session, unit_code: str, *, by: Actor) -> None:
    """Give the unit a calendar of its own, which says at first what the alliance's says; once is enough."""
    unit = unit_named(session, unit_code)
    require_keeper(by, unit.id)
    hold(session, units=[unit.id])
    if calendar_of(session, unit.id) is not None:
        return
    name_en = unit.name_en[:_LONGEST_TITLE] if unit.name_en else None
    # It is found by its unit; a code it must have nevertheless.
    calendar = Calendar(
        code=new_ref(), name_zh=unit.name_zh[:_LONGEST_TITLE], name_en=name_en, unit_id=unit.id
    )
    session.add(calendar)
    session.flush()
    _record(session, "calendar.opened", calendar, unit, by)


@action
def close_calendar(
    session: Session, unit_code: str, *, by: Actor, agreed: str = "", tell: bool = False
) -> int:
    """Let the unit go by the alliance's calendar again; return how many bookings lie outside from now on."""
    unit, calendar = _kept_by(session, unit_code, by)
    if unit is None:
        raise Missing
    now = clock.now()
    own = sa.select(CalendarDay.date).where(CalendarDay.calendar_id == calendar.id)
    dates = set(session.scalars(own))
    alliance = {number: year_of(session, number, None) for number in {on.year for on in dates}}
    after = {on: alliance[on.year].day(on) for on in dates}
    _hold_resources(session, unit)
    touched = touched_by_days(session, after, unit.id, now)
    refuse_unseen(touched, agreed)
    session.execute(sa.delete(CalendarDay).where(CalendarDay.calendar_id == calendar.id))
    _record(session, "calendar.closed", calendar, unit, by, outside=len(touched))
    session.delete(calendar)
    _touch_resources(session, unit)
    if tell:
        tell_their_people(session, touched, cause="calendar", by=by, now=now)
    return len(touched)


def year_as_published(year: Year, source: Source) -> dict[date, Day]:
    """What the days of the year would become; none when nobody has announced it."""
    if source == "library":
        return {day.date: day for day in announced_in_the_library(year.number)}
    return {day.date: replace(day, announced=True) for day in year.days}


def _kept_by(session: Session, unit_code: str, by: Actor) -> tuple[Unit | None, Calendar]:
    """The calendar somebody may change, held; raises Missing or Forbidden."""
    unit = unit_named(session, unit_code) if unit_code else None
    require_keeper(by, unit.id if unit else None)
    calendar = calendar_of(session, unit.id if unit else None, hold=True)
    if calendar is None and unit is None:
        # An alliance that has just begun.
        calendar = Calendar(code=DEFAULT_CALENDAR, name_zh="国家日历", name_en="National calendar")
        session.add(calendar)
        session.flush()
    if calendar is None:
        raise Missing
    return unit, calendar


def _unchanged(session: Session, number: int, calendar: Calendar, version: str) -> Year:
    bounds(number)
    year = year_of(session, number, calendar)
    if year.version != version:
        raise Stale
    return year


def _problems(first: date, last: date, name_zh: str, name_en: str) -> list[Problem]:
    problems = []
    if last < first:
        problems.append(Problem("reversed", field="last"))
    elif last.year != first.year:
        problems.append(Problem("not_one_year", field="last"))
    for field, text, longest in (
        ("name_zh", name_zh, LONGEST_NAME_ZH),
        ("name_en", name_en, LONGEST_NAME_EN),
    ):
        if len(text) > longest:
            problems.append(Problem("too_much_text", params={"longest": longest}, field=field))
    return problems


def _change(
    session: Session,
    calendar: Calendar,
    unit: Unit | None,
    year: Year,
    wanted: Mapping[date, Day | None],
    by: Actor,
    *,
    agreed: str,
    tell: bool,
    **why: Any,
) -> int:
    """Write the days that differ; return how many bookings lie outside their hours from now on."""
    now = clock.now()
    different = {on: day for on, day in wanted.items() if year.kept.get(on) != day}
    if not different:
        return 0
    fallen = year_of(session, year.number, None) if unit is not None else None
    after = {on: day or (fallen.day(on) if fallen else by_the_week(on)) for on, day in different.items()}
    _hold_resources(session, unit)
    other_class = {on: day for on, day in after.items() if day.day_class != year.day(on).day_class}
    touched = touched_by_days(session, other_class, unit.id if unit else None, now)
    refuse_unseen(touched, agreed)
    _write(session, calendar, different)
    _record(
        session,
        "calendar.changed",
        calendar,
        unit,
        by,
        days=[
            [on.isoformat(), year.day(on).day_class, day.day_class] for on, day in sorted(other_class.items())
        ],
        first=min(different).isoformat(),
        last=max(different).isoformat(),
        outside=len(touched),
        told=tell and bool(touched),
        **why,
    )
    _touch_resources(session, unit)
    if tell:
        tell_their_people(session, touched, cause="calendar", by=by, now=now)
    return len(touched)


def _write(session: Session, calendar: Calendar, days: Mapping[date, Day | None]) -> None:
    of = CalendarDay.calendar_id == calendar.id
    session.execute(sa.delete(CalendarDay).where(of, CalendarDay.date.in_(list(days))))
    rows = [_row(calendar.id, day) for day in days.values() if day is not None]
    if rows:
        session.execute(sa.insert(CalendarDay), rows)


def _row(calendar_id: int, day: Day) -> dict[str, Any]:
    return {
        "calendar_id": calendar_id,
        "date": day.date,
        "day_class": day.day_class,
        "name_zh": day.name_zh or None,
        "name_en": day.name_en or None,
        "announced": day.announced,
    }


def _theirs(unit: Unit | None) -> list[sa.ColumnElement[bool]]:
    timed = Resource.mode == "timed"
    return [timed] if unit is None else [timed, Resource.owner_id == unit.id]


def _hold_resources(session: Session, unit: Unit | None) -> None:
    """Everything judged by the calendar; in one go, by id, like every hold."""
    ids: Iterable[int] = session.scalars(sa.select(Resource.id).where(*_theirs(unit))).all()
    hold(session, resources=ids)


def _touch_resources(session: Session, unit: Unit | None) -> None:
    """Calendars that show free and busy times learn of it like of any other change."""
    session.execute(
        sa.update(Resource)
        .where(*_theirs(unit))
        .values(changed_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _record(
    session: Session, verb: str, calendar: Calendar, unit: Unit | None, by: Actor, **data: Any
) -> None:
    record(
        session,
        verb,
        "calendar",
        calendar.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=unit.id if unit else None,
        calendar=unit.code if unit else "",
        **data,
    )
