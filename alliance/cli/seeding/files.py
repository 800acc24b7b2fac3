"""Reading the files of `seed_data/`."""

import csv
from collections.abc import Iterator
from pathlib import Path

from alliance.config import ROOT

Row = dict[str, str]
FOLDER = ROOT / "seed_data"


def rows(name: str, folder: Path = FOLDER) -> Iterator[Row]:
    """The rows of one file, cells stripped; a missing cell is empty."""
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: (cell or "").strip() for column, cell in row.items()}


def pieces(cell: str) -> list[str]:
    """The entries of a cell separated by semicolons, in either width."""
    return [piece.strip() for piece in cell.replace("；", ";").split(";") if piece.strip()]


def number(cell: str) -> int | None:
    """A whole number; None for an empty cell or a zero, which the files use for "no such rule"."""
    return int(cell) or None if cell else None
