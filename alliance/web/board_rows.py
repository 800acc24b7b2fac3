"""The rows of a day on the board, as its template needs them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from alliance.booking.board import Line, Row
from alliance.i18n import HTML_NAMES, Language, localized
from alliance.web.board_lane import Lane, Piece, Setting
from alliance.web.vocabulary import how_many


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a row: which resource it is, and whose; `foreign` is the language of a name that fell back."""

    code: str
    name: str
    foreign: str
    owner: str
    place: str
    items: str
    tile: str
    monogram: str
    is_favourite: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One resource of the board with its lane.

    `ink` is what only can be read, `links` what can be pressed, by time; `said` are sentences for where the lane has
    no room for words. The lane is so many items high; starts lie on its `grid` of minutes, 0 for what goes by days.
    """

    head: Head
    height: int
    grid: int
    ink: Sequence[Piece]
    links: Sequence[Piece]
    said: Sequence[str]


def day_row(setting: Setting, row: Row) -> DayRow:
    """The row of a day."""
    lane, bookable = Lane.of(setting, row), row.line.bookable
    grid = 0 if bookable.by_day else bookable.policy.grid_minutes
    return DayRow(
        head_of(row, setting.words.language), lane.height, grid, lane.ink, lane.pressable, lane.said
    )


def head_of(row: Row, language: Language) -> Head:
    """What stands before the row."""
    line: Line = row.line
    bookable, tile = line.bookable, line.tile
    monogram = tile.monogram_en if language == "en" else tile.monogram_zh
    name = localized(line, "name", language)
    items = 1 if row.timetable.is_whole else len(row.timetable.busy)
    return Head(
        code=bookable.code,
        name=name.text,
        foreign="" if name.language == language else HTML_NAMES[name.language],
        owner=localized(bookable.owner, "name", language).text,
        place=localized(line, "place", language).text,
        items=how_many(bookable.kind, items) if items > 1 else "",
        tile=f"tile tile-s c-{tile.tint}{' two' if len(monogram) > 1 else ''}",
        monogram=monogram,
        is_favourite=line.is_favourite,
    )
