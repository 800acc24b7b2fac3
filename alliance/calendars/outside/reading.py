"""From the bytes of a foreign calendar to the stretches of time it takes, in a process of its own.

Run as a program, by path and not as a part of the application: it then knows neither its settings nor its secrets, and
starts ten times as fast. So it imports nothing of ours. What it may cost at most is set before the first byte is read.
Everything in the bytes is somebody else's; an event that makes no sense is left out and reported, the others stay.
"""

import json
import resource
import signal
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from icalendar import Calendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

LARGEST: Final = 5 * 2**20
MOST_EVENTS: Final = 5_000
MOST_COMPONENTS: Final = 20_000
MOST_DATES: Final = 1_000
MOST_FINDINGS: Final = 20
MOST_TIMES_OF_ONE: Final = 500
MOST_BLOCKS: Final = 5_000
# So many are looked at before neighbours are joined; what is kept is MOST_BLOCKS.
MOST_TIMES: Final = 50_000
LONGEST: Final = timedelta(days=31)
CPU_SECONDS: Final = 10
CPU_SECONDS_OF_ONE: Final = 1.0
ADDRESS_SPACE: Final = 768 * 2**20

_OLDEST: Final = datetime(1900, 1, 1)  # noqa: DTZ001 - a clock on the wall, wherever it hangs
_DAY: Final = timedelta(days=1)
_PERIODS: Final = {"DAILY": _DAY, "WEEKLY": 7 * _DAY}
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# What the libraries raise at values that make no sense: there are five unrelated families of it.
_BROKEN: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

Block = tuple[datetime, datetime]
# A component of the library: each of its values may be of any of thirty types, whatever it should be.
Entry = Any
T = TypeVar("T")


