"""Free time: the spans in which enough interchangeable items of one resource are free at once.

`free_spans` speaks in spans. Below it `free_of_one` and `free_of_many` do the work on whole numbers of any
one scale (seconds, days), also for searches over many resources that cannot afford an object per booking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush, heappushpop
from itertools import chain

from alliance.intervals import Span, intersect

Range = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FreeSpan:
    """A span, and how many items are each free over the whole of it."""

    span: Span
    quantity: int


def free_spans(
    window: Span,
    *,
    open_spans: Iterable[Span],
    busy: Mapping[int, Iterable[Span]],
    quantity: int = 1,
    setup: timedelta = timedelta(0),
    teardown: timedelta = timedelta(0),
) -> list[FreeSpan]:
    """All maximal spans within the window and one open span over which `quantity` items are each free.

    A wish for `quantity` items is possible exactly when one of these spans contains it. `busy` has a key for
    every item, idle ones included, with its footprints and closures, also those up to `setup` before and
    `teardown` after the window. Setup and teardown keep clear of them but may lie outside the opening hours.
    """
    opened = [(_ticks(span.start), _ticks(span.end)) for span in intersect(open_spans, [window])]
    before, after = setup // _TICK, teardown // _TICK
    free = (
        free_of_one(opened, [(_ticks(span.start) - after, _ticks(span.end) + before) for span in spans])
        for spans in busy.values()
    )
    return [
        FreeSpan(Span(_instant(start), _instant(end)), count)
        for start, end, count in free_of_many(free, quantity)
    ]


def free_of_one(opened: Iterable[Range], busy: Iterable[Range]) -> list[Range]:
    """The maximal parts of the sorted, separate `opened` ranges that overlap nothing in `busy`."""
    free: list[Range] = []
    taken = sorted(busy)
    i, busy_until = 0, None
    for opens, end in opened:
        start = opens if busy_until is None else max(opens, busy_until)
        while i < len(taken) and taken[i][0] < end:
            if start < taken[i][0]:
                free.append((start, taken[i][0]))
            start = max(start, taken[i][1])
            i += 1
        if start < end:
            free.append((start, end))
        busy_until = start
    return free


def free_of_many(free: Iterable[Sequence[Range]], quantity: int) -> list[tuple[int, int, int]]:
    """The maximal ranges that lie in a free range of `quantity` items at least, each with their number.

    `free` holds the free ranges of each item, which do not overlap one another.
    """
    if quantity < 1:
        raise ValueError(f"at least one item must be wanted: {quantity}")
    free = list(free)
    if len(free) == 1 == quantity:
        # Most resources are one of a kind: nothing to count.
        return [(start, end, 1) for start, end in free[0]]
    found: list[tuple[int, int, int]] = []
    furthest: list[int] = []  # A heap of the `quantity` latest ends among the ranges begun so far.
    lasting: list[int] = []  # A heap of the ends of those begun that reach as far as the last one found.
    ranges = sorted(chain.from_iterable(free))
    for i, (start, end) in enumerate(ranges):
        heappush(lasting, end)
        if len(furthest) < quantity:
            heappush(furthest, end)
        else:
            heappushpop(furthest, end)
        if len(furthest) < quantity or (i + 1 < len(ranges) and ranges[i + 1][0] == start):
            continue
        # `furthest[0]` never falls: what ends no later than the last one found lies within it.
        reach = furthest[0]
        if reach > start and (not found or reach > found[-1][1]):
            while lasting[0] < reach:
                heappop(lasting)
            found.append((start, reach, len(lasting)))
    return found


def _ticks(instant: datetime) -> int:
    return (instant - _EPOCH) // _TICK


def _instant(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK
