"""Opening hours: the notation, its meaning on a date, and open time across midnights and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.availability.calendar import Day, DayClass, DayClasses
from alliance.availability.hours import BadHours, Hours, open_spans
from alliance.intervals import Span, covers

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
WD, RD, PH = DayClass.WD, DayClass.RD, DayClass.PH
MONDAY, SATURDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 7), date(2026, 3, 8)


def at(zone: ZoneInfo, *numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=zone).astimezone(UTC)


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


# The notation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DAILY 00:00-24:00",
        "DAILY 18:00-23:30",
        "DAILY 22:00-02:00",
        "WD 08:30-22:00; RD 09:00-18:00; PH off",
        "WD 09:00-12:00,14:00-17:30; RD off; PH off",
        "WD 09:00-17:00; RD 09:00-17:00; PH 10:00-16:00; Mon off",
        "WD 09:00-18:00; RD off; PH off; Sat 10:00-12:00",
        "DAILY 09:00-12:00; PH off; Wed 22:00-06:00; Sun off",
    ],
)
def test_canonical_text_is_written_back_as_it_was(text):
    assert str(Hours.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  ", ""),
        (";", ""),
        ("WD off; RD off; PH off; Mon off", ""),
        ("wd 9:00-18:00", "WD 09:00-18:00; RD off; PH off"),
        (
            "Mon off; PH OFF; RD off;WD 14:00 - 17:30 , 09:00-12:00;",
            "WD 09:00-12:00,14:00-17:30; RD off; PH off; Mon off",
        ),
        ("WD 9：00－12：00，14：00～17：30；RD off；PH off", "WD 09:00-12:00,14:00-17:30; RD off; PH off"),
        ("DAILY 09:00–17:00", "DAILY 09:00-17:00"),
        ("DAILY 22:00-00:00", "DAILY 22:00-24:00"),
        ("DAILY 09:00-12:00,12:00-14:00", "DAILY 09:00-12:00,12:00-14:00"),
    ],
)
def test_owners_may_write_it_their_own_way(text, canonical):
    assert str(Hours.parse(text)) == canonical
    assert Hours.parse(text) == Hours.parse(canonical)


@pytest.mark.parametrize(
    ("text", "code", "piece"),
    [
        ("WD 09:00-18:00; XX 09:00-10:00", "unknown_day", "XX 09:00-10:00"),
        ("09:00-18:00", "unknown_day", "09:00-18:00"),
        ("WD 09:00-18:00; WD off", "day_twice", "WD off"),
        ("WD 09:00-18:00; Mon", "no_hours", "Mon"),
        ("WD closed", "bad_window", "closed"),
        ("WD 09:00-12:00,14:00", "bad_window", "14:00"),
        ("WD 09:00-12:00,", "bad_window", ""),
        ("WD 09:60-12:00", "bad_window", "09:60-12:00"),
        ("WD 24:00-02:00", "bad_window", "24:00-02:00"),
        ("WD 09:00-24:01", "bad_window", "09:00-24:01"),
        ("WD 09:00-09:00", "bad_window", "09:00-09:00"),
        ("WD 09:00-12:01,12:00-14:00", "windows_overlap", "WD 09:00-12:01,12:00-14:00"),
    ],
)
def test_what_cannot_be_read_is_named(text, code, piece):
    with pytest.raises(BadHours) as caught:
        Hours.parse(text)

    assert (caught.value.code, caught.value.piece) == (code, piece)
    assert isinstance(caught.value, ValueError)


minutes_of_day = st.integers(0, 24 * 60 - 1)


@st.composite
def window_lists(draw):
    """Nothing, or windows that follow each other, the last one perhaps over midnight."""
    bounds = sorted(draw(st.sets(minutes_of_day, max_size=6)))
    pairs = [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=False)]
    if len(bounds) % 2 and bounds[-1] > 0:
        pairs.append((bounds[-1], 1440 + draw(st.integers(0, bounds[-1] - 1))))
    return tuple(pairs)


def written(windows) -> str:
    return ",".join(f"{s // 60:02}:{s % 60:02}-{e // 60 % 24:02}:{e % 60:02}" for s, e in windows) or "off"


hours_texts = st.dictionaries(
    st.sampled_from(["DAILY", "WD", "RD", "PH", "Mon", "Tue", "Sat", "Sun"]), window_lists(), max_size=6
).map(lambda lines: "; ".join(f"{key} {written(windows)}" for key, windows in lines.items()))


@given(hours_texts)
def test_any_hours_survive_being_written(text):
    hours = Hours.parse(text)

    assert Hours.parse(str(hours)) == hours
    assert str(Hours.parse(str(hours))) == str(hours)


# What it means on a date


@pytest.mark.parametrize(
    ("text", "on", "day_class", "windows"),
    [
        ("", MONDAY, WD, ()),
        ("WD 09:00-12:00,14:00-17:30; RD off; PH off", MONDAY, WD, ((540, 720), (840, 1050))),
        ("WD 09:00-12:00,14:00-17:30; RD off; PH off", SATURDAY, RD, ()),
        ("WD 09:00-12:00; RD off; PH off", SATURDAY, WD, ((540, 720),)),
        ("DAILY 00:00-24:00", SUNDAY, PH, ((0, 1440),)),
        ("DAILY 22:00-02:00", MONDAY, WD, ((1320, 1560),)),
        ("DAILY 09:00-12:00; PH off", MONDAY, PH, ()),
        ("WD 09:00-12:00", MONDAY, PH, ()),
        # A museum closed on Mondays opens on the Monday of a holiday that has hours of its own.
        ("WD 09:00-17:00; RD 09:00-17:00; PH 10:00-16:00; Mon off", MONDAY, WD, ()),
        ("WD 09:00-17:00; RD 09:00-17:00; PH 10:00-16:00; Mon off", MONDAY, PH, ((600, 960),)),
        ("DAILY 09:00-17:00; Mon off", MONDAY, PH, ()),
        # A Saturday's own hours hold whatever its class, but do not open a holiday that is off.
        ("WD 09:00-17:00; RD off; PH off; Sat 10:00-12:00", SATURDAY, RD, ((600, 720),)),
        ("WD 09:00-17:00; RD off; PH off; Sat 10:00-12:00", SATURDAY, WD, ((600, 720),)),
        ("WD 09:00-17:00; RD off; PH off; Sat 10:00-12:00", SATURDAY, PH, ()),
        ("WD 09:00-17:00; RD off; PH off; Sat 10:00-12:00", SUNDAY, RD, ()),
        ("DAILY 09:00-17:00; Sat 10:00-12:00", SATURDAY, PH, ((600, 720),)),
        ("DAILY 09:00-17:00; PH 08:00-10:00; Sat 10:00-12:00", SATURDAY, PH, ((480, 600),)),
    ],
)
def test_a_date_has_the_windows_of_its_class_or_weekday(text, on, day_class, windows):
    hours = Hours.parse(text)

    assert hours.windows(on, day_class) == windows
    assert hours.is_open_on(on, DayClasses([Day(on, day_class)])) == bool(windows)


# Open time


def test_hours_over_a_weekend_follow_the_classes_of_its_days():
    hours = Hours.parse("WD 08:30-22:00; RD 09:00-18:00; PH off")
    days = DayClasses([Day(SATURDAY, WD), Day(SUNDAY, PH)])

    opened = open_spans(
        hours, days, Span(at(SHANGHAI, 2026, 3, 6, 20), at(SHANGHAI, 2026, 3, 9, 9)), SHANGHAI
    )

    assert opened == [
        Span(at(SHANGHAI, 2026, 3, 6, 20), at(SHANGHAI, 2026, 3, 6, 22)),
        Span(at(SHANGHAI, 2026, 3, 7, 8, 30), at(SHANGHAI, 2026, 3, 7, 22)),
        Span(at(SHANGHAI, 2026, 3, 9, 8, 30), at(SHANGHAI, 2026, 3, 9, 9)),
    ]


def test_a_booking_across_lunch_is_not_covered():
    hours = Hours.parse("WD 09:00-12:00,14:00-17:30; RD off; PH off")
    across = Span(at(SHANGHAI, 2026, 3, 2, 11), at(SHANGHAI, 2026, 3, 2, 15))

    assert not covers(open_spans(hours, DayClasses(), across, SHANGHAI), across)


@pytest.mark.parametrize(
    "text",
    [
        "DAILY 00:00-24:00",
        "DAILY 00:00-12:00,12:00-24:00",
        "DAILY 12:00-00:00,00:00-12:00",
        "DAILY 20:00-19:00,19:00-20:00",
    ],
)
def test_windows_that_touch_are_one_also_over_midnight(text):
    window = Span(at(SHANGHAI, 2026, 3, 2, 5), at(SHANGHAI, 2026, 3, 9, 7))

    assert open_spans(Hours.parse(text), DayClasses(), window, SHANGHAI) == [window]


def test_a_window_over_midnight_belongs_to_the_day_it_starts_on():
    hours = Hours.parse("WD 22:00-02:00; RD off; PH off")
    eve_of_holiday = DayClasses([Day(date(2026, 10, 1), PH)])

    opened = open_spans(
        hours, eve_of_holiday, Span(at(SHANGHAI, 2026, 10, 1), at(SHANGHAI, 2026, 10, 2)), SHANGHAI
    )

    assert opened == [Span(at(SHANGHAI, 2026, 10, 1), at(SHANGHAI, 2026, 10, 1, 2))]


def test_beijing_kept_summer_time_in_1988():
    window = Span(at(SHANGHAI, 1988, 7, 1), at(SHANGHAI, 1988, 7, 2))

    opened = open_spans(Hours.parse("DAILY 09:00-10:00"), DayClasses(), window, SHANGHAI)

    assert opened == [Span(utc(1988, 7, 1, 0), utc(1988, 7, 1, 1))]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("DAILY 01:00-02:30", [((2026, 3, 29, 0), (2026, 3, 29, 1))]),
        ("DAILY 02:15-02:45", []),
        ("DAILY 02:30-04:00", [((2026, 3, 29, 1), (2026, 3, 29, 2))]),
        ("DAILY 00:00-02:30,02:30-04:00", [((2026, 3, 28, 23), (2026, 3, 29, 2))]),
        (
            "DAILY 22:00-03:30",
            [((2026, 3, 28, 23), (2026, 3, 29, 1, 30)), ((2026, 3, 29, 20), (2026, 3, 29, 22))],
        ),
        ("DAILY 09:00-10:00", [((2026, 3, 29, 7), (2026, 3, 29, 8))]),
    ],
)
def test_in_spring_the_hour_that_is_skipped_cannot_be_open(text, spans):
    window = Span(at(BERLIN, 2026, 3, 29), at(BERLIN, 2026, 3, 30))

    opened = open_spans(Hours.parse(text), DayClasses(), window, BERLIN)

    assert opened == [Span(utc(*start), utc(*end)) for start, end in spans]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("DAILY 01:00-02:30", [((2026, 10, 24, 23), (2026, 10, 25, 0, 30))]),
        ("DAILY 02:30-04:00", [((2026, 10, 25, 0, 30), (2026, 10, 25, 3))]),
        ("DAILY 00:00-02:30,02:30-04:00", [((2026, 10, 24, 22), (2026, 10, 25, 3))]),
        ("DAILY 00:00-24:00", [((2026, 10, 24, 22), (2026, 10, 25, 23))]),
    ],
)
def test_in_autumn_a_repeated_time_is_its_first_occurrence(text, spans):
    window = Span(at(BERLIN, 2026, 10, 25), at(BERLIN, 2026, 10, 26))

    opened = open_spans(Hours.parse(text), DayClasses(), window, BERLIN)

    assert opened == [Span(utc(*start), utc(*end)) for start, end in spans]


def is_open_by_the_clock(hours: Hours, days: DayClasses, instant: datetime, zone: ZoneInfo) -> bool:
    """Look at the wall clock: is it in a window of today, or of yesterday read past midnight?"""
    wall = instant.astimezone(zone)
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    minute = wall.hour * 60 + wall.minute
    return any(start <= minute < end for start, end in hours.windows(today, days.of(today))) or any(
        start <= minute + 1440 < end for start, end in hours.windows(yesterday, days.of(yesterday))
    )


@given(
    text=hours_texts,
    classes=st.lists(st.sampled_from(DayClass), min_size=5, max_size=5),
    zone=st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York")]),
    start=st.integers(0, 24),
    length=st.integers(1, 60),
)
def test_every_minute_is_open_exactly_when_the_wall_clock_says_so(text, classes, zone, start, length):
    # These days hold the change to summer time in Berlin; repeated times have their own test.
    hours = Hours.parse(text)
    days = DayClasses(Day(date(2026, 3, 27) + timedelta(days=n), each) for n, each in enumerate(classes))
    window_start = utc(2026, 3, 27, 22) + timedelta(hours=start)
    window = Span(window_start, window_start + timedelta(hours=length))

    opened = open_spans(hours, days, window, zone)

    probes = [window.start + timedelta(minutes=5 * n) for n in range(length * 12)]
    probes += [edge for span in opened for edge in (span.start, span.end) if window.contains(edge)]
    for instant in probes:
        assert any(span.contains(instant) for span in opened) == is_open_by_the_clock(
            hours, days, instant, zone
        )
