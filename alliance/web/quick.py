"""Quick booking: seven days with how often one can start, a few lengths, the starts of the chosen day. Pure.

All of it are links back to the page with another choice; the last one opens the booking form, filled.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from math import log2
from typing import Final

from alliance.availability.hours import open_spans
from alliance.availability.whole_days import whole_days
from alliance.i18n import language
from alliance.intervals import Span, union
from alliance.notifications.formats import format_clock, format_length, format_week_day
from alliance.web.openings import DAYS, WeekFacts, beyond, busy, gaps, openings_in

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_USUAL: Final = (30, 60, 120, 240, 480, 720)
_USUAL_DAYS: Final = (1, 2, 3, 7, 14)
_FIRST_CHOICE: Final = 120
_MOST_LENGTHS: Final = 4
# Closer starts than these nobody chooses from; the form knows them all.
_FINEST: Final = 30
_ROWS_OF_STARTS: Final = 8


@dataclass(frozen=True)
class Choice:
    """What the address asks for, as far as it does: a day, a length, a start, and whether all starts are wanted."""

    day: date | None = None
    minutes: int | None = None
    start: str = ""
    all_starts: bool = False


@dataclass(frozen=True)
class Link:
    """One thing to choose, and how many starts it holds; what holds none leads nowhere."""

    words: str
    href: str
    is_chosen: bool = False
    number: str = ""
    starts: int = 0


@dataclass(frozen=True)
class Quick:
    """What the card shows. `span` is the time chosen; without one nothing of the week can be booked."""

    days: Sequence[Link]
    lengths: Sequence[Link]
    starts: Sequence[Link]
    later: Link | None
    span: Span | None
    length: timedelta


# Where a choice leads: the parameters of the page's address that change.
Address = Callable[..., str]


def quick_of(facts: WeekFacts, first: date, choice: Choice, address: Address) -> Quick:
    """The card for the seven days from `first` on."""
    opened = open_spans(facts.hours, facts.days, beyond(facts.policy, first, facts.zone), facts.zone)
    reach = beyond(facts.policy, first, facts.zone)
    taken = busy(facts, reach)
    if facts.is_whole:
        taken = {0: union(chain.from_iterable(taken.values()))}
    free = gaps(facts, taken, opened, reach)
    lengths = _lengths(facts, max((span.length for span in opened), default=_DAY))
    length = _chosen_length(lengths, choice.minutes)
    days = [first + n * _DAY for n in range(DAYS)]
    starts = {day: _starts(facts, free, day, length) for day in days}
    day = choice.day if choice.day in days else next((each for each in days if starts[each]), None)
    start = _chosen_start(facts, starts.get(day, []) if day else [], choice.start)
    return Quick(
        days=[
            Link(
                _weekday(each),
                address(day=each.isoformat(), start=None, more=None) if starts[each] else "",
                each == day,
                str(each.day),
                len(starts[each]),
            )
            for each in days
        ],
        lengths=[
            Link(
                format_length(each, language()),
                address(minutes=each // _MINUTE, day=day.isoformat() if day else None, start=None),
                each == length,
            )
            for each in lengths
        ],
        starts=_start_links(facts, starts.get(day, []) if day else [], start, choice, address),
        later=_later(starts.get(day, []) if day else [], start, choice, address),
        span=Span(start, start + length) if start else None,
        length=length,
    )


def _lengths(facts: WeekFacts, open_for: timedelta) -> list[timedelta]:
    """The few lengths offered: those the rules and the opening hours allow, the shortest there is among them."""
    policy = facts.policy
    if facts.goes_by_days:
        usual = [days * _DAY for days in _USUAL_DAYS]
        grid = _DAY
    else:
        usual = [minutes * _MINUTE for minutes in _USUAL]
        grid = policy.grid_minutes * _MINUTE
    shortest = -(-facts.shortest // grid) * grid
    longest = (
        policy.longest_minutes * _MINUTE if policy.longest_minutes is not None else max(*usual, shortest)
    )
    if not facts.goes_by_days:
        longest = max(shortest, min(longest, open_for))
    fitting = sorted({shortest, *usual, longest // grid * grid})
    allowed = [each for each in fitting if shortest <= each <= longest and each % grid == timedelta(0)]
    return _spread(allowed) or [shortest]


def _spread(allowed: Sequence[timedelta]) -> list[timedelta]:
    """Up to four: those around the usual choice, and the longest."""
    if len(allowed) <= _MOST_LENGTHS:
        return list(allowed)
    near = sorted(allowed, key=lambda each: abs(log2(each / _FIRST_CHOICE / _MINUTE)))[: _MOST_LENGTHS - 1]
    return sorted({*near, allowed[-1]})


def _chosen_length(lengths: Sequence[timedelta], minutes: int | None) -> timedelta:
    wanted = (minutes or _FIRST_CHOICE) * _MINUTE
    return min(lengths, key=lambda each: abs(each - wanted))


def _starts(facts: WeekFacts, free: Iterable[Span], day: date, length: timedelta) -> list[datetime]:
    """When a booking of the length can start on the day, in steps people choose from."""
    grid = facts.policy.grid_minutes
    step = _DAY if facts.goes_by_days else -(-_FINEST // grid) * grid * _MINUTE
    # The gaps of a pool overlap: what one of them is too short for another may still hold.
    found: set[datetime] = set()
    for opening, gap in openings_in(facts, free, whole_days(day, day, facts.zone)):
        start, latest = opening.start, gap.end - length
        while start < opening.end and start <= latest:
            found.add(start)
            start += step
    return sorted(found)


def _chosen_start(facts: WeekFacts, starts: Sequence[datetime], wanted: str) -> datetime | None:
    if not starts:
        return None
    return next((each for each in starts if format_clock(each, facts.zone) == wanted), starts[0])


def _start_links(
    facts: WeekFacts, starts: Sequence[datetime], chosen: datetime | None, choice: Choice, address: Address
) -> list[Link]:
    if facts.goes_by_days:
        return []
    shown = starts if _shows_all(starts, chosen, choice) else starts[:_ROWS_OF_STARTS]
    clocks = [(format_clock(each, facts.zone), each) for each in shown]
    return [
        Link(clock, address(start=clock, day=_day_of(each, facts)), each == chosen) for clock, each in clocks
    ]


def _later(
    starts: Sequence[datetime], chosen: datetime | None, choice: Choice, address: Address
) -> Link | None:
    hidden = len(starts) - _ROWS_OF_STARTS
    if hidden <= 0 or _shows_all(starts, chosen, choice):
        return None
    return Link("", address(more=1), starts=hidden)


def _shows_all(starts: Sequence[datetime], chosen: datetime | None, choice: Choice) -> bool:
    return choice.all_starts or (chosen is not None and chosen in starts[_ROWS_OF_STARTS:])


def _day_of(start: datetime, facts: WeekFacts) -> str:
    return start.astimezone(facts.zone).date().isoformat()


def _weekday(day: date) -> str:
    return format_week_day(day, language()).split(" ")[0]
