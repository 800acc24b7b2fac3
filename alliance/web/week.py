"""A resource's week as lanes under one ruler. Pure: facts go in, rows of blocks come out; templates only draw them.

What can be booked by the hour has a lane a day; what goes by whole days has one lane of seven columns. Up to three
items have lanes of their own; more become one lane that says how many of them are free.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from alliance.availability.hours import open_spans
from alliance.availability.whole_days import whole_days
from alliance.booking.permissions import Glimpse
from alliance.i18n import Language, language, localized
from alliance.i18n import gettext as _
from alliance.intervals import Span, intersect, subtract, union
from alliance.notifications.formats import format_clock, format_clocks, format_days, format_week_day
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.web.lanes import (
    Block,
    DaysWindow,
    Kind,
    Row,
    Window,
    booked_kind,
    place,
    place_days,
    place_now,
    window_around,
)
from alliance.web.openings import (
    DAYS,
    WeekFacts,
    beyond,
    busy,
    fewest_free,
    gaps,
    likely_end,
    openings,
)
from alliance.web.vocabulary import free_of

_OWN_LANES = 3
_WHOLE = 0  # stands for all items of a combined resource
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Addresses:
    """Where blocks lead: a gap to the form for a start and an end, a booking to its page."""

    book: Callable[[datetime, datetime], str]
    booking: Callable[[str], str]


@dataclass(frozen=True)
class Week:
    """Seven days, ready to be drawn. `next_free` is the first gap in them that can be booked."""

    first: date
    last: date
    window: Window | DaysWindow
    rows: Sequence[Row]
    next_free: Span | None
    now_words: str


@dataclass(frozen=True)
class _Lane:
    """Items that share a lane, what keeps each of them busy, and where one of them can be booked."""

    row: int
    name: str
    busy: Mapping[int, Sequence[Span]]
    bookings: Sequence[Glimpse]
    gaps: Sequence[Span]

    @property
    def is_pool(self) -> bool:
        """Whether it counts free items instead of showing each booking."""
        return len(self.busy) > 1

    def stands_for(self, item_id: int) -> bool:
        """Whether what happens to the item happens to the whole lane."""
        return set(self.busy) in ({item_id}, {_WHOLE})


def week_of(facts: WeekFacts, first: date, addresses: Addresses) -> Week:
    """The seven days from `first` on."""
    days = [first + n * _DAY for n in range(DAYS)]
    opened = open_spans(facts.hours, facts.days, beyond(facts.policy, first, facts.zone), facts.zone)
    lanes = _lanes(facts, first, opened)
    if facts.goes_by_days:
        window: Window | DaysWindow = DaysWindow(first, 7)
        rows = [_row_of_days(facts, lane, first, opened, addresses) for lane in lanes]
    else:
        window = window_around(_by_day(opened, days, facts.zone), facts.zone)
        words = _Words()
        rows = [_row_of_hours(facts, lanes, day, window, opened, addresses, words) for day in days]
    return Week(
        first=first,
        last=days[-1],
        window=window,
        rows=rows,
        next_free=_next_free(facts, lanes, days[:1] if facts.goes_by_days else days),
        now_words=format_clock(facts.now, facts.zone),
    )


def _lanes(facts: WeekFacts, first: date, opened: Sequence[Span]) -> list[_Lane]:
    reach = beyond(facts.policy, first, facts.zone)
    taken = busy(facts, reach)
    if facts.is_whole:
        # Taken only whole: any part that is busy makes it busy, and one lane stands for it.
        whole = {_WHOLE: union(chain.from_iterable(taken.values()))}
        return [_Lane(1, "", whole, _one_after_another(facts.bookings), gaps(facts, whole, opened, reach))]
    if len(taken) > _OWN_LANES:
        mine = _one_after_another(booking for booking in facts.bookings if booking.is_mine)
        return [_Lane(1, "", taken, mine, gaps(facts, taken, opened, reach))]
    return [
        _Lane(
            row,
            facts.items[item_id] if len(taken) > 1 else "",
            {item_id: spans},
            [booking for booking in facts.bookings if item_id in booking.item_ids],
            gaps(facts, {item_id: spans}, opened, reach),
        )
        for row, (item_id, spans) in enumerate(taken.items(), 1)
    ]


def _one_after_another(bookings: Iterable[Glimpse]) -> list[Glimpse]:
    """Those that can be drawn in one lane: of several at one time the reader's own, else the first."""
    drawn: list[Glimpse] = []
    for booking in sorted(bookings, key=lambda booking: (not booking.is_mine, booking.span)):
        if not any(booking.span.overlaps(other.span) for other in drawn):
            drawn.append(booking)
    return sorted(drawn, key=lambda booking: booking.span)


