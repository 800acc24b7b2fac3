"""How large the invented alliance is, and which days of it are booked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

# The first resources belong to one large owner and are full for the coming week before anything else is.
BUSY = 50
PER_DAY = 8
_WEEK = 7
# Owners let people book two months ahead: what is booked beyond the next sixty days lies in the past.
FARTHEST_AHEAD = 60
# Units and resources were last described so long ago: had all been renamed today, each feed would look at all of them.
LONG_AGO = timedelta(days=90)

# A day as its distance from today, and the index of a resource.
Place = tuple[int, int]


@dataclass(frozen=True)
class Scale:
    """What was asked for; everything else follows from it."""

    bookings: int
    resources: int
    units: int
    seed: int = 1
    # So many days ahead are full before any other day is: what lies ahead is then alike however much lies behind.
    full_days: int = 0
    # How many bookings the person with the full calendar has.
    full_calendar: int = 1_000

    @property
    def people(self) -> int:
        """Five thousand in three hundred units, and always enough for every part that is played."""
        return max(self.units * 50 // 3, self.units * 2 + 20)


def days_outward() -> Iterator[int]:
    """Tomorrow, today, the day after, yesterday and so on; from sixty days ahead on only back."""
    yield 1
    for distance in count(0):
        if distance + 2 <= FARTHEST_AHEAD:
            yield from (-distance, distance + 2)
        else:
            yield -distance


def booked_places(scale: Scale, room: Callable[[Place], int]) -> dict[Place, int]:
    """How many bookings each resource has on each day: as many as there is `room`, nearest days first, until the
    number asked for is reached. So a smaller alliance is a part of a larger one, and its near days are as full.

    Raises ValueError when no day has room.
    """
    booked: dict[Place, int] = {}
    left = scale.bookings
    empty_days = 0
    for day, resources in _in_order(scale):
        found = 0
        for resource in resources:
            place = day, resource
            if place in booked:
                continue
            taken = min(left, room(place))
            if taken:
                booked[place] = taken
                left -= taken
                found += taken
            if not left:
                return booked
        empty_days = 0 if found else empty_days + 1
        if empty_days > FARTHEST_AHEAD:
            raise ValueError("no resource has room for a booking")
    raise AssertionError("unreachable")


def _in_order(scale: Scale) -> Iterator[tuple[int, range]]:
    everything = range(scale.resources)
    for day in range(_WEEK):
        yield day, everything[:BUSY]
    for day in range(scale.full_days):
        yield day, everything
    for day in days_outward():
        yield day, everything
