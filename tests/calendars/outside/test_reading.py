"""What a foreign calendar says it takes: the exact times, and what is left out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alliance.calendars.outside.reading import Unreadable, read
from tests.calendars.outside.foreign import FRAME, MONDAY, blocks, calendar, odd, said, written

BERLIN = """BEGIN:VTIMEZONE
TZID:Our Berlin
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""

SINGLE = [
    (
        "a time without a zone is a time where the resource stands",
        MONDAY,
        "2026-11-30 10:00 / 2026-11-30 11:00",
    ),
    ("UTC", "DTSTART:20261130T020000Z\nDTEND:20261130T030000Z", "2026-11-30 10:00 / 2026-11-30 11:00"),
    (
        "a zone by its name",
        "DTSTART;TZID=Europe/Berlin:20261130T100000\nDTEND;TZID=Europe/Berlin:20261130T110000",
        "2026-11-30 17:00 / 2026-11-30 18:00",
    ),
    (
        "a zone by Windows' name",
        "DTSTART;TZID=China Standard Time:20261130T100000\nDTEND;TZID=China Standard Time:20261130T110000",
        "2026-11-30 10:00 / 2026-11-30 11:00",
    ),
    (
        "a zone at the end of a long name",
        "DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261130T110000\nDURATION:PT1H",
        "2026-11-30 10:00 / 2026-11-30 11:00",
    ),
    ("a date is that day", "DTSTART;VALUE=DATE:20261130", "2026-11-30 00:00 / 2026-12-01 00:00"),
    (
        "dates end before the last one",
        "DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261202",
        "2026-11-30 00:00 / 2026-12-02 00:00",
    ),
    ("a length", "DTSTART:20261130T230000\nDURATION:P1DT2H", "2026-11-30 23:00 / 2026-12-02 01:00"),
    (
        "what began before is taken from where we look",
        "DTSTART;VALUE=DATE:20200101\nDURATION:P9000D",
        "2026-11-16 00:00 / 2027-11-23 00:00",
    ),
]


@pytest.mark.parametrize(("event", "taken"), [row[1:] for row in SINGLE], ids=[row[0] for row in SINGLE])
def test_a_single_event_takes_its_time(event, taken):
    assert blocks(event) == [taken]


def test_a_zone_the_file_describes_is_understood():
    times = "DTSTART;TZID=Our Berlin:{day}T100000\nDTEND;TZID=Our Berlin:{day}T110000"

    assert blocks(times.format(day="20261130"), times.format(day="20270701"), more=BERLIN) == [
        "2026-11-30 17:00 / 2026-11-30 18:00",
        "2027-07-01 16:00 / 2027-07-01 17:00",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Customized Time Zone",
        "GMT+0800",
        "Asia/Beijing",
        "(UTC+08:00) Beijing, Chongqing",
        "../../etc/passwd",
    ],
)
def test_an_unknown_zone_takes_its_event_out_and_no_other(name):
    event = f'DTSTART;TZID="{name}":20261130T100000\nDURATION:PT1H'

    assert odd(event, event, MONDAY) == (1, [("unknown_zone", name, 2)])


def test_a_zone_that_would_be_reckoned_for_ever_is_unknown():
    endless = BERLIN.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=SECONDLY")

    reading = said("DTSTART;TZID=Our Berlin:20261130T100000\nDURATION:PT1H", MONDAY, more=endless)

    assert written(reading) == ["2026-11-30 10:00 / 2026-11-30 11:00"]
    assert [each["code"] for each in reading.findings] == ["unknown_zone"]


@pytest.mark.parametrize(
    "line",
    ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "STATUS:cancelled", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"],
)
def test_what_takes_no_time_closes_nothing(line):
    assert blocks(f"{MONDAY}\n{line}", MONDAY.replace("1130", "1201")) == [
        "2026-12-01 10:00 / 2026-12-01 11:00"
    ]


