"""Wall clocks through the changes of daylight saving."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.availability.local_time import instant_of, local_day, midnight

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # It changed its clocks at midnight.
ZONES = st.sampled_from([BERLIN, SHANGHAI, SAO_PAULO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        (SHANGHAI, (2026, 3, 2, 9, 0), (2026, 3, 2, 1, 0)),
        (SHANGHAI, (1988, 7, 1, 9, 0), (1988, 7, 1, 0, 0)),
        (BERLIN, (2026, 3, 29, 1, 59), (2026, 3, 29, 0, 59)),
        (BERLIN, (2026, 3, 29, 2, 0), (2026, 3, 29, 1, 0)),
        (BERLIN, (2026, 3, 29, 2, 30), (2026, 3, 29, 1, 0)),
        (BERLIN, (2026, 3, 29, 2, 59), (2026, 3, 29, 1, 0)),
        (BERLIN, (2026, 3, 29, 3, 0), (2026, 3, 29, 1, 0)),
        (BERLIN, (2026, 10, 25, 2, 30), (2026, 10, 25, 0, 30)),
        (BERLIN, (2026, 10, 25, 3, 0), (2026, 10, 25, 2, 0)),
        (SAO_PAULO, (2018, 11, 4, 0, 0), (2018, 11, 4, 3, 0)),
    ],
)
def test_skipped_times_mean_the_change_and_repeated_ones_the_first(zone, wall, instant):
    assert instant_of(datetime(*wall), zone) == datetime(*instant, tzinfo=UTC)


def test_seconds_are_kept_except_where_the_clock_skipped_them():
    assert instant_of(datetime(2026, 3, 29, 1, 59, 59, 7), BERLIN) == datetime(2026, 3, 29, 0, 59, 59, 7, UTC)
    assert instant_of(datetime(2026, 3, 29, 2, 59, 59, 7), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@given(
    st.datetimes(datetime(1985, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(hours=4)),
    ZONES,
)
def test_later_on_the_wall_is_never_earlier_in_utc(wall, later, zone):
    assert instant_of(wall, zone) <= instant_of(wall + later, zone)


@given(st.dates(date(1985, 1, 1), date(2030, 1, 1)), ZONES)
def test_midnight_is_the_first_instant_of_the_day(day, zone):
    instant = midnight(day, zone)

    assert local_day(instant, zone) == day
    assert local_day(instant - timedelta(microseconds=1), zone) == day - timedelta(days=1)
