"""The bytes of calendars, without any database."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from alliance.calendars.ics import calendar_name, clean, event_bytes, one_line
from tests.calendars.hostile import HOSTILE
from tests.calendars.parsers import ROOT, Seen, by_ical, by_icalendar, by_vobject, read_by_all
from tests.calendars.samples import ENTRY, EVERYTHING, calendar, with_text


def assert_well_formed(content: bytes, events: int) -> None:
    """What RFC 5545 asks of the bytes themselves."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        text = line.decode()  # no character is cut by a fold
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u2029" for char in text)
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == events
    assert lines.count(b"BEGIN:VCALENDAR") == 1


def test_an_event_is_written_as_people_and_programs_expect():
    assert calendar(ENTRY).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Alliance//Resource sharing//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:我的预约",
        "X-WR-CALNAME:我的预约",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "URL:https://alliance.example.org/bookings",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "UID:booking@alliance.example.org",
        "DTSTAMP:20261121T020000Z",
        "LAST-MODIFIED:20261121T020000Z",
        "CREATED:20261120T010000Z",
        "SEQUENCE:2",
        "DTSTART:20261124T060000Z",
        "DTEND:20261124T080000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "SUMMARY:激光共聚焦显微镜 · 细胞成像",
        "ORGANIZER;CN=启明大学:mailto:office@example.org",
        "LOCATION:3 号楼\\, 201",
        "CATEGORIES:激光共聚焦显微镜",
        "DESCRIPTION:第一行\\n第二行",
        "URL:https://alliance.example.org/bookings/7K3M9QX2RT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("state", "transparency", "outlook"),
    [
        ("TENTATIVE", "OPAQUE", "TENTATIVE"),
        ("CONFIRMED", "OPAQUE", "BUSY"),
        ("CANCELLED", "TRANSPARENT", "FREE"),
    ],
)
def test_every_client_learns_whether_the_time_is_taken(state, transparency, outlook):
    (event,) = Calendar.from_ical(calendar(replace(ENTRY, state=state))).walk("VEVENT")

    said = [str(event[name]) for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")]
    assert said == [state, transparency, outlook]


@pytest.mark.parametrize(
    ("zone", "start", "end", "written"),
    [
        ("Asia/Shanghai", "2026-11-24T00:00+08:00", "2026-11-26T00:00+08:00", ("20261124", "20261126")),
        ("Europe/Berlin", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", ("20261025", "20261026")),
        # Not whole days there, whatever the preset promised: the exact times.
        ("Asia/Shanghai", "2026-11-24T00:00+08:00", "2026-11-24T12:00+08:00", None),
    ],
)
def test_whole_days_are_days_of_the_resources_zone(zone, start, end, written):
    entry = replace(
        ENTRY,
        start=datetime.fromisoformat(start),
        end=datetime.fromisoformat(end),
        zone=zone,
        is_whole_days=True,
    )

    lines = event_bytes(entry).decode().splitlines()

    if written is None:
        assert "DTSTART:20261123T160000Z" in lines
        assert "DTEND:20261124T040000Z" in lines
    else:
        assert f"DTSTART;VALUE=DATE:{written[0]}" in lines
        assert f"DTEND;VALUE=DATE:{written[1]}" in lines


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_no_text_breaks_a_calendar(text):
    content = calendar(ENTRY, with_text(text), ENTRY, name=text)

    assert_well_formed(content, events=3)
    for read in (by_icalendar, by_vobject, by_ical):
        assert [seen.summary for seen in read(content)] == [ENTRY.summary, one_line(text), ENTRY.summary]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_not_even_a_text_nobody_thought_of_breaks_a_calendar(text):
    content = calendar(with_text(text), ENTRY, name=text)

    assert_well_formed(content, events=2)
    for read in (by_icalendar, by_vobject, by_ical):
        assert [seen.summary for seen in read(content)] == [one_line(text), ENTRY.summary]


def test_seven_parsers_read_every_text_alike(tmp_path):
    entries = [replace(with_text(text), uid=f"{n:03}@x") for n, text in enumerate(HOSTILE.values())]
    wanted = [
        Seen(entry.uid, entry.start.isoformat(), entry.end.isoformat(), one_line(entry.summary), entry.state)
        for entry in entries
    ]

    (seen,) = read_by_all([calendar(*entries)], tmp_path)

    assert len(seen) == 7
    for name, events in seen.items():
        assert events == wanted, name


def test_clean_text_keeps_line_breaks_and_one_line_does_not():
    assert clean(" a\r\nb\rc\nd\te\x00\x85 ") == "a\nb\nc\nd e"
    assert one_line("a \r\n b\rc\n\nd") == "a b c d"
    assert clean("e\u0301") == "\xe9"
    assert clean("\ud800x") == "x"


def test_a_calendar_name_has_nothing_that_clients_show_escaped():
    assert calendar_name("显微镜, 甲; \\乙\r\nX-EVIL:1") == "显微镜 甲 乙 X-EVIL:1"


def test_texts_stay_harmless_without_assertions(tmp_path):
    script = (
        "import sys; from tests.calendars.samples import *; assert False\n"  # an assertion that -O must skip
        "sys.stdout.buffer.write(calendar(*map(with_text, EVERYTHING.values())))"
    )

    printed = subprocess.run(
        [sys.executable, "-O", "-c", script], capture_output=True, cwd=ROOT, check=True, timeout=60
    ).stdout

    assert printed == calendar(*map(with_text, EVERYTHING.values()))
    assert_well_formed(printed, events=len(EVERYTHING))


def test_times_of_other_zones_are_written_in_utc():
    berlin = ENTRY.start.astimezone(UTC) + timedelta(0)

    assert event_bytes(replace(ENTRY, start=berlin)) == event_bytes(ENTRY)
