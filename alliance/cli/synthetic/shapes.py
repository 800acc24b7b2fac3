"""The kinds of resources of the invented alliance: when they are open, by which rules, and where a day's bookings go.

The bookings of a day are kept apart beforehand: each has its own stretch of time on its own items, so that no two can
ever meet, whatever is drawn within.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate

from alliance.availability.calendar import DayClass
from alliance.availability.hours import Hours
from alliance.cli.synthetic.scale import PER_DAY

_DAY = 24 * 60


@dataclass(frozen=True)
class Slot:
    """A stretch of a day, in minutes after its midnight, on items from `first` up to `last`: one booking lies in it."""

    start: int
    end: int
    first: int = 0
    last: int = 1


@dataclass(frozen=True)
class Shape:
    """What resources of one sort have in common. `rest` minutes of each stretch stay free for newcomers."""

    kind: str
    name_zh: str
    name_en: str
    preset: str = "slot_self"
    hours: str = "DAILY 00:00-24:00"
    grid: int = 30
    shortest: int | None = None
    longest: int | None = None
    setup: int = 0
    teardown: int = 0
    notice_hours: int | None = None
    days_ahead: int | None = None
    cancel_hours: int | None = None
    items: int = 1
    # How many bookings run side by side, each on its own share of the items.
    abreast: int = 1
    rest: int = 0

    @property
    def by_day(self) -> bool:
        return self.preset == "whole_day"


_LASER = Shape("instrument", "激光共聚焦显微镜", "Laser confocal microscope", rest=30, days_ahead=90)
_SPECTROMETER = Shape(
    "instrument", "质谱仪", "Mass spectrometer", hours="DAILY 08:00-22:00", grid=15, shortest=30, longest=240,
    teardown=15, cancel_hours=24, rest=15,
)  # fmt: skip
_PLATFORM = Shape(
    "platform", "细胞实验平台", "Cell laboratory", hours="WD 08:30-18:00; RD off; PH off", grid=15, longest=120,
    notice_hours=2, days_ahead=90,
)  # fmt: skip
_ROOM = Shape(
    "venue", "会议室", "Meeting room", preset="slot_assisted", grid=15, shortest=15, longest=480, cancel_hours=2,
    hours="WD 09:00-12:00,13:30-18:00; RD 10:00-16:00; PH off",
)  # fmt: skip
_CHAMBER = Shape(
    "facility", "恒温恒湿舱", "Climate chamber", hours="DAILY 00:00-24:00", grid=30, setup=30, teardown=30,
    longest=120, notice_hours=1, days_ahead=180, rest=30,
)  # fmt: skip
_TRIO = Shape(
    "instrument", "分析天平", "Analytical balances", preset="slot_pool", items=3, abreast=3, grid=30, shortest=30,
    hours="DAILY 06:00-24:00",
)  # fmt: skip
_CAMERAS = Shape(
    "loan_equipment", "热像仪", "Thermal cameras", preset="whole_day", items=16, abreast=8, grid=1440,
    hours="DAILY 08:00-20:00", days_ahead=120,
)  # fmt: skip
_POOL = Shape(
    "computing", "计算节点", "Compute nodes", preset="slot_pool", items=20, abreast=8, grid=60, days_ahead=90
)
_SEATS = Shape(
    "training", "机房座位", "Classroom seats", preset="slot_capacity", items=400, abreast=8, grid=60
)
_PART = Shape("venue", "报告厅分区", "Part of the hall", hours="DAILY 08:00-22:00", days_ahead=180)
_HALL = Shape("venue", "报告厅", "Lecture hall", hours="DAILY 08:00-22:00", items=0, days_ahead=180)

# How many of a hundred resources are like each.
_SHARES = (
    (_LASER, 30),
    (_SPECTROMETER, 24),
    (_PLATFORM, 15),
    (_ROOM, 14),
    (_CHAMBER, 8),
    (_TRIO, 5),
    (_CAMERAS, 2),
    (_POOL, 2),
)
_SPREAD = 37  # no factor in common with a hundred, so that neighbours differ
# A combined resource and its parts share their items: the parts are booked in the first stretches, the whole last.
_OF_PARTS = 6
# Where the special ones are, so that they are busy ones and also there in a small alliance.
POOL_INDEX, SEATS_INDEX, WHOLE_INDEX, PARTS = 3, 4, 5, (6, 7, 8)


def shape_of(index: int) -> Shape:
    """What the resource with that number is like."""
    special = {POOL_INDEX: _POOL, SEATS_INDEX: _SEATS, WHOLE_INDEX: _HALL, **dict.fromkeys(PARTS, _PART)}
    if index in special:
        return special[index]
    if index and index % 500 == SEATS_INDEX:
        return _SEATS
    number = index * _SPREAD % 100
    for (shape, _), until in zip(_SHARES, accumulate(share for _, share in _SHARES), strict=True):
        if number < until:
            return shape
    raise AssertionError("unreachable")


def slots_of(shape: Shape, on: date, day_class: DayClass) -> tuple[Slot, ...]:
    """Where the day's bookings go, in the order in which they are made; none while it is closed."""
    windows = _hours(shape.hours).windows(on, day_class)
    return _slots(shape, windows, on.toordinal() % 2)


_hours = cache(Hours.parse)


@cache
def _slots(shape: Shape, windows: tuple[tuple[int, int], ...], parity: int) -> tuple[Slot, ...]:
    if not windows:
        return ()
    if shape.by_day:
        # Half of the items today, the other half tomorrow: what comes back in the evening is checked overnight.
        first = parity * PER_DAY
        return tuple(Slot(0, _DAY, first + n, first + n + 1) for n in range(PER_DAY))
    if shape is _PART:
        return _stretches(shape, windows)[:_OF_PARTS]
    if shape is _HALL:
        return tuple(
            Slot(slot.start, slot.end, 0, len(PARTS)) for slot in _stretches(shape, windows)[_OF_PARTS:]
        )
    if shape.abreast == PER_DAY:
        share = shape.items // PER_DAY
        start, end = windows[0][0], windows[-1][1]
        return tuple(Slot(start, end, n * share, (n + 1) * share) for n in range(PER_DAY))
    if shape.abreast > 1:
        return _side_by_side(shape, windows)
    return _stretches(shape, windows)


def _side_by_side(shape: Shape, windows: tuple[tuple[int, int], ...]) -> tuple[Slot, ...]:
    """Each item has its own day, cut into as many stretches as its share of the bookings."""
    start, end = windows[0][0], windows[-1][1]
    rounds = -(-PER_DAY // shape.abreast)
    length = (end - start) // rounds // shape.grid * shape.grid
    return tuple(
        Slot(start + n // shape.abreast * length, start + (n // shape.abreast + 1) * length, item, item + 1)
        for n in range(PER_DAY)
        for item in (n % shape.abreast,)
    )


def _stretches(shape: Shape, windows: tuple[tuple[int, int], ...]) -> tuple[Slot, ...]:
    """The open time cut into equal stretches, shared among the day's windows as evenly as they can be."""
    shares = [PER_DAY // len(windows)] * len(windows)
    shares[-1] += PER_DAY - sum(shares)
    found = []
    for (start, end), share in zip(windows, shares, strict=True):
        length = (end - start) // share // shape.grid * shape.grid
        found += [Slot(start + n * length, start + (n + 1) * length - shape.rest) for n in range(share)]
    return tuple(found)
