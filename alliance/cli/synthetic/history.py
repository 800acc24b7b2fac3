"""The bookings of the invented alliance, day by day, each with its decisions, what it occupies and what happened.

What is drawn depends on the seed, the day and the resource alone, so that a smaller alliance is a part of a larger one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from alliance.availability.calendar import DayClasses
from alliance.availability.local_time import local_day, midnight
from alliance.booking.models import HOLDING
from alliance.cli.synthetic.bulk import Row, written
from alliance.cli.synthetic.catalogue import Offer
from alliance.cli.synthetic.members import Members
from alliance.cli.synthetic.refs import numbered_ref
from alliance.cli.synthetic.scale import PER_DAY, Place, Scale, booked_places
from alliance.cli.synthetic.shapes import WHOLE_INDEX, Shape, Slot, slots_of
from alliance.resources.policy import Relation

ZONE = ZoneInfo("Asia/Shanghai")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WEEK = 7
# Where an owner sets no limit, people take four hours at most, so that a day's pool is not one block.
_LONGEST_MINUTES = 240
_HOLD = 3 * _DAY
_RESOURCES = 100_000
_MOST_ITEMS = 20
# Which of a day's eight bookings is the one of the person with the full calendar.
_OF_FULL = 3
_DECIDED = ("approved", "refused", "cancelled")
_ENDED = ("cancelled", "withdrawn", "expired")
_TITLES = (
    "样品测试",
    "课题实验",
    "组会",
    "对照实验",
    "数据采集",
    "培训带教",
    "Sample run",
    "Calibration series",
)
_PURPOSES = ("", "", "国家重点研发课题的第二批样品。", "Second batch of samples for the joint project.")


@dataclass
class Rows:
    """What is added to each table."""

    bookings: list[Row] = field(default_factory=list)
    stages: list[Row] = field(default_factory=list)
    occupancies: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Course:
    """What became of a request; instants are seconds, `hold_until` is there only while it waits."""

    status: str
    asked: int
    changed: int
    hold_until: int | None = None
    reason: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who asks for what."""

    offer: Offer
    person: int
    unit: int
    relation: Relation
    starts: int
    ends: int
    stages: tuple[str, ...]


