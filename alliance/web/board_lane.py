"""One resource's lane on a day of the board: what is taken, closed and past, and the gaps that lead to the form. Pure.

Words are made once a page and blocks as plain tuples, for there are hundreds of them; templates only write them down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from alliance.availability.free_spans import Range
from alliance.availability.local_time import local_day
from alliance.booking.board import Row
from alliance.booking.facts import Closed
from alliance.booking.gaps import Gap, Reach, day_gap, gaps, one_after_another, reach_of
from alliance.booking.permissions import Glimpse
from alliance.booking.timetable import instant, seconds, span_of
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.notifications.formats import format_day, format_length
from alliance.notifications.rule_words import CLOSURE_WORDS
from alliance.web.board_ruler import Ruler
from alliance.web.board_words import Words, safe
from alliance.web.lanes import Kind, Window


class Piece(NamedTuple):
    """One stretch of a lane: its classes, its words, the rest of them that goes first when there is no room, more where
    there is plenty, what is read aloud, and where it leads. All of it is escaped already.
    """

    css: str
    label: str
    rest: str = ""
    more: str = ""
    spoken: str = ""
    href: str = ""


@dataclass(frozen=True)
class Addresses:
    """Where things lead: the form, a booking's page before its ref."""

    form: str
    booking: str


@dataclass(frozen=True)
class Setting:
    """What all lanes of a page share."""

    day: date
    now: datetime
    window: Window
    addresses: Addresses
    words: Words = field(default_factory=Words)
    _rulers: dict[ZoneInfo, Ruler] = field(default_factory=dict)

    def ruler(self, zone: ZoneInfo) -> Ruler:
        """The day as it is in the zone."""
        if zone not in self._rulers:
            self._rulers[zone] = Ruler(self.day, zone, self.window, self.words.language)
        return self._rulers[zone]


