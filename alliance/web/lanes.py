"""Time as a drawing: which stretch of a lane a span covers. Pure; drawn by templates/_macros/time.html."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from alliance.booking.permissions import Glimpse
from alliance.i18n import language
from alliance.intervals import Span
from alliance.notifications.formats import format_days

Kind = Literal[
    "free",
    "taken",
    "some",
    "mine",
    "pending",
    "mine-pending",
    "closed",
    "off",
    "past",
    "clash",
    "wish",
    "lit",
]

_QUARTER = 15


@dataclass(frozen=True)
class Window:
    """The hours a lane shows, from `first_hour` on; more than 24 in all runs into the next day."""

    first_hour: int = 8
    hours: int = 14

    @property
    def css(self) -> str:
        """The class that gives the lane its columns."""
        return f"hours-{self.hours}"

    @property
    def ticks(self) -> list[tuple[int, int, str]]:
        """What the ruler says: column, width and hour."""
        return [(4 * n, 4, str((self.first_hour + n) % 24)) for n in range(self.hours)]

    @property
    def ends(self) -> tuple[str, str, str]:
        """The words under a strip: its start, its middle and its end."""
        half = self.first_hour * 60 + self.hours * 30
        return _clock(self.first_hour * 60), _clock(half), _clock((self.first_hour + self.hours) * 60)

    def is_narrow(self, length: int) -> bool:
        """Whether a stretch of so many quarters is too small for a finger where the lane is as wide as a phone."""
        return length * 3 < self.hours


@dataclass(frozen=True)
class DaysWindow:
    """The days a lane shows, one column each: for what is lent or let by the day."""

    first: date
    days: Literal[7, 14, 28, 31] = 28

    @property
    def css(self) -> str:
        """The class that gives the lane its columns."""
        return f"days-{self.days}"

    @property
    def ticks(self) -> list[tuple[int, int, str]]:
        """What the ruler says: column, width and day of the month."""
        return [(n, 1, str((self.first + timedelta(days=n)).day)) for n in range(self.days)]

    @property
    def ends(self) -> tuple[str, str]:
        """The words under a strip: its first and its last day."""
        first, last = self.first, self.first + timedelta(days=self.days - 1)
        return format_days(first, first, language(), first), format_days(last, last, language(), first)

    def is_narrow(self, length: int) -> bool:
        """Whether a stretch of so many days is too small for a finger where the lane is as wide as a phone."""
        return length * 12 < self.days


@dataclass(frozen=True)
class Block:
    """One stretch of a lane. `label` is what fits in it, `spoken` what is read aloud: interval and label in full."""

    kind: Kind
    at: int
    length: int
    label: str = ""
    spoken: str = ""
    href: str = ""
    row: int = 1

    @property
    def css(self) -> str:
        """The classes that say what it is and where it stands; mere ground has no edge."""
        is_ground = self.kind in ("off", "past", "lit") and not self.spoken and not self.href
        where = f"b-{self.kind} at-{self.at} for-{self.length}"
        return f"{'' if is_ground else 'b '}{where}{f' r-{self.row}' if self.row > 1 else ''}"


@dataclass(frozen=True)
class Row:
    """A lane with its name; `now_at` is where the present stands, on the lane of today only.

    `href` leads to the form for that day: on phones it stands in for gaps too small to press.
    """

    label: str
    blocks: Sequence[Block]
    now_at: int | None = None
    today: bool = False
    href: str = ""


def booked_kind(booking: Glimpse) -> Kind:
    """How a booking is drawn."""
    if booking.status == "requested":
        return "mine-pending" if booking.is_mine else "pending"
    return "mine" if booking.is_mine else "taken"


def window_around(open_spans: Iterable[Span], zone: ZoneInfo) -> Window:
    """The smallest window of whole hours that shows every span on its day: 8 hours or more; without any, 8 to 22."""
    minutes = [bound for span in open_spans for bound in _within_day(span, zone)]
    if not minutes:
        return Window()
    first, last = min(minutes) // 60, -(-max(minutes) // 60)
    first = max(0, min(first, last - 8))
    return Window(first, min(24, max(8, last - first)))


def place(span: Span, day: date, window: Window, zone: ZoneInfo) -> tuple[int, int] | None:
    """Column and width of the span on the lane of `day`, rounded outwards to quarters; None when it lies outside."""
    columns = window.hours * 4
    opening = window.first_hour * 60
    start = (_minutes_after(day, span.start, zone) - opening) // _QUARTER
    end = -(-(_minutes_after(day, span.end, zone) - opening) // _QUARTER)
    start, end = max(0, start), min(columns, end)
    return (start, end - start) if start < end else None


def place_days(span: Span, window: DaysWindow, zone: ZoneInfo) -> tuple[int, int] | None:
    """Column and width of the span on a lane of days; every day it touches counts."""
    last_instant = span.end - timedelta(seconds=1)
    start = max(0, (span.start.astimezone(zone).date() - window.first).days)
    end = min(window.days, (last_instant.astimezone(zone).date() - window.first).days + 1)
    return (start, end - start) if start < end else None


def place_now(now: datetime, day: date, window: Window, zone: ZoneInfo) -> int | None:
    """The column of the present on the lane of `day`, if it lies there."""
    column = (_minutes_after(day, now, zone) - window.first_hour * 60) // _QUARTER
    return column if 0 <= column < window.hours * 4 else None


def _minutes_after(day: date, instant: datetime, zone: ZoneInfo) -> int:
    """Minutes by the clock on the wall, which is what a ruler shows, also on the day the clocks change."""
    local = instant.astimezone(zone)
    return (local.date() - day).days * 24 * 60 + local.hour * 60 + local.minute


def _within_day(span: Span, zone: ZoneInfo) -> tuple[int, int]:
    day = span.start.astimezone(zone).date()
    start, end = _minutes_after(day, span.start, zone), _minutes_after(day, span.end, zone)
    return (start, end) if end <= 24 * 60 else (0, 24 * 60)


def _clock(minutes: int) -> str:
    # A strip that ends at midnight says 24:00; one that runs on past it goes on with the next day's hours.
    hours = minutes // 60
    return f"{hours if hours <= 24 else hours - 24:02}:{minutes % 60:02}"