def _next_free(facts: WeekFacts, lanes: Iterable[_Lane], days: Iterable[date]) -> Span | None:
    """The first opening, as far as it lasts that day; in days as far as it lasts at all."""
    lanes = list(lanes)
    for day in days:
        within = whole_days(day, day + (DAYS - 1) * _DAY if facts.goes_by_days else day, facts.zone)
        found = list(chain.from_iterable(openings(facts, lane.gaps, within) for lane in lanes))
        if found:
            return min(found)
    return None


def _by_day(opened: Iterable[Span], days: Iterable[date], zone: ZoneInfo) -> Iterator[Span]:
    for day in days:
        yield from intersect(opened, [whole_days(day, day, zone)])


def _row_of_hours(
    facts: WeekFacts,
    lanes: Sequence[_Lane],
    day: date,
    window: Window,
    opened: Sequence[Span],
    addresses: Addresses,
    words: "_Words",
) -> Row:
    today = day == facts.now.astimezone(facts.zone).date()
    shown = whole_days(day, day, facts.zone)
    where = _Where(facts, shown, lambda span: place(span, day, window, facts.zone), words)
    blocks = [block for lane in lanes for block in where.blocks(lane, opened, addresses)]
    now_at = place_now(facts.now, day, window, facts.zone) if today else None
    return Row(format_week_day(day, language(), with_month=day.day == 1), blocks, now_at, today)


def _row_of_days(
    facts: WeekFacts, lane: _Lane, first: date, opened: Sequence[Span], addresses: Addresses
) -> Row:
    window = DaysWindow(first, 7)
    shown = whole_days(first, first + (DAYS - 1) * _DAY, facts.zone)
    where = _Where(facts, shown, lambda span: place_days(span, window, facts.zone), _Words())
    own_row = _Lane(1, lane.name, lane.busy, lane.bookings, lane.gaps)
    return Row(lane.name or _("Days"), list(where.blocks(own_row, opened, addresses)))


@dataclass(frozen=True)
class _Words:
    """What blocks say again and again, translated once."""

    language: Language = field(default_factory=language)
    said: str = field(default_factory=lambda: _("%(time)s, %(state)s"))
    of_item: str = field(default_factory=lambda: _("%(item)s, %(time)s, %(state)s"))
    book: str = field(default_factory=lambda: _("free, book it"))
    free: str = field(default_factory=lambda: _("Free"))


