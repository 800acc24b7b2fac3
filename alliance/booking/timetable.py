"""The time of one resource: what keeps its items busy within a window, and what is free of it. Pure.

Reckoned in whole seconds since 1970, for a search over hundreds of resources cannot afford an object per booking.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClasses
from alliance.availability.free_spans import Range, free_of_many, free_of_one
from alliance.availability.hours import Hours, open_spans
from alliance.availability.local_time import local_day, midnight
from alliance.availability.whole_days import free_runs
from alliance.booking.bookable import Bookable
from alliance.booking.facts import Closed
from alliance.intervals import Span

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The whole local days of a window, as the seconds at which they begin and the last one ends; which are open."""

    midnights: list[int]
    opened: list[int]

    def of_start(self, at: int) -> int:
        """The number of the day the instant lies in; days before the first are the first."""
        return max(bisect_right(self.midnights, at) - 1, 0)

    def of_end(self, at: int) -> int:
        """The number of the day after the one that ends at the instant or holds it; none is after the last."""
        return min(bisect_left(self.midnights, at), len(self.midnights) - 1)


@dataclass(slots=True)
class OpenTime:
    """When hours are open within one window; many resources share days and the same few, so each is reckoned once."""

    days: DayClasses
    _known: dict[tuple[Hours, str, Range], list[Range]] = field(default_factory=dict)
    _days: dict[tuple[Hours, str, Range], LocalDays] = field(default_factory=dict)

    def of(self, hours: Hours, zone: ZoneInfo, window: Range) -> list[Range]:
        """The open ranges of the window, sorted and separate."""
        key = (hours, zone.key, window)
        if key not in self._known:
            spans = open_spans(hours, self.days, span_of(window), zone)
            self._known[key] = [range_of(span) for span in spans]
        return self._known[key]

    def days_of(self, hours: Hours, zone: ZoneInfo, window: Range) -> LocalDays:
        """The same in whole local days."""
        key = (hours, zone.key, window)
        if key not in self._days:
            self._days[key] = self._local_days(hours, zone, window)
        return self._days[key]

    def _local_days(self, hours: Hours, zone: ZoneInfo, window: Range) -> LocalDays:
        day = local_day(instant(window[0]), zone)
        if seconds(midnight(day, zone)) < window[0]:
            day += _DAY
        midnights, opened = [seconds(midnight(day, zone))], []
        while (after := seconds(midnight(day + _DAY, zone))) <= window[1]:
            if hours.is_open_on(day, self.days):
                opened.append(len(midnights) - 1)
            midnights.append(after)
            day += _DAY
        return LocalDays(midnights, opened)


@dataclass(frozen=True, slots=True)
class Timetable:
    """What is known of one resource's time within a window, for all readers alike.

    `busy` holds for each live item, idle ones included, the footprints that keep it from being booked, by start, from
    the last one before the window on; a whole's items are those of its parts. `closures` are those of the resource, its
    parts and its wholes.
    """

    bookable: Bookable
    window: Range
    busy: Mapping[int, Sequence[Range]]
    closures: tuple[Closed, ...]
    open_time: OpenTime
    is_whole: bool = False

    @property
    def most(self) -> int:
        """How many items one can ask for: a combined resource is taken once, whole."""
        return 1 if self.is_whole else len(self.busy)

    @property
    def opened(self) -> list[Range]:
        """When it is open within the window."""
        return self.open_time.of(self.bookable.hours, self.bookable.zone, self.window)

    def free(self, quantity: int = 1) -> list[tuple[int, int, int]]:
        """All maximal ranges of the window over which `quantity` items are each free, with how many are.

        A wish is physically possible exactly when one of them contains it. Notice, horizon, lengths and what somebody
        lacks are left aside. What is taken by the day has runs of whole local days.
        """
        if not 1 <= quantity <= self.most:
            return []
        wanted = len(self.busy) if self.is_whole else quantity
        if self.bookable.by_day:
            found = self._free_days(wanted)
        else:
            opened = self.opened
            found = free_of_many(
                (free_of_one(opened, spans) for spans in self._in_the_way().values()), wanted
            )
        return [(start, end, 1) for start, end, _ in found] if self.is_whole else found

    def _free_days(self, wanted: int) -> list[tuple[int, int, int]]:
        bookable = self.bookable
        days = self.open_time.days_of(bookable.hours, bookable.zone, self.window)
        taken = (
            [(days.of_start(start), days.of_end(end)) for start, end in spans]
            for spans in self._in_the_way().values()
        )
        # The days are counted from the first of the window.
        window = (0, len(days.midnights) - 1)
        found = free_runs(window, days.opened, taken, wanted, bookable.preset)
        return [(days.midnights[start], days.midnights[end], count) for start, end, count in found]

    def _in_the_way(self) -> Mapping[int, Sequence[Range]]:
        """For each item when no booking's span may be: closures and footprints, widened by one's own buffers."""
        setup, teardown = (length // _SECOND for length in self.bookable.buffers)
        if not (setup or teardown or self.closures):
            return self.busy
        taken = {
            item_id: [(start - teardown, end + setup) for start, end in spans]
            for item_id, spans in self.busy.items()
        }
        for closed in self.closures:
            span = (
                seconds(closed.start) - teardown,
                (self.window[1] if closed.end is None else seconds(closed.end)) + setup,
            )
            if span[0] < span[1]:
                for item_id in taken if closed.item_id is None else taken.keys() & {closed.item_id}:
                    taken[item_id].append(span)
        return taken

    def free_of_items(self) -> dict[int, list[Range]]:
        """The free ranges of each item alone; for what is booked by the hour."""
        opened = self.opened
        return {item_id: free_of_one(opened, spans) for item_id, spans in self._in_the_way().items()}

    def predecessors(self, footprint: Range) -> dict[int, datetime | None]:
        """For each item the end of the latest footprint that starts before the given one ends."""
        return {item_id: _last_end(spans, footprint[1]) for item_id, spans in self.busy.items()}

    def clashes(self, footprint: Range) -> Iterator[tuple[int, Span]]:
        """The footprints in the way of the given one, by start and item."""
        start, end = footprint
        found = (
            (taken[0], item_id, taken[1])
            for item_id, spans in self.busy.items()
            for taken in spans
            if taken[0] < end and taken[1] > start
        )
        return ((item_id, span_of((begins, ends))) for begins, item_id, ends in sorted(found))


def _last_end(spans: Sequence[Range], before: int) -> datetime | None:
    n = bisect_left(spans, (before, before))
    return instant(spans[n - 1][1]) if n else None


def seconds(at: datetime) -> int:
    """The instant in whole seconds since 1970."""
    return (at - _EPOCH) // _SECOND


def instant(at: int) -> datetime:
    """The instant so many seconds after 1970 began."""
    return _EPOCH + at * _SECOND


def range_of(span: Span) -> Range:
    """The span in seconds."""
    return seconds(span.start), seconds(span.end)


def span_of(seconds_: Range) -> Span:
    """The span of these seconds."""
    return Span(instant(seconds_[0]), instant(seconds_[1]))
