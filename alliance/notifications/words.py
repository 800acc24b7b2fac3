"""What a finding is to people, and how times are written in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from alliance import clock
from alliance.i18n import language
from alliance.intervals import Span
from alliance.notifications.formats import format_day, format_length, format_moment, format_span

MadeBy = Literal["owner", "alliance", "nobody"]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """A finding for people: its name, the sentence, what would work instead, and whose rule it is."""

    title: str
    message: str
    remedy: str
    made_by: MadeBy


class Times:
    """Writes instants, days and lengths for the reader."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def _today(self) -> date:
        return clock.now().astimezone(self._zone).date()

    def moment(self, at: datetime) -> str:
        return format_moment(at, self._zone, language(), self._today())

    def span(self, start: datetime, end: datetime) -> str:
        return format_span(Span(start, end), self._zone, language(), self._today())

    def day(self, day: date) -> str:
        return format_day(day, self._zone, language(), self._today())

    @staticmethod
    def minutes(minutes: int) -> str:
        return format_length(timedelta(minutes=minutes), language())


Saying = Callable[[Params, Times], Words]