@dataclass(slots=True)
class Lane:
    """The lane of one resource, filled from the ground up."""

    page: Setting
    row: Row
    ruler: Ruler
    height: int = 1
    half_rows: dict[int, int] = field(default_factory=dict)
    ink: list[Piece] = field(default_factory=list)
    links: list[tuple[int, int, Piece]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    form: str = ""
    names: list[str] = field(default_factory=list)
    opened: Sequence[Range] = ()

    @classmethod
    def of(cls, page: Setting, row: Row) -> "Lane":
        """The lane with everything on it."""
        lane = cls(page, row, page.ruler(row.line.bookable.zone), opened=row.timetable.opened)
        if row.is_pool:
            # What one has of a pool stands below the lane that counts what is free.
            lane.height = 2 if any(booking.is_mine for booking in row.bookings) else 1
        elif not row.timetable.is_whole and len(row.timetable.busy) > 1:
            lane.half_rows = {item: n for n, item in enumerate(row.timetable.busy, 1)}
            lane.height = len(lane.half_rows)
        lane._fill()
        return lane

    @property
    def pressable(self) -> list[Piece]:
        """Gaps and one's own bookings by time; marked are gaps within another item's, which a list says only once."""
        links = sorted(self.links, key=lambda link: (link[0], -link[1]))
        shown: list[Piece] = []
        until = 0
        for _start, end, piece in links:
            is_gap = "b-free" in piece.css
            repeats = is_gap and end <= until
            shown.append(piece._replace(css=f"{piece.css} b-again") if repeats else piece)
            until = max(until, end) if is_gap else until
        return shown

    def _fill(self) -> None:
        bookable, shown, now = self.row.line.bookable, self.ruler.shown, seconds(self.page.now)
        if shown[0] < now:
            self._draw("past", shown[0], min(now, shown[1]))
        reach = reach_of(bookable, self.page.now)
        reason = self._why_never(reach)
        if reason:
            reason = safe(reason)
            self._draw("closed", *shown, label=reason)
            self.said.append(reason)
        else:
            self._outside_hours()
        for closed in self.row.timetable.closures:
            self._closure(closed)
        for booking in self._bookings():
            self._booking(booking)
        found = [] if reason else list(self._gaps(reach))
        for half_row, gap in found:
            self._gap(gap, half_row)
        if not found and not self.said and self.ruler.whole[1] > now:
            self.said.append(self.page.words.nothing if self._opens() else self.page.words.closed)

    def _draw(
        self, kind: Kind, start: int, end: int, half_row: int = 0, label: str = "", spoken: str = ""
    ) -> None:
        css = self._css(kind, start, end, half_row)
        if css:
            self.ink.append(Piece(css, label, spoken=spoken))

    def _css(self, kind: Kind, start: int, end: int, half_row: int) -> str:
        columns = self.ruler.columns(start, end)
        if columns is None:
            return ""
        ground = "" if kind in ("off", "past") else "b "
        where = f" r-{half_row}" if half_row > 1 else " r-all" if self.height > 1 and not half_row else ""
        return f"{ground}b-{kind} at-{columns[0]} for-{columns[1]}{where}"

    def _why_never(self, reach: Reach) -> str:
        """What keeps anything from being booked on the whole day, if it is no booking and no closure."""
        bookable, whole = self.row.line.bookable, self.ruler.whole
        if not bookable.is_on_offer:
            return _("Not open for booking")
        if whole[1] <= seconds(self.page.now):
            return ""
        if not self._opens():
            return self.row.timetable.open_time.days.name(self.page.day, self.ruler.language)
        if whole[1] <= reach.earliest:
            notice = timedelta(hours=bookable.policy.notice_hours or 0)
            return _("To be booked %(length)s ahead", length=format_length(notice, self.ruler.language))
        if reach.latest is not None and whole[0] > reach.latest:
            first = self.page.day - timedelta(days=bookable.policy.days_ahead or 0)
            today = local_day(self.page.now, self.ruler.zone)
            return _(
                "Can be booked from %(day)s on",
                day=format_day(first, self.ruler.zone, self.ruler.language, today),
            )
        return ""

    def _opens(self) -> bool:
        """Whether it is open at any time of the day."""
        day, table, whole = self.page.day, self.row.timetable, self.ruler.whole
        if table.bookable.by_day:
            return table.bookable.hours.is_open_on(day, table.open_time.days)
        return any(start < whole[1] and end > whole[0] for start, end in self.opened)

    def _outside_hours(self) -> None:
        at, last = self.ruler.shown
        if self.row.line.bookable.by_day:
            if not self._opens():
                self._draw("off", at, last)
            return
        for start, end in self.opened:
            if start > at:
                self._draw("off", at, min(start, last))
            at = max(at, end)
            if at >= last:
                return
        self._draw("off", at, last)

    def _closure(self, closed: Closed) -> None:
        half_row = 0
        if closed.item_id is not None:
            if self.row.is_pool:
                return  # one item less is free, no more
            half_row = self.half_rows.get(closed.item_id, 0)
        whole = self.ruler.whole
        start = max(whole[0], seconds(closed.start))
        end = whole[1] if closed.end is None else min(whole[1], seconds(closed.end))
        if start < end and self.ruler.columns(start, end):
            words = safe(closed.reason or CLOSURE_WORDS[closed.kind]())
            spoken = self._aloud(start, end, words, half_row)
            self._draw("closed", start, end, half_row, words, spoken)
            self.said.append(spoken)

    def _bookings(self) -> Sequence[Glimpse]:
        """Those that can be drawn: of several at one time in one lane the reader's own, else the first."""
        bookings = self.row.bookings
        if self.row.is_pool:
            bookings = [booking for booking in bookings if booking.is_mine]
        elif not self.row.timetable.is_whole:
            return bookings  # those of one item never overlap
        drawn: list[Glimpse] = []
        for booking in sorted(bookings, key=lambda booking: not booking.is_mine):
            if not any(booking.span.overlaps(other.span) for other in drawn):
                drawn.append(booking)
        return drawn

    def _booking(self, booking: Glimpse) -> None:
        start, end = seconds(booking.span.start), seconds(booking.span.end)
        kind, times = _kind_of(booking), self._times(start, end)
        words = self.page.words.of(booking, times)
        is_link = booking.is_mine and booking.ref is not None
        for half_row in self._rows_of(booking):
            css = self._css(kind, start, end, half_row)
            if not css:
                return
            spoken = self._aloud(start, end, words, half_row, times)
            if is_link:
                href = f"{self.page.addresses.booking}{booking.ref}"
                self.links.append((start, end, Piece(css, words, spoken=spoken, href=href)))
                # Where gaps are buttons below the lane, the lane itself shows it too.
                self.ink.append(Piece(f"{css} b-twin", ""))
                is_link = False  # once is enough for a booking of several items
                continue
            self.ink.append(Piece(css, words, "", "", spoken))
            if kind == "pending":
                self.said.append(spoken)

    def _rows_of(self, booking: Glimpse) -> Sequence[int]:
        """The half rows of the items it takes."""
        if not self.half_rows:
            return (2,) if self.row.is_pool else (0,)
        if len(booking.item_ids) == 1:
            return (self.half_rows[booking.item_ids[0]],)
        return sorted(self.half_rows[item] for item in booking.item_ids if item in self.half_rows)

    def _gaps(self, reach: Reach) -> Iterator[tuple[int, Gap]]:
        """Each gap with its half row; what is full of a pool is drawn on the way."""
        table, bookable, whole = self.row.timetable, self.row.line.bookable, self.ruler.whole
        if bookable.by_day:
            gap = day_gap(table, self.page.day, self.page.now)
            if gap is not None:
                yield from ((half_row, gap) for half_row in self._free_rows(gap))
        elif self.half_rows or not (self.row.is_pool or table.is_whole):
            for item, ranges in table.free_of_items().items():
                free = ((start, end, 1) for start, end in ranges)
                for gap in gaps(bookable, free, whole, reach):
                    yield self.half_rows.get(item, 0), gap
        else:
            side_by_side = one_after_another(table.free())
            if self.row.is_pool:
                self._full(side_by_side)
            for gap in gaps(bookable, side_by_side, whole, reach):
                yield (1 if self.height > 1 else 0), gap

    def _free_rows(self, gap: Gap) -> list[int]:
        """The half rows of the items nothing keeps from being taken for these days."""
        if not self.half_rows:
            return [0]
        span = span_of((gap.start, gap.likely_end))
        closed = {each.item_id for each in self.row.timetable.closures if each.hits(span)}
        return [
            half_row
            for item, half_row in self.half_rows.items()
            if item not in closed
            and not any(
                start < gap.likely_end and end > gap.start for start, end in self.row.timetable.busy[item]
            )
        ]

    def _full(self, free: Sequence[tuple[int, int, int]]) -> None:
        """The open time in which not a single item of a pool is free."""
        closures = [
            (seconds(closed.start), self.ruler.whole[1] if closed.end is None else seconds(closed.end))
            for closed in self.row.timetable.closures
            if closed.item_id is None
        ]
        known = sorted([*((start, end) for start, end, _ in free), *closures])
        for opens, closes in self.opened:
            at = max(opens, self.ruler.shown[0])
            last = min(closes, self.ruler.shown[1])
            for start, end in [*known, (last, last)]:
                if start > at and at < last:
                    full = self.page.words.full
                    until = min(start, last)
                    spoken = self._aloud(at, until, full, 0)
                    self._draw("taken", at, until, 1 if self.height > 1 else 0, full, spoken)
                at = max(at, end)

    def _gap(self, gap: Gap, half_row: int) -> None:
        words, kind = self.page.words, self.row.line.bookable.kind
        times = self._times(gap.start, gap.end)
        begin, dash, end = times.partition("–")
        more = words.count(kind, gap.quantity, len(self.row.timetable.busy)) if self.row.is_pool else ""
        spoken = self._aloud(gap.start, gap.end, words.free, half_row, times)
        piece = Piece(
            self._css("free", gap.start, gap.end, half_row), begin, dash + end, more, spoken, self._form(gap)
        )
        if piece.css:
            self.links.append((gap.start, gap.end, piece))

    def _form(self, gap: Gap) -> str:
        """The form begun with the start of the gap and the usual length."""
        bookable, ruler = self.row.line.bookable, self.ruler
        if not self.form:
            code = quote(bookable.code, safe="")
            self.form = f"{self.page.addresses.form}?resource={code}&amp;date={self.page.day}"
        if not bookable.by_day and gap.likely_end <= ruler.whole[1]:
            return f"{self.form}&amp;start={ruler.clock(gap.start)}&amp;end={ruler.clock(gap.likely_end)}"
        last = local_day(instant(gap.likely_end - 1), ruler.zone)
        if bookable.by_day:
            return f"{self.form}&amp;end_date={last}" if last > self.page.day else self.form
        until = instant(gap.likely_end).astimezone(ruler.zone)
        start = ruler.clock(gap.start)
        return f"{self.form}&amp;end_date={until.date()}&amp;start={start}&amp;end={until:%H:%M}"

    def _times(self, start: int, end: int) -> str:
        if self.row.line.bookable.by_day:
            return self.page.words.all_day
        return self.ruler.clocks(start, end)

    def _aloud(self, start: int, end: int, state: str, half_row: int, times: str = "") -> str:
        """The block as it is read aloud: item, time and state."""
        times = times or self._times(start, end)
        if not half_row or not self.half_rows:
            return self.page.words.said % {"time": times, "state": state}
        if not self.names:
            labels = self.row.line.labels
            self.names = [
                safe(localized(labels[item], "name", self.ruler.language).text) if item in labels else str(n)
                for item, n in self.half_rows.items()
            ]
        return self.page.words.of_item % {"item": self.names[half_row - 1], "time": times, "state": state}


def _kind_of(booking: Glimpse) -> Kind:
    if booking.status == "requested":
        return "mine-pending" if booking.is_mine else "pending"
    return "mine" if booking.is_mine else "taken"
