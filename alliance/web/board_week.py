"""A week on the board: seven small cells for each resource, each a strip and a few words that lead to its day. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from alliance.availability.free_spans import Range
from alliance.booking.board import Row
from alliance.booking.gaps import Gap, Reach, day_gap, gaps, one_after_another, reach_of
from alliance.booking.timetable import Timetable, seconds
from alliance.i18n import Language, language
from alliance.i18n import gettext as _
from alliance.notifications.formats import format_day, format_week_day
from alliance.web.board_rows import Head, head_of
from alliance.web.board_ruler import USUAL, Ruler
from alliance.web.board_words import safe

_DAY: Final = timedelta(days=1)
DAYS: Final = 7
# More blocks than these say nothing at this size, and a page of fifty rows would become heavy.
_MOST_BLOCKS: Final = 5


class Cell(NamedTuple):
    """One day of one resource: its short name, the blocks of its strip as classes, a word, how it looks, the whole in
    words, and where it leads. All of it is escaped already.
    """

    day: str
    blocks: Sequence[str]
    word: str
    look: str
    spoken: str
    href: str


class DayHead(NamedTuple):
    """The head of a column: the day, its short name, what is celebrated, and the way to its board."""

    on: date
    name: str
    holiday: str
    href: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One resource with its seven days."""

    head: Head
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Words:
    """The patterns of a page, translated once."""

    said: str = field(default_factory=lambda: safe(_("%(day)s: %(state)s")))
    hours: str = field(default_factory=lambda: safe(_("%(hours)s h")))
    free: str = field(default_factory=lambda: safe(_("%(hours)s h free, first at %(start)s")))
    mine: str = field(default_factory=lambda: safe(_("Mine: %(what)s")))
    both: str = field(default_factory=lambda: safe(_("%(mine)s; %(free)s")))
    all_day: str = field(default_factory=lambda: safe(_("All day")))
    day_free: str = field(default_factory=lambda: safe(_("free all day")))
    full: str = field(default_factory=lambda: safe(_("Full")))
    closed: str = field(default_factory=lambda: safe(_("Closed that day")))
    past: str = field(default_factory=lambda: safe(_("Past")))
    later: str = field(default_factory=lambda: safe(_("Cannot be booked now")))


@dataclass(frozen=True)
class WeekSetting:
    """What all cells of a page share; `address` leads to the board of a day."""

    first: date
    now: datetime
    address: Callable[[date], str]
    words: Words = field(default_factory=Words)
    language: Language = field(default_factory=language)
    _rulers: dict[ZoneInfo, list[Ruler]] = field(default_factory=dict)
    _days: list[tuple[str, str, str]] = field(default_factory=list)

    def rulers(self, zone: ZoneInfo) -> list[Ruler]:
        """The seven days as they are in the zone."""
        if zone not in self._rulers:
            self._rulers[zone] = [
                Ruler(self.first + n * _DAY, zone, USUAL, self.language) for n in range(DAYS)
            ]
        return self._rulers[zone]

    def days(self) -> list[tuple[str, str, str]]:
        """The short name, the full name and the address of each day."""
        if not self._days:
            each = [self.first + n * _DAY for n in range(DAYS)]
            self._days.extend(
                (
                    _weekday(on, self.language),
                    format_day(on, ZoneInfo("UTC"), self.language, self.first),
                    self.address(on),
                )
                for on in each
            )
        return self._days


def _weekday(on: date, language: Language) -> str:
    return format_week_day(on, language).partition(" ")[0]


def week_row(setting: WeekSetting, row: Row) -> WeekRow:
    """The row of a week."""
    return WeekRow(head_of(row, setting.language), list(_cells(setting, row)))


def _cells(setting: WeekSetting, row: Row) -> Iterator[Cell]:
    table, bookable = row.timetable, row.line.bookable
    free, own = _free(row), _own(row)
    starts = [start for start, _end, _count in free]
    reach, now = reach_of(bookable, setting.now), seconds(setting.now)
    for ruler, (short, name, address) in zip(setting.rulers(bookable.zone), setting.days(), strict=True):
        begins, ends = ruler.whole
        # The one before the first that starts that day may reach into it.
        first = max(0, bisect_left(starts, begins) - 1)
        of_day = [each for each in free[first : bisect_left(starts, ends)] if each[1] > begins]
        if bookable.by_day:
            gap = day_gap(table, ruler.day, setting.now)
            gaps_of_day = [gap] if gap else []
        else:
            gaps_of_day = list(gaps(bookable, of_day, ruler.whole, reach))
        mine = [(max(start, begins), min(end, ends)) for start, end in own if start < ends and end > begins]
        day = _Day(setting.words, ruler, table, reach, now, of_day, gaps_of_day, mine)
        look, word, state = day.state()
        spoken = setting.words.said % {"day": name, "state": state}
        yield Cell(short, day.blocks(), word, look, spoken, f"{address}#{bookable.code}")


