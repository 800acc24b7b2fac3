"""What goes in and comes out, as JSON: what comes in is checked by these, what goes out is described by them."""

from datetime import timedelta
from typing import Any, Final

import marshmallow as ma

from alliance.askable import LONGEST_WINDOW, span_problem, window_problem
from alliance.errors import Problem

LONGEST_SEARCH: Final = timedelta(days=31)


class Input(ma.Schema):
    """A body or a query. Unknown fields are refused; `Parser` turns these words into problems."""

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}  # noqa: RUF012 - as marshmallow has it

    class Meta:
        unknown = ma.RAISE


class Output(ma.Schema):
    """A part of an answer. Only describes it: answers are made in shown.py, and tests hold them against this."""

    class Meta:
        unknown = ma.RAISE


def check_span(data: dict[str, Any], first: str = "start", last: str = "end") -> None:
    """Refuse a span without length, reversed or endless; what is wrong with either end alone was said already."""
    start, end = data.get(first), data.get(last)
    if start is not None and end is not None and (problem := span_problem(start, end)):
        raise ma.ValidationError({last: [problem]})


def check_window(
    data: dict[str, Any], first: str = "from", last: str = "to", longest: timedelta = LONGEST_WINDOW
) -> None:
    """Refuse what is no span, and more time than anybody may ask about at once."""
    start, end = data.get(first), data.get(last)
    if start is not None and end is not None and (problem := window_problem(start, end, longest)):
        raise ma.ValidationError({last: [problem]})


def check_both(data: dict[str, Any], first: str, last: str) -> None:
    """Refuse half a span."""
    for given, other in ((first, last), (last, first)):
        if given in data and other not in data:
            raise ma.ValidationError({other: [Problem("missing_field", params={"name": other})]})
