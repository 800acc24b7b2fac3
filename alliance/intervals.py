"""Stretches of time: half-open, in UTC, and the set arithmetic on lists of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The time from `start` up to but not including `end`, both in UTC.

    Aware instants of other zones are converted, for two instants of one daylight-saving zone compare
    by their wall clocks. A naive instant, or an end that is not after the start, raises ValueError.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", _in_utc(self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", _in_utc(self.end))
        if not self.start < self.end:
            raise ValueError(f"a span must end after it starts: {self.start} to {self.end}")

    @property
    def length(self) -> timedelta:
        """How long the span lasts."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share an instant; spans that only touch do not."""
        return self.start < other.end and other.start < self.end

    def touches(self, other: Span) -> bool:
        """Whether one begins at the instant the other ends."""
        return self.end == other.start or other.end == self.start

    def contains(self, other: Span | datetime) -> bool:
        """Whether the whole other span, or the instant, lies within this span."""
        if isinstance(other, datetime):
            return self.start <= other < self.end
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other: Span) -> Span | None:
        """The time both share, if any."""
        if not self.overlaps(other):
            return None
        return Span(max(self.start, other.start), min(self.end, other.end))

    def widened(self, before: timedelta, after: timedelta) -> Span:
        """The span begun `before` earlier and ended `after` later."""
        return Span(self.start - before, self.end + after)


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans, key=attrgetter("start")):
        if not merged or merged[-1].end < span.start:
            merged.append(span)
        elif merged[-1].end < span.end:
            merged[-1] = Span(merged[-1].start, span.end)
    return merged


def intersect(these: Iterable[Span], those: Iterable[Span]) -> list[Span]:
    """The time that lies in both, as `union` would write it."""
    left, right = union(these), union(those)
    shared: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        common = left[i].intersection(right[j])
        if common is not None:
            shared.append(common)
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1
    return shared


def subtract(these: Iterable[Span], those: Iterable[Span]) -> list[Span]:
    """The time of `these` that lies outside `those`, as `union` would write it."""
    taken = union(those)
    left: list[Span] = []
    first = 0
    for span in union(these):
        while first < len(taken) and taken[first].end <= span.start:
            first += 1
        start = span.start
        # What reaches beyond this span is met again by the next one, so `first` stays where it is.
        for i in range(first, len(taken)):
            if taken[i].start >= span.end:
                break
            if start < taken[i].start:
                left.append(Span(start, taken[i].start))
            start = taken[i].end
        if start < span.end:
            left.append(Span(start, span.end))
    return left


def covers(spans: Iterable[Span], span: Span) -> bool:
    """Whether the spans together leave no instant of `span` uncovered."""
    return any(merged.contains(span) for merged in union(spans))


def meets(spans: Sequence[Span], span: Span) -> bool:
    """Whether one of the spans, sorted and apart from each other, overlaps `span`."""
    n = bisect_right(spans, span.start, key=attrgetter("end"))
    return n < len(spans) and spans[n].start < span.end


def _in_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"an instant must know its zone: {instant}")
    return instant.astimezone(UTC)
