"""Resources booked by the local day: whole days, all of them open, and loans, handed over on open days."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClasses
from alliance.availability.free_spans import FreeSpan, Range, free_of_many, free_of_one
from alliance.availability.hours import Hours
from alliance.availability.local_time import local_day, midnight
from alliance.intervals import Span

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


class DayPreset(StrEnum):
    """How a resource is booked by the day."""

    WHOLE_DAY = "whole_day"
    LOAN = "loan"


def whole_days(first: date, last: date, zone: ZoneInfo) -> Span:
    """From the first instant of the first local day to the end of the last."""
    return Span(midnight(first, zone), midnight(last + _DAY, zone))


def local_days(span: Span, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last local day of the span, or None when it does not consist of whole days."""
    first, after = local_day(span.start, zone), local_day(span.end, zone)
    if span.start != midnight(first, zone) or span.end != midnight(after, zone):
        return None
    return first, after - _DAY


def closed_days(first: date, last: date, *, hours: Hours, days: DayClasses, preset: str) -> list[date]:
    """The closed days that forbid the booking: any of its days for whole days, first and last for a loan."""
    if DayPreset(preset) is DayPreset.LOAN:
        asked = sorted({first, last})
    else:
        asked = [first + n * _DAY for n in range((last - first).days + 1)]
    return [on for on in asked if not hours.is_open_on(on, days)]


def days_open(first: date, last: date, *, hours: Hours, days: DayClasses, preset: str) -> bool:
    """Whether the resource may be booked from the first to the last day as far as its hours go."""
    return not closed_days(first, last, hours=hours, days=days, preset=preset)


def free_days(
    window: Span,
    *,
    hours: Hours,
    days: DayClasses,
    zone: ZoneInfo,
    busy: Mapping[int, Iterable[Span]],
    quantity: int = 1,
    preset: str,
) -> list[FreeSpan]:
    """All maximal runs of the window's whole local days over which `quantity` items are each free.

    A run of whole days is open throughout; one for a loan begins and ends on an open day, and a loan is
    possible exactly when its own first and last day are open too and a run contains it. `busy` has a key
    for every item, idle ones included; something busy for part of a day takes the day.
    """
    first, after = _days_within(window, zone)
    open_days = [n for n in range(first, after) if _is_open(n, hours, days)]
    taken = (_days_taken(spans, zone) for spans in busy.values())
    return [
        FreeSpan(whole_days(date.fromordinal(start), date.fromordinal(end - 1), zone), count)
        for start, end, count in free_runs((first, after), open_days, taken, quantity, preset)
    ]


def free_runs(
    window: Range, open_days: list[int], taken: Iterable[Iterable[Range]], quantity: int, preset: str
) -> list[tuple[int, int, int]]:
    """The same on days as ordinals: `taken` holds for each item the ranges of days something has a part in."""
    if DayPreset(preset) is DayPreset.LOAN:
        free = [_between(open_days, free_of_one([window], each)) for each in taken]
    else:
        runs = _runs(open_days)
        free = [free_of_one(runs, each) for each in taken]
    return free_of_many(free, quantity)


def _days_within(window: Span, zone: ZoneInfo) -> Range:
    """The local days that lie wholly in the window, as a range of ordinals; it may be empty or inverted."""
    first = local_day(window.start, zone)
    if midnight(first, zone) < window.start:
        first += _DAY
    return first.toordinal(), local_day(window.end, zone).toordinal()


def _is_open(ordinal: int, hours: Hours, days: DayClasses) -> bool:
    on = date.fromordinal(ordinal)
    return hours.is_open_on(on, days)


def _days_taken(spans: Iterable[Span], zone: ZoneInfo) -> list[Range]:
    """The days each span has a part in, as ranges of ordinals."""
    return [
        (local_day(span.start, zone).toordinal(), local_day(span.end - _TICK, zone).toordinal() + 1)
        for span in spans
    ]


def _runs(ordinals: list[int]) -> list[Range]:
    """The sorted days as ranges without a gap."""
    runs: list[Range] = []
    for n in ordinals:
        if runs and runs[-1][1] == n:
            runs[-1] = (runs[-1][0], n + 1)
        else:
            runs.append((n, n + 1))
    return runs


def _between(open_days: list[int], ranges: Iterable[Range]) -> list[Range]:
    """The ranges cut back to their first and last open day; those without one are left out."""
    cut: list[Range] = []
    for start, end in ranges:
        inside = open_days[bisect_left(open_days, start) : bisect_left(open_days, end)]
        if inside:
            cut.append((inside[0], inside[-1] + 1))
    return cut
