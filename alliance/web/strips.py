"""One day of a resource, or four weeks of what is taken by the day, as a strip without words. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from alliance.availability.free_spans import Range
from alliance.availability.whole_days import whole_days
from alliance.booking.timetable import Timetable, span_of
from alliance.intervals import Span, intersect, subtract, union
from alliance.web.lanes import Block, DaysWindow, Kind, Window, place, place_days, window_around

_DAY: Final = timedelta(days=1)
_DAYS: Final = 28
_USUAL: Final = Window()
_Drawing = Callable[[Kind, Iterable[Span]], Iterator[Block]]


def strip_of(
    table: Timetable,
    day: date,
    now: datetime,
    *,
    wish: Span | None = None,
    quantity: int = 1,
    window: Window | None = None,
) -> tuple[list[Block], Window | DaysWindow]:
    """What the day holds, from the ground up, and the window it is drawn in, by default the one around its hours.
    `wish` is the time that is offered.

    Taken is what leaves fewer items free than wanted. What goes by days shows four weeks from the day on, as far as
    its timetable knows them.
    """
    if table.bookable.by_day:
        return _strip_of_days(table, day, wish=wish, quantity=quantity)
    zone = table.bookable.zone
    whole = whole_days(day, day, zone)
    opened = intersect(_spans(table.opened), [whole])
    shown = window or _widened(window_around(opened, zone))

    def blocks(kind: Kind, spans: Iterable[Span]) -> Iterator[Block]:
        for span in spans:
            if (columns := place(span, day, shown, zone)) is not None:
                yield Block(kind, *columns)

    drawn = list(blocks("past", [Span(whole.start, min(now, whole.end))] if now > whole.start else []))
    drawn += blocks("off", subtract([whole], opened))
    drawn += _busy(table, opened, blocks, quantity)
    drawn += blocks("wish", [wish] if wish else [])
    return drawn, shown


def _widened(window: Window) -> Window:
    """At least the usual hours, so that strips under one another can be compared."""
    first = min(window.first_hour, _USUAL.first_hour)
    last = max(window.first_hour + window.hours, _USUAL.first_hour + _USUAL.hours)
    return Window(first, last - first)


def _strip_of_days(
    table: Timetable, day: date, *, wish: Span | None, quantity: int
) -> tuple[list[Block], Window | DaysWindow]:
    bookable, window = table.bookable, DaysWindow(day, _DAYS)

    def blocks(kind: Kind, spans: Iterable[Span]) -> Iterator[Block]:
        for span in spans:
            if (columns := place_days(span, window, bookable.zone)) is not None:
                yield Block(kind, *columns)

    days = [day + n * _DAY for n in range(_DAYS)]
    opened = union(
        whole_days(each, each, bookable.zone)
        for each in days
        if bookable.hours.is_open_on(each, table.open_time.days)
    )
    known = intersect(opened, [span_of(table.window)])
    drawn = list(blocks("off", subtract([whole_days(days[0], days[-1], bookable.zone)], opened)))
    drawn += _busy(table, known, blocks, quantity)
    drawn += blocks("wish", [wish] if wish else [])
    return drawn, window


def _busy(table: Timetable, opened: list[Span], blocks: _Drawing, quantity: int) -> Iterator[Block]:
    """The open time that is closed, or taken."""
    closed = intersect(opened, _closures(table, opened)) if opened else []
    free = [span_of((start, end)) for start, end, _count in table.free(quantity)]
    yield from blocks("closed", closed)
    yield from blocks("taken", subtract(subtract(opened, free), closed))


def _closures(table: Timetable, opened: list[Span]) -> list[Span]:
    """Closures of the whole resource; those of one item only leave fewer."""
    end = max(span.end for span in opened)
    return [
        Span(closed.start, closed.end or max(end, closed.start + _DAY))
        for closed in table.closures
        if closed.item_id is None
    ]


def _spans(ranges: Iterable[Range]) -> list[Span]:
    return [span_of(each) for each in ranges]
