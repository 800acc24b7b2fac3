"""One row of the catalogue's table as the values of a resource, and back: what seed, import and export have in common.

Values go by the names of the resource's sheet (alliance/resources/sheet.py), and besides by `code`, `owner`, `status`,
`zone`, `qualifications`, `parts` and `labels`, which are the names of the live items in both languages. A column that
is not there says nothing about its value; an empty cell empties it, or leaves it as it is where there must be one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from alliance.availability.hours import BadHours, Hours
from alliance.errors import Problem
from alliance.exchange.cells import (
    BadCell,
    joined,
    joined_pairs,
    number,
    pairs,
    pieces,
    pieces_beside,
    routes_of,
    written_routes,
)
from alliance.resources.kinds import STATUSES
from alliance.resources.policy import Relation, Route
from alliance.resources.sheet_checks import problems_with_values

Values = Mapping[str, Any]

_TEXTS: Final = {
    "code": "code",
    "owner": "owner",
    "name_zh": "name_zh",
    "name_en": "name_en",
    "category": "kind",
    "instrument_class": "instrument_class",
    "subcategory": "subcategory",
    "booking_mode": "preset",
    "status": "status",
    "visibility": "visibility",
    "detail": "detail",
    "location": "place_zh",
    "place_en": "place_en",
    "zone": "zone",
    "description_zh": "description_zh",
    "description_en": "description_en",
}
_NUMBERS: Final = {
    "capacity": "capacity",
    "granularity_min": "grid_minutes",
    "min_duration_min": "shortest_minutes",
    "max_duration_min": "longest_minutes",
    "min_notice_h": "notice_hours",
    "max_advance_d": "days_ahead",
    "buffer_before_min": "setup_minutes",
    "buffer_after_min": "teardown_minutes",
    "cancel_deadline_h": "cancel_hours",
    "hold_days": "hold_days",
    "active_per_person": "active_per_person",
    "active_per_unit": "active_per_unit",
}
_ROUTES: Final[dict[str, Relation]] = {
    "approval_own_unit": "own",
    "approval_group": "group",
    "approval_member": "member",
    "approval_external": "external",
}
RELATIONS: Final = tuple(_ROUTES.values())
# What is exported, in this order; each is understood again.
COLUMNS: Final = (
    "code", "owner", "name_zh", "name_en", "category", "instrument_class", "subcategory", "booking_mode", "status",
    "visibility", "detail", "groups", "location", "place_en", "zone", "capacity", "quantity", "items", "items_en",
    "parts", "open_hours", "granularity_min", "min_duration_min", "max_duration_min", "min_notice_h",
    "max_advance_d", "buffer_before_min", "buffer_after_min", "cancel_deadline_h", "hold_days", "active_per_person",
    "active_per_unit", "approval_own_unit", "approval_group", "approval_member", "approval_external",
    "qualification", "tags", "tags_en", "description_zh", "description_en", "specifications", "specifications_en",
)  # fmt: skip
# Read where the columns above do not say the same more exactly.
_ALSO_READ: Final = ("quota",)
KNOWN: Final = frozenset({*COLUMNS, *_ALSO_READ})
# Nobody enforces these yet, so nobody is told that they hold.
UNUSED: Final = frozenset({"price_member", "price_external", "bundle_with", "provenance"})
# Without these a new resource cannot be.
NEEDED: Final = ("code", "owner", "name_zh", "category", "booking_mode")
COLUMN_OF: Final = {
    **{field: column for names in (_TEXTS, _NUMBERS) for column, field in names.items()},
    "hours": "open_hours",
    "labels": "items",
    "qualifications": "qualification",
    "specifications_zh": "specifications",
    "specifications_en": "specifications_en",
    "routes": "approval_member",
    "tags": "tags",
    "groups": "groups",
    "parts": "parts",
}
# Where there must be one, an empty cell leaves what is there.
_KEPT_WHEN_EMPTY: Final = frozenset(
    {"status", "visibility", "detail", "zone", "grid_minutes", "hold_days", "kind", "preset"}
)
_ZERO: Final = frozenset({"setup_minutes", "teardown_minutes"})
_ACTIVE: Final = re.compile(r"(?:^|; )(?:user )?(?:active (\d+)|(\d+) active)")
_CLASSED: Final = re.compile(r"(\d\d) (.*)", re.DOTALL)
_PRIVATE: Final = {"visibility": "alliance", "detail": "busy"}


@dataclass(frozen=True)
class Reading:
    """What one row says: values as far as they could be read, and a problem for each cell that could not."""

    values: dict[str, Any]
    problems: list[Problem]


def read_row(cells: Mapping[str, str]) -> Reading:
    """The row's values; each problem names its column in `field`."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for read in _READERS:
        read(cells, values, problems)
    problems += _judged(values)
    return Reading(values, problems)


