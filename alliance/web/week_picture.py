"""The weekly hours of a resource as a picture: a lane for each kind of day, and one for each weekday that differs."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from babel.dates import get_day_names
from markupsafe import Markup

from alliance.availability import calendar
from alliance.availability.hours import Hours
from alliance.i18n import BABEL_NAMES, language
from alliance.i18n import gettext as _
from alliance.notifications.hours import written
from alliance.web.forms.hours import CLASSES, WEEKDAYS
from alliance.web.lanes import Block, Row, Window
from alliance.web.times import Times

WHOLE_DAY: Final = Window(0, 24)
_QUARTER: Final = 15
_QUARTERS: Final = 24 * 4


def day_name(key: str) -> str:
    """What the hours of a line are for: a kind of day, or a weekday."""
    if key in WEEKDAYS:
        return str(get_day_names("wide", locale=BABEL_NAMES[language()])[WEEKDAYS.index(key)])
    return {"WD": _("Working days"), "RD": _("Rest days"), "PH": _("Public holidays")}[key]


def picture_of(hours: Hours) -> list[Row]:
    """The lanes. What runs on over midnight is drawn to the end of its day, and says when it ends."""
    lines = dict(hours.lines)
    shown = {key: lines.get(key, lines.get("DAILY", ())) for key in CLASSES}
    shown |= {key: lines[key] for key in WEEKDAYS if key in lines}
    return [Row(day_name(key), list(_blocks(windows))) for key, windows in shown.items()]


def _blocks(windows: tuple[calendar.Window, ...]) -> Iterator[Block]:
    if not windows:
        yield Block("off", 0, _QUARTERS, spoken=_("Closed all day"))
        return
    at = 0
    for window in windows:
        start, end = window[0] // _QUARTER, min(-(-window[1] // _QUARTER), _QUARTERS)
        if start > at:
            yield Block("off", at, start - at)
        words = written((window,))
        yield Block("some", start, end - start, words, words)
        at = end
    if at < _QUARTERS:
        yield Block("off", at, _QUARTERS - at)


def special_dates(
    days: calendar.DayClasses, first: date, last: date, preset: str, times: Times
) -> list[tuple[Markup, str, str]]:
    """The exceptions among these dates: which day, when it is open, and why."""
    return [
        (times.day(on), hours_of(own.windows, preset), own.reason)
        for on, own in sorted(days.exceptions.items())
        if first <= on <= last
    ]


def hours_of(windows: tuple[calendar.Window, ...], preset: str = "") -> str:
    """The hours of one day in words."""
    if not windows:
        return _("Closed all day")
    return _("Round the clock") if windows == ((0, 24 * 60),) else written(windows, preset)
