"""Reading a year of the alliance's calendar, or of a unit's own on top of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.announced import announced_days
from alliance.availability.calendar import Day, DayClass, DayClasses
from alliance.availability.models import Calendar, CalendarDay
from alliance.availability.queries import DEFAULT_CALENDAR
from alliance.booking.opening.touched import mark_of
from alliance.errors import Forbidden, Missing
from alliance.members.actor import Actor
from alliance.members.models import Unit

FIRST_YEAR, LAST_YEAR = 2004, 2100
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Year:
    """Every day of a year as one calendar has it; `kept` are those that stand in that very calendar.

    `version` changes with any of them, so that nobody overwrites what he has not seen.
    """

    number: int
    days: tuple[Day, ...]
    kept: Mapping[date, Day]
    version: str

    @property
    def is_announced(self) -> bool:
        """Whether every day of it is official."""
        return all(day.announced for day in self.days)

    def day(self, on: date) -> Day:
        """One of its days."""
        return self.days[(on - date(self.number, 1, 1)).days]


def unit_named(session: Session, code: str) -> Unit:
    """The unit of that code; raises Missing."""
    unit = session.scalar(sa.select(Unit).where(Unit.code == code)) if code.isprintable() else None
    if unit is None or unit.status == "applied":
        raise Missing
    return unit


def calendar_of(session: Session, unit_id: int | None, *, hold: bool = False) -> Calendar | None:
    """The alliance's calendar, or the unit's own, if it has one; with `hold` nobody else changes it meanwhile."""
    wanted = Calendar.code == DEFAULT_CALENDAR if unit_id is None else Calendar.unit_id == unit_id
    chosen = sa.select(Calendar).where(wanted)
    return session.scalar(chosen.with_for_update() if hold else chosen)


def units_with_calendars(session: Session) -> list[Unit]:
    """The units that have a calendar of their own, by code."""
    chosen = sa.select(Unit).join(Calendar, Calendar.unit_id == Unit.id).order_by(Unit.code)
    return list(session.scalars(chosen))


def year_of(session: Session, number: int, calendar: Calendar | None) -> Year:
    """The year as the calendar has it; days a unit's own calendar does not name are the alliance's."""
    first, last = bounds(number)
    rows = session.execute(
        sa.select(Calendar.id, Calendar.unit_id, *_COLUMNS)
        .join(CalendarDay, CalendarDay.calendar_id == Calendar.id)
        .where(CalendarDay.date.between(first, last))
        .where(sa.or_(Calendar.code == DEFAULT_CALENDAR, Calendar.id == (calendar.id if calendar else 0)))
        # The unit's own come last, for of two days with one date the later one counts.
        .order_by(Calendar.unit_id.is_not(None))
    ).all()
    known = [(row[0], _day(*row[2:])) for row in rows]
    classes = DayClasses(day for _, day in known)
    kept = {day.date: day for calendar_id, day in known if calendar and calendar_id == calendar.id}
    return Year(number, tuple(_every(classes, first, last)), kept, _version(kept))


def may_change(actor: Actor | None, unit_id: int | None) -> bool:
    """Whether he keeps this calendar: the secretariat the alliance's, an admin that of his unit."""
    if actor is None:
        return False
    return actor.is_secretariat if unit_id is None else unit_id in actor.admin_unit_ids


def require_keeper(actor: Actor, unit_id: int | None) -> None:
    """Raise Forbidden unless he keeps this calendar."""
    if not may_change(actor, unit_id):
        raise Forbidden("secretariat" if unit_id is None else "admin")


def bounds(number: int) -> tuple[date, date]:
    """The first and the last day of the year; raises Missing for years nobody keeps a calendar of."""
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Missing
    return date(number, 1, 1), date(number, 12, 31)


def announced_in_the_library(number: int) -> list[Day]:
    """The year as it was officially announced, as far as this installation knows."""
    return announced_days(number)


_COLUMNS = (
    CalendarDay.date,
    CalendarDay.day_class,
    CalendarDay.name_zh,
    CalendarDay.name_en,
    CalendarDay.announced,
)


def _day(on: date, day_class: str, name_zh: str | None, name_en: str | None, announced: bool) -> Day:
    return Day(on, DayClass(day_class), name_zh or "", name_en or "", announced)


def _every(classes: DayClasses, first: date, last: date) -> list[Day]:
    dates = (first + n * _DAY for n in range((last - first).days + 1))
    return [classes.day(on) or by_the_week(on) for on in dates]


def by_the_week(on: date) -> Day:
    """What a date is while nobody has announced anything."""
    return Day(on, DayClasses().of(on), announced=False)


def _version(kept: Mapping[date, Day]) -> str:
    return mark_of(
        f"{day.date} {day.day_class} {day.name_zh} {day.name_en} {day.announced}" for day in kept.values()
    )
