"""Free time of pools, held against a model that tries every wish minute by minute."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alliance.availability.free_spans import FreeSpan, free_of_many, free_of_one, free_spans
from alliance.intervals import Span

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)  # in Beijing
MINUTE = timedelta(minutes=1)
LAST = 20


def span(start: int, end: int) -> Span:
    return Span(NINE + start * MINUTE, NINE + end * MINUTE)


def found(window, opened, busy, quantity=1, setup=0, teardown=0) -> list[tuple[int, int, int]]:
    """What `free_spans` answers, all in minutes after nine."""
    answer = free_spans(
        span(*window),
        open_spans=[span(*pair) for pair in opened],
        busy={item: [span(*pair) for pair in pairs] for item, pairs in enumerate(busy)},
        quantity=quantity,
        setup=setup * MINUTE,
        teardown=teardown * MINUTE,
    )
    return [
        ((each.span.start - NINE) // MINUTE, (each.span.end - NINE) // MINUTE, each.quantity)
        for each in answer
    ]


@pytest.mark.parametrize(
    ("busy", "asked", "free"),
    [
        # One item.
        ([[]], {}, [(0, 60, 1)]),
        ([[(0, 60)]], {}, []),
        ([[(10, 20)]], {}, [(0, 10, 1), (20, 60, 1)]),
        ([[(10, 20), (20, 30)]], {}, [(0, 10, 1), (30, 60, 1)]),
        ([[(20, 30), (10, 50), (15, 20)]], {}, [(0, 10, 1), (50, 60, 1)]),
        ([[(-30, 5), (55, 90)]], {}, [(5, 55, 1)]),
        # A pool: the whole hour on the third item, nothing of it twice.
        ([[(0, 20)], [(30, 60)], []], {}, [(0, 60, 1)]),
        ([[(0, 20)], [(30, 60)], []], {"quantity": 2}, [(0, 30, 2), (20, 60, 2)]),
        ([[(0, 20)], [(30, 60)], []], {"quantity": 3}, [(20, 30, 3)]),
        ([[(0, 20)], [(30, 60)], []], {"quantity": 4}, []),
        ([[], [], []], {"quantity": 2}, [(0, 60, 3)]),
        ([], {}, []),
        # Each item is free half of the time, but none is free over the change.
        ([[(0, 30)], [(30, 60)]], {}, [(0, 30, 1), (30, 60, 1)]),
        # Buffers keep clear of neighbours, not of the opening hours.
        ([[(20, 30)]], {"setup": 5, "teardown": 10}, [(0, 10, 1), (35, 60, 1)]),
        ([[(20, 30), (44, 60)]], {"setup": 5, "teardown": 10}, [(0, 10, 1)]),
        ([[(20, 30), (46, 60)]], {"setup": 5, "teardown": 10}, [(0, 10, 1), (35, 36, 1)]),
        ([[(-20, 0), (60, 70)]], {"setup": 5, "teardown": 10}, [(5, 50, 1)]),
        ([[(-20, -5), (70, 80)]], {"setup": 5, "teardown": 10}, [(0, 60, 1)]),
    ],
)
def test_an_hour_of_a_pool(busy, asked, free):
    assert found((0, 60), [(0, 60)], busy, **asked) == free


@pytest.mark.parametrize(
    ("opened", "free"),
    [
        ([], []),
        ([(-30, 90)], [(0, 20, 1), (30, 60, 1)]),
        ([(10, 25), (28, 40)], [(10, 20, 1), (30, 40, 1)]),
        ([(30, 45), (45, 50)], [(30, 50, 1)]),
        ([(20, 30), (60, 90)], []),
    ],
)
def test_free_time_stays_within_the_window_and_one_open_span(opened, free):
    assert found((0, 60), opened, [[(20, 30)]]) == free


def test_the_answer_is_in_spans():
    answer = free_spans(span(0, 60), open_spans=[span(0, 60)], busy={7: [span(0, 20)], 9: []}, quantity=2)

    assert answer == [FreeSpan(span(20, 60), 2)]


def test_nobody_can_want_no_item():
    with pytest.raises(ValueError, match="at least one"):
        found((0, 60), [(0, 60)], [[]], quantity=0)


pairs = st.tuples(st.integers(-6, LAST + 5), st.integers(1, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@settings(max_examples=400)
@example(window=(0, 9), opened=[(0, 9)], busy=[[(3, 6)], [], [(0, 4)]], quantity=2, setup=0, teardown=0)
@given(
    window=st.tuples(st.integers(0, 5), st.integers(6, LAST)),
    opened=st.lists(pairs, max_size=4),
    busy=st.lists(st.lists(pairs, max_size=4), max_size=5),
    quantity=st.integers(1, 6),
    setup=st.integers(0, 4),
    teardown=st.integers(0, 4),
)
def test_a_wish_is_possible_exactly_when_a_free_span_contains_it(
    window, opened, busy, quantity, setup, teardown
):
    is_open = {n for start, end in opened for n in range(start, end)} & set(range(*window))
    taken = [{n for start, end in pairs for n in range(start, end)} for pairs in busy]
    free_items = {
        (a, b): sum(minutes.isdisjoint(range(a - setup, b + teardown)) for minutes in taken)
        for a, b in combinations(range(window[0], window[1] + 1), 2)
        if is_open.issuperset(range(a, b))
    }
    possible = [wish for wish, items in free_items.items() if items >= quantity]
    maximal = [
        (a, b, free_items[a, b])
        for a, b in possible
        if not any((c, d) != (a, b) and c <= a and b <= d for c, d in possible)
    ]

    free = found(window, opened, busy, quantity, setup, teardown)

    assert free == sorted(maximal)
    assert {wish for wish in free_items if any(a <= wish[0] and wish[1] <= b for a, b, _ in free)} == set(
        possible
    )


def test_eight_times_the_bookings_cost_little_more_than_eight_times_the_work():
    few, many = comparisons_for(50), comparisons_for(400)

    assert 0 < many < 8 * 1.3 * few


class Counted(int):
    """A number that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) < int(other)


def comparisons_for(bookings_per_item: int) -> int:
    """The work of finding ten free items in a pool of forty."""
    chance = random.Random(2026)
    opened = [(Counted(0), Counted(10_000))]
    starts = [chance.sample(range(0, 10_000, 10), bookings_per_item) for _ in range(40)]
    free = [free_of_one(opened, [(Counted(s), Counted(s + 7)) for s in each]) for each in starts]
    Counted.compared = 0
    free_of_many(free, 10)
    return Counted.compared