class History:
    """Draws up rows in the order of days, numbered on."""

    def __init__(
        self, scale: Scale, members: Members, offers: Sequence[Offer], days: DayClasses, now: datetime
    ) -> None:
        self._scale, self._members, self._offers, self._days = scale, members, offers, days
        self._now = int(now.timestamp())
        self._today = local_day(now, ZONE)
        self._rows = Rows()
        self._booking_id = self._occupancy_id = self._event_id = 0
        booked = booked_places(scale, lambda place: len(self._slots(place)))
        self._full = self._places_of_full_calendar(booked)
        self._by_day: dict[int, list[tuple[int, int]]] = {}
        for (day, resource), number in booked.items():
            self._by_day.setdefault(day, []).append((resource, number))

    def days(self) -> Iterator[Rows]:
        """The rows of each day, the oldest first."""
        for day in sorted(self._by_day):
            self._rows = Rows()
            for resource, number in sorted(self._by_day[day]):
                self._add_place((day, resource), number)
            yield self._rows

    def _date(self, day: int) -> date:
        return self._today + timedelta(days=day)

    def _slots(self, place: Place) -> tuple[Slot, ...]:
        day, resource = place
        on = self._date(day)
        return slots_of(self._offers[resource].shape, on, self._days.of(on))

    def _places_of_full_calendar(self, booked: Mapping[Place, int]) -> set[Place]:
        """Where the person with the full calendar has one booking each, as near to today as there are."""
        free = (
            place
            for place, number in booked.items()
            if number == PER_DAY and self._offers[place[1]].is_free_for_all
        )
        return set(islice(free, self._scale.full_calendar))

    def _add_place(self, place: Place, number: int) -> None:
        day, resource = place
        opens = int(midnight(self._date(day), ZONE).timestamp())
        random = Random(f"{self._scale.seed}:{self._date(day)}:{resource}")  # noqa: S311 - invented data
        bookers = self._members.planners if day > _WEEK else self._members.bookers
        first_number = ((self._today.toordinal() + day) * _RESOURCES + resource) * PER_DAY
        for n, slot in enumerate(self._slots(place)[:number]):
            is_for_full = n == _OF_FULL and place in self._full
            person = (
                self._members.full_calendar if is_for_full else bookers[int(random.random() * len(bookers))]
            )
            begins, length = _drawn(self._offers[resource].shape, slot, random)
            wish = self._wish(resource, person, opens + begins * _MINUTE, length * _MINUTE)
            self._add_booking(wish, slot, random, first_number + n, is_near=day < _WEEK)

    def _wish(self, resource: int, person: int, starts: int, length: int) -> _Wish:
        offer, unit = self._offers[resource], self._members.unit_of(person)
        relation = self._members.relation(unit, offer.owner)
        if relation == "group" and not offer.has_group_route:
            relation = "member"
        return _Wish(offer, person, unit, relation, starts, starts + length, offer.stages(relation))

    def _add_booking(self, wish: _Wish, slot: Slot, random: Random, number: int, *, is_near: bool) -> None:
        shape = wish.offer.shape
        quantity, items = _items(wish.offer, slot, random)
        course = self._course(wish, random, is_near=is_near)
        self._booking_id += 1
        version = 1 + (bool(wish.stages) and course.status in _DECIDED) + (course.status in _ENDED)
        self._rows.bookings.append(
            (
                self._booking_id, numbered_ref(number, self._scale.seed), wish.offer.id, wish.person + 1,
                wish.person + 1, wish.unit + 1, wish.relation, wish.starts, wish.ends, shape.setup, shape.teardown,
                quantity, _TITLES[int(random.random() * len(_TITLES))],
                _PURPOSES[int(random.random() * len(_PURPOSES))], course.status, course.hold_until, course.asked,
                course.changed, self._closer(wish, course), course.reason, course.is_late, version, version - 1,
                course.asked,
            )
        )  # fmt: skip
        if course.status in HOLDING:
            begins, ends = wish.starts - shape.setup * _MINUTE, wish.ends + shape.teardown * _MINUTE
            for item in items:
                self._occupancy_id += 1
                self._rows.occupancies.append((self._occupancy_id, self._booking_id, item, begins, ends))
        self._decide(wish, course)
        self._tell(wish, course, quantity)

    def _course(self, wish: _Wish, random: Random, *, is_near: bool) -> _Course:
        """What becomes of it: nearly all are approved; of the near ones many wait where somebody has to agree."""
        fate, ago = random.random(), int(random.random() * _DAY) // _MINUTE * _MINUTE
        notice = (wish.offer.shape.notice_hours or 0) * _HOUR
        if (
            wish.stages
            and is_near
            and wish.starts > self._now
            and fate < 0.12
            and wish.person in self._others
        ):
            asked = self._now - ago - notice - _MINUTE
            return _Course("requested", asked, asked, hold_until=min(wish.starts, asked + _HOLD))
        lead = int(random.random() * 10 * _DAY) // _MINUTE * _MINUTE + notice
        asked = min(wish.starts - lead, self._now - ago) - 3 * _HOUR
        answered = asked + _HOUR if wish.stages else asked
        if fate < 0.9 or wish.person not in self._others:
            return _Course("approved", asked, answered)
        if wish.stages and fate < 0.93:
            status = "refused" if fate < 0.915 else "withdrawn" if fate < 0.92 else "expired"
            return _Course(status, asked, answered, reason="该时段已有安排" if status == "refused" else "")
        given_up = max(answered, min(wish.starts - _HOUR, self._now))
        deadline = wish.starts - (wish.offer.shape.cancel_hours or 0) * _HOUR
        return _Course("cancelled", asked, given_up, reason="计划有变", is_late=given_up > deadline)

    @property
    def _others(self) -> range:
        """Everybody but the person with the full calendar, all of whose bookings stand."""
        return self._members.bookers

    def _closer(self, wish: _Wish, course: _Course) -> int | None:
        """Who changed it last."""
        if course.status == "expired":
            return None
        if wish.stages and course.status in ("approved", "refused"):
            return self._decider(wish, wish.stages[-1])
        return wish.person + 1

    def _decider(self, wish: _Wish, stage: str) -> int:
        return {"owner": wish.offer.owner, "unit": wish.unit, "secretariat": self._members.secretary}[
            stage
        ] + 1

    def _decide(self, wish: _Wish, course: _Course) -> None:
        last = len(wish.stages)
        for n, stage in enumerate(wish.stages, start=1):
            row: Row = (self._booking_id, n, stage, None, None, "", None)
            if course.status in _DECIDED:
                is_refused = course.status == "refused" and n == last
                decided = ("refused", course.reason) if is_refused else ("approved", "")
                row = (*row[:3], decided[0], self._decider(wish, stage), decided[1], course.asked + _HOUR)
            self._rows.stages.append(row)

    def _tell(self, wish: _Wish, course: _Course, quantity: int) -> None:
        """What history says, in the words of the acts."""
        place = f'{{"starts_at": "{written(wish.starts)}", "ends_at": "{written(wish.ends)}", "quantity": {quantity}}}'
        self._add_event(
            "requested" if wish.stages else "approved", course.asked, wish.person + 1, wish, place
        )
        if wish.stages and course.status in ("approved", "cancelled"):
            for n, stage in enumerate(wish.stages, start=1):
                verb = "approved" if n == len(wish.stages) else "agreed"
                said = f'{{"reason": "", "stage": {n}}}'
                self._add_event(verb, course.asked + _HOUR, self._decider(wish, stage), wish, said)
        if course.status in ("refused", "withdrawn", "expired", "cancelled"):
            said = f'{{"reason": "{course.reason}", "late": {"true" if course.is_late else "false"}}}'
            self._add_event(course.status, course.changed, self._closer(wish, course), wish, said)

    def _add_event(self, verb: str, at: int, by: int | None, wish: _Wish, data: str) -> None:
        self._event_id += 1
        self._rows.events.append(
            (self._event_id, at, by, wish.unit + 1, f"booking.{verb}", "booking", self._booking_id, data)
        )


def _drawn(shape: Shape, slot: Slot, random: Random) -> tuple[int, int]:
    """Start and length in minutes, on the grid and with the footprint within the stretch."""
    grid = shape.grid
    first = -(-(slot.start + shape.setup) // grid)
    room = (slot.end - shape.teardown) // grid - first
    fewest = max(1, -(-(shape.shortest or 0) // grid))
    most = max(fewest, min(room, (shape.longest or _LONGEST_MINUTES) // grid))
    cells = fewest + int(random.random() * (most - fewest + 1))
    return (first + int(random.random() * (room - cells + 1))) * grid, cells * grid


def _items(offer: Offer, slot: Slot, random: Random) -> tuple[int, Sequence[int]]:
    """How many items it is for, and which: the whole of a combined resource is one, and takes those of its parts."""
    if offer.index == WHOLE_INDEX:
        return 1, offer.items
    share = slot.last - slot.first
    quantity = 1 if share == 1 else 1 + int(random.random() * min(share, _MOST_ITEMS))
    return quantity, offer.items[slot.first : slot.first + quantity]
