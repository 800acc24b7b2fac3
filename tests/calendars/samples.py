"""An entry of a calendar, and the same with any text wherever a text can stand."""

from dataclasses import replace

from alliance.calendars.ics import Entry, Head, calendar_bytes, event_bytes
from tests.calendars.hostile import BACKSLASHES, HOSTILE
from tests.world import at

EVERYTHING = HOSTILE | BACKSLASHES
ENTRY = Entry(
    uid="booking@alliance.example.org",
    start=at("2026-11-24 14:00"),
    end=at("2026-11-24 16:00"),
    state="CONFIRMED",
    summary="激光共聚焦显微镜 · 细胞成像",
    created=at("2026-11-20 09:00"),
    changed=at("2026-11-21 10:00"),
    sequence=2,
    description="第一行\n第二行",
    location="3 号楼, 201",
    category="激光共聚焦显微镜",
    url="https://alliance.example.org/bookings/7K3M9QX2RT",
    organizer="启明大学",
    organizer_mail="office@example.org",
)


def calendar(*entries: Entry, name: str = "我的预约") -> bytes:
    return calendar_bytes(Head(name, url="https://alliance.example.org/bookings"), map(event_bytes, entries))


def with_text(text: str) -> Entry:
    """The entry with the text wherever a text can stand."""
    return replace(
        ENTRY,
        summary=text,
        description=text,
        location=text,
        category=text,
        organizer=text,
        organizer_mail=text,
    )
