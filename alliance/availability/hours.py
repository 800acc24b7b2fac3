"""Opening hours: the owners' short notation, what it means on a date, and the open time it makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClass, DayClasses, Window
from alliance.availability.local_time import instant_of, local_day
from alliance.intervals import Span, union

__all__ = ["BadHours", "DayClass", "Hours", "open_spans", "read_windows", "write_windows"]

_DAILY = "DAILY"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KEYS = (_DAILY, *DayClass, *_WEEKDAYS)
_WINDOW = re.compile(r"(\d{1,2}):(\d\d) ?- ?(\d{1,2}):(\d\d)")
_DASHES = dict.fromkeys(map(ord, "\u2013\u2014~"), "-")
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60


class BadHours(ValueError):
    """The notation cannot be read: `piece` is the part that is wrong, `code` says what is wrong with it.

    Codes: `unknown_day`, `day_twice`, `no_hours` (a day without hours), `bad_window`, `windows_overlap`.
    """

    def __init__(self, code: str, piece: str) -> None:
        super().__init__(f"{code}: {piece!r}")
        self.code = code
        self.piece = piece


@dataclass(frozen=True, slots=True)
class Hours:
    """When a resource is open in each week; made by `Hours.parse`, written back by `str`.

    `WD`, `RD` and `PH` give the hours of a day class, `DAILY` those of the classes not named, and
    `Mon` to `Sun` replace them on a weekday. A class not named is closed unless there is a `DAILY`.
    A weekday's line is silent on public holidays with a line of their own: they are what `PH` says.
    A window that ends after midnight belongs to the day it starts on.
    """

    lines: tuple[tuple[str, tuple[Window, ...]], ...] = ()

    @classmethod
    @lru_cache(maxsize=4096)  # owners share a handful of hours, and lists read those of hundreds of resources
    def parse(cls, text: str) -> Hours:
        """Read `WD 08:30-12:00,14:00-22:00; RD 22:00-02:00; PH off; Mon off`, or raise BadHours.

        Empty text is never open. Full-width punctuation and any case will do.
        """
        found: dict[str, tuple[Window, ...]] = {}
        for piece in filter(None, map(str.strip, _plain(text).split(";"))):
            key, windows = _read_line(piece)
            if key in found:
                raise BadHours("day_twice", piece)
            found[key] = windows
        if not any(found.values()):
            return cls()
        if _DAILY not in found:
            found = dict.fromkeys(DayClass, ()) | found
        return cls(tuple((key, found[key]) for key in _KEYS if key in found))

    def __str__(self) -> str:
        return "; ".join(f"{key} {write_windows(windows)}" for key, windows in self.lines)

    def windows(self, on: date, day_class: DayClass) -> tuple[Window, ...]:
        """The windows of the week for a date of this class, in minutes after its midnight; an end may pass 1440."""
        lines = dict(self.lines)
        if day_class is DayClass.PH and DayClass.PH in lines:
            return lines[DayClass.PH]
        for key in (_WEEKDAYS[on.weekday()], day_class, _DAILY):
            if key in lines:
                return lines[key]
        return ()

    def windows_on(self, on: date, days: DayClasses) -> tuple[Window, ...]:
        """The open windows that start on the date: those of its exception, else those of the week.

        The one place where the hours of a date are found.
        """
        exception = days.exception(on)
        return self.windows(on, days.of(on)) if exception is None else exception.windows

    def is_open_on(self, on: date, days: DayClasses) -> bool:
        """Whether any window starts on the date."""
        return bool(self.windows_on(on, days))


def open_spans(hours: Hours, days: DayClasses, window: Span, zone: ZoneInfo) -> list[Span]:
    """The parts of `window` during which it is open; windows that touch, also over midnight, are one span.

    Times that daylight saving skips or repeats are read as `instant_of` says.
    """
    return union(_opened(hours, days, window, zone))


def _opened(hours: Hours, days: DayClasses, window: Span, zone: ZoneInfo) -> Iterator[Span]:
    # The day before may reach in over midnight, never a day earlier: a window is at most 24 hours long.
    on = local_day(window.start, zone) - _DAY
    last = local_day(window.end, zone)
    while on <= last:
        midnight = datetime.combine(on, time.min)
        for opens, closes in hours.windows_on(on, days):
            start = max(window.start, instant_of(midnight + timedelta(minutes=opens), zone))
            end = min(window.end, instant_of(midnight + timedelta(minutes=closes), zone))
            if start < end:
                yield Span(start, end)
        on += _DAY


def read_windows(text: str) -> tuple[Window, ...]:
    """Read `09:00-12:00,14:00-22:00`, or `off` for none, or raise BadHours."""
    plain = _plain(text).strip()
    if plain.lower() == "off":
        return ()
    windows = tuple(sorted(_read_window(part.strip()) for part in plain.split(",")))
    if any(former[1] > latter[0] for former, latter in pairwise(windows)):
        raise BadHours("windows_overlap", text)
    return windows


def write_windows(windows: tuple[Window, ...]) -> str:
    """The windows as `read_windows` reads them."""
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in windows) or "off"


def _plain(text: str) -> str:
    """The text with the punctuation of Chinese keyboards and of word processors made plain."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES)


def _read_line(piece: str) -> tuple[str, tuple[Window, ...]]:
    day, _, hours = piece.partition(" ")
    key = next((key for key in _KEYS if key.lower() == day.lower()), None)
    if key is None:
        raise BadHours("unknown_day", piece)
    if not hours.strip():
        raise BadHours("no_hours", piece)
    try:
        return key, read_windows(hours)
    except BadHours as bad:
        # Of two that overlap neither alone is wrong.
        raise BadHours("windows_overlap", piece) if bad.code == "windows_overlap" else bad from None


def _read_window(part: str) -> Window:
    match = _WINDOW.fullmatch(part)
    if match is None:
        raise BadHours("bad_window", part)
    hour, minute, to_hour, to_minute = map(int, match.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if max(minute, to_minute) > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES or start == end:
        raise BadHours("bad_window", part)
    return (start, end) if start < end else (start, end + _DAY_MINUTES)


def _clock(minutes: int) -> str:
    # Midnight at the end of a day is 24:00; only what goes beyond it starts over at 00:00.
    hour, minute = divmod(minutes if minutes <= _DAY_MINUTES else minutes - _DAY_MINUTES, 60)
    return f"{hour:02}:{minute:02}"
