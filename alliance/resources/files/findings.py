"""How a file is refused."""

from typing import Any

from alliance.errors import Problem, Refused


def refused(code: str, **params: Any) -> Refused:
    """The one finding that makes a file unusable."""
    return Refused([Problem(code, params=params, field="file")])
