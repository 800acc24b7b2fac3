"""Addresses of forms that are filled already."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import url_for

from alliance.notifications.formats import format_clock

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class BookingForm:
    """The form for one resource. A page fills it with dozens of times, so what they share is written once."""

    code: str
    zone: ZoneInfo
    by_day: bool
    _begin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_begin", f"{url_for('bookings.new')}?resource={quote(self.code, safe='')}")

    def filled(self, start: datetime, end: datetime, quantity: int = 1) -> str:
        """Filled with a time and a number; the last day only where the form could not guess it."""
        first, until = start.astimezone(self.zone), end.astimezone(self.zone)
        last = (end - _SECOND).astimezone(self.zone).date()
        lasts = last > first.date()
        address = f"{self._begin}&date={first.date()}"
        if self.by_day:
            address += f"&end_date={last}" if lasts else ""
        else:
            address += f"&end_date={until.date()}" if lasts else ""
            address += f"&start={format_clock(first, self.zone)}&end={format_clock(until, self.zone)}"
        return f"{address}&quantity={quantity}" if quantity > 1 else address


def booking_form(
    code: str, zone: ZoneInfo, start: datetime, end: datetime, *, by_day: bool, quantity: int = 1
) -> str:
    """The same for a single time."""
    return BookingForm(code, zone, by_day).filled(start, end, quantity)
