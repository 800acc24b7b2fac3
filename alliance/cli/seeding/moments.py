"""The demo file's moments, which are relative to today: `wd+3 09:00` is 9:00 on the third working day from now."""

import datetime as dt
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClass, DayClasses
from alliance.availability.hours import Hours
from alliance.availability.local_time import midnight

_MOMENT: Final = re.compile(r"^(?P<family>wd|rd|od|day)(?P<n>[+-]?\d+) (?P<hour>\d\d):(?P<minute>\d\d)$")
_LENGTH: Final = re.compile(r"^\+(?P<hours>\d+)h$")
_DAY: Final = timedelta(days=1)
_FARTHEST: Final = 800


class Moments:
    """Resolves moments for one day: `wd` counts working days, `rd` rest days, `od` the resource's open days.

    Zero is the first such day from today on, -1 the last one before today; `day` counts calendar days.
    """

    def __init__(self, today: date, days: DayClasses) -> None:
        self._today, self._days = today, days

    def instant(self, text: str, hours: Hours, zone: ZoneInfo) -> datetime:
        """The instant of a moment; 24:00 is the midnight after."""
        found = _MOMENT.match(text)
        if found is None:
            raise ValueError(f"not a moment: {text!r}")
        on = self.day(f"{found['family']}{found['n']}", hours)
        return midnight(on, zone) + timedelta(hours=int(found["hour"]), minutes=int(found["minute"]))

    def end(self, text: str, start: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
        """A moment, or a length after `start` such as `+48h`."""
        length = _LENGTH.match(text)
        return start + timedelta(hours=int(length["hours"])) if length else self.instant(text, hours, zone)

    def day(self, text: str, hours: Hours) -> dt.date:
        """The date of the day part, e.g. `wd+3` or `day+9`."""
        family, n = re.split(r"(?=[+-]|\d)", text, maxsplit=1)
        if family == "day":
            return self._today + int(n) * _DAY
        return self._counted(self._counts(family, hours), int(n))

    def _counts(self, family: str, hours: Hours) -> Callable[[date], bool]:
        if family == "od":
            return lambda on: hours.is_open_on(on, self._days)
        wanted = {"wd": DayClass.WD, "rd": DayClass.RD}[family]
        return lambda on: self._days.of(on) == wanted

    def _counted(self, counts: Callable[[date], bool], n: int) -> date:
        step = _DAY if n >= 0 else -_DAY
        on, left = (self._today, n) if n >= 0 else (self._today - _DAY, -n - 1)
        for _ in range(_FARTHEST):
            if counts(on):
                if left == 0:
                    return on
                left -= 1
            on += step
        raise ValueError("no such day within two years")
