"""Calendars made to cost time and memory: each is read, or given up, within the limits of the process that reads it.

No test here looks at a clock. What has no end would not end: the process's own limits are what ends it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from alliance.calendars.outside import apart, reading
from alliance.calendars.outside.apart import Trouble, read_apart
from tests.calendars.outside.foreign import MONDAY, calendar, window

TUESDAY = MONDAY.replace("1130", "1201")


def read_in_bounds(content: bytes):
    """How many blocks the process found and what was odd, or why it found nothing."""
    try:
        found = read_apart(content, zone="Asia/Shanghai", window=window(), tentative=True)
    except Trouble as trouble:
        return trouble.code
    return len(found.blocks), [(each["code"], each["count"]) for each in found.findings]


def repeated(rule: str) -> bytes:
    return calendar(f"{MONDAY}\nRRULE:{rule}", TUESDAY)


EVERY_SECOND = "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60)))
NEVER = f"{MONDAY}\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
HOSTILE = [
    ("every second", repeated("FREQ=SECONDLY"), (1, [("too_often", 1)])),
    (
        "every minute since 1970",
        calendar("DTSTART:19700101T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY", TUESDAY),
        (1, [("too_often", 1)]),
    ),
    ("seconds that never come", repeated("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"), (1, [("too_often", 1)])),
    ("no step at all", repeated("FREQ=DAILY;INTERVAL=0"), (1, [("broken", 1)])),
    ("every second of each day", repeated(EVERY_SECOND), (1, [("too_often", 1)])),
    ("a day of the year that never comes", repeated("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), (2, [])),
    ("a day that never comes", repeated("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), (1, [("too_much_work", 1)])),
    ("a negative count", repeated("FREQ=DAILY;COUNT=-1"), (1, [("broken", 1)])),
    (
        "daily since 1900",
        calendar("DTSTART:19000101T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY"),
        (372, []),
    ),
    (
        "a hundred thousand dates",
        calendar(f"{MONDAY}\nRDATE:" + ",".join(["20261201T100000"] * 100_000), TUESDAY),
        (1, [("too_many_dates", 1)]),
    ),
    (
        "nine thousand days, daily",
        calendar("DTSTART:20261130T100000\nDURATION:P9000D\nRRULE:FREQ=DAILY", TUESDAY),
        (1, [("too_long", 1)]),
    ),
    (
        "nine thousand whole days, daily",
        calendar("DTSTART;VALUE=DATE:20261130\nDURATION:P9000D\nRRULE:FREQ=DAILY"),
        (1, []),
    ),
    ("a hundred thousand nested parts", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 100_000, "too_many_events"),
    ("four thousand nested parts", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 4_000, "not_a_calendar"),
    ("five thousand and one events", calendar(*[MONDAY] * 5_001), "too_many_events"),
    ("one line that is too long", b"BEGIN:VCALENDAR\r\nX-A:" + b"a" * 5 * 2**20, "too_large"),
    (
        "one line as long as may be",
        b"BEGIN:VCALENDAR\r\nX-A:" + b"a" * (5 * 2**20 - 100) + b"\r\nEND:VCALENDAR",
        (0, [("no_events", 1)]),
    ),
    ("no calendar", b"<html>", "not_a_calendar"),
    ("nothing", b"", "not_a_calendar"),
    ("the path of a file", b"/etc/hostname", "not_a_calendar"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_it_ends(content, told):
    assert read_in_bounds(content) == told


def test_as_many_events_as_are_allowed_are_read():
    events = [
        f"DTSTART:20270{1 + n // 2500}{1 + n % 28:02}T{n % 24:02}0000Z\nDURATION:PT5M\nSUMMARY:会议 {n}"
        for n in range(5_000)
    ]

    # Day and hour of one month come together in 168 ways, the lowest number that 24 and 28 divide.
    assert read_in_bounds(calendar(*events)) == (2 * 168, [])


@pytest.fixture
def altered(monkeypatch, tmp_path):
    """Lets the same program run with another text in one place."""

    def alter(text: str, instead: str) -> None:
        program = Path(reading.__file__).read_text(encoding="utf-8")
        assert program.count(text) == 1
        (tmp_path / "reading.py").write_text(program.replace(text, instead), encoding="utf-8")
        monkeypatch.setattr(apart, "_READER", tmp_path / "reading.py")

    return alter


def test_work_has_an_end(altered):
    altered("CPU_SECONDS: Final = 10\n", "CPU_SECONDS: Final = 2\n")

    assert read_in_bounds(calendar(*[NEVER] * 5_000)) == "too_much_to_read"


def test_memory_has_an_end(altered):
    altered("    frame = Frame(", "    bytearray(2 * ADDRESS_SPACE)\n    frame = Frame(")

    assert read_in_bounds(calendar(MONDAY)) == "too_much_to_read"


def test_nothing_is_written_to_files(altered, tmp_path):
    altered(
        "    frame = Frame(",
        f"    __import__('pathlib').Path({str(tmp_path / 'note')!r}).write_text('x')\n    frame = Frame(",
    )

    assert read_in_bounds(calendar(MONDAY)) == "too_much_to_read"
    assert (tmp_path / "note").read_bytes() == b""


def test_waiting_has_an_end(altered, monkeypatch):
    altered("    frame = Frame(", "    signal.pause()\n    frame = Frame(")
    monkeypatch.setattr(apart, "_WALL_SECONDS", 1)

    assert read_in_bounds(calendar(MONDAY)) == "too_slow_to_read"


def test_the_process_knows_nothing_of_the_application_and_its_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "must not be seen")
    curious = (
        "import os, sys; print(sorted(os.environ), any(name.startswith('alliance') for name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", curious], capture_output=True, text=True, env=apart.ENVIRONMENT
    )

    assert ran.stdout == "['LC_ALL'] False\n"
    assert "alliance" not in [line.split()[1].split(".")[0] for line in imports_of(reading)]


def imports_of(module) -> list[str]:
    text = Path(module.__file__).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(("import ", "from "))]
