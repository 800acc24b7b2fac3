"""The board: many resources side by side, with their free time, closures and what one may see of their bookings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.bookable import BOOKABLE, Bookable, Owner, bookable_from
from alliance.booking.light import light_bookings
from alliance.booking.permissions import Glimpse, seen_by
from alliance.booking.timetable import Timetable
from alliance.booking.timetables import timetables
from alliance.db import read_rows
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.favourites import is_favourite
from alliance.resources.kinds import KINDS
from alliance.resources.models import Item, PolicyRow, Resource
from alliance.resources.particulars import Label
from alliance.resources.permissions import visible_to

PAGE: Final = 50
# Up to so many items have lanes of their own; of more one lane says how many are free.
OWN_LANES: Final = 3
_UNIT_SEPARATOR, _ITEM_SEPARATOR = "\x1f", "\x1e"

Condition = sa.ColumnElement[bool]
# Whose bookings to read: of all items, of those that have lanes of their own and one's own, or only one's own.
Words = Literal["all", "shown", "mine"]


@dataclass(frozen=True, slots=True)
class Tile:
    """The monogram of the unit a resource belongs to."""

    monogram_zh: str
    monogram_en: str
    tint: int


@dataclass(frozen=True, slots=True)
class Line:
    """A resource on the board before its time is known."""

    bookable: Bookable
    name_zh: str
    name_en: str | None
    place_zh: str | None
    place_en: str | None
    tile: Tile
    is_favourite: bool
    # Those of its own live items as they were read: a pool has hundreds, which nobody asks for.
    label_text: str

    @property
    def labels(self) -> dict[int, Label]:
        """The names of its own live items."""
        found = (each.split(_UNIT_SEPARATOR) for each in self.label_text.split(_ITEM_SEPARATOR) if each)
        return {int(item_id): Label(int(item_id), zh, en or None) for item_id, zh, en in found}


@dataclass(frozen=True, slots=True)
class Row:
    """A resource on the board: its time, and its bookings by start as far as the reader may see them."""

    line: Line
    timetable: Timetable
    bookings: Sequence[Glimpse]

    @property
    def is_pool(self) -> bool:
        """Whether its items are too many for lanes of their own."""
        return not self.timetable.is_whole and len(self.timetable.busy) > OWN_LANES


@dataclass(frozen=True, slots=True)
class Sought:
    """Which part of the board: of one unit or kind by code, only favourites or all, and which page.

    `favourites` None means: only favourites for whoever has any and asks for no unit and no kind.
    """

    unit: str = ""
    kind: str = ""
    favourites: bool | None = None
    page: int = 1

    @property
    def may_default(self) -> bool:
        """Whether favourites are taken by default."""
        return self.favourites is None and not self.unit and not self.kind


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of the board. `units` and `kinds` say how many each choice would leave, the other one kept."""

    lines: tuple[Line, ...]
    total: int
    number: int
    favourites: int
    only_favourites: bool
    units: Mapping[Owner, int]
    kinds: Mapping[str, int]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


_LABELS: Final = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(Item.id, sa.Text)
            + _UNIT_SEPARATOR
            + Item.label_zh
            + _UNIT_SEPARATOR
            + sa.func.coalesce(Item.label_en, ""),
            _ITEM_SEPARATOR,
        )
    )
    .where(Item.resource_id == Resource.id, Item.retired_at.is_(None))
    .correlate(Resource)
    .scalar_subquery()
)
_TILE: Final = (Unit.monogram_zh, Unit.monogram_en, Unit.tile)
_TEXTS: Final = (Resource.name_zh, Resource.name_en, Resource.place_zh, Resource.place_en)
_COLUMNS: Final = (*BOOKABLE, *_TEXTS, *_TILE, _LABELS)
_BEFORE_TILE: Final = len(BOOKABLE) + len(_TEXTS)
# Where a page's numbers say what they are about: a kind, a unit, or by neither everything.
_KIND: Final = BOOKABLE.index(Resource.kind)
_OWNER: Final = (Unit.code, Unit.name_zh, Unit.name_en)
_OWNER_PLACES: Final = tuple(BOOKABLE.index(column) for column in _OWNER)
_RANKS: Final = {kind: rank for rank, kind in enumerate(KINDS)}
_KIND_RANK: Final = sa.case(_RANKS, value=Resource.kind)


