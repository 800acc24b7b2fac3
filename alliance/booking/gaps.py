"""Where on a board a booking can begin: the parts of free time that notice, horizon, grid and lengths leave. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from alliance.availability.free_spans import Range
from alliance.availability.local_time import midnight
from alliance.booking.bookable import Bookable
from alliance.booking.free_time import on_grid, openings
from alliance.booking.timetable import Timetable, seconds
from alliance.intervals import Span

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_DAY_SECONDS: Final = 24 * 60 * 60
_USUAL: Final = 2 * 60 * 60


class Gap(NamedTuple):
    """A part of a day one can book, in seconds since 1970, and the end the form begins with."""

    start: int
    end: int
    likely_end: int
    quantity: int


class Reach(NamedTuple):
    """From when until when the owner's notice and horizon let a booking start; `latest` is None without a horizon."""

    earliest: int
    latest: int | None


def reach_of(bookable: Bookable, now: datetime) -> Reach:
    """The earliest and the latest start for who asks now. This very instant is as good as past."""
    policy = bookable.policy
    latest = None if policy.days_ahead is None else seconds(now + timedelta(days=policy.days_ahead))
    return Reach(seconds(now + timedelta(hours=policy.notice_hours or 0) + _SECOND), latest)


def gaps(bookable: Bookable, free: Iterable[tuple[int, int, int]], day: Range, reach: Reach) -> Iterator[Gap]:
    """What is left of the free ranges on one local day of what is booked by the hour, sorted as they are.

    `day` is the day from midnight to midnight. A gap ends with the day, and counts where a booking could run on.
    """
    if not bookable.is_on_offer or day[1] <= reach.earliest or (reach.latest and day[0] > reach.latest):
        return
    grid, shortest = int(bookable.grid.total_seconds()), int(bookable.shortest.total_seconds())
    longest = (bookable.policy.longest_minutes or 0) * 60
    # Grid lines are counted from midnight by the clock on the wall, which runs evenly on all but two days a year.
    runs_evenly = day[1] - day[0] == _DAY_SECONDS
    usual = max(shortest, _USUAL // grid * grid)
    usual = min(usual, longest) if longest else usual
    for start, end, count in free:
        begin = max(start, day[0], reach.earliest)
        if begin >= day[1] or begin >= end:
            continue
        begin = day[0] - (day[0] - begin) // grid * grid if runs_evenly else on_grid(begin, bookable)
        if begin + shortest > end or (reach.latest is not None and begin > reach.latest):
            continue
        last = min(end, day[1])
        if runs_evenly:
            # What remains beyond the last grid line can be nobody's.
            last -= (last - day[0]) % grid
        if begin < last:
            within = (end - begin) // grid * grid
            yield Gap(begin, last, begin + max(shortest, min(usual, within)), count)


def day_gap(timetable: Timetable, on: date, now: datetime) -> Gap | None:
    """The same of what is taken by the day: the whole local day, where a shortest booking can begin on it."""
    bookable = timetable.bookable
    length = bookable.length_for(None)
    if length is None:
        return None
    first = midnight(on, bookable.zone)
    last = midnight(on + length // _DAY * _DAY, bookable.zone)
    found = next(openings(timetable, now, length=length, within=Span(first, last)), None)
    if found is None or found.span.start != first:
        return None
    return Gap(seconds(first), seconds(midnight(on + _DAY, bookable.zone)), seconds(last), found.quantity)


def one_after_another(free: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of free ranges that overlap, as pools have them, those that cover the same time side by side.

    Each piece lies within one range, so whatever is asked for in it can be had.
    """
    ranges = sorted(free)
    covered: list[tuple[int, int, int]] = []
    until, n = 0, 0
    best: tuple[int, int, int] | None = None
    while n < len(ranges) or best is not None:
        # Of all that has begun, the one that lasts longest makes the others superfluous.
        while n < len(ranges) and (ranges[n][0] <= until or best is None):
            if best is None:
                until = max(until, ranges[n][0])
            if best is None or ranges[n][1] > best[1]:
                best = ranges[n]
            n += 1
        if best is not None and best[1] > until:
            covered.append((until, best[1], best[2]))
            until = best[1]
        best = None
    return covered