def written_row(values: Values) -> dict[str, str]:
    """The cells that `read_row` reads as these values, of which none may be missing."""
    row = {column: values[field] or "" for column, field in _TEXTS.items()}
    row |= {column: _digits(values[field], field) for column, field in _NUMBERS.items()}
    for column, relation in _ROUTES.items():
        routes = (Route.from_json(route) for route in values["routes"])
        row[column] = written_routes(route for route in routes if route.relation == relation)
    labels, tags = values["labels"], values["tags"]
    row["quantity"] = str(len(labels)) if labels else ""
    plain = labels == default_labels(values["preset"], values["capacity"], len(labels))
    row["items"] = "" if plain else joined(zh for zh, _en in labels)
    row["items_en"] = "" if plain or _all_like(labels) else joined(en for _zh, en in labels)
    row["tags"] = joined(zh for zh, _en in tags)
    row["tags_en"] = "" if all(en is None for _zh, en in tags) else joined(en for _zh, en in tags)
    row["specifications"] = joined_pairs(values["specifications_zh"])
    row["specifications_en"] = joined_pairs(values["specifications_en"])
    row["open_hours"] = values["hours"]
    row["groups"] = joined(values["groups"])
    row["parts"] = joined(values["parts"])
    row["qualification"] = "+".join(values["qualifications"])
    return {column: row[column] for column in COLUMNS}


def default_labels(preset: str, capacity: int | None, quantity: int | None) -> list[list[str | None]]:
    """The items of a resource that names none: numbered, as many as it has places where each place is one."""
    count = (capacity if preset == "slot_capacity" else None) or quantity or 0
    return [[str(n), str(n)] for n in range(1, count + 1)]


