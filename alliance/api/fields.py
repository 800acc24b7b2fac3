"""The fields of bodies and queries: strict in type, bounded in size, each wrong value named by a code of its own."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma

from alliance import clock
from alliance.askable import EARLIEST, FURTHEST, is_too_distant
from alliance.booking.answers import LONGEST_LONG
from alliance.errors import Problem

MOST_ITEMS: Final = 10_000
MOST_ANSWERS: Final = 40
_RFC_3339: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII | re.IGNORECASE
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def wrong(code: str, **params: Any) -> ma.ValidationError:
    """A refused value, as the parser expects it: the field's name is added there."""
    return ma.ValidationError([Problem(code, params=params)])


class Text(ma.fields.String):
    """A text of bounded length that both databases can keep."""

    expected = "text"

    def __init__(self, *, longest: int, **more: Any) -> None:
        super().__init__(metadata={"maxLength": longest, **more.pop("metadata", {})}, **more)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise wrong("wrong_type", expected=self.expected)
        # PostgreSQL keeps no character zero, UTF-8 no half of a surrogate pair.
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise wrong("bad_characters")
        if len(value) > self.longest:
            raise wrong("too_much_text", longest=self.longest)
        return value


class Choice(ma.fields.String):
    """One of a few words."""

    expected = "text"

    def __init__(self, choices: Sequence[str], **more: Any) -> None:
        super().__init__(metadata={"enum": list(choices), **more.pop("metadata", {})}, **more)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise wrong("wrong_type", expected=self.expected)
        if value not in self.choices:
            raise wrong("unknown_choice", choices=self.choices)
        return value


class Choices(ma.fields.String):
    """Some of a few words, separated by commas; for queries."""

    expected = "text"

    def __init__(self, choices: Sequence[str], **more: Any) -> None:
        words = "|".join(choices)
        super().__init__(metadata={"pattern": f"^({words})(,({words}))*$"}, **more)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> Any:
        chosen = tuple(str(value).split(","))
        if not set(chosen) <= set(self.choices):
            raise wrong("unknown_choice", choices=self.choices)
        return chosen


class Answers(ma.fields.Dict):
    """Answers to questions, by their refs: texts, numbers and true, which all become texts."""

    expected = "object"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise wrong("wrong_type", expected=self.expected)
        if len(value) > MOST_ANSWERS:
            raise wrong("not_in_range", least=0, most=MOST_ANSWERS)
        return {name: _as_text(answer) for name, answer in value.items()}


def _as_text(answer: Any) -> str:
    """An answer as the domain takes it; a number as people write it, without an exponent."""
    if answer is None or isinstance(answer, bool):
        return "yes" if answer else ""
    if isinstance(answer, int | float):
        return f"{Decimal(str(answer)):f}"
    text: str = Text(longest=LONGEST_LONG).deserialize(answer)
    return text


class Many(ma.fields.List):
    """Several of a kind; for bodies."""

    expected = "list"


class WholeNumber(ma.fields.Integer):
    """A whole number between bounds: a JSON number, or digits where `written`, as in queries."""

    expected = "whole_number"

    def __init__(self, *, least: int, most: int, written: bool = False, **more: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most}, **more)
        self.least, self.most, self.written = least, most, written

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> int:
        if self.written and isinstance(value, str) and _NUMBER.fullmatch(value):
            value = int(value)
        # In JSON 3.0 is a whole number, too, and so our description says; true is none.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise wrong("wrong_type", expected=self.expected)
        if not self.least <= value <= self.most:
            raise wrong("not_in_range", least=self.least, most=self.most)
        return value


class Flag(ma.fields.Integer):
    """0 or 1, for queries."""

    expected = "flag"

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"enum": [0, 1]}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> Any:
        if value not in ("0", "1"):
            raise wrong("wrong_type", expected=self.expected)
        return value == "1"


class Truth(ma.fields.Boolean):
    """true or false and no word for either; for bodies."""

    expected = "truth"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong("wrong_type", expected=self.expected)
        return value


class Moment(ma.fields.DateTime):
    """An instant as RFC 3339 writes it, its offset included; seconds may be left out, and where
    `whole_minutes` they must be zero.
    """

    expected = "time"

    def __init__(self, *, whole_minutes: bool = False, written: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.whole_minutes, self.written = whole_minutes, written

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> datetime:
        if not isinstance(value, str):
            raise wrong("wrong_type", expected=self.expected)
        if self.written:
            # In a query a plus sign that was not escaped arrives as a blank.
            value = value.replace(" ", "+")
        match = _RFC_3339.fullmatch(value)
        if match is None:
            raise wrong("bad_time")
        day, clocks, seconds, fraction, offset = match.groups()
        if offset is None:
            raise wrong("no_offset")
        instant = _read(f"{day}T{clocks}{seconds or ':00'}{offset.upper()}")
        if self.whole_minutes and (instant.second or (fraction or "").strip(".0")):
            raise wrong("not_whole_minute")
        if is_too_distant(instant, clock.now()):
            raise wrong("too_distant", earliest=EARLIEST, latest=clock.now() + FURTHEST)
        return instant


class Day(ma.fields.Date):
    """A date without a time."""

    expected = "day"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> date:
        if not isinstance(value, str):
            raise wrong("wrong_type", expected=self.expected)
        try:
            day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            raise wrong("bad_day")
        if not EARLIEST.date() <= day <= (clock.now() + FURTHEST).date():
            raise wrong("too_distant", earliest=EARLIEST, latest=clock.now() + FURTHEST)
        return day


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong("bad_time") from None
