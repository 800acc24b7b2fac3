"""The notation inside the cells of the catalogue's table: lists, pairs, numbers, and who decides."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from alliance.resources.policy import Decider, Relation, Route

# A backslash makes the next sign an ordinary one.
_PIECE: Final = re.compile(r"(?:[^\\;；]|\\.|\\\Z)*", re.DOTALL)
_PAIR: Final = re.compile(r"((?:[^\\=]|\\.)*)=(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_NONE: Final = "-"

_STAGES: Final[dict[str, Decider | None]] = {
    "owner": "owner",
    "unit": "unit",
    "secretariat": "secretariat",
    "committee": "secretariat",
    "deposit": None,
}
_BRIEF: Final = re.compile(r"(?P<else>.+); (?P<when>auto when <=\d+h in .+)", re.DOTALL)
_CONDITION: Final = re.compile(
    r"<=(?P<hours>\d{1,5})h|<=(?P<minutes>\d{1,6})min|<=(?P<percent>\d{1,3})% of pool|in (?P<within>.+)",
    re.DOTALL,
)


class BadCell(ValueError):
    """The cell cannot be read; `code` and `params` say what is wrong with it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def pieces(cell: str) -> list[str]:
    """The entries of a cell separated by semicolons, in either width; empty ones left out."""
    return [_plain(piece) for piece in _split(cell) if piece]


def pieces_beside(cell: str, others: Sequence[str]) -> list[str | None]:
    """The entries that stand beside others, one each; `-` for none, and an empty cell has none at all."""
    if not cell:
        return [None] * len(others)
    found = [None if piece in ("", _NONE) else _plain(piece) for piece in _split(cell)]
    if len(found) != len(others):
        raise BadCell("unequal_lists", here=len(found), there=len(others))
    return found


def joined(texts: Iterable[str | None]) -> str:
    """What `pieces` and `pieces_beside` read as these texts."""
    return ";".join(_NONE if text is None else _escaped(text) for text in texts)


def pairs(cell: str) -> list[list[str]]:
    """The `name=value` entries of a cell."""
    found = []
    for piece in filter(None, _split(cell)):
        match = _PAIR.fullmatch(piece)
        if match is None:
            raise BadCell("no_pair", piece=piece[:40])
        found.append([_plain(match[1].strip()), _plain(match[2].strip())])
    return found


def joined_pairs(values: Iterable[Sequence[str]]) -> str:
    """What `pairs` reads as these."""
    return ";".join(
        f"{_escaped(name).replace('=', chr(92) + '=')}={_escaped(value)}" for name, value in values
    )


def number(cell: str) -> int | None:
    """A whole number; None for an empty cell or a zero, which says that there is no such rule."""
    if not cell:
        return None
    text = cell.removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadCell("no_number")
    return int(text) or None


def routes_of(relation: Relation, text: str) -> list[Route]:
    """The routes of one relation, in order: `owner+secretariat`, `auto when <=25% of pool else owner`, …

    `committee` is the secretariat; deposits are left out. An empty text is no route.
    """
    if brief := _BRIEF.fullmatch(text):
        text = f"{brief['when']} else {brief['else']}"
    return [_route(relation, part.strip()) for part in text.split(" else ")] if text else []


def written_routes(routes: Iterable[Route]) -> str:
    """What `routes_of` reads as these."""
    return " else ".join(map(_written, routes))


def _route(relation: Relation, text: str) -> Route:
    who, _when, conditions = text.partition(" when ")
    words = [] if who == "auto" else who.split("+")
    unknown = next((word for word in words if word not in _STAGES), None)
    if unknown is not None:
        raise BadCell(
            "unknown_choice", choices=("auto", *filter(None, dict.fromkeys(_STAGES.values()))), piece=unknown
        )
    deciders = [_STAGES[word] for word in words]
    found: dict[str, int | str] = {}
    rest = conditions.strip()
    while rest:
        match = _CONDITION.match(rest)
        if match is None:
            raise BadCell("bad_route", piece=rest[:60])
        if hours := match["hours"]:
            found["longest_minutes"] = int(hours) * 60
        elif minutes := match["minutes"]:
            found["longest_minutes"] = int(minutes)
        elif percent := match["percent"]:
            found["share_percent"] = int(percent)
        else:
            found["within"] = match["within"]
        rest = rest[match.end() :].strip().removeprefix("and ").strip()
    stages = tuple(dict.fromkeys(decider for decider in deciders if decider))
    return Route(relation, stages, **found)  # type: ignore[arg-type]


def _written(route: Route) -> str:
    conditions = []
    if route.longest_minutes is not None:
        hours, minutes = divmod(route.longest_minutes, 60)
        conditions.append(f"<={route.longest_minutes}min" if minutes else f"<={hours}h")
    if route.share_percent is not None:
        conditions.append(f"<={route.share_percent}% of pool")
    if route.within is not None:
        # Last, for it goes on to the end.
        conditions.append(f"in {route.within}")
    who = "+".join(route.stages) or "auto"
    return f"{who} when {' and '.join(conditions)}" if conditions else who


def _split(cell: str) -> list[str]:
    found, at = [], 0
    while True:
        match = _PIECE.match(cell, at)
        piece = match[0] if match else ""
        found.append(piece.strip())
        at += len(piece) + 1
        if at > len(cell):
            return found


def _plain(piece: str) -> str:
    return _ESCAPED.sub(r"\1", piece)


def _escaped(text: str) -> str:
    escaped = re.sub(r"([\\;；])", r"\\\1", text)
    return f"\\{escaped}" if text == _NONE else escaped
