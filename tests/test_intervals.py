"""Spans and their set arithmetic, held against sets of minutes."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.intervals import Span, covers, intersect, subtract, union

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAST = 40


def span(start: int, end: int) -> Span:
    return Span(MIDNIGHT + start * MINUTE, MIDNIGHT + end * MINUTE)


def minutes(spans) -> set[int]:
    return {n for each in spans for n in range(LAST) if each.start <= MIDNIGHT + n * MINUTE < each.end}


def is_tidy(spans: list[Span]) -> bool:
    return all(former.end < latter.start for former, latter in pairwise(spans))


a_span = st.tuples(st.integers(0, LAST - 1), st.integers(1, 12)).map(
    lambda pair: span(pair[0], min(pair[0] + pair[1], LAST))
)
some_spans = st.lists(a_span, max_size=8)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (MIDNIGHT, MIDNIGHT),
        (MIDNIGHT + MINUTE, MIDNIGHT),
        (MIDNIGHT.replace(tzinfo=None), MIDNIGHT + MINUTE),
        (MIDNIGHT, (MIDNIGHT + MINUTE).replace(tzinfo=None)),
    ],
)
def test_a_span_needs_aware_instants_and_must_end_after_it_starts(start, end):
    with pytest.raises(ValueError, match=r"a span must end|must know its zone"):
        Span(start, end)


def test_instants_of_other_zones_become_utc():
    beijing = timezone(timedelta(hours=8))

    made = Span(
        datetime(2026, 3, 2, 8, tzinfo=beijing), datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    )

    assert made == span(0, 60)
    assert (made.start.tzinfo, made.end.tzinfo) == (UTC, UTC)


def test_the_repeated_hour_of_autumn_is_an_hour_long():
    berlin = ZoneInfo("Europe/Berlin")

    made = Span(
        datetime(2026, 10, 25, 2, 30, tzinfo=berlin), datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin)
    )

    assert made.length == timedelta(hours=1)


@pytest.mark.parametrize(
    ("other", "overlaps", "touches", "common"),
    [
        (span(0, 10), False, True, None),
        (span(0, 11), True, False, span(10, 11)),
        (span(12, 15), True, False, span(12, 15)),
        (span(5, 25), True, False, span(10, 20)),
        (span(19, 30), True, False, span(19, 20)),
        (span(20, 30), False, True, None),
        (span(21, 30), False, False, None),
    ],
)
def test_touching_is_not_overlapping(other, overlaps, touches, common):
    it = span(10, 20)

    assert (it.overlaps(other), it.touches(other), it.intersection(other)) == (overlaps, touches, common)
    assert (other.overlaps(it), other.touches(it), other.intersection(it)) == (overlaps, touches, common)


def test_a_span_contains_its_start_but_not_its_end():
    it = span(10, 20)

    assert [it.contains(MIDNIGHT + n * MINUTE) for n in (9, 10, 19, 20)] == [False, True, True, False]
    assert [it.contains(span(*pair)) for pair in ((10, 20), (9, 20), (10, 21))] == [True, False, False]


def test_widening_moves_both_ends_outwards():
    assert span(10, 20).widened(3 * MINUTE, 5 * MINUTE) == span(7, 25)


def test_spans_sort_by_start_then_end():
    assert sorted([span(5, 9), span(1, 9), span(1, 3)]) == [span(1, 3), span(1, 9), span(5, 9)]


def test_touching_spans_become_one():
    assert union([span(10, 20), span(0, 10), span(21, 30)]) == [span(0, 20), span(21, 30)]


@given(some_spans)
def test_union_keeps_every_minute(spans):
    merged = union(spans)

    assert minutes(merged) == minutes(spans)
    assert is_tidy(merged)


@given(some_spans, some_spans)
def test_intersect_keeps_the_minutes_of_both(these, those):
    shared = intersect(these, those)

    assert minutes(shared) == minutes(these) & minutes(those)
    assert is_tidy(shared)


@given(some_spans, some_spans)
def test_subtract_keeps_the_minutes_of_the_first_only(these, those):
    left = subtract(these, those)

    assert minutes(left) == minutes(these) - minutes(those)
    assert is_tidy(left)


@given(some_spans, a_span)
def test_covers_means_no_minute_is_missing(spans, wanted):
    assert covers(spans, wanted) == (minutes([wanted]) <= minutes(spans))
