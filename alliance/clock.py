"""The only clock. Everything else takes the time as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen_at: datetime | None = None


def now() -> datetime:
    """The present instant: aware, in UTC, in whole seconds as both databases can keep it."""
    return _frozen_at or datetime.now(UTC).replace(microsecond=0)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock of this whole process at `at`, an aware instant, for tests and documentation pictures."""
    global _frozen_at  # noqa: PLW0603 - the one clock of the process is what is being stopped
    before, _frozen_at = _frozen_at, at.astimezone(UTC).replace(microsecond=0)
    try:
        yield
    finally:
        _frozen_at = before