def _free(row: Row) -> list[tuple[int, int, int]]:
    """When any item is free, side by side."""
    table = row.timetable
    if row.is_pool or table.is_whole or table.bookable.by_day:
        return one_after_another(table.free())
    items = table.free_of_items().values()
    ranges = [(start, end, 1) for each in items for start, end in each]
    return one_after_another(ranges) if len(table.busy) > 1 else ranges


def _own(row: Row) -> list[Range]:
    return [
        (seconds(booking.span.start), seconds(booking.span.end))
        for booking in row.bookings
        if booking.is_mine
    ]


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of one resource: when anything is free of it, where a booking can begin, and what is one's own."""

    words: Words
    ruler: Ruler
    table: Timetable
    reach: Reach
    now: int
    free: Sequence[tuple[int, int, int]]
    gaps: Sequence[Gap]
    mine: Sequence[Range]

    def state(self) -> tuple[str, str, str]:
        """How the cell looks, its word, and all of it in words."""
        words, ruler, by_day = self.words, self.ruler, self.table.bookable.by_day
        word, said = self._free_words()
        if self.mine:
            times = words.all_day if by_day else ruler.clocks(*self.mine[0])
            start = words.all_day if by_day else ruler.clock(self.mine[0][0])
            own = words.mine % {"what": times}
            return (
                "mine",
                words.mine % {"what": start},
                words.both % {"mine": own, "free": said} if said else own,
            )
        if said:
            return "free", word, said
        if ruler.whole[1] <= self.now:
            return "past", "", words.past
        if not self._opens():
            closed = safe(self.table.open_time.days.name(ruler.day, ruler.language)) or words.closed
            return "closed", closed, closed
        if self._is_out_of_reach():
            return "none", "", words.later
        return "none", words.full, words.full

    def _free_words(self) -> tuple[str, str]:
        if not self.gaps:
            return "", ""
        if self.table.bookable.by_day:
            return self.words.all_day, self.words.day_free
        hours = sum(gap.end - gap.start for gap in self.gaps) // 1800 / 2
        said = self.words.free % {"hours": f"{hours:g}", "start": self.ruler.clock(self.gaps[0].start)}
        return self.words.hours % {"hours": int(hours) or f"{hours:g}"}, said

    def _opens(self) -> bool:
        bookable, whole = self.table.bookable, self.ruler.whole
        if bookable.by_day:
            return bookable.hours.is_open_on(self.ruler.day, self.table.open_time.days)
        return any(start < whole[1] and end > whole[0] for start, end in self.table.opened)

    def _is_out_of_reach(self) -> bool:
        bookable, whole = self.table.bookable, self.ruler.whole
        # A day that is free, but on which too little follows for a loan, is not full.
        too_short = bookable.by_day and any(
            start <= whole[0] and end >= whole[1] for start, end, _ in self.free
        )
        too_late = self.reach.latest is not None and whole[0] > self.reach.latest
        return too_short or too_late or whole[1] <= self.reach.earliest or not bookable.is_on_offer

    def blocks(self) -> list[str]:
        """The strip: what is closed, what is taken with gaps too short for anybody filled in, and what is one's own."""
        bookable, shown = self.table.bookable, self.ruler.shown
        if bookable.by_day:
            opened = [shown] if self._opens() else []
            free = [(start, end) for start, end, _count in self.free]
        else:
            opened = [(max(start, shown[0]), min(end, shown[1])) for start, end in self.table.opened]
            opened = [each for each in opened if each[0] < each[1]]
            shortest = bookable.shortest.total_seconds()
            free = [(start, end) for start, end, _count in self.free if end - start >= shortest]
        closures = [
            (seconds(closed.start), shown[1] if closed.end is None else seconds(closed.end))
            for closed in self.table.closures
            if closed.item_id is None or len(self.table.busy) == 1
        ]
        blocks = [_css(self.ruler, "off", *each) for each in _without([shown], opened)]
        blocks += [_css(self.ruler, "taken", *each) for each in _fewest(_without(opened, [*free, *closures]))]
        blocks += [_css(self.ruler, "closed", *each) for each in closures]
        blocks += [_css(self.ruler, "mine", *each) for each in self.mine]
        return [block for block in blocks if block]


def _css(ruler: Ruler, kind: str, start: int, end: int) -> str:
    columns = ruler.columns(start, end) if start < end else None
    return f"b b-{kind} at-{columns[0]} for-{columns[1]}" if columns else ""


def _without(these: Sequence[Range], those: Sequence[Range]) -> list[Range]:
    """The parts of the sorted ranges that lie in none of those."""
    left = []
    taken = sorted(those)
    for start, end in these:
        at = start
        for begins, ends in taken:
            if ends <= at:
                continue
            if begins >= end:
                break
            if begins > at:
                left.append((at, begins))
            at = ends
        if at < end:
            left.append((at, end))
    return left


def _fewest(ranges: list[Range]) -> list[Range]:
    """The ranges with the narrowest gaps between them closed, until so many are left as can be told apart."""
    while len(ranges) > _MOST_BLOCKS:
        _width, n = min((ranges[n + 1][0] - ranges[n][1], n) for n in range(len(ranges) - 1))
        ranges[n : n + 2] = [(ranges[n][0], ranges[n + 1][1])]
    return ranges
