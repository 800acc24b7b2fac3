"""The time zones that are offered where any may be chosen."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones


@cache
def world_zones() -> Sequence[str]:
    """The places of the world, as far as clocks differ."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
