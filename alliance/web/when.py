"""The time somebody looks for, as an address says it and as pages show it: day, time of day, length, number."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request

from alliance import clock
from alliance.availability.local_time import instant_of
from alliance.booking.time_search import Asked
from alliance.i18n import gettext as _
from alliance.i18n import language
from alliance.intervals import Span
from alliance.notifications.formats import format_clocks, format_day, format_length

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_MOST_ITEMS: Final = 10_000
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_LENGTHS: Final = (30, 60, 120, 180, 240, 480, 1440)
_USUAL: Final = 120
_LONGEST: Final = 31 * 24 * 60
_HALF_HOURS: Final = tuple(f"{n // 2:02}:{n % 2 * 30:02}" for n in range(14, 44))


@dataclass(frozen=True)
class When:
    """What the address asks for. `start` is a time of day, two of them, or nothing for any time of the day."""

    day: date
    start: str = ""
    minutes: int = _USUAL
    quantity: int = 1

    @property
    def length(self) -> timedelta:
        """How long it is wanted."""
        return self.minutes * _MINUTE

    def within(self, zone: ZoneInfo) -> Span:
        """The time it may lie in; a start alone means exactly then."""
        midnight = datetime.combine(self.day, time.min)
        first, _dash, last = self.start.partition("-")
        begin = instant_of(midnight + _after_midnight(first or "00:00"), zone)
        if not first:
            end = instant_of(midnight + _DAY, zone)
        elif last:
            end = instant_of(midnight + _after_midnight(last), zone)
        else:
            end = begin + self.length
        return Span(begin, max(end, begin + self.length))

    def asked(self, zone: ZoneInfo) -> Asked:
        """The same for the search."""
        return Asked(self.within(zone), self.length, self.quantity)

    def words(self, zone: ZoneInfo) -> str:
        """The day and the time in a few words, e.g. 今天 14:00–16:00."""
        today = clock.now().astimezone(zone).date()
        day = format_day(self.day, zone, language(), today, near=True)
        if not self.start:
            return day
        return (
            f"{day}{' ' if language() == 'zh' else ', '}{format_clocks(self.within(zone), zone, language())}"
        )

    def query(self) -> dict[str, Any]:
        """What an address says to ask for the same."""
        asked: dict[str, Any] = {"date": self.day.isoformat(), "from": self.start, "minutes": self.minutes}
        return {name: value for name, value in asked.items() if value} | (
            {"quantity": self.quantity} if self.quantity > 1 else {}
        )


def when_asked(zone: ZoneInfo) -> When | None:
    """What this request asks for; nothing without a day, and what is no time asks nothing."""
    args = request.args
    day = day_named(args.get("date", ""), zone)
    if day is None:
        return None
    first, _dash, last = args.get("from", "").partition("-")
    last = last or args.get("to", "")
    start = first if _CLOCK.fullmatch(first) and first != "24:00" else ""
    if start and _CLOCK.fullmatch(last) and last > start:
        start = f"{start}-{last}"
    return When(day, start, _number("minutes", _USUAL, _LONGEST), _number("quantity", 1, _MOST_ITEMS))


def quantity_asked() -> int:
    """How many are wanted, also where no time is named."""
    return _number("quantity", 1, _MOST_ITEMS)


def starts(chosen: str) -> list[tuple[str, str]]:
    """When on the day, as a select offers it."""
    parts = [
        ("", _("Any time")),
        ("08:00-12:00", _("Morning, 08–12")),
        ("12:00-18:00", _("Afternoon, 12–18")),
        ("18:00-22:00", _("Evening, 18–22")),
    ]
    known = {value for value, _words in parts} | set(_HALF_HOURS)
    own = [(chosen, chosen.replace("-", "–"))] if chosen not in known else []
    return [*parts, *own, *((each, each) for each in _HALF_HOURS)]


def lengths(chosen: int) -> list[tuple[int, str]]:
    """For how long, as a select offers it."""
    return [
        (minutes, format_length(minutes * _MINUTE, language())) for minutes in sorted({*_LENGTHS, chosen})
    ]


def _after_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def day_named(text: str, zone: ZoneInfo) -> date | None:
    """The day of an address, if it names one that is not too far away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    today = clock.now().astimezone(zone).date()
    # Far enough for any horizon; beyond lies the end of what a date can say.
    return day if abs((day - today).days) <= 3 * 366 else None


def _number(name: str, usual: int, most: int) -> int:
    text = request.args.get(name, "")
    return min(max(int(text), 1), most) if re.fullmatch(r"[0-9]{1,6}", text) else usual
