"""Which dates people work on: the class and the name of each calendar day, single dates with hours of their own, and
counting in working days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from alliance.availability.local_time import instant_of

# Minutes after midnight; what ends after midnight has an end beyond 1440.
Window = tuple[int, int]

_DAY = timedelta(days=1)
_SATURDAY = 5


class DayClass(StrEnum):
    """What kind of day a date is for opening hours and deadlines."""

    WD = "WD"  # a working day, the weekend days worked in exchange for a holiday among them
    RD = "RD"  # a rest day: an ordinary weekend
    PH = "PH"  # a day of a public holiday, the weekend days within it among them


@dataclass(frozen=True, slots=True)
class Day:
    """What is known about one date; `announced` when it comes from a published holiday calendar."""

    date: date
    day_class: DayClass
    name_zh: str = ""
    name_en: str = ""
    announced: bool = True


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours a resource has on one single date, none where it is closed, and why."""

    windows: tuple[Window, ...] = ()
    reason: str = ""


class DayClasses:
    """A calendar that knows the class of every date: the days it was given, else the rule of the week.

    For one resource it also knows the `exceptions`: single dates whose hours are not what the week says. It never
    changes once made. Of two days with one date the later one counts.
    """

    __slots__ = ("_days", "_exceptions")

    def __init__(self, days: Iterable[Day] = (), exceptions: Mapping[date, OwnHours] | None = None) -> None:
        self._days = {day.date: day for day in days}
        self._exceptions = dict(exceptions or {})

    def with_exceptions(self, exceptions: Mapping[date, OwnHours]) -> DayClasses:
        """The same calendar for a resource with these exceptions, and no others."""
        return DayClasses(self._days.values(), exceptions)

    def with_days(self, days: Iterable[Day]) -> DayClasses:
        """The same with some days of its own, its exceptions kept."""
        return DayClasses([*self._days.values(), *days], self._exceptions)

    @property
    def plain(self) -> DayClasses:
        """The calendar without anybody's exceptions."""
        return DayClasses(self._days.values()) if self._exceptions else self

    @property
    def exceptions(self) -> Mapping[date, OwnHours]:
        """The single dates with hours of their own."""
        return self._exceptions

    def exception(self, on: date) -> OwnHours | None:
        """The hours the date has whatever the week says; None on nearly all dates."""
        return self._exceptions.get(on)

    def day(self, on: date) -> Day | None:
        """What is known of the date beyond the rule of the week."""
        return self._days.get(on)

    def of(self, on: date) -> DayClass:
        """The class of the date; Monday to Friday are worked where nothing else is known."""
        day = self._days.get(on)
        if day is not None:
            return day.day_class
        return DayClass.WD if on.weekday() < _SATURDAY else DayClass.RD

    def is_announced(self, on: date) -> bool:
        """Whether the class of the date is published, not guessed from the week."""
        day = self._days.get(on)
        return day is not None and day.announced

    def name(self, on: date, locale: str) -> str:
        """What the date is called in the locale, else in the other language; empty on ordinary days.

        Where a resource has hours of its own that day, and somebody said why, that comes first.
        """
        exception = self._exceptions.get(on)
        if exception is not None and exception.reason:
            return exception.reason
        day = self._days.get(on)
        if day is None:
            return ""
        if locale == "en":
            return day.name_en or day.name_zh
        return day.name_zh or day.name_en


def working_days_after(instant: datetime, n: int, days: DayClasses, zone: ZoneInfo) -> datetime:
    """The instant on the n-th working day after `instant`'s local date when clocks show the same time."""
    if n < 0:
        raise ValueError(f"working days are counted forward: {n}")
    if n == 0:
        return instant
    wall = instant.astimezone(zone).replace(tzinfo=None)
    for _ in range(n):
        wall += _DAY
        while days.of(wall.date()) is not DayClass.WD:
            wall += _DAY
    return instant_of(wall, zone)