def board_page(session: Session, reader: Actor | None, sought: Sought) -> Page:
    """The lines of one page with the numbers around them, in one statement.

    Favourites come first, then by unit, kind and code. A page beyond the last is empty.
    """
    found = read_rows(session, _page_of(reader, sought)).all()
    return _page(
        sought, [row for row in found if row[0] is not None], [row for row in found if row[0] is None]
    )


def lines_after(
    session: Session,
    reader: Actor | None,
    *,
    unit: str = "",
    kinds: Collection[str] = (),
    codes: Collection[str] | None = None,
    after: str = "",
    limit: int,
) -> list[Line]:
    """Up to `limit` lines by code, after that code; with `codes` only those."""
    chosen = [*_on_board(reader), *_of_unit(unit), Resource.code > after]
    if kinds:
        chosen.append(Resource.kind.in_(kinds))
    if codes is not None:
        chosen.append(Resource.code.in_(codes))
    favourite = sa.cast(is_favourite(reader), sa.Integer)
    found = _details(favourite).where(*chosen).order_by(Resource.code).limit(limit)
    return [_line(row) for row in read_rows(session, found)]


def rows_of(
    session: Session,
    reader: Actor | None,
    lines: Sequence[Line],
    window: Span,
    now: datetime,
    words: Words,
    *,
    beyond: timedelta = timedelta(0),
) -> list[Row]:
    """The lines with their time over the window, in five statements at the most; the reader may see them all.

    What keeps items busy is read so much `beyond` the window: a gap that ends outside must not look too short.
    """
    tables = timetables(session, [line.bookable for line in lines], window.widened(timedelta(0), beyond), now)
    wanted: set[int] = set()
    mine = words == "mine"
    for table in tables.values() if not mine else ():
        if words == "all" or table.is_whole or len(table.busy) <= OWN_LANES:
            wanted.update(table.busy)
        else:
            mine = True
    found = light_bookings(session, reader, wanted, window, now, mine=mine)
    at: dict[int, list[int]] = {}
    for resource_id, table in tables.items():
        for item_id in table.busy:
            at.setdefault(item_id, []).append(resource_id)
    bookings: dict[int, list[Glimpse]] = {resource_id: [] for resource_id in tables}
    for glimpse in seen_by(reader, found, seen=tables.keys()):
        items = glimpse.item_ids
        shown_on = (
            at.get(items[0], ()) if len(items) == 1 else {each for item in items for each in at.get(item, ())}
        )
        for resource_id in shown_on:
            bookings[resource_id].append(glimpse)
    return [Row(line, tables[line.bookable.id], bookings[line.bookable.id]) for line in lines]


# Building the statement costs more than running it; who turns pages asks the same again and again.
@lru_cache(maxsize=512)
def _page_of(reader: Actor | None, sought: Sought) -> Any:
    """The lines of the page and, told apart by a missing id, the numbers around them."""
    is_marked, on_board = is_favourite(reader), _on_board(reader)
    favourite = sa.cast(is_marked, sa.Integer)
    chosen = [*on_board, *_of_unit(sought.unit), *_of_kind(sought.kind)]
    if sought.favourites:
        chosen.append(is_marked)
    # The details are joined to the fifty rows that are shown, not to all that are sorted.
    page = (
        sa.select(Resource.id.label("id"), favourite.label("favourite"))
        .join(Unit, Unit.id == Resource.owner_id)
        .where(*chosen)
        .order_by(favourite.desc(), Unit.code, _KIND_RANK, Resource.code)
        .limit(PAGE)
        .offset((sought.page - 1) * PAGE)
        .subquery()
    )
    lines = _details(page.c.favourite).join(page, page.c.id == Resource.id)
    return sa.union_all(lines.add_columns(sa.literal(0)), *_numbers(sought, favourite, on_board))


