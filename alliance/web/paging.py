"""Which page of a list is asked for."""

from typing import Final

from flask import request

# Beyond that no list goes, and no database counts that far without being asked to.
LAST_PAGE: Final = 100_000


def asked_page() -> int:
    """The number behind `?page=`, at least 1; 1 for whatever is no number."""
    return request.args.get("page", 1, lambda text: min(max(int(text), 1), LAST_PAGE))