@pytest.mark.parametrize("line", ["STATUS:TENTATIVE", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"])
def test_tentative_times_count_if_the_manager_wants(line):
    assert len(blocks(f"{MONDAY}\n{line}")) == 1
    assert blocks(f"{MONDAY}\n{line}", frame=replace(FRAME, tentative=False)) == []


REPEATED = [
    (
        "without the dates that are left out, with those named one by one",
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20261207T100000\nEXDATE:20261214T020000Z\nRDATE:20261203T120000",
        ["2026-11-30 10:00", "2026-12-03 12:00", "2026-12-21 10:00"],
    ),
    (
        "a date left out is that day",
        "RRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20261207",
        ["2026-11-30 10:00"],
    ),
    (
        "until an instant",
        "RRULE:FREQ=DAILY;UNTIL=20261202T020000Z",
        ["2026-11-30 10:00", "2026-12-01 10:00", "2026-12-02 10:00"],
    ),
    ("until a day", "RRULE:FREQ=DAILY;UNTIL=20261201", ["2026-11-30 10:00", "2026-12-01 10:00"]),
    (
        "by a place in the month",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2",
        ["2026-11-30 10:00", "2026-12-25 10:00", "2027-01-29 10:00"],
    ),
]


@pytest.mark.parametrize(("lines", "starts"), [row[1:] for row in REPEATED], ids=[row[0] for row in REPEATED])
def test_a_series_takes_its_times(lines, starts):
    assert [block.split(" / ")[0] for block in blocks(f"{MONDAY}\n{lines}")] == starts


def test_a_period_brings_its_own_length():
    assert blocks(
        f"{MONDAY}\nRDATE;VALUE=PERIOD:20261201T020000Z/PT3H,20261202T020000Z/20261202T023000Z"
    ) == [
        "2026-11-30 10:00 / 2026-11-30 11:00",
        "2026-12-01 10:00 / 2026-12-01 13:00",
        "2026-12-02 10:00 / 2026-12-02 10:30",
    ]


def test_what_was_moved_leaves_its_place_and_the_latest_change_counts():
    series = f"UID:a\n{MONDAY}\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:a\nRECURRENCE-ID:20261207T100000\nSEQUENCE:{n}\nDTSTART:202612{to}\nDURATION:PT1H"

    assert blocks(moved.format(n=2, to="08T150000"), series, moved.format(n=1, to="09T150000")) == [
        "2026-11-30 10:00 / 2026-11-30 11:00",
        "2026-12-08 15:00 / 2026-12-08 16:00",
        "2026-12-14 10:00 / 2026-12-14 11:00",
    ]


def test_a_cancelled_repetition_is_free_and_a_later_version_of_the_series_counts():
    old = f"UID:a\nSEQUENCE:1\n{MONDAY}\nRRULE:FREQ=WEEKLY;COUNT=9"
    new = f"UID:a\nSEQUENCE:2\n{MONDAY}\nRRULE:FREQ=WEEKLY;COUNT=2"
    cancelled = "UID:a\nRECURRENCE-ID:20261207T100000\nSTATUS:CANCELLED"

    assert blocks(new, old, cancelled) == ["2026-11-30 10:00 / 2026-11-30 11:00"]


def test_the_clock_on_the_wall_is_kept_when_summer_time_begins():
    berlin = "DTSTART;TZID=Europe/Berlin:20270327T100000\nDTEND;TZID=Europe/Berlin:20270327T110000"

    assert blocks(f"{berlin}\nRRULE:FREQ=DAILY;COUNT=3") == [
        "2027-03-27 17:00 / 2027-03-27 18:00",
        "2027-03-28 16:00 / 2027-03-28 17:00",
        "2027-03-29 16:00 / 2027-03-29 17:00",
    ]


def test_neighbours_are_joined():
    assert blocks(
        MONDAY, "DTSTART:20261130T110000\nDTEND:20261130T120000", "DTSTART:20261130T103000\nDURATION:PT5M"
    ) == ["2026-11-30 10:00 / 2026-11-30 12:00"]


ODD = [
    ("UID:x", "broken", ""),
    ("DTSTART:00000101T100000", "broken", ""),
    ("DTSTART:20261130T240000\nDTEND:20261130T250000", "broken", ""),
    ("DTSTART;VALUE=DATE:20261130\nDTEND:20261130T110000", "broken", ""),
    (f"{MONDAY}\nRRULE:FREQ=DAILY;INTERVAL=0", "broken", ""),
    (f"{MONDAY}\nRRULE:FREQ=DAILY;COUNT=-1", "broken", ""),
    (f"{MONDAY}\nRRULE:FREQ=NEVER", "broken", ""),
    (f"{MONDAY}\nRRULE:FREQ=SECONDLY", "too_often", "SECONDLY"),
    (f"{MONDAY}\nRRULE:FREQ=MINUTELY", "too_often", "MINUTELY"),
    (f"{MONDAY}\nRRULE:FREQ=HOURLY", "too_often", "HOURLY"),
    (f"{MONDAY}\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31", "too_often", "SECONDLY"),
    (f"{MONDAY}\nRDATE:" + ",".join(["20261201T100000"] * 1001), "too_many_dates", ""),
    (f"{MONDAY}\nRRULE:FREQ=DAILY\nEXDATE:" + ",".join(["20261201T100000"] * 1001), "too_many_dates", ""),
    ("DTSTART:18991231T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY", "too_old", ""),
    ("DTSTART:20261130T100000\nDTEND:20261130T100000", "ends_before_it_starts", "2026-11-30"),
    ("DTSTART:20261130T100000\nDTEND:20261130T090000", "ends_before_it_starts", "2026-11-30"),
    ("DTSTART:20261130T100000", "no_length", ""),
    ("DTSTART:20261130T100000\nDURATION:P31DT1S", "too_long", "2026-11-30"),
    (f"{MONDAY}\nRDATE;VALUE=PERIOD:20261205T020000Z/P32D", "too_long", "2026-12-05"),
    (f"{MONDAY}\nRDATE;VALUE=PERIOD:20261205T020000Z/PT0S", "ends_before_it_starts", "2026-12-05"),
]


@pytest.mark.parametrize(("event", "code", "example"), ODD)
def test_an_odd_event_is_left_out_whole_and_reported_and_the_next_one_stays(event, code, example):
    assert odd(event, MONDAY.replace("1130", "1201")) == (1, [(code, example, 1)])


def test_as_much_as_is_allowed_is_allowed():
    assert len(blocks(f"{MONDAY}\nRDATE:" + ",".join(["20261201T100000"] * 1000))) == 2
    assert len(blocks("DTSTART:20261130T100000\nDURATION:P31D")) == 1
    assert len(blocks("DTSTART:19000101T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY")) == 372


def test_of_one_series_the_first_five_hundred_times_are_taken():
    assert odd("DTSTART:20261130T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=1,4,7,10") == (
        500,
        [("too_many_times_of_one", "", 1)],
    )


def test_all_later_ones_are_not_understood_and_it_says_so():
    moved = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261207T100000\nDTSTART:20261208T100000\nDURATION:PT1H"

    assert odd(f"UID:a\n{MONDAY}\nRRULE:FREQ=WEEKLY;COUNT=3", moved) == (3, [("this_and_future", "", 1)])


def test_two_calendars_in_one_file_are_both_read():
    both = calendar(MONDAY) + calendar("UID:b\n" + MONDAY.replace("1130", "1201"))

    assert len(read(both, FRAME).blocks) == 2


def test_a_calendar_without_events_says_so():
    assert odd() == (0, [("no_events", "", 1)])


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT", b"\xff\xfe\x00"]
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(Unreadable) as why:
        read(content, FRAME)
    assert why.value.code == "not_a_calendar"


def test_the_path_of_a_file_is_not_read(tmp_path):
    file = tmp_path / "secret.ics"
    file.write_bytes(calendar(MONDAY))

    with pytest.raises(Unreadable) as why:
        read(str(file).encode(), FRAME)
    assert why.value.code == "not_a_calendar"


DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"]


@st.composite
def series(draw):
    """The lines of a daily or weekly series, and the same in words the naive model understands."""
    first = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
    zone, hour = draw(st.sampled_from(ZONES)), draw(st.integers(0, 23))
    weekly, interval = draw(st.booleans()), draw(st.integers(1, 4))
    weekdays = draw(st.sets(st.integers(0, 6), max_size=4)) | {first.weekday()}
    count = draw(st.one_of(st.none(), st.integers(1, 80)))
    left_out = draw(st.sets(st.integers(0, 60), max_size=5))
    return first, zone, hour, weekly, interval, sorted(weekdays), count, left_out


def lines(first, zone, hour, weekly, interval, weekdays, count, left_out):
    def wall(day):
        return f"{day:%Y%m%d}T{hour:02}0000"

    rule = f"FREQ={'WEEKLY' if weekly else 'DAILY'};INTERVAL={interval}"
    rule += f";BYDAY={','.join(DAYS[n] for n in weekdays)}" if weekly else ""
    rule += f";COUNT={count}" if count else ""
    excepted = "".join(f"\nEXDATE;TZID={zone}:{wall(first + timedelta(days=n))}" for n in sorted(left_out))
    return f"DTSTART;TZID={zone}:{wall(first)}\nDURATION:PT25M\nRRULE:{rule}{excepted}"


def naive(first, zone, hour, weekly, interval, weekdays, count, left_out):
    """Day by day from the first one on: does it happen today?"""
    found, happened, monday = [], 0, first - timedelta(days=first.weekday())
    for n in range(1200):
        day = first + timedelta(days=n)
        week = (day - monday).days // 7
        happens = (week % interval == 0 and day.weekday() in weekdays) if weekly else n % interval == 0
        if not happens or (count is not None and happened >= count):
            continue
        happened += 1
        start = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        block = max(start, FRAME.start), min(start + timedelta(minutes=25), FRAME.end)
        if n not in left_out and block[0] < block[1]:
            found.append(block)
    return found


@given(series())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_series_is_what_looking_at_each_day_gives(drawn):
    reading = said(lines(*drawn))

    assert (reading.blocks, reading.findings) == (naive(*drawn), [])
