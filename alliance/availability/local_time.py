"""From what a clock on the wall shows to the instant in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


# The same few opening times of the same few days are asked for once per resource of a search.
@lru_cache(maxsize=16_384)
def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clocks first show the naive `wall` time.

    Where clocks are put back, a time shown twice means the first. Where they are put forward, a time
    never shown means the moment of the change. So later on the wall is never earlier in UTC, and
    opening hours that touch on the wall still touch.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _change_around(wall, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the local day."""
    return instant_of(datetime.combine(day, time.min), zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The date the zone's calendars show at the instant."""
    return instant.astimezone(zone).date()


def _change_around(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks were put forward over `wall`, found by halving."""
    # Read with the offset in force after the change, the wall time lies before it, and the other way round.
    before = wall.replace(tzinfo=zone, microsecond=0, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, microsecond=0, fold=0).astimezone(UTC)
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after
