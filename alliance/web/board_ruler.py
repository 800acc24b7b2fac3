"""A local day on the board: which columns a stretch of it takes, and its times of day in words. Pure.

In whole seconds since 1970: a page has hundreds of stretches, and cannot afford an object for each.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from alliance.availability.free_spans import Range
from alliance.availability.local_time import midnight
from alliance.booking.board import Row
from alliance.booking.timetable import instant, seconds, span_of
from alliance.i18n import Language
from alliance.notifications.formats import format_clock, format_clocks
from alliance.web.lanes import Window, place

_DAY: Final = timedelta(days=1)
_DAY_SECONDS: Final = 24 * 60 * 60
_QUARTER: Final = 15 * 60
# Every minute of a day as clocks show it, and the midnight that ends it.
_CLOCKS: Final = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60 + 1))
# The hours most resources are open; whoever needs the night asks for all 24.
USUAL: Final = Window(8, 14)
WHOLE_DAY: Final = Window(0, 24)


@dataclass(frozen=True)
class Ruler:
    """One local day of one zone, and which columns of the window a stretch of it takes."""

    day: date
    zone: ZoneInfo
    window: Window
    language: Language

    @cached_property
    def whole(self) -> Range:
        """The day from midnight to midnight."""
        return seconds(midnight(self.day, self.zone)), seconds(midnight(self.day + _DAY, self.zone))

    @cached_property
    def runs_evenly(self) -> bool:
        """Whether the clocks are left alone that day."""
        return self.whole[1] - self.whole[0] == _DAY_SECONDS

    @cached_property
    def shown(self) -> Range:
        """The hours of the window."""
        start = self.whole[0] + self.window.first_hour * 3600
        return start, start + self.window.hours * 3600

    def columns(self, start: int, end: int) -> tuple[int, int] | None:
        """Column and width, rounded outwards to quarters; None for what lies outside."""
        first, last = self.shown
        if not self.runs_evenly:
            return place(span_of((start, end)), self.day, self.window, self.zone)
        if end <= first or start >= last:
            return None
        at = 0 if start <= first else (start - first) // _QUARTER
        until = self.window.hours * 4 if end >= last else -((first - end) // _QUARTER)
        return at, until - at

    def clock(self, at: int) -> str:
        """The time of day; the midnight that ends the day is 24:00."""
        if self.runs_evenly:
            return _CLOCKS[(at - self.whole[0]) // 60]
        return "24:00" if at == self.whole[1] else format_clock(instant(at), self.zone)

    def clocks(self, start: int, end: int) -> str:
        """The times of day, e.g. 10:00–12:00."""
        first = self.whole[0]
        if not self.runs_evenly or start < first or end > self.whole[1]:
            return format_clocks(span_of((start, end)), self.zone, self.language)
        return f"{_CLOCKS[(start - first) // 60]}–{_CLOCKS[(end - first) // 60]}"


def reaches_beyond(rows: Iterable[Row], ruler_of: Callable[[ZoneInfo], Ruler]) -> bool:
    """Whether anything is open that day outside of the window."""
    for row in rows:
        bookable = row.line.bookable
        ruler = ruler_of(bookable.zone)
        (midnight, midnight_after), (first, last) = ruler.whole, ruler.shown
        for start, end in row.timetable.opened if not bookable.by_day else ():
            if midnight <= start < first or start < midnight < end or last < end <= midnight_after:
                return True
            if start < midnight_after < end:
                return True
    return False
