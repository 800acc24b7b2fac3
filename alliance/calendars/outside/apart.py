"""Starts the process that reads foreign calendars, and believes it no more than it must."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from alliance.intervals import Span

_READER: Final = Path(__file__).with_name("reading.py")
_WALL_SECONDS: Final = 20
# Nothing of ours: no secret key, no address of the database.
ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8"}


class Trouble(Exception):
    """A calendar could not be had or read; `code` and `params` say why, never where it is."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Reading:
    """The time a calendar takes, as sorted spans that do not touch; and what in it was odd, how often."""

    blocks: tuple[Span, ...]
    findings: tuple[Mapping[str, Any], ...]


def read_apart(content: bytes, *, zone: str, window: Span, tentative: bool) -> Reading:
    """Read a foreign calendar in a process with limits of its own; raises Trouble when that yields nothing."""
    frame = [zone, window.start.isoformat(), window.end.isoformat(), "tentative" if tentative else "certain"]
    try:
        ran = subprocess.run(  # noqa: S603 - our own program; what is foreign comes as its input only
            [sys.executable, "-I", str(_READER), *frame],
            input=content,
            capture_output=True,
            timeout=_WALL_SECONDS,
            cwd="/",
            env=ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Trouble("too_slow_to_read") from None
    except OSError:
        raise Trouble("not_read_now") from None  # this machine had no room for another process
    if ran.returncode != 0:
        # Ended by its limits, mostly. What it said may quote the calendar, so nobody repeats it.
        raise Trouble("too_much_to_read")
    said = json.loads(ran.stdout)
    if "trouble" in said:
        raise Trouble(said["trouble"])
    blocks = (Span(*(datetime.fromtimestamp(each, UTC) for each in pair)) for pair in said["blocks"])
    return Reading(tuple(blocks), tuple(said["findings"]))
