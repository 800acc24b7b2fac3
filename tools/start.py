"""`make run`: everything from a fresh clone to a running alliance, and one calm screen about it.

Each thing that is already there is recognised and left alone, so a second start takes seconds. What cannot work is
said in one sentence before anything is touched.
"""

import sys

from refusals import (
    Refusal,
    bad_database_url,
    bad_port,
    busy_port,
    full_disk,
    missing_venv,
    old_python,
    unwritable_folder,
)

# First of all, for the modules below need a new Python.
try:
    old_python()
except Refusal as refusal:
    sys.exit(str(refusal))

import json
import os
import signal
import unicodedata
from types import FrameType
from typing import Any

import assets
import environment
import translations
from environment import PYTHON, ROOT
from processes import Children
from progress import run_quietly, step

_FIRST_START_MB = 700
_LATER_START_MB = 50
# Else the C library keeps for each thread what it once needed, and a server of eight grows to twice its size; and once
# it has seen a large block, such as a password or a photo takes, it no longer gives such blocks back.
SPARING = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}


def main() -> None:
    """Check, install, migrate, serve, and stop what was started."""
    port = _refuse_what_cannot_work()
    environment.provide("run")
    assets.provide()
    translations.provide()
    os.environ |= {"PORT": str(port), "PYTHONUNBUFFERED": "1"}
    # With this set, every start would compile the application anew, three times.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    found = _prepare()
    with Children(ROOT, {**SPARING, **os.environ}) as children:
        with step("启动服务", "Starting the server"):
            children.start("server", server(port))
            children.start("worker", [PYTHON, "-m", "flask", "--app", "app", "worker"])
            children.wait_until_ready(port)
        print(_screen(port, found["database"], found["accounts"], found["start_code"]), flush=True)
        children.watch()


def _refuse_what_cannot_work() -> int:
    missing_venv()
    unwritable_folder(ROOT)
    full_disk(ROOT, _LATER_START_MB if PYTHON.exists() else _FIRST_START_MB)
    port = bad_port(os.environ.get("PORT") or "8000")
    busy_port(port)
    bad_database_url(os.environ.get("DATABASE_URL"))
    return port


def _prepare() -> dict[str, Any]:
    failing = Refusal(
        "数据库没有准备好，原因见上面几行。", "The database could not be prepared; the lines above say why."
    )
    with step("准备数据库", "Preparing the database"):
        said = run_quietly([PYTHON, ROOT / "tools" / "prepare.py"], failing, cwd=ROOT)
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        if "refused" in found:
            raise Refusal(*found["refused"])
    return found


def server(port: int, application: str = "app:app") -> list[Any]:
    """Two processes of four threads on either database: see docs/decisions/009."""
    gunicorn = [PYTHON, "-m", "gunicorn", "--workers=2", "--threads=4", "--preload", "--keep-alive=5"]
    return [*gunicorn, "--no-control-socket", "--log-level=warning", f"--bind=127.0.0.1:{port}", application]


def _screen(port: int, database: str, accounts: list[list[str]], start_code: str = "") -> str:
    people = [row for row in accounts if "@" in row[0]]
    shared = [row[:2] for row in accounts if "@" not in row[0]]  # the password
    address = ["地址 Address", f"http://127.0.0.1:{port}"]
    rest = [["数据库 Database", database], ["停止 Stop", "Ctrl-C"]]
    # Of an empty installation: whoever opens it enters this and begins the alliance.
    begin = [["启用码 Start code", start_code]] if start_code else []
    facts = _columns([address, *begin, *shared, *rest])
    return "\n".join(["", "  一切就绪 · Ready", "", *facts, "", *_columns(people), ""])


def _columns(rows: list[list[str]]) -> list[str]:
    """Lines whose columns stand under each other, a Chinese character being as wide as two Latin ones."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "   ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), _interrupt)
    try:
        main()
    except KeyboardInterrupt:
        print("\n  已停止 · Stopped", flush=True)
    except Refusal as refusal:
        sys.exit(f"\n{refusal}")
