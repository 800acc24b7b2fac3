"""Which migration the program needs, read from the files: Alembic, which knows it, too, takes long to load."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from alliance.config import ROOT

FOLDER: Final = ROOT / "migrations"
_REVISION: Final = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_FOLLOWS: Final = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


@cache
def newest_migration(folder: Path = FOLDER) -> str:
    """The one that no other follows; raises ValueError unless there is exactly one."""
    newest: str
    texts = [path.read_text(encoding="utf-8") for path in (folder / "versions").glob("*.py")]
    followed = {found for text in texts for found in _FOLLOWS.findall(text)}
    (newest,) = {found for text in texts for found in _REVISION.findall(text)} - followed
    return newest
