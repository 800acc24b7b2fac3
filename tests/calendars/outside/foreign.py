"""Calendars of other people, in few words."""

from alliance.calendars.outside.reading import Frame, Reading, read
from alliance.intervals import Span
from tests.world import BEIJING, at

# What is read of a calendar in these tests: about a year from a Monday on.
FRAME = Frame(BEIJING, at("2026-11-16 00:00"), at("2027-11-23 00:00"), tentative=True)
MONDAY = "DTSTART:20261130T100000\nDTEND:20261130T110000"


def calendar(*events: str, more: str = "") -> bytes:
    """The bytes of a calendar with these events, each given by its lines; those without a UID get one."""
    named = [event if "UID:" in event else f"UID:{n}\n{event}" for n, event in enumerate(events)]
    inside = more + "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in named)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:elsewhere\n{inside}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def said(*events: str, frame: Frame = FRAME, more: str = "") -> Reading:
    """What the calendar with these events says."""
    return read(calendar(*events, more=more), frame)


def blocks(*events: str, frame: Frame = FRAME, more: str = "") -> list[str]:
    """The times it takes, in Beijing's time; it must hold nothing odd."""
    reading = said(*events, frame=frame, more=more)
    assert reading.findings == []
    return written(reading)


def written(reading: Reading) -> list[str]:
    """The times as `2026-11-30 10:00 / 2026-11-30 11:00`."""
    return [
        " / ".join(f"{each.astimezone(BEIJING):%Y-%m-%d %H:%M}" for each in block) for block in reading.blocks
    ]


def odd(*events: str) -> tuple[int, list[tuple[str, str, int]]]:
    """How many times it takes, and what was odd, how often."""
    reading = said(*events)
    return len(reading.blocks), [(each["code"], each["example"], each["count"]) for each in reading.findings]


def window() -> Span:
    """The same stretch for those who read apart."""
    return Span(FRAME.start, FRAME.end)
