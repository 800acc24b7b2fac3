"""Opening hours as they are typed: for each kind of day closed, round the clock, or some times."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from werkzeug.datastructures import MultiDict

from alliance.availability.calendar import Window
from alliance.availability.hours import Hours, write_windows
from alliance.i18n import gettext as _
from alliance.web.forms.booking import one_line, read_clock

CLASSES: Final = ("WD", "RD", "PH")
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A day of hours has hardly more breaks; each row is two fields on the page.
MOST_ROWS: Final = 8
_DAY_MINUTES: Final = 24 * 60
_WHOLE_DAY: Final = ((0, _DAY_MINUTES),)
_USUAL: Final = ("09:00", "18:00")


@dataclass
class DayEntry:
    """What is typed for one kind of day: its state (usual, closed, always, times), and times as rows of two texts."""

    key: str
    state: str = "closed"
    rows: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Where an error leads."""
        return f"state-{self.key}"

    @classmethod
    def of(cls, key: str, windows: tuple[Window, ...] | None) -> "DayEntry":
        """As it stands; None for a weekday that is like its kind of day."""
        if windows is None:
            return cls(key, "usual", [_USUAL])
        if windows == _WHOLE_DAY:
            return cls(key, "always", [_USUAL])
        return cls(key, "times" if windows else "closed", [_row(window) for window in windows] or [_USUAL])

    @classmethod
    def read(cls, key: str, form: MultiDict[str, str], states: Sequence[str]) -> "DayEntry":
        """As it was sent."""
        opens, closes = form.getlist(f"from-{key}"), form.getlist(f"to-{key}")
        pairs = [(one_line(one)[:5], one_line(other)[:5]) for one, other in zip(opens, closes, strict=False)]
        entry = cls(key, form.get(f"state-{key}", ""), pairs[:MOST_ROWS])
        if entry.state not in states:
            entry.state, entry.errors = states[0], [_("Choose one of these.")]
        return entry

    def windows(self) -> tuple[Window, ...] | None:
        """What it means: None for as usual, or with the errors noted."""
        if self.state == "usual" or self.errors:
            return None
        if self.state != "times":
            return _WHOLE_DAY if self.state == "always" else ()
        typed = [row for row in self.rows if any(row)]
        if not typed:
            self.errors.append(_("Give a time from when until when, or choose that it is closed."))
        windows = sorted(filter(None, map(self._window, typed)))
        if any(former[1] > latter[0] for former, latter in pairwise(windows)):
            self.errors.append(_("Two of these times overlap."))
        return None if self.errors else tuple(windows)

    def _window(self, row: tuple[str, str]) -> Window | None:
        start, end = map(read_clock, row)
        if start is None or end is None or start == _DAY_MINUTES:
            self._say(_("Each time needs a start and an end, such as 08:30 and 22:00."))
            return None
        if start == end:
            self._say(_("A time that ends when it starts is none: choose “round the clock”."))
            return None
        # An end before the start lies on the next day; midnight is the end of the day itself.
        return (start, end) if start < end else (start, end + _DAY_MINUTES)

    def _say(self, sentence: str) -> None:
        if sentence not in self.errors:
            self.errors.append(sentence)


@dataclass
class WeekEntry:
    """The hours of a week as they are typed: three kinds of day, and the weekdays that differ.

    `on_holidays` says whether a weekday's own hours hold on a public holiday, too.
    """

    days: dict[str, DayEntry]
    on_holidays: bool = False

    @classmethod
    def of(cls, hours: Hours) -> "WeekEntry":
        """As they stand."""
        lines = dict(hours.lines)
        days = {key: DayEntry.of(key, lines.get(key, lines.get("DAILY", ()))) for key in CLASSES}
        days |= {key: DayEntry.of(key, lines.get(key)) for key in WEEKDAYS}
        return cls(days, "PH" not in lines)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "WeekEntry":
        """As they were sent; one more row where that was asked for."""
        days = {key: DayEntry.read(key, form, ("closed", "times", "always")) for key in CLASSES}
        days |= {key: DayEntry.read(key, form, ("usual", "closed", "times", "always")) for key in WEEKDAYS}
        asked = days.get(form.get("more", ""))
        if asked is not None and len(asked.rows) < MOST_ROWS:
            asked.rows.append(("", ""))
            asked.state = "times"
        return cls(days, "on_holidays" in form)

    def hours(self) -> Hours | None:
        """What they mean, or None with the errors noted."""
        windows = {key: entry.windows() for key, entry in self.days.items()}
        if any(entry.errors for entry in self.days.values()):
            return None
        own = {key: each for key, each in windows.items() if each is not None}
        return Hours.parse("; ".join(f"{key} {write_windows(each)}" for key, each in self._lines(own)))

    def _lines(self, own: Mapping[str, tuple[Window, ...]]) -> Iterator[tuple[str, tuple[Window, ...]]]:
        """The lines of the notation. Without a line of its own a public holiday follows its weekday."""
        alike = len({own[key] for key in CLASSES}) == 1
        weekdays = [key for key in WEEKDAYS if key in own]
        if self.on_holidays or (alike and not weekdays):
            yield "DAILY", own["PH"]
            yield from ((key, own[key]) for key in ("WD", "RD") if own[key] != own["PH"])
        else:
            yield from ((key, own[key]) for key in CLASSES)
        yield from ((key, own[key]) for key in weekdays)

    @property
    def has_weekdays(self) -> bool:
        """Whether any weekday differs."""
        return any(self.days[key].state != "usual" or self.days[key].errors for key in WEEKDAYS)

    def wrong(self) -> Iterable[DayEntry]:
        """The entries with errors."""
        return [entry for entry in self.days.values() if entry.errors]


def _row(window: Window) -> tuple[str, str]:
    return _clock(window[0]), _clock(window[1] % _DAY_MINUTES)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