def _numbers(sought: Sought, favourite: sa.ColumnElement[int], on_board: list[Condition]) -> list[Any]:
    """How many there are, favourites and all: of each unit, of each kind, and whatever is chosen."""
    counted = (
        sa.select(
            Resource.owner_id,
            Resource.kind,
            sa.func.sum(favourite).label("marked"),
            sa.func.count().label("number"),
        )
        .where(*on_board)
        .group_by(Resource.owner_id, Resource.kind)
        .cte("counted")
    )
    sums = (sa.func.sum(counted.c.marked), sa.func.sum(counted.c.number))
    by_unit = (
        sa.select(*_blank(dict(zip(_OWNER_PLACES, _OWNER, strict=True))), *sums)
        .select_from(counted)
        .join(Unit, Unit.id == counted.c.owner_id)
        .group_by(Unit.id)
    )
    by_kind = sa.select(*_blank({_KIND: counted.c.kind}), *sums).group_by(counted.c.kind)
    if sought.kind:
        by_unit = by_unit.where(counted.c.kind == sought.kind)
    if sought.unit:
        by_kind = by_kind.where(counted.c.owner_id == _id_of_unit(sought.unit))
    return [by_unit, by_kind, sa.select(*_blank({}), *sums)]


def _blank(but: Mapping[int, Any]) -> list[Any]:
    """The columns of a line with nothing in them, save what is given for a place."""
    return [but.get(place, sa.null()) for place in range(len(_COLUMNS))]


def _on_board(reader: Actor | None) -> list[Condition]:
    return [visible_to(reader), Resource.status == "published", Resource.mode == "timed"]


def _of_unit(code: str) -> list[Condition]:
    return [Resource.owner_id == _id_of_unit(code)] if code else []


def _id_of_unit(code: str) -> sa.ScalarSelect[int]:
    return sa.select(Unit.id).where(Unit.code == code).scalar_subquery()


def _of_kind(kind: str) -> list[Condition]:
    return [Resource.kind == kind] if kind else []


def _details(favourite: sa.ColumnElement[Any]) -> Any:
    return (
        sa.select(*_COLUMNS, favourite)
        .join(Unit, Unit.id == Resource.owner_id)
        .join(PolicyRow, PolicyRow.resource_id == Resource.id)
    )


def _page(sought: Sought, lines: Sequence[Sequence[Any]], numbers: Sequence[Sequence[Any]]) -> Page:
    # Without a single resource there is nothing to sum up either.
    all_favourites = next(row[-2] or 0 for row in numbers if row[_KIND] is row[_OWNER_PLACES[0]] is None)
    only = bool(sought.favourites) or (sought.may_default and all_favourites > 0)
    shown = -2 if only else -1
    kinds = {row[_KIND]: row[shown] for row in numbers if row[_KIND] is not None}
    units = {
        Owner(*(row[place] for place in _OWNER_PLACES)): row[shown]
        for row in numbers
        if row[_OWNER_PLACES[0]] is not None
    }
    # Favourites come first, so a page of them alone is what they are of a page of all.
    shown_lines = (_line(row[:-1]) for row in lines if row[-2] or not only)
    return Page(
        lines=tuple(sorted(shown_lines, key=_place)),
        total=kinds.get(sought.kind, 0) if sought.kind else sum(kinds.values()),
        number=sought.page,
        favourites=all_favourites,
        only_favourites=only,
        units={unit: units[unit] for unit in sorted(units, key=lambda unit: unit.code) if units[unit]},
        kinds={kind: kinds[kind] for kind in KINDS if kinds.get(kind)},
    )


def _place(line: Line) -> tuple[Any, ...]:
    bookable = line.bookable
    return (not line.is_favourite, bookable.owner.code, _RANKS[bookable.kind], bookable.code)


def _line(row: Sequence[Any]) -> Line:
    name_zh, name_en, place_zh, place_en = row[len(BOOKABLE) : _BEFORE_TILE]
    labels, favourite = row[-2], row[-1]
    return Line(
        bookable_from(row[: len(BOOKABLE)]),
        name_zh,
        name_en,
        place_zh,
        place_en,
        Tile(*row[_BEFORE_TILE : _BEFORE_TILE + len(_TILE)]),
        bool(favourite),
        labels or "",
    )
