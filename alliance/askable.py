"""How far from now times may lie, and how much time may be asked about at once: the same for every entrance."""

from datetime import UTC, datetime, timedelta
from typing import Final

from alliance.errors import Problem

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST: Final = timedelta(days=3653)
LONGEST_SPAN: Final = timedelta(days=3653)
LONGEST_WINDOW: Final = timedelta(days=92)


def is_too_distant(instant: datetime, now: datetime) -> bool:
    """Whether it lies where nobody books, and calendars are not known."""
    return not EARLIEST <= instant <= now + FURTHEST


def span_problem(start: datetime, end: datetime) -> Problem | None:
    """What is wrong with a span whose ends are fine by themselves."""
    if start == end:
        return Problem("zero_length")
    if start > end:
        return Problem("reversed")
    return Problem("endless", params={"years": 10}) if end - start > LONGEST_SPAN else None


def window_problem(start: datetime, end: datetime, longest: timedelta = LONGEST_WINDOW) -> Problem | None:
    """What is wrong with a span as one to ask about."""
    if (problem := span_problem(start, end)) is not None:
        return problem
    return Problem("window_too_long", params={"days": longest.days}) if end - start > longest else None
