"""Long lists in pages. A cursor names the last thing seen, so that what comes or goes meanwhile shifts nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from alliance.errors import Problem, Refused

T = TypeVar("T")
LONGEST_PAGE: Final = 100
USUAL_PAGE: Final = 30


def page(
    rows: Sequence[T], limit: int, show: Callable[[T], dict[str, Any]], place: Callable[[T], tuple[Any, ...]]
) -> dict[str, Any]:
    """A page made of up to `limit` of the rows; of these one more than that was asked for, to know of a next page."""
    shown = rows[:limit]
    following = cursor(*place(shown[-1])) if len(rows) > limit else None
    return {"items": [show(row) for row in shown], "next": following}


def cursor(*place: Any) -> str:
    """The place in a list as a word that means nothing outside."""
    plain = [int(part.timestamp()) if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=").decode()


def place_of(text: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The place a cursor stands for, parts being of these kinds; raises Refused for a word that is not ours."""
    if text is None:
        return None
    try:
        parts = json.loads(base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True))
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError, RecursionError):
        raise Refused([Problem("bad_cursor", field="cursor")]) from None


def _part(part: Any, kind: type) -> Any:
    if kind is datetime and type(part) is int:
        return datetime.fromtimestamp(part, UTC)
    if kind is str and isinstance(part, str) and part.isascii() and part.isprintable():
        return part
    raise ValueError(part)