class Unreadable(Exception):
    """Nothing of the file can be used; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Odd(Exception):
    """One event cannot be used, or not all of it; `code` says why, `example` names what it trips over."""

    def __init__(self, code: str, example: str = "") -> None:
        super().__init__(code)
        self.code, self.example = code, example


@dataclass(frozen=True)
class Frame:
    """What is to be read: the zone of what is closed, from when until when, and whether tentative times count."""

    zone: tzinfo
    start: datetime
    end: datetime
    tentative: bool


@dataclass(frozen=True)
class Reading:
    """The time that is taken, as sorted blocks that do not touch; and how often which oddity was met."""

    blocks: list[Block]
    findings: list[dict[str, Any]]


@dataclass(frozen=True)
class Length:
    """Days by the calendar, so that they end at midnight; then time by the clock."""

    days: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @property
    def whole(self) -> timedelta:
        return self.days + self.exact


@dataclass(frozen=True)
class Moment:
    """A time as the file gives it: what the clock on the wall shows, in which zone, and whether it is only a date.

    A period brings its own length along.
    """

    wall: datetime
    zone: tzinfo
    is_date: bool
    length: Length | None = None

    @property
    def at(self) -> datetime:
        return _instant(self.wall, self.zone)


@dataclass
class Dates:
    """Times to be left out of a series: instants, and whole days where only a date is given."""

    instants: set[datetime] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    def add(self, moment: Moment) -> None:
        if moment.is_date:
            self.days.add(moment.wall.date())
        else:
            self.instants.add(moment.at)

    def holds(self, moment: Moment) -> bool:
        return moment.wall.date() in self.days or moment.at in self.instants


def read(content: bytes, frame: Frame) -> Reading:
    """The busy times within the frame, and what was odd; raises Unreadable when there is nothing to be had."""
    return _Reader(content, frame).read()


class _Reader:
    """One file being read."""

    def __init__(self, content: bytes, frame: Frame) -> None:
        self._frame = frame
        self._calendars = _parsed(content)
        self._zones: dict[str, tzinfo | None] = {}
        self._odd: dict[tuple[str, str], list[Odd]] = {}

    def read(self) -> Reading:
        found: list[Block] = []
        for events in self._series():
            moved = self._moved(events)
            for event in events:
                # All of an event or nothing of it: half a series would look as if it were the whole.
                found.extend(self._tried(partial(list, self._times(event, moved)), []))
                if len(found) > MOST_TIMES:
                    raise Unreadable("too_many_times")
        blocks = _joined(found)
        if len(blocks) > MOST_BLOCKS:
            self._note(Odd("too_many_blocks"))
        return Reading(blocks[:MOST_BLOCKS], self._findings())

    def _tried(self, attempt: Callable[[], T], otherwise: T) -> T:
        """What the attempt gives; when it fails or takes too long, a finding and the other thing."""
        try:
            with _at_most(CPU_SECONDS_OF_ONE):
                return attempt()
        except Odd as odd:
            self._note(odd)
        except _BROKEN:
            self._note(Odd("broken"))
        return otherwise

    def _note(self, odd: Odd) -> None:
        self._odd.setdefault((odd.code, odd.example if odd.code == "unknown_zone" else ""), []).append(odd)

    def _findings(self) -> list[dict[str, Any]]:
        """What was odd, with the first example of each: a thousand events that end too early are one finding."""
        return [
            {"code": met[0].code, "example": met[0].example, "count": len(met)}
            for met in list(self._odd.values())[:MOST_FINDINGS]
        ]

    def _series(self) -> Iterator[list[Entry]]:
        """The events that share a UID, each of its repetitions once: the one changed most often."""
        grouped: dict[str, dict[str, Entry]] = defaultdict(dict)
        for n, event in enumerate(each for calendar in self._calendars for each in calendar.walk("VEVENT")):
            uid = str(event.get("UID") or f"nameless {n}")
            which = _written(event.get("RECURRENCE-ID"))
            known = grouped[uid].get(which)
            if known is None or _sequence(event) >= _sequence(known):
                grouped[uid][which] = event
        if not grouped:
            self._note(Odd("no_events"))
        for events in grouped.values():
            yield list(events.values())

    def _moved(self, events: Sequence[Entry]) -> Dates:
        """Which repetitions are told of on their own, wherever they went."""
        moved = Dates()
        for replaced in (event.get("RECURRENCE-ID") for event in events):
            if replaced is not None and (moment := self._tried(partial(self._moment, replaced), None)):
                moved.add(moment)
                if replaced.params.get("RANGE"):
                    self._note(Odd("this_and_future"))
        return moved

    def _times(self, event: Entry, moved: Dates) -> Iterator[Block]:
        """When the event takes time: once, or as its rule says without what was moved."""
        if not self._is_busy(event):
            return
        if event.get("RECURRENCE-ID") is None and (event.get("RRULE") or event.get("RDATE")):
            yield from self._repeated(event, moved)
        else:
            begin = self._moment(event["DTSTART"])
            yield from self._within(_block(begin, self._length(event, begin)))

    def _is_busy(self, event: Entry) -> bool:
        status = str(event.get("STATUS", "")).upper()
        shown = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
        if status == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or shown == "FREE":
            return False
        return self._frame.tentative or "TENTATIVE" not in (status, shown)

    def _within(self, block: Block) -> Iterator[Block]:
        start, end = max(block[0], self._frame.start), min(block[1], self._frame.end)
        if start < end:
            yield start, end

    def _length(self, event: Entry, begin: Moment) -> Length:
        """How long it takes."""
        if event.get("DTEND") is not None:
            end = self._moment(event["DTEND"])
            if end.is_date != begin.is_date:
                raise Odd("broken")
            whole = end.wall - begin.wall
            length = Length(days=whole) if begin.is_date else Length(exact=end.at - begin.at)
        elif event.get("DURATION") is not None:
            lasts = event["DURATION"].dt
            length = Length(days=lasts.days * _DAY, exact=timedelta(seconds=lasts.seconds))
        elif begin.is_date:
            length = Length(days=_DAY)
        else:
            raise Odd("no_length")
        return _checked(length, begin)

    def _repeated(self, event: Entry, moved: Dates) -> Iterator[Block]:
        begin = self._moment(event["DTSTART"])
        length = self._length(event, begin)
        left_out = Dates()
        for moment in self._moments(event.get("EXDATE")):
            left_out.add(moment)
        seen: set[datetime] = set()
        taken = 0
        for moment in self._begins(event, begin, length):
            if moment.at in seen or left_out.holds(moment) or moved.holds(moment):
                continue
            seen.add(moment.at)
            lasts = _checked(moment.length, moment) if moment.length else length
            for block in self._within(_block(moment, lasts)):
                taken += 1
                if taken > MOST_TIMES_OF_ONE:
                    self._note(Odd("too_many_times_of_one"))
                    return
                yield block

    def _begins(self, event: Entry, begin: Moment, length: Length) -> Iterator[Moment]:
        """When it begins: the first time, the times named one by one, and those of its rules."""
        yield begin
        yield from self._moments(event.get("RDATE"))
        latest = self._frame.end.astimezone(begin.zone).replace(tzinfo=None)
        earliest = self._frame.start.astimezone(begin.zone).replace(tzinfo=None) - length.whole - 2 * _DAY
        for given in _many(event.get("RRULE")):
            for wall in self._rule(given, begin, earliest):
                if wall > latest:
                    break
                if wall >= earliest:
                    yield replace(begin, wall=wall)

    def _rule(self, given: Any, begin: Moment, earliest: datetime) -> Iterable[datetime]:
        """The rule's times, from the first or, where that changes nothing, from shortly before the frame."""
        parts = {name.upper(): values for name, values in dict(given).items()}
        frequency = str(parts["FREQ"][0]).upper()
        if frequency not in _FREQUENCIES or _product(parts, "BYHOUR", "BYMINUTE", "BYSECOND") > 48:
            raise Odd("too_often", frequency)
        interval = int(parts.get("INTERVAL", [1])[0])
        if interval < 1 or int(parts.get("COUNT", [1])[0]) < 1:
            raise Odd("broken")
        if begin.wall < _OLDEST:
            raise Odd("too_old")
        until = _until(parts.pop("UNTIL", [None])[0], begin)
        first = begin.wall
        if frequency in _PERIODS and "COUNT" not in parts and earliest > first:
            period = _PERIODS[frequency] * interval
            first += max((earliest - first) // period - 1, 0) * period
        text = ";".join(f"{name}={','.join(map(_word, _many(values)))}" for name, values in parts.items())
        rule = rrulestr(text, dtstart=first)
        if not isinstance(rule, rrule):
            raise Odd("broken")
        return rule.replace(until=until) if until is not None else rule

    def _moments(self, given: Any) -> list[Moment]:
        listed = [each for values in _many(given) for each in values.dts]
        if len(listed) > MOST_DATES:
            raise Odd("too_many_dates")
        return [self._moment(each) for each in listed]

    def _moment(self, given: Any) -> Moment:
        """A time of the file; one that names no zone, and a date, goes by the zone of what is closed."""
        value, name, length = given.dt, given.params.get("TZID"), None
        if isinstance(value, tuple):
            value, until = value
            length = Length(exact=until if isinstance(until, timedelta) else until - value)
        if not isinstance(value, datetime):
            return Moment(datetime.combine(value, time()), self._frame.zone, True)
        wall = value.replace(tzinfo=None)
        if value.tzinfo is not None and (not name or getattr(value.tzinfo, "key", "") == "UTC"):
            return Moment(value.astimezone(UTC).replace(tzinfo=None), UTC, False, length)
        # The library leaves times of zones it does not know without any, and says nothing.
        return Moment(wall, self._zone(str(name)) if name else self._frame.zone, False, length)

    def _zone(self, name: str) -> tzinfo:
        if name not in self._zones:
            self._zones[name] = self._looked_up(name)
        zone = self._zones[name]
        if zone is None:
            raise Odd("unknown_zone", _clean(name))
        return zone

    def _looked_up(self, name: str) -> tzinfo | None:
        """By the world's name, by Windows' name, by the end of a long name, by the file's own description."""
        plain = name.strip().strip('"')
        tail = plain.split("/")
        for known in (plain, WINDOWS_TO_OLSON.get(plain, ""), "/".join(tail[-2:]), "/".join(tail[-3:])):
            try:
                return ZoneInfo(known)
            except (KeyError, ValueError, OSError):
                continue
        for calendar in self._calendars:
            for described in calendar.walk("VTIMEZONE"):
                if str(described.get("TZID")) == name:
                    return _described(described)
        return None


def _parsed(content: bytes) -> list[Calendar]:
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    upper = content.upper()
    if upper.count(b"BEGIN:VEVENT") > MOST_EVENTS or upper.count(b"BEGIN:") > MOST_COMPONENTS:
        raise Unreadable("too_many_events")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that it guesses zones; we look them up ourselves
            # Bytes, never a text: the library opens the file a short text names.
            found = Calendar.from_ical(content.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    except (*_BROKEN, OSError):  # of a zone that is called like a folder
        raise Unreadable("not_a_calendar") from None
    calendars = [each for each in found if isinstance(each, Calendar)] if isinstance(found, list) else [found]
    if not calendars:
        raise Unreadable("not_a_calendar")
    return calendars


def _described(zone: Entry) -> tzinfo | None:
    """The zone as the file itself describes it; None when its rules are no yearly ones: they could run for ever."""
    try:
        for rule in (each for part in zone.subcomponents for each in _many(part.get("RRULE"))):
            if [str(each).upper() for each in rule["FREQ"]] != ["YEARLY"] or rule.get("INTERVAL", [1]) != [1]:
                return None
        made: tzinfo = zone.to_tz(lookup_tzid=False)
        return made
    except _BROKEN:
        return None


def _until(given: Any, begin: Moment) -> datetime | None:
    """The last time on the wall at which the series may begin."""
    if given is None:
        return None
    if not isinstance(given, datetime):
        return datetime.combine(given, time(23, 59, 59))
    return given if given.tzinfo is None else given.astimezone(begin.zone).replace(tzinfo=None)


def _checked(length: Length, begin: Moment) -> Length:
    """The length, unless it takes no time, or too much of it."""
    if length.whole <= timedelta(0):
        raise Odd("ends_before_it_starts", begin.wall.date().isoformat())
    if length.whole > LONGEST and not begin.is_date:
        raise Odd("too_long", begin.wall.date().isoformat())
    return length


def _block(begin: Moment, length: Length) -> Block:
    """What an event takes that begins at that moment."""
    return begin.at, _instant(begin.wall + length.days, begin.zone) + length.exact


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _joined(blocks: list[Block]) -> list[Block]:
    joined: list[Block] = []
    for start, end in sorted(blocks):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _many(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _product(parts: dict[str, Any], *names: str) -> int:
    product = 1
    for name in names:
        product *= len(_many(parts.get(name, [0])))
    return product


def _word(value: Any) -> str:
    return value.to_ical().decode() if hasattr(value, "to_ical") else str(value)


def _written(given: Any) -> str:
    """Which repetition is meant, so that one that is named twice is met once."""
    value = getattr(given, "dt", given)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    return str(value)


def _sequence(event: Entry) -> int:
    try:
        return int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        return 0


def _clean(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:60]


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what is done inside after so much work: a rule without any time runs to the year 9999."""

    def enough(*_signal: object) -> None:
        raise Odd("too_much_work")

    before = signal.signal(signal.SIGVTALRM, enough)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def main(zone: str, start: str, end: str, tentative: str) -> None:
    """Read the calendar on standard input and write what it says to standard output, as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    frame = Frame(
        ZoneInfo(zone), datetime.fromisoformat(start), datetime.fromisoformat(end), tentative == "tentative"
    )
    try:
        reading = read(sys.stdin.buffer.read(LARGEST + 1), frame)
    except Unreadable as why:
        said: dict[str, Any] = {"trouble": why.code}
    else:
        said = {
            "blocks": [[int(start.timestamp()), int(end.timestamp())] for start, end in reading.blocks],
            "findings": reading.findings,
        }
    # Not to a file, which the limit on files would forbid: the caller reads through a pipe.
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