@dataclass(frozen=True)
class _Where:
    """One drawn lane: the time it shows, and which columns a span takes on it."""

    facts: WeekFacts
    shown: Span
    columns: Callable[[Span], tuple[int, int] | None]
    words: _Words

    def blocks(self, lane: _Lane, opened: Sequence[Span], addresses: Addresses) -> Iterator[Block]:
        """Everything on the lane, from the ground up: past, closed hours, closures, bookings, gaps."""
        yield from self._ground(lane.row, opened)
        yield from self._closures(lane)
        yield from self._bookings(lane, addresses)
        if lane.is_pool:
            yield from self._full(lane, opened)
        yield from self._gaps(lane, addresses)

    def _ground(self, row: int, opened: Sequence[Span]) -> Iterator[Block]:
        if self.shown.start < self.facts.now:
            past = Span(self.shown.start, min(self.facts.now, self.shown.end))
            yield from self._block("past", past, row=row)
        closed = self._closed_days() if self.facts.goes_by_days else subtract([self.shown], opened)
        holiday = self.facts.days.name(self.shown.start.astimezone(self.facts.zone).date(), language())
        if closed == [self.shown] and holiday and not self.facts.goes_by_days:
            said = _("Closed: %(reason)s", reason=holiday)
            yield from self._block("closed", self.shown, holiday, said, row=row)
            return
        for span in closed:
            yield from self._block("off", span, row=row)

    def _closed_days(self) -> list[Span]:
        facts = self.facts
        first = self.shown.start.astimezone(facts.zone).date()
        days = [first + n * _DAY for n in range(DAYS)]
        closed = [day for day in days if not facts.hours.is_open_on(day, facts.days)]
        return union(whole_days(day, day, facts.zone) for day in closed)

    def _closures(self, lane: _Lane) -> Iterator[Block]:
        """Those that close the lane; one of a single item only makes a pool smaller."""
        for closed in self.facts.closures:
            if not closed.hits(self.shown) or not (closed.item_id is None or lane.stands_for(closed.item_id)):
                continue
            span = Span(closed.start, closed.end or max(self.shown.end, closed.start + _DAY))
            words = closed.reason or CLOSURE_NAMES[closed.kind]()
            yield from self._block(
                "closed", span, words, self._said(lane, self._clocks(span), words), row=lane.row
            )

    def _bookings(self, lane: _Lane, addresses: Addresses) -> Iterator[Block]:
        for booking in lane.bookings:
            if not booking.span.overlaps(self.shown):
                continue
            words = _words_of(booking)
            href = addresses.booking(booking.ref) if booking.ref else ""
            # In a pool one's own stand below the lane that counts what is free.
            row = lane.row + lane.is_pool
            said = self._said(lane, self._clocks(booking.span), words)
            yield from self._block(booked_kind(booking), booking.span, words, said, href, row=row)

    def _full(self, lane: _Lane, opened: Sequence[Span]) -> Iterator[Block]:
        """The open time in which not a single item of a pool is free."""
        shown = intersect(opened, [self.shown])
        if any(not intersect(spans, [self.shown]) for spans in lane.busy.values()):
            return
        free = union(chain.from_iterable(subtract(shown, spans) for spans in lane.busy.values()))
        closed = [
            Span(closed.start, closed.end or max(self.shown.end, closed.start + _DAY))
            for closed in self.facts.closures
            if closed.item_id is None
        ]
        for span in subtract(subtract(shown, free), closed):
            words = _("Full")
            yield from self._block(
                "taken", span, words, self._said(lane, self._clocks(span), words), row=lane.row
            )

    def _gaps(self, lane: _Lane, addresses: Addresses) -> Iterator[Block]:
        for span in union(openings(self.facts, lane.gaps, self.shown)):
            href = addresses.book(span.start, likely_end(span, self.facts))
            clocks = self._clocks(span)
            if lane.is_pool:
                label = said = free_of(self.facts.kind, fewest_free(lane.busy, span), len(lane.busy))
            else:
                said = self.words.book
                label = self.words.free if self.facts.goes_by_days else clocks
            yield from self._block("free", span, label, self._said(lane, clocks, said), href, row=lane.row)

    def _said(self, lane: _Lane, clocks: str, words: str) -> str:
        """The block as it is read aloud: item, time and state."""
        if lane.name and not self.facts.goes_by_days:
            return self.words.of_item % {"item": lane.name, "time": clocks, "state": words}
        return self.words.said % {"time": clocks, "state": words}

    def _clocks(self, span: Span) -> str:
        """The part of the span that is shown, in words."""
        zone = self.facts.zone
        span = span.intersection(self.shown) or span
        if self.facts.goes_by_days:
            first, last = span.start.astimezone(zone), (span.end - timedelta(seconds=1)).astimezone(zone)
            today = self.facts.now.astimezone(zone).date()
            return format_days(first.date(), last.date(), self.words.language, today)
        return format_clocks(span, zone, self.words.language)

    def _block(
        self, kind: Kind, span: Span, label: str = "", spoken: str = "", href: str = "", *, row: int
    ) -> Iterator[Block]:
        if (columns := self.columns(span)) is not None:
            yield Block(kind, *columns, label=label, spoken=spoken, href=href, row=row)


def _words_of(booking: Glimpse) -> str:
    """As much as the reader may know, in a few words."""
    if booking.is_mine:
        return booking.title or (_("My request") if booking.status == "requested" else _("Mine"))
    if booking.level == "full":
        return booking.title or booking.person_name or _("Booked")
    if booking.level == "unit":
        return str(localized(booking, "unit_name"))
    return _("Waiting for approval") if booking.status == "requested" else _("Booked")
