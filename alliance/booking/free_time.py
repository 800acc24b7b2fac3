"""When resources are free, and the first time one of them could be booked: behind search, board, form and API alike."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alliance.availability.free_spans import FreeSpan, Range
from alliance.availability.local_time import instant_of, local_day, midnight
from alliance.booking.bookable import Bookable
from alliance.booking.timetable import Timetable, instant, range_of, seconds, span_of
from alliance.booking.timetables import timetables
from alliance.intervals import Span
from alliance.resources.models import Resource

# How far `next_free` looks.
LOOK_AHEAD: Final = timedelta(days=28)
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that could be booked: the earliest start in a gap with the wanted length. `quantity` items stay free
    together from its start to `until`, as far as was asked.
    """

    span: Span
    until: datetime
    quantity: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """A resource's timetable, and the first opening in it that was looked for, if there is one."""

    timetable: Timetable
    opening: Opening | None

    def before(self, latest: datetime) -> "Outlook":
        """The same, where an opening that starts later counts as none."""
        if self.opening is None or self.opening.span.start < latest:
            return self
        return Outlook(self.timetable, None)


def free_time(
    session: Session, resource: Resource, window: Span, now: datetime, *, quantity: int = 1
) -> list[FreeSpan]:
    """All maximal spans of the window over which `quantity` items are each free, in four statements.

    The resource comes with its owner and policy. A combined resource is free where all its items are, and counts as
    one. What cannot be booked by time has no free time. Notice, horizon and what the person lacks are left aside.
    """
    bookable = Bookable.of(resource)
    if bookable.status != "published" or bookable.mode != "timed":
        return []
    timetable = timetables(session, [bookable], window, now)[bookable.id]
    return [FreeSpan(span_of((start, end)), count) for start, end, count in timetable.free(quantity)]


def next_free(
    session: Session,
    found: Iterable[Bookable],
    now: datetime,
    *,
    wanted: timedelta | None = None,
    quantity: int = 1,
) -> dict[int, Opening]:
    """The first opening of each resource that has one to start within 28 days, by id, in four statements.

    `wanted` is a length, by default the shortest each can be booked for. Notice and horizon count; what somebody
    lacks is for others to say.
    """
    met = outlooks(session, found, now, wanted=wanted, quantity=quantity)
    return {each: outlook.opening for each, outlook in met.items() if outlook.opening is not None}


def outlooks(
    session: Session,
    found: Iterable[Bookable],
    now: datetime,
    *,
    wanted: timedelta | None = None,
    quantity: int = 1,
) -> dict[int, Outlook]:
    """The same with the timetables in which it was looked for, from today on, those without any opening included."""
    asked = _lengths(found, wanted)
    longest = max((length for _, length in asked), default=timedelta(0))
    within = [
        Span(midnight(local_day(now, bookable.zone), bookable.zone), now + LOOK_AHEAD + longest)
        for bookable, _ in asked
    ]
    met = _first_openings(session, asked, within, now, quantity)
    return {each: outlook.before(now + LOOK_AHEAD) for each, outlook in met.items()}


def free_within(
    session: Session,
    found: Iterable[Bookable],
    within: Span,
    now: datetime,
    *,
    wanted: timedelta | None = None,
    quantity: int = 1,
) -> dict[int, Opening]:
    """The first opening that lies within the time, of each resource that has one, by id, in four statements."""
    asked = _lengths(found, wanted)
    times = [time_for(bookable, within) for bookable, _ in asked]
    met = _first_openings(session, asked, times, now, quantity)
    return {each: outlook.opening for each, outlook in met.items() if outlook.opening is not None}


def time_for(bookable: Bookable, within: Span) -> Span:
    """Where to look when a time is named: what is taken by the day has the whole local days the time touches."""
    if not bookable.by_day:
        return within
    zone = bookable.zone
    first, last = local_day(within.start, zone), local_day(within.end - _SECOND, zone)
    return Span(midnight(first, zone), midnight(last + _DAY, zone))


def _lengths(found: Iterable[Bookable], wanted: timedelta | None) -> list[tuple[Bookable, timedelta]]:
    """Those that can be booked for so long, each with the length on its grid."""
    return [
        (bookable, length)
        for bookable in found
        if bookable.is_on_offer and (length := bookable.length_for(wanted)) is not None
    ]


def _first_openings(
    session: Session,
    asked: Sequence[tuple[Bookable, timedelta]],
    within: Sequence[Span],
    now: datetime,
    quantity: int,
) -> dict[int, Outlook]:
    if not asked:
        return {}
    window = Span(min(span.start for span in within), max(span.end for span in within))
    tables = timetables(session, (bookable for bookable, _ in asked), window, now)
    met: dict[int, Outlook] = {}
    for (bookable, length), span in zip(asked, within, strict=True):
        table = tables[bookable.id]
        found = openings(table, now, length=length, quantity=quantity, within=span)
        met[bookable.id] = Outlook(table, next(found, None))
    return met


