"""When a resource can be booked within a week: what keeps its items busy, and the openings that remain. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClasses
from alliance.availability.free_spans import free_spans
from alliance.availability.hours import Hours
from alliance.availability.local_time import instant_of
from alliance.availability.whole_days import free_days, whole_days
from alliance.booking.facts import Closed
from alliance.booking.permissions import Glimpse
from alliance.intervals import Span, intersect
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.policy import Policy

DAYS = 7
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_USUAL_LENGTH = timedelta(hours=2)


@dataclass(frozen=True)
class WeekFacts:
    """What the drawing of a week needs to know. `items` maps ids to names; those of a whole are its parts' items.

    Bookings and closures must reach `beyond` the week, for a gap that ends outside it must not look too short.
    """

    now: datetime
    zone: ZoneInfo
    policy: Policy
    preset: str
    kind: str
    days: DayClasses
    items: Mapping[int, str]
    is_whole: bool = False
    bookings: Sequence[Glimpse] = ()
    closures: Sequence[Closed] = ()
    is_on_offer: bool = True

    @property
    def goes_by_days(self) -> bool:
        """Whether it is booked in whole days, so that hours say nothing."""
        return self.preset in DAY_PRESETS or self.policy.grid_minutes % (24 * 60) == 0

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Setup and teardown, none for day presets."""
        return (
            (timedelta(0), timedelta(0))
            if self.preset in DAY_PRESETS
            else (self.policy.setup, self.policy.teardown)
        )

    @property
    def shortest(self) -> timedelta:
        """The shortest booking there can be."""
        return (self.policy.shortest_minutes or self.policy.grid_minutes) * _MINUTE

    @cached_property
    def hours(self) -> Hours:
        return Hours.parse(self.policy.hours)


def beyond(policy: Policy, first: date, zone: ZoneInfo) -> Span:
    """The time whose bookings and closures the week from `first` on depends on."""
    reach = (policy.shortest_minutes or policy.grid_minutes) * _MINUTE
    return whole_days(first, first + (DAYS - 1) * _DAY, zone).widened(policy.setup, policy.teardown + reach)


def closed_now(facts: WeekFacts) -> Closed | None:
    """The closure that keeps the whole resource from being used at this moment."""
    covering = [
        closed for closed in facts.closures if closed.start <= facts.now and closed.hits(_instant(facts.now))
    ]
    if {closed.item_id for closed in covering} >= set(facts.items) and facts.items and covering:
        return covering[0]
    return next((closed for closed in covering if closed.item_id is None), None)


def free_now(facts: WeekFacts) -> int:
    """How many items nobody uses at this moment."""
    taken = busy(facts, _instant(facts.now))
    return sum(not any(span.contains(facts.now) for span in spans) for spans in taken.values())


def _instant(at: datetime) -> Span:
    return Span(at, at + timedelta(seconds=1))


def busy(facts: WeekFacts, reach: Span) -> dict[int, list[Span]]:
    """What keeps each item from being booked within the reach: footprints and closures."""
    taken: dict[int, list[Span]] = {item_id: [] for item_id in facts.items}
    for booking in facts.bookings:
        for item_id in taken.keys() & booking.item_ids:
            taken[item_id].append(booking.footprint)
    for closed in facts.closures:
        if closed.hits(reach):
            span = Span(closed.start, closed.end or max(reach.end, closed.start + _DAY))
            for item_id in taken if closed.item_id is None else taken.keys() & {closed.item_id}:
                taken[item_id].append(span)
    return taken


def gaps(
    facts: WeekFacts, taken: Mapping[int, Sequence[Span]], opened: Sequence[Span], reach: Span
) -> list[Span]:
    """Where one item at least can be booked, as far as time goes."""
    if facts.preset in DAY_PRESETS:
        found = free_days(
            reach, hours=facts.hours, days=facts.days, zone=facts.zone, busy=taken, preset=facts.preset
        )
    else:
        setup, teardown = facts.buffers
        found = free_spans(reach, open_spans=opened, busy=taken, setup=setup, teardown=teardown)
    return [free.span for free in found]


def openings(facts: WeekFacts, free: Iterable[Span], within: Span) -> list[Span]:
    """The parts of the gaps that a booking can start in: late enough, not too far ahead, and long enough."""
    return [opening for opening, _gap in openings_in(facts, free, within)]


def openings_in(facts: WeekFacts, free: Iterable[Span], within: Span) -> Iterator[tuple[Span, Span]]:
    """The same, each with the gap it is a part of."""
    if not facts.is_on_offer:
        return
    earliest = facts.now + timedelta(hours=facts.policy.notice_hours or 0)
    latest = (
        facts.now + timedelta(days=facts.policy.days_ahead) if facts.policy.days_ahead is not None else None
    )
    for gap in free:
        if not gap.overlaps(within):
            continue
        start = _on_grid(max(gap.start, within.start, earliest), facts)
        # What remains beyond the last grid line can be nobody's.
        end = _on_grid(min(gap.end, within.end), facts, late=False)
        fits = start + facts.shortest <= gap.end and (latest is None or start <= latest)
        if fits and start < end:
            yield Span(start, end), gap


def _on_grid(instant: datetime, facts: WeekFacts, *, late: bool = True) -> datetime:
    """The first instant from this one on, else the last up to it, at which a booking may start or end."""
    local = instant.astimezone(facts.zone)
    minutes = local.hour * 60 + local.minute + (late and local.second > 0)
    grid = 24 * 60 if facts.goes_by_days else facts.policy.grid_minutes
    lines = -(-minutes // grid) if late else minutes // grid
    return instant_of(datetime.combine(local.date(), time.min) + lines * grid * _MINUTE, facts.zone)


def likely_end(span: Span, facts: WeekFacts) -> datetime:
    """The end the form starts with: two hours on where the rules and the gap allow it."""
    grid = facts.policy.grid_minutes * _MINUTE
    wanted = max(facts.shortest, _USUAL_LENGTH // grid * grid)
    if facts.policy.longest_minutes is not None:
        wanted = min(wanted, facts.policy.longest_minutes * _MINUTE)
    in_gap = (span.end - span.start) // grid * grid
    return span.start + max(facts.shortest, min(wanted, in_gap))


def fewest_free(taken: Mapping[int, Sequence[Span]], within: Span) -> int:
    """How many items are free at the busiest moment of the span."""
    changes: list[tuple[datetime, int]] = []
    for spans in taken.values():
        for span in intersect(spans, [within]):
            changes += [(span.start, 1), (span.end, -1)]
    most = at_once = 0
    for _at, change in sorted(changes):
        at_once += change
        most = max(most, at_once)
    return len(taken) - most
