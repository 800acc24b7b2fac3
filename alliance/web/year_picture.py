"""A year of a calendar as a picture: twelve months, each day by shape and word, and what is special in sentences."""

from calendar import Calendar as Weeks
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from babel.dates import get_day_names, get_month_names

from alliance.availability.calendar import Day, DayClass
from alliance.booking.calendar_days.queries import Year
from alliance.i18n import BABEL_NAMES, language
from alliance.i18n import gettext as _
from alliance.notifications.formats import format_days

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_MONTHS: Final = range(1, 13)


@dataclass(frozen=True)
class Cell:
    """One day: how it looks (WD, RD, PH, made for a weekend day that is worked), its mark, and what it is in words."""

    date: date
    look: str
    mark: str
    words: str
    is_own: bool = False

    @property
    def number(self) -> int:
        return self.date.day


@dataclass(frozen=True)
class Month:
    """One month: its weeks from Monday on, None where another month's days lie, and its special days in sentences."""

    name: str
    weeks: Sequence[Sequence[Cell | None]]
    notes: Sequence[str]


def class_name(day_class: str) -> str:
    """What a kind of day is called."""
    return {"WD": _("Working day"), "RD": _("Rest day"), "PH": _("Public holiday")}[day_class]


def weekday_names() -> list[tuple[str, str]]:
    """The weekdays from Monday on: short, and in full."""
    short = get_day_names("narrow" if language() == "zh" else "abbreviated", locale=BABEL_NAMES[language()])
    full = get_day_names("wide", locale=BABEL_NAMES[language()])
    return [(short[n][:2], full[n]) for n in range(7)]


def months_of(year: Year, *, own: bool = False) -> list[Month]:
    """The twelve months; with `own`, days that stand in the unit's own calendar are marked as such."""
    names = get_month_names("wide", locale=BABEL_NAMES[language()])
    marked = year.kept.keys() if own else ()
    return [_month(year, number, names[number], marked) for number in _MONTHS]


def look_of(day: Day) -> str:
    """The shape of a day: a weekend day that is worked, or a working day that is free, stands out."""
    if day.day_class is DayClass.WD and day.date.weekday() >= _SATURDAY:
        return "made"
    return str(day.day_class)


def _month(year: Year, number: int, name: str, marked: Iterable[date]) -> Month:
    own = set(marked)
    weeks = [
        [_cell(year.day(on), own) if on.month == number else None for on in week]
        for week in Weeks().monthdatescalendar(year.number, number)
    ]
    days = [day for day in year.days if day.date.month == number]
    return Month(name, weeks, list(_notes(days)))


def _cell(day: Day, own: set[date]) -> Cell:
    look = look_of(day)
    kind, name = class_name(day.day_class), _name(day)
    words = _("%(kind)s: %(name)s", kind=kind, name=name) if name else kind
    marks = {"PH": _("H"), "made": _("W")}
    return Cell(day.date, look, marks.get(look, ""), words, day.date in own)


def _notes(days: Sequence[Day]) -> Iterator[str]:
    """Days with a name, neighbours of one name together; and weekend days that are worked without one."""
    special = [day for day in days if day.name_zh or day.name_en or look_of(day) == "made"]
    # Neighbours are equally far from their number.
    runs = groupby(
        enumerate(special),
        key=lambda pair: (_name(pair[1]), pair[1].day_class, pair[1].date - pair[0] * _DAY),
    )
    for (name, day_class, _start), run in runs:
        dates = [day.date for _n, day in run]
        days_words = format_days(dates[0], dates[-1], language(), dates[0])
        yield _("%(days)s: %(name)s", days=days_words, name=name or class_name(day_class))


def _name(day: Day) -> str:
    return (day.name_en or day.name_zh) if language() == "en" else (day.name_zh or day.name_en)
