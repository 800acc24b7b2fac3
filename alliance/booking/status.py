"""The life of a booking, as one table."""

from dataclasses import dataclass
from typing import Final, Literal

Who = Literal["booker", "owner", "decider", "clock"]
Act = Literal["approve", "refuse", "withdraw", "expire", "move", "cancel"]


@dataclass(frozen=True)
class Step:
    """From a status, by an act of somebody, to a status. A move ends where its route says."""

    before: str
    act: Act
    who: Who
    after: tuple[str, ...]


STEPS: Final = (
    Step("requested", "approve", "decider", ("approved", "requested")),
    Step("requested", "refuse", "decider", ("refused",)),
    Step("requested", "withdraw", "booker", ("withdrawn",)),
    Step("requested", "expire", "clock", ("expired",)),
    Step("requested", "move", "booker", ("requested", "approved")),
    Step("approved", "move", "booker", ("approved", "requested")),
    Step("approved", "cancel", "booker", ("cancelled",)),
    Step("approved", "cancel", "owner", ("cancelled",)),
)


def allows(before: str, act: Act, who: Who, after: str | None = None) -> bool:
    """Whether the table has the step; without `after`, whether it has any such step."""
    return any(
        (step.before, step.act, step.who) == (before, act, who) and (after is None or after in step.after)
        for step in STEPS
    )
