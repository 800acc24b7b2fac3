"""The time around one booking or wish, as lanes: a day by the hour, or some days for what goes by days."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alliance.availability.hours import open_spans
from alliance.availability.local_time import instant_of, local_day
from alliance.availability.whole_days import whole_days
from alliance.booking.permissions import Glimpse
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.intervals import Span, intersect, subtract, union
from alliance.members.actor import Actor
from alliance.notifications.formats import (
    format_clock,
    format_clocks,
    format_day,
    format_days,
    format_week_day,
)
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import PolicyRow, Resource
from alliance.resources.particulars import Particulars
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
from alliance.web.openings import WeekFacts, busy, gaps, openings
from alliance.web.vocabulary import free_of
from alliance.web.week_facts import week_facts

_OWN_LANES = 3
_DAY = timedelta(days=1)
_DAYS_SHOWN: Final = 14
_DAYS_NEAR: Final = 2
_LEAD_HOURS = 4
_DAY_HOURS = 24


@dataclass(frozen=True)
class Focus:
    """What the drawing is about: a wish that is in somebody's way, or a booking that is there already.

    `quantity` is how many items it takes. `book` makes the address behind a free gap, from its start and its end;
    without it gaps are not drawn.
    """

    span: Span
    footprint: Span
    ref: str | None = None
    is_wish: bool = False
    quantity: int = 1
    book: Callable[[datetime, datetime], str] | None = None


@dataclass(frozen=True)
class Day:
    """Lanes under one ruler, ready to be drawn."""

    window: Window | DaysWindow
    rows: Sequence[Row]
    now_words: str
    label: str
    others: Sequence[Span] = field(default=())

    @property
    def counts(self) -> bool:
        """Whether it says how many of a pool are free."""
        return any(block.kind == "some" for row in self.rows for block in row.blocks)


def facts_around(
    session: Session,
    resource: Resource,
    around: Particulars,
    span: Span,
    *,
    reader: Actor,
    now: datetime,
    policy: PolicyRow | None = None,
) -> WeekFacts:
    """What happens on the resource around the span, as far as the reader may know, in five statements.

    The resource comes with its policy unless that is given, and `around` with items and relatives.
    """
    zone = ZoneInfo(resource.zone)
    # A day by its hours needs its neighbours, from where free time may reach in; two weeks are drawn by days.
    rules = (policy or resource.policy_row).value()
    by_days = (
        resource.preset in DAY_PRESETS or timedelta(minutes=rules.grid_minutes) >= _DAY or span.length > _DAY
    )
    beyond = (_DAYS_SHOWN if by_days else _DAYS_NEAR) * _DAY
    reach = whole_days(local_day(span.start, zone) - beyond, local_day(span.end, zone) + beyond, zone)
    return week_facts(session, resource, around, rules, reach, reader=reader, now=now)


def day_around(facts: WeekFacts, focus: Focus) -> Day:
    """The day of the focus with a lane for each of up to three items, or one lane that counts what is free."""
    drawing = _drawing(facts, focus)
    rows = list(drawing.rows())
    if focus.is_wish:
        wish = list(drawing.block("wish", focus.span, drawing.words(focus.span), drawing.words(focus.span)))
        rows.append(Row(_("You want"), wish))
    return Day(
        window=drawing.window,
        rows=rows,
        now_words=format_clock(facts.now, facts.zone),
        label=drawing.label,
    )


def strip_around(facts: WeekFacts, focus: Focus) -> Day:
    """The same as one lane, that of the items the booking holds; `others` is what else is booked on them."""
    drawing = _drawing(facts, focus)
    own = next(
        (set(booking.item_ids) for booking in facts.bookings if booking.ref == focus.ref), set(facts.items)
    )
    sharing = [booking for booking in facts.bookings if own & set(booking.item_ids)]
    row = Row("", list(drawing.lane(sharing, own)))
    others = [
        booking.span
        for booking in sharing
        if booking.ref != focus.ref and booking.span.overlaps(drawing.shown)
    ]
    return Day(drawing.window, [row], "", drawing.label, union(others))


@dataclass(frozen=True)
class _Drawing:
    """The stretch of time being drawn, and which columns a span takes on it."""

    facts: WeekFacts
    focus: Focus
    window: Window | DaysWindow
    shown: Span
    columns: Callable[[Span], tuple[int, int] | None]
    day: date
    opened: Sequence[Span]

    @property
    def today(self) -> date:
        return local_day(self.facts.now, self.facts.zone)

    @property
    def label(self) -> str:
        """What the lanes are called to those who listen."""
        last = local_day(self.shown.end - timedelta(seconds=1), self.facts.zone)
        if last == self.day:
            return format_day(self.day, self.facts.zone, language(), self.today)
        return format_days(self.day, last, language(), self.today)

    def words(self, span: Span) -> str:
        """A span in words, as it fits a block."""
        if not self.facts.goes_by_days and isinstance(self.window, Window):
            return format_clocks(span, self.facts.zone, language())
        last = local_day(span.end - timedelta(seconds=1), self.facts.zone)
        return format_days(local_day(span.start, self.facts.zone), last, language(), self.today)

    def rows(self) -> Iterator[Row]:
        """A lane an item, or one for all of them."""
        items = self.facts.items
        if self.facts.is_whole or len(items) <= 1:
            yield self._row("", self.facts.bookings, set(items))
        elif len(items) > _OWN_LANES:
            yield self._row("", (), set(items), list(self._counted()))
            about = [booking for booking in self.facts.bookings if booking.ref == self.focus.ref]
            if self.focus.ref and about:
                blocks = [block for booking in about for block in self._booking(booking)]
                yield Row(_("This request"), blocks)
        else:
            for item_id, name in items.items():
                sharing = [booking for booking in self.facts.bookings if item_id in booking.item_ids]
                yield self._row(name, sharing, {item_id})

    def lane(self, bookings: Sequence[Glimpse], items: set[int]) -> Iterator[Block]:
        """What lies on one lane, from the ground up and then in the order of time."""
        for span in subtract([self.shown], self.opened):
            yield from self.block("off", span)
        if self.focus.is_wish:
            yield from self.block("lit", self.focus.span)
        blocks = [*self._closures(items), *(block for one in bookings for block in self._booking(one))]
        yield from sorted([*blocks, *self._gaps(items)], key=lambda block: block.at)

    def block(
        self, kind: Kind, span: Span, label: str = "", spoken: str = "", href: str = ""
    ) -> Iterator[Block]:
        """The block, unless it lies outside of what is shown."""
        if span.overlaps(self.shown) and (columns := self.columns(span)) is not None:
            yield Block(kind, *columns, label=label, spoken=spoken, href=href)

    def _row(
        self, name: str, bookings: Sequence[Glimpse], items: set[int], more: Sequence[Block] = ()
    ) -> Row:
        is_today = self.day == self.today and isinstance(self.window, Window)
        now_at = place_now(self.facts.now, self.day, self.window, self.facts.zone) if is_today else None  # type: ignore[arg-type]
        by_hour = isinstance(self.window, Window)
        label = name or (format_week_day(self.day, language()) if by_hour else _("Days"))
        return Row(label, [*self.lane(bookings, items), *more], now_at, is_today and not name)

    def _closures(self, items: set[int]) -> Iterator[Block]:
        for closed in self.facts.closures:
            hits_lane = closed.item_id is None or items == {closed.item_id} or self.facts.is_whole
            if hits_lane and closed.hits(self.shown):
                span = Span(closed.start, closed.end or max(self.shown.end, closed.start + _DAY))
                words = closed.reason or CLOSURE_NAMES[closed.kind]()
                yield from self.block("closed", span, words, self._said(span, words))

    def _booking(self, booking: Glimpse) -> Iterator[Block]:
        words, kind = _words_of(booking), booked_kind(booking)
        if self.focus.ref and booking.ref == self.focus.ref:
            waits = booking.status == "requested"
            kind, words = ("mine-pending", _("This request")) if waits else ("mine", _("This booking"))
        elif self.focus.is_wish and booking.footprint.overlaps(self.focus.footprint):
            kind = "clash"
        yield from self.block(kind, booking.span, words, self._said(booking.span, words))

    def _counted(self) -> Iterator[Block]:
        """Of a pool: how many are free, stretch by stretch of the open time; solid only where none is."""
        # Who moves his own booking is not in his own way; others' bookings may come without their ref.
        moving = self.focus.ref if self.focus.is_wish else None
        others = [one for one in self.facts.bookings if moving is None or one.ref != moving]
        taken = busy(replace(self.facts, bookings=others), self.shown)
        closed = [
            Span(closed.start, closed.end or max(self.shown.end, closed.start + _DAY))
            for closed in self.facts.closures
            if closed.item_id is None
        ]
        for stretch, free in _counts(taken, subtract(intersect(self.opened, [self.shown]), closed)):
            words = free_of(self.facts.kind, free, len(taken))
            yield from self.block(
                self._kind_of_rest(stretch, free), stretch, words, self._said(stretch, words)
            )

    def _kind_of_rest(self, stretch: Span, free: int) -> Kind:
        if self.focus.is_wish and free < self.focus.quantity and stretch.overlaps(self.focus.footprint):
            return "clash"
        return "some" if free else "taken"

    def _gaps(self, items: set[int]) -> Iterator[Block]:
        by_hour = isinstance(self.window, Window)
        if self.focus.book is None or not (by_hour or self.facts.goes_by_days) or len(items) != 1:
            return
        taken = {
            item_id: spans for item_id, spans in busy(self.facts, self.shown).items() if item_id in items
        }
        for span in openings(self.facts, gaps(self.facts, taken, self.opened, self.shown), self.shown):
            words = self.words(span)
            said = self._said(span, _("free, put this time into the form"))
            end = span.end if by_hour else self._likely_last(span)
            yield from self.block("free", span, words, said, self.focus.book(span.start, end))

    def _likely_last(self, gap: Span) -> datetime:
        """As many days on as were wished for, and then up to the next open day: nothing is handed back on others."""
        end = min(gap.end, gap.start + self.focus.span.length)
        while end < gap.end and not _is_open(
            self.facts, local_day(end - timedelta(seconds=1), self.facts.zone)
        ):
            end += _DAY
        return end

    def _said(self, span: Span, words: str) -> str:
        return _("%(time)s, %(state)s", time=self.words(span), state=words)


def _drawing(facts: WeekFacts, focus: Focus) -> _Drawing:
    zone = facts.zone
    day, last = local_day(focus.span.start, zone), local_day(focus.span.end - timedelta(seconds=1), zone)
    if facts.goes_by_days or (last - day).days > 1 or focus.span.length > _DAY:
        first = day - 2 * _DAY
        days = DaysWindow(first, _DAYS_SHOWN)
        shown = whole_days(first, first + (_DAYS_SHOWN - 1) * _DAY, zone)
        open_days = (on for n in range(_DAYS_SHOWN) if _is_open(facts, on := first + n * _DAY))
        opened = union(whole_days(on, on, zone) for on in open_days)
        return _Drawing(facts, focus, days, shown, lambda span: place_days(span, days, zone), first, opened)
    hours = _window(facts, focus, day, last)
    start = datetime.combine(day, datetime.min.time()) + timedelta(hours=hours.first_hour)
    shown = Span(instant_of(start, zone), instant_of(start + timedelta(hours=hours.hours), zone))
    opened = open_spans(facts.hours, facts.days, shown, zone)
    return _Drawing(facts, focus, hours, shown, lambda span: place(span, day, hours, zone), day, opened)


def _counts(taken: Mapping[int, Sequence[Span]], opened: Iterable[Span]) -> Iterator[tuple[Span, int]]:
    """How many items nobody has, stretch by stretch, those of one number in one."""
    for within in opened:
        bounds = {within.start, within.end}
        bounds |= {at for spans in taken.values() for span in spans for at in (span.start, span.end)}
        edges = sorted(at for at in bounds if within.start <= at <= within.end)
        stretches = [Span(*pair) for pair in pairwise(edges)]

        def free(stretch: Span) -> int:
            return sum(not any(span.overlaps(stretch) for span in spans) for spans in taken.values())

        for number, together in groupby(stretches, free):
            same = list(together)
            yield Span(same[0].start, same[-1].end), number


def _is_open(facts: WeekFacts, on: date) -> bool:
    return facts.hours.is_open_on(on, facts.days)


def _window(facts: WeekFacts, focus: Focus, day: date, last: date) -> Window:
    """The hours of the day that matter: open ones and wished ones; overnight, those around the night."""
    if last > day:
        first_hour = max(0, focus.span.start.astimezone(facts.zone).hour - _LEAD_HOURS)
        return Window(first_hour, _DAY_HOURS)
    opened = open_spans(facts.hours, facts.days, whole_days(day, day, facts.zone), facts.zone)
    return window_around([*opened, focus.span], facts.zone)


def _words_of(booking: Glimpse) -> str:
    """Whose it is, as far as the reader may know."""
    if booking.is_mine:
        return _("My request") if booking.status == "requested" else _("Mine")
    if booking.level == "busy":
        return _("Waiting for approval") if booking.status == "requested" else _("Booked")
    unit = str(localized(booking, "unit_name"))
    if booking.level == "full" and booking.person_name:
        return _("%(person)s, %(unit)s", person=booking.person_name, unit=unit)
    return unit
