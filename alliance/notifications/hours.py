"""Opening hours in plain sentences."""

from collections.abc import Iterable
from typing import Final

from babel.dates import get_day_names
from babel.lists import format_list

from alliance.availability.hours import Hours
from alliance.i18n import BABEL_NAMES, language
from alliance.i18n import gettext as _

_DAY_MINUTES: Final = 24 * 60
_WHOLE_DAY: Final = ((0, _DAY_MINUTES),)
_CLASSES: Final = ("WD", "RD", "PH")
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Windows = tuple[tuple[int, int], ...]


def hours_sentence(text: str, preset: str = "") -> str:
    """When it is open, e.g. 工作日 08:30–22:00，休息日 09:00–18:00；法定节假日不开放。"""
    days = days_by_hours(text)
    opened = [(windows, named) for windows, named in days.items() if windows]
    if not opened:
        return _("No opening hours are set, so nothing can be booked.")
    if opened == [(_WHOLE_DAY, [_("every day")])]:
        return _("Open around the clock, every day.")
    said = comma(
        _("%(hours)s on %(days)s", hours=written(windows, preset), days=listed(named))
        for windows, named in opened
    )
    if () in days:
        return _("Open %(open)s; closed on %(closed)s.", open=said, closed=listed(days[()]))
    return _("Open %(open)s.", open=said)


def days_by_hours(text: str) -> dict[Windows, list[str]]:
    """The names of the days that share each set of windows, in the order of the notation."""
    lines = dict(Hours.parse(text).lines)
    groups: dict[Windows, list[str]] = {}
    classes = {key: lines.get(key, lines.get("DAILY", ())) for key in _CLASSES}
    if len(set(classes.values())) == 1:
        groups[classes["WD"]] = [_("every day")]
    else:
        names = {"WD": _("working days"), "RD": _("rest days"), "PH": _("public holidays")}
        for key, windows in classes.items():
            groups.setdefault(windows, []).append(names[key])
    for index, key in enumerate(_WEEKDAYS):
        if key in lines:
            groups.setdefault(lines[key], []).append(
                get_day_names("wide", locale=BABEL_NAMES[language()])[index]
            )
    return groups


def written(windows: Windows, preset: str = "") -> str:
    """The windows' times, e.g. 09:00–12:00, 14:00–17:30; whole days are booked as such."""
    return (
        _("all day")
        if preset == "whole_day"
        else comma(f"{_clock(start)}–{_clock(end)}" for start, end in windows)
    )


def listed(names: Iterable[str]) -> str:
    """The names as one enumeration, as the language writes it."""
    return str(format_list(list(names), locale=BABEL_NAMES[language()]))


def comma(pieces: Iterable[str]) -> str:
    """The pieces with the language's comma between them."""
    return ("，" if language() == "zh" else ", ").join(pieces)


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    if minutes <= _DAY_MINUTES:
        return f"{hour:02}:{minute:02}"
    return _("%(time)s next day", time=f"{hour - 24:02}:{minute:02}")
