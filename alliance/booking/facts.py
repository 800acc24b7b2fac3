"""What the booking rules judge by, as plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.intervals import Span
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.policy import Policy, Relation


@dataclass(frozen=True)
class Wish:
    """What somebody wants: a span and a number of items."""

    span: Span
    quantity: int = 1


@dataclass(frozen=True)
class Closed:
    """A closure: all items when `item_id` is None, without an end when `end` is None."""

    start: datetime
    end: datetime | None
    kind: str
    reason: str = ""
    item_id: int | None = None

    def hits(self, span: Span) -> bool:
        """Whether it takes any of the span."""
        return self.start < span.end and (self.end is None or self.end > span.start)


@dataclass(frozen=True)
class Needed:
    """A qualification the resource asks for, and from and until which local day the person holds it, if at all."""

    code: str
    name_zh: str
    name_en: str | None
    held_from: date | None = None
    held_until: date | None = None

    def covers(self, first: date, last: date) -> bool:
        """Whether it is held on the first day and still on the last."""
        if self.held_from is None or self.held_from > first:
            return False
        return self.held_until is None or last <= self.held_until


@dataclass(frozen=True)
class Facts:
    """Everything the rules may know about one wish for one resource by one person of one unit, at `now`.

    `items` maps each live item's id to the end of its last footprint that starts before the wished one ends, or None:
    occupancies of one item never overlap, so an item is free exactly when that end is not after the wished footprint
    begins. `clashes` are the footprints in the way, read only when items are short. `member_until` is when the person's
    membership in the unit ends, None when it does not; what is not after `now` is over, or never was. When a booking is
    being moved, `before` is what it was; its own place and count are left out of everything else. When it gives nothing
    but time or items back, or is only being decided on, `items` are its own and `kept_buffers` those it was asked for
    with.
    """

    now: datetime
    resource_code: str
    policy: Policy
    hours: Hours
    zone: ZoneInfo
    preset: str = "slot_self"
    mode: str = "timed"
    resource_status: str = "published"
    owner_status: str = "active"
    days: DayClasses = field(default_factory=DayClasses)
    items: Mapping[int, datetime | None] = field(default_factory=dict)
    is_whole: bool = False
    clashes: tuple[tuple[int, Span], ...] = ()
    closures: tuple[Closed, ...] = ()
    relation: Relation = "member"
    person_status: str = "active"
    unit_status: str = "active"
    member_until: datetime | None = None
    active_of_person: int = 0
    active_of_unit: int = 0
    needed: tuple[Needed, ...] = ()
    before: Wish | None = None
    kept_buffers: tuple[timedelta, timedelta] | None = None

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Setup and teardown; none for day presets, whose hand-over lies within the opening hours."""
        if self.preset in DAY_PRESETS:
            return timedelta(0), timedelta(0)
        if self.kept_buffers is not None:
            return self.kept_buffers
        return self.policy.setup, self.policy.teardown

    def footprint(self, wish: Wish) -> Span:
        """What the wish would occupy."""
        return wish.span.widened(*self.buffers)

    def items_wanted(self, wish: Wish) -> int:
        """How many items the wish takes: a combined resource is taken only whole."""
        return len(self.items) if self.is_whole else wish.quantity

    def unoccupied(self, wish: Wish) -> list[int]:
        """Items no other booking has in the wished footprint."""
        start = self.footprint(wish).start
        return [item_id for item_id, end in self.items.items() if end is None or end <= start]

    def unclosed(self, wish: Wish) -> list[int]:
        """Items no closure takes in the wished footprint."""
        hit = [closed for closed in self.closures if closed.hits(self.footprint(wish))]
        if any(closed.item_id is None for closed in hit):
            return []
        shut = {closed.item_id for closed in hit}
        return [item_id for item_id in self.items if item_id not in shut]

    def available(self, wish: Wish) -> list[int]:
        """Items that could be given, the best fit first: the smallest gap before it, then the lowest id."""
        open_items = set(self.unclosed(wish))
        free = [item_id for item_id in self.unoccupied(wish) if item_id in open_items]
        start = self.footprint(wish).start

        def gap(item_id: int) -> tuple[float, int]:
            end = self.items[item_id]
            return (float("inf") if end is None else (start - end).total_seconds(), item_id)

        return sorted(free, key=gap)

    def shrinks(self, wish: Wish) -> bool:
        """Whether a move only gives something back: within the old span, no more items than before."""
        before = self.before
        return before is not None and before.span.contains(wish.span) and wish.quantity <= before.quantity