def openings(
    timetable: Timetable,
    now: datetime,
    *,
    length: timedelta,
    quantity: int = 1,
    within: Span | None = None,
) -> Iterator[Opening]:
    """The earliest bookable time of this length in each gap of the timetable, by start.

    It starts late enough for the owner's notice and within his horizon, on his grid, and lies within the span asked
    for, by default the timetable's window. The length is one of `Bookable.length_for`.
    """
    if not timetable.bookable.is_on_offer:
        return
    bounds = range_of(within) if within else timetable.window
    earliest, latest = earliest_and_latest(timetable.bookable, now)
    for start, end, count in timetable.free(quantity):
        gap = max(start, bounds[0]), min(end, bounds[1])
        if gap[0] >= gap[1]:
            continue
        found = _first_in(timetable, gap, max(gap[0], earliest), length)
        if found is not None and found[0] <= latest:
            yield Opening(span_of(found), instant(gap[1]), count)


def nearest(timetable: Timetable, wanted: Span, now: datetime, *, quantity: int = 1) -> Iterator[Span]:
    """Bookable times as long as the wanted one, in each gap the one that starts nearest to it; the nearest first."""
    bookable, length = timetable.bookable, wanted.length
    earliest, latest = earliest_and_latest(bookable, now)
    aim, grid = seconds(wanted.start), bookable.grid // _SECOND
    found: list[Range] = []
    for start, end, _ in timetable.free(quantity):
        begin, last = max(start, earliest), end - length // _SECOND
        # The first of the gap, the last grid line up to the aim, and the first from it on.
        at_best = {begin, max(begin, min(aim, last) - grid + 1), max(begin, aim)}
        spots = [_first_in(timetable, (start, end), at, length) for at in at_best]
        fitting = [spot for spot in spots if spot is not None and spot[0] <= latest]
        found += sorted(fitting, key=lambda spot: abs(spot[0] - aim))[:1]
    return map(span_of, sorted(found, key=lambda spot: (abs(spot[0] - aim), spot[0])))


def on_grid(at: int, bookable: Bookable) -> int:
    """The first instant from this one on at which a booking may start."""
    return _on_grid(at, bookable.zone, bookable.grid // _MINUTE)


# A search asks for a thousand resources, which open and close at the same few times.
@lru_cache(maxsize=8192)
def _on_grid(at: int, zone: ZoneInfo, grid: int) -> int:
    local = instant(at).astimezone(zone)
    minutes = local.hour * 60 + local.minute + (local.second > 0)
    if minutes % grid == 0 and not local.second:
        return at
    wall = datetime.combine(local.date(), time.min) + -(-minutes // grid) * grid * _MINUTE
    return seconds(instant_of(wall, zone))


def earliest_and_latest(bookable: Bookable, now: datetime) -> Range:
    """The earliest and the latest start that notice and horizon allow. This very instant is as good as past."""
    return _earliest_and_latest(bookable.policy.notice_hours or 0, bookable.policy.days_ahead, now)


@lru_cache(maxsize=1024)
def _earliest_and_latest(notice_hours: int, days_ahead: int | None, now: datetime) -> Range:
    earliest = seconds(max(now + timedelta(hours=notice_hours), now) + _SECOND)
    return earliest, _FOREVER if days_ahead is None else seconds(now + timedelta(days=days_ahead))


def _first_in(timetable: Timetable, gap: Range, earliest: int, length: timedelta) -> Range | None:
    """The first time of this length in the gap that starts on the grid no sooner than `earliest`."""
    bookable = timetable.bookable
    if bookable.by_day:
        return _first_days_in(timetable, gap, earliest, length // _DAY)
    start = on_grid(max(gap[0], earliest), bookable)
    end = start + length // _SECOND
    return (start, end) if end <= gap[1] else None


def _first_days_in(timetable: Timetable, gap: Range, earliest: int, days: int) -> Range | None:
    """The same in whole local days; a loan begins and ends on an open one."""
    zone = timetable.bookable.zone
    day = local_day(instant(max(gap[0], earliest)), zone)
    if seconds(midnight(day, zone)) < max(gap[0], earliest):
        day += _DAY
    while (end := seconds(midnight(day + days * _DAY, zone))) <= gap[1]:
        if _is_open(timetable, day) and _is_open(timetable, day + (days - 1) * _DAY):
            return seconds(midnight(day, zone)), end
        day += _DAY
    return None


def _is_open(timetable: Timetable, day: date) -> bool:
    return timetable.bookable.hours.is_open_on(day, timetable.open_time.days)