def sorted_routes(routes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The routes by relation; within one their order counts, between them it does not."""
    return sorted((dict(route) for route in routes), key=lambda route: RELATIONS.index(route["relation"]))


def _all_like(labels: Sequence[Sequence[str | None]]) -> bool:
    """Whether the English labels are those an empty cell stands for: the same, where they can be read in English."""
    return all(en == _english(zh) for zh, en in labels)


def _english(label: str | None) -> str | None:
    return label if label is not None and label.isascii() else None


def _digits(value: int | None, field: str) -> str:
    return "" if value is None or (value == 0 and field not in _ZERO) else str(value)


Reader = Callable[[Mapping[str, str], dict[str, Any], list[Problem]], None]


def _texts(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    for column, field in _TEXTS.items():
        if column not in cells:
            continue
        text = cells[column]
        if text or field == "subcategory":
            values[field] = text
        elif field not in _KEPT_WHEN_EMPTY:
            values[field] = None
    if "subcategory" in values and "instrument_class" not in cells:
        classed = _CLASSED.fullmatch(values["subcategory"])
        values["instrument_class"] = classed[1] if classed else None
        values["subcategory"] = classed[2] if classed else values["subcategory"]
    if values.get("visibility") == "private":
        values |= _PRIVATE


def _numbers(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    for column, field in _NUMBERS.items():
        if column not in cells:
            continue
        found = _or_say(partial(number, cells[column]), column, problems)
        if found is not None or field not in _KEPT_WHEN_EMPTY:
            values[field] = (found or 0) if field in _ZERO else found
    if "quota" in cells and "active_per_person" not in cells:
        active = _ACTIVE.search(cells["quota"])
        values["active_per_person"] = int((active[1] or active[2])[:9]) if active else None


def _hours(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    if "open_hours" in cells:
        values["hours"] = _hours_of(cells["open_hours"], "open_hours", problems)


def _hours_of(text: str, column: str, problems: list[Problem]) -> str:
    try:
        return str(Hours.parse(text))
    except BadHours as bad:
        problems.append(Problem("bad_hours", params={"why": bad.code, "piece": bad.piece[:40]}, field=column))
        return ""


def _routes(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    """All four columns together make the routes; those of a relation without a column stay as they are."""
    said: dict[Relation, list[dict[str, Any]]] = {}
    for column, relation in _ROUTES.items():
        if column in cells:
            routes = _or_say(partial(routes_of, relation, cells[column]), column, problems) or []
            for route in routes:
                _hours_of(route.within or "", column, problems)
            said[relation] = [route.to_json() for route in routes]
            found = problems_with_values({"routes": said[relation]})
            problems += [Problem(each.code, each.severity, each.params, column) for each in found]
    if said:
        values["routes_by_relation"] = said


def _labels(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    if cells.get("items"):
        names = _or_say(lambda: pieces(cells["items"]), "items", problems) or []
        english = cells.get("items_en", "")
        beside = [_english(name) for name in names]
        if english:
            beside = _or_say(lambda: pieces_beside(english, names), "items_en", problems) or beside
        values["labels"] = [list(pair) for pair in zip(names, beside, strict=True)]
    elif "quantity" in cells or "items" in cells:
        quantity = _or_say(lambda: number(cells.get("quantity", "")), "quantity", problems)
        values["quantity"] = quantity


def _lists(cells: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
    if "tags" in cells:
        names = list(dict.fromkeys(_or_say(lambda: pieces(cells["tags"]), "tags", problems) or []))
        english = cells.get("tags_en", "")
        beside = _or_say(lambda: pieces_beside(english, names), "tags_en", problems) or [None] * len(names)
        values["tags"] = [list(pair) for pair in zip(names, beside, strict=True)]
    for column, field in (
        ("specifications", "specifications_zh"),
        ("specifications_en", "specifications_en"),
    ):
        if column in cells:
            values[field] = _or_say(partial(pairs, cells[column]), column, problems) or []
    for column in ("groups", "parts"):
        if column in cells:
            values[column] = sorted(dict.fromkeys(pieces(cells[column])))
    if "qualification" in cells:
        asked = cells["qualification"]
        codes = (
            [cells.get("code", "")] if asked == "required" else [] if asked == "none" else asked.split("+")
        )
        values["qualifications"] = sorted(filter(None, map(str.strip, codes)))


_READERS: Final[tuple[Reader, ...]] = (_texts, _numbers, _hours, _routes, _labels, _lists)


def _judged(values: Values) -> list[Problem]:
    """What is wrong with the values by themselves, as for a resource's sheet."""
    judged = {
        field: value
        for field, value in values.items()
        if field not in ("code", "owner", "status", "zone", "labels", "quantity", "parts", "routes_by_relation",
                         "qualifications")
    }  # fmt: skip
    if "labels" in values:
        judged["items"] = [[zh, en, True] for zh, en in values["labels"]]
    found = [
        Problem(each.code, each.severity, each.params, COLUMN_OF.get(each.field or "", each.field or "items"))
        for each in problems_with_values(judged)
    ]
    if (status := values.get("status")) is not None and status not in STATUSES:
        found.append(Problem("unknown_choice", params={"choices": STATUSES}, field="status"))
    return found


def _or_say(read: Callable[[], Any], column: str, problems: list[Problem]) -> Any:
    try:
        return read()
    except BadCell as bad:
        problems.append(Problem(bad.code, params=bad.params, field=column))
        return None
