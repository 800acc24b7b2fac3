"""Addresses of forms that are filled already."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import g, url_for

from alliance.notifications.formats import format_clock

_SECOND = timedelta(seconds=1)


def booking_form(
    code: str, zone: ZoneInfo, start: datetime, end: datetime, *, by_day: bool, quantity: int = 1
) -> str:
    """The booking form, filled with a time and a number; the last day only where the form could not guess it."""
    first, last = start.astimezone(zone).date(), (end - _SECOND).astimezone(zone).date()
    asked: dict[str, Any] = {"resource": code, "date": first.isoformat()}
    if by_day:
        asked |= {"end_date": last.isoformat()} if last > first else {}
    else:
        if last > first:
            asked["end_date"] = end.astimezone(zone).date().isoformat()
        asked |= {"start": format_clock(start, zone), "end": format_clock(end, zone)}
    if quantity > 1:
        asked["quantity"] = quantity
    return f"{_empty_form()}?{urlencode(asked, safe=':')}"


def _empty_form() -> str:
    """Asked for with every gap of a page, and found out once."""
    if "empty_form" not in g:
        g.empty_form = url_for("bookings.new")
    address: str = g.empty_form
    return address
