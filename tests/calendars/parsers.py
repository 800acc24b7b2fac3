"""Other people's parsers, all reading the same calendars: what each makes of them, in one form to compare."""

import json
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import ics
import vobject
from ical.calendar_stream import CalendarStream
from icalendar import Calendar

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / ".assets" / "node_modules"
SCRIPT = Path(__file__).with_name("parse.mjs")
IN_NODE = ("ical.js", "node-ical", "ts-ics")


@dataclass(frozen=True, order=True)
class Seen:
    """One event as a parser saw it: instants as ISO text in UTC, days as ISO dates."""

    uid: str
    start: str
    end: str
    summary: str
    status: str


def by_vobject(content: bytes) -> list[Seen]:
    calendar = vobject.readOne(content.decode())
    return [
        Seen(
            each.uid.value,
            _moment(each.dtstart.value),
            _moment(each.dtend.value),
            each.summary.value,
            each.status.value,
        )
        for each in getattr(calendar, "vevent_list", [])
    ]


def by_ical(content: bytes) -> list[Seen]:
    """The strictest of them: one bad event loses the whole calendar."""
    (calendar,) = CalendarStream.from_ics(content.decode()).calendars
    return [
        Seen(each.uid, _moment(each.dtstart), _moment(each.dtend), each.summary or "", str(each.status.value))
        for each in calendar.events
    ]


def by_ics(content: bytes) -> list[Seen]:
    """An older one that reads escapes of its own and knows no status but these."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calendar = ics.Calendar(content.decode())
    return [
        Seen(
            each.uid,
            each.begin.date().isoformat() if each.all_day else _moment(each.begin.datetime),
            each.end.date().isoformat() if each.all_day else _moment(each.end.datetime),
            each.name or "",
            str(each.status),
        )
        for each in calendar.events
    ]


def by_icalendar(content: bytes) -> list[Seen]:
    return [
        Seen(
            str(each["UID"]),
            _moment(each["DTSTART"].dt),
            _moment(each["DTEND"].dt),
            str(each["SUMMARY"]),
            str(each["STATUS"]),
        )
        for each in Calendar.from_ical(content).walk("VEVENT")
    ]


IN_PYTHON: dict[str, Callable[[bytes], list[Seen]]] = {
    "vobject": by_vobject,
    "ical": by_ical,
    "ics": by_ics,
    "icalendar": by_icalendar,
}


def read_by_all(contents: Sequence[bytes], folder: Path) -> list[dict[str, list[Seen]]]:
    """For each calendar what every parser saw, by the parser's name, in the order of UIDs."""
    in_node = _in_node(contents, folder)
    return [
        {name: sorted(read(content)) for name, read in IN_PYTHON.items()}
        | {name: sorted(seen[name]) for name in IN_NODE}
        for content, seen in zip(contents, in_node, strict=True)
    ]


def _in_node(contents: Sequence[bytes], folder: Path) -> list[dict[str, list[Seen]]]:
    node = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
    assert (NODE_MODULES / "ical.js").exists(), (
        "Run `python3 tools/assets.py --tests`: parsers from npm are missing."
    )
    files = []
    for n, content in enumerate(contents):
        files.append(folder / f"{n}.ics")
        files[-1].write_bytes(content)
    printed = subprocess.run(
        [node, SCRIPT, NODE_MODULES, *files], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert printed.returncode == 0, printed.stderr
    return [
        {name: [Seen(**event) for event in events] for name, events in each.items()}
        for each in json.loads(printed.stdout)
    ]


def _moment(value: date | datetime) -> str:
    if isinstance(value, datetime):
        assert value.utcoffset() is not None
        return value.astimezone(UTC).isoformat()
    return value.isoformat()
