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
