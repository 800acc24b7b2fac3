"""The catalogue narrowed by time: what can be booked then, and what misses it by little."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy.orm import Session

from alliance.availability.local_time import local_day, midnight
from alliance.booking.bookable import Bookable
from alliance.booking.free_time import Opening, earliest_and_latest, openings, time_for
from alliance.booking.timetable import Timetable, instant, range_of, seconds, span_of
from alliance.booking.timetables import timetables
from alliance.intervals import Span

# In the order of how little they miss by.
Miss = Literal[
    "shorter", "fewer", "other_time", "at_least", "at_most", "too_soon", "too_far_ahead", "closed", "full"
]

_CLOSENESS: Final = {miss: n for n, miss in enumerate(get_args(Miss))}
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody needs: so many items for so long, at any time within a span."""

    within: Span
    length: timedelta
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that can be booked as asked, the first time at which it can, and its timetable of those days."""

    timetable: Timetable
    opening: Opening


@dataclass(frozen=True, slots=True)
class Near:
    """A resource that cannot be booked as asked, why not, and what comes nearest those days, if anything does."""

    timetable: Timetable
    miss: Miss
    params: Mapping[str, object] = field(default_factory=dict)
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Resources sorted by whether they fit: the hits by start and code, the others by code."""

    hits: Sequence[Hit]
    others: Sequence[Timetable]


def sorted_by_time(session: Session, found: Iterable[Bookable], asked: Asked, now: datetime) -> Sorted:
    """Which of the resources can be booked as asked, in four statements. What takes no bookings is left out."""
    on_offer = [bookable for bookable in found if bookable.is_on_offer]
    if not on_offer:
        return Sorted((), ())
    tables = timetables(session, on_offer, _days_around(on_offer, asked.within), now)
    hits, others = [], []
    for bookable in on_offer:
        table = tables[bookable.id]
        opening = _opening(table, asked, now)
        if opening is None:
            others.append(table)
        else:
            hits.append(Hit(table, opening))
    hits.sort(key=lambda hit: (hit.opening.span.start, hit.timetable.bookable.code))
    return Sorted(hits, others)


def nearest_misses(others: Iterable[Timetable], asked: Asked, now: datetime, *, most: int) -> list[Near]:
    """Those that miss by least, at most so many; which are full or closed all day come last."""
    missed = [_near(table, asked, now) for table in others]
    return sorted(
        missed, key=lambda near: (_CLOSENESS[near.miss], _shift(near, asked), near.timetable.bookable.code)
    )[:most]


def _days_around(found: Iterable[Bookable], within: Span) -> Span:
    """The whole local days of the span, everywhere."""
    zones = {bookable.zone for bookable in found}
    first = min(midnight(local_day(within.start, zone), zone) for zone in zones)
    last = max(midnight(local_day(within.end, zone) + _DAY, zone) for zone in zones)
    return Span(first, last)


def _opening(table: Timetable, asked: Asked, now: datetime) -> Opening | None:
    length = table.bookable.length_for(asked.length)
    if length is None:
        return None
    within = time_for(table.bookable, asked.within)
    return next(openings(table, now, length=length, quantity=asked.quantity, within=within), None)


def _near(table: Timetable, asked: Asked, now: datetime) -> Near:
    return next(_misses(table, asked, now))


def _misses(table: Timetable, asked: Asked, now: datetime) -> Iterator[Near]:
    """Why it does not fit, the smallest miss first; the last one always applies."""
    bookable = table.bookable
    length = bookable.length_for(asked.length)
    if length is None:
        yield _wrong_length(table, asked, now)
        return
    within = time_for(bookable, asked.within)
    if (shorter := _longest_in(table, asked, within, now)) is not None:
        yield Near(table, "shorter", {"length": shorter.span.length}, shorter)
    for fewer in range(min(asked.quantity - 1, table.most), 0, -1):
        found = next(openings(table, now, length=length, quantity=fewer, within=within), None)
        if found is not None:
            yield Near(table, "fewer", {"free": found.quantity, "of": table.most}, found)
    if asked.quantity <= table.most:
        that_day = list(openings(table, now, length=length, quantity=asked.quantity))
        if that_day:
            best = min(that_day, key=lambda opening: abs(opening.span.start - asked.within.start))
            yield Near(table, "other_time", {}, best)
    elif table.most:
        yield Near(table, "fewer", {"free": table.most, "of": table.most})
    yield from _bounds(table, asked, now)
    yield _full(table, within)


def _wrong_length(table: Timetable, asked: Asked, now: datetime) -> Near:
    """Bookings of it last longer or shorter than asked: the nearest length there is."""
    policy, bookable = table.bookable.policy, table.bookable
    is_longer = bookable.shortest > asked.length
    length = bookable.shortest if is_longer else bookable.length_for(None)
    if not is_longer and policy.longest_minutes is not None:
        length = policy.longest_minutes * _MINUTE // bookable.grid * bookable.grid
    found = None
    if length:
        found = next(openings(table, now, length=length, quantity=asked.quantity), None)
    return Near(table, "at_least" if is_longer else "at_most", {"length": length}, found)


def _longest_in(table: Timetable, asked: Asked, within: Span, now: datetime) -> Opening | None:
    """The longest bookable piece of the time asked for that is still too short."""
    bookable, bounds = table.bookable, range_of(within)
    best: Opening | None = None
    for start, end, count in table.free(asked.quantity):
        piece = min(end, bounds[1]) - max(start, bounds[0])
        length = timedelta(seconds=max(piece, 0)) // bookable.grid * bookable.grid
        # A piece that begins off the grid holds one step less.
        for tried in (length, length - bookable.grid):
            if tried < bookable.shortest or (best is not None and tried <= best.span.length):
                break
            piece_of = span_of((max(start, bounds[0]), min(end, bounds[1])))
            found = next(openings(table, now, length=tried, quantity=asked.quantity, within=piece_of), None)
            if found is not None:
                best = Opening(found.span, found.until, count)
                break
    return best


def _bounds(table: Timetable, asked: Asked, now: datetime) -> Iterator[Near]:
    """The owner's notice and horizon, where they forbid any start within the time."""
    earliest, latest = earliest_and_latest(table.bookable, now)
    policy = table.bookable.policy
    if policy.notice_hours and earliest > seconds(asked.within.end):
        yield Near(table, "too_soon", {"hours": policy.notice_hours, "earliest": instant(earliest)})
    if policy.days_ahead is not None and latest < seconds(asked.within.start):
        yield Near(table, "too_far_ahead", {"days": policy.days_ahead, "latest": instant(latest)})


def _full(table: Timetable, within: Span) -> Near:
    """Nothing is left those days: because it is closed, or because others were faster or it does not open."""
    shut = next((each for each in table.closures if each.item_id is None and each.hits(within)), None)
    if shut is not None:
        return Near(table, "closed", {"kind": shut.kind, "reason": shut.reason, "until": shut.end})
    return Near(table, "full", {"opens": bool(table.bookable.by_day or table.opened)})


def _shift(near: Near, asked: Asked) -> timedelta:
    return abs(near.opening.span.start - asked.within.start) if near.opening else timedelta.max
