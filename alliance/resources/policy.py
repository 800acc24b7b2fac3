"""The owner's rules for one resource, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

Relation = Literal["own", "group", "member", "external"]
Decider = Literal["owner", "unit", "secretariat"]


@dataclass(frozen=True)
class Route:
    """Who decides on which bookings. Routes are tried in order; the first whose conditions all hold is taken.

    No stage means the booking is approved at once. `within` is an opening-hours text the whole span must lie in;
    `share_percent` bounds the wanted items as a share of all items.
    """

    relation: Relation
    stages: tuple[Decider, ...] = ()
    longest_minutes: int | None = None
    within: str | None = None
    share_percent: int | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Route":
        return cls(**{**data, "stages": tuple(data.get("stages", ()))})

    def to_json(self) -> dict[str, Any]:
        """Only what is set, so that stored routes stay readable."""
        conditions = {
            "longest_minutes": self.longest_minutes,
            "within": self.within,
            "share_percent": self.share_percent,
        }
        return {
            "relation": self.relation,
            "stages": list(self.stages),
            **{name: value for name, value in conditions.items() if value is not None},
        }


@dataclass(frozen=True)
class Policy:
    """What the owner asks of a booking; None means no such rule. `hours` is the opening-hours text."""

    hours: str = "DAILY 00:00-24:00"
    grid_minutes: int = 30
    shortest_minutes: int | None = None
    longest_minutes: int | None = None
    notice_hours: int | None = None
    days_ahead: int | None = None
    setup: timedelta = timedelta(0)
    teardown: timedelta = timedelta(0)
    cancel_hours: int | None = None
    hold_days: int = 3
    active_per_person: int | None = None
    active_per_unit: int | None = None
    routes: tuple[Route, ...] = field(default=(Route("own"), Route("member"), Route("external", ("owner",))))
