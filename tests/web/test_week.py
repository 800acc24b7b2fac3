"""A week as lanes: what is drawn where, and what may be pressed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel

from alliance.availability.announced import announced_days
from alliance.availability.calendar import DayClasses
from alliance.booking.facts import Closed
from alliance.booking.permissions import Glimpse
from alliance.intervals import Span
from alliance.resources.policy import Policy
from alliance.web.lanes import DaysWindow, Row, Window
from alliance.web.openings import WeekFacts, closed_now, free_now
from alliance.web.week import Addresses, week_of

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
DAYS = DayClasses(announced_days(2026))
HOURS = "WD 08:00-22:00; RD 09:00-18:00; PH off"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Labels are made in a language; here the one their keys are written in."""
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")
    with app.app_context():
        yield


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


def glimpse(start: str, end: str, *items: int, **changes) -> Glimpse:
    taken = span(start, end)
    about = {"level": "busy", "status": "approved", "quantity": len(items or (1,)), **changes}
    return Glimpse(
        span=taken,
        footprint=about.pop("footprint", taken),
        item_ids=items or (1,),
        resource_code="R",
        **about,
    )


def book(start: datetime, end: datetime) -> str:
    first, last = start.astimezone(ZONE), end.astimezone(ZONE)
    return f"/new {first:%d %H:%M}" + (
        f"-{last:%H:%M}" if last.date() == first.date() else f"-{last:%d %H:%M}"
    )


def draw(*, now: str = "11-23 00:00", items: int = 1, first: date = MONDAY, **changes):
    about = {
        "policy": Policy(hours=HOURS, grid_minutes=30, shortest_minutes=60),
        "preset": "slot_self",
        "kind": "instrument",
        "days": DAYS,
        "items": {n: f"No. {n}" for n in range(1, items + 1)},
        **changes,
    }
    facts = WeekFacts(now=at(now), zone=ZONE, **about)
    return week_of(facts, first, Addresses(book=book, booking=lambda ref: f"/bookings/{ref}"))


def drawn(row: Row) -> list[tuple]:
    """The blocks without those that are only ground."""
    return [(b.kind, b.at, b.length, b.label) for b in row.blocks if b.kind not in ("past", "off")]


def pressable(row: Row) -> list[tuple[str, str]]:
    return [(block.label, block.href) for block in row.blocks if block.kind == "free"]


def test_an_empty_day_is_one_gap_that_leads_to_the_form():
    week = draw()

    monday = week.rows[0]
    assert (week.window, [row.label for row in week.rows]) == (
        Window(8, 14),
        ["Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27", "Sat 28", "Sun 29"],
    )
    assert drawn(monday) == [("free", 0, 56, "08:00–22:00")]
    assert pressable(monday) == [("08:00–22:00", "/new 23 08:00-10:00")]
    assert monday.blocks[-1].spoken == "08:00–22:00, free, book it"
    assert (monday.today, week.rows[1].today) == (True, False)
    assert week.next_free == span("11-23 08:00", "11-23 22:00")


def test_the_weekend_is_hatched_outside_its_shorter_hours():
    saturday = draw().rows[5]

    assert [(b.kind, b.at, b.length) for b in saturday.blocks] == [
        ("off", 0, 4),
        ("off", 40, 16),
        ("free", 4, 36),
    ]


def test_a_holiday_says_its_name():
    week = draw(now="09-20 00:00", first=date(2026, 9, 28))

    assert drawn(week.rows[3]) == [("closed", 0, 56, "National Day")]


def test_a_booking_splits_the_day_and_its_buffers_are_neither_free_nor_taken():
    cleaned = glimpse("11-23 10:00", "11-23 12:00", footprint=span("11-23 10:00", "11-23 12:15"))
    policy = Policy(hours=HOURS, grid_minutes=30, shortest_minutes=60, teardown=timedelta(minutes=15))

    monday = draw(bookings=[cleaned], policy=policy).rows[0]

    # The gap before ends at 9:30, for whoever came there needs fifteen minutes after his own use.
    assert drawn(monday) == [
        ("taken", 8, 8, "Booked"),
        ("free", 0, 6, "08:00–09:30"),
        ("free", 18, 38, "12:30–22:00"),
    ]


def test_a_gap_too_short_for_any_booking_cannot_be_pressed():
    bookings = [glimpse("11-23 08:00", "11-23 12:00"), glimpse("11-23 12:30", "11-23 22:00")]

    assert pressable(draw(bookings=bookings).rows[0]) == []
    half_an_hour = Policy(hours=HOURS, grid_minutes=30, shortest_minutes=30)
    assert pressable(draw(bookings=bookings, policy=half_an_hour).rows[0]) == [
        ("12:00–12:30", "/new 23 12:00-12:30")
    ]


@pytest.mark.parametrize(
    ("now", "notice", "ahead", "monday", "friday"),
    [
        ("11-23 10:24", None, None, "10:30–22:00", "08:00–22:00"),
        ("11-23 10:30", None, None, "10:30–22:00", "08:00–22:00"),
        ("11-23 10:24", 2, None, "12:30–22:00", "08:00–22:00"),
        ("11-23 10:24", 24, None, None, "08:00–22:00"),
        ("11-23 21:24", None, None, None, "08:00–22:00"),
        ("11-23 10:24", None, 3, "10:30–22:00", None),
        ("11-23 07:00", None, 4, "08:00–22:00", None),
        ("11-23 08:00", None, 4, "08:00–22:00", "08:00–22:00"),
    ],
)
def test_only_what_the_rules_still_allow_can_be_pressed(now, notice, ahead, monday, friday):
    policy = Policy(hours=HOURS, grid_minutes=30, shortest_minutes=60, notice_hours=notice, days_ahead=ahead)

    week = draw(now=now, policy=policy)

    labels = [next((label for label, _ in pressable(week.rows[n])), None) for n in (0, 4)]
    assert labels == [monday, friday]


def test_the_past_is_shaded_and_now_has_its_line():
    week = draw(now="11-23 10:24")

    past = [(block.at, block.length) for block in week.rows[0].blocks if block.kind == "past"]
    assert (past, week.rows[0].now_at, week.now_words) == ([(0, 10)], 9, "10:24")
    assert [row.now_at for row in week.rows[1:]] == [None] * 6


def test_each_sees_of_a_booking_what_he_may():
    unit = {"level": "unit", "unit_name_zh": "医学院", "unit_name_en": "Medical School"}
    bookings = [
        glimpse("11-23 08:00", "11-23 09:00"),
        glimpse("11-23 09:00", "11-23 10:00", status="requested"),
        glimpse("11-23 10:00", "11-23 11:00", **unit),
        glimpse("11-23 11:00", "11-23 12:00", level="full", title="Slices", ref="A"),
        glimpse("11-23 12:00", "11-23 13:00", level="full", person_name="Fang", title=""),
        glimpse("11-23 13:00", "11-23 14:00", level="full", is_mine=True, title="", ref="B"),
        glimpse("11-23 14:00", "11-23 15:00", level="full", is_mine=True, status="requested", ref="C"),
    ]

    blocks = draw(bookings=bookings).rows[0].blocks

    assert [(b.kind, b.label, b.href) for b in blocks if b.kind not in ("off", "past", "free")] == [
        ("taken", "Booked", ""),
        ("pending", "Waiting for approval", ""),
        ("taken", "Medical School", ""),
        ("taken", "Slices", "/bookings/A"),
        ("taken", "Fang", ""),
        ("mine", "Mine", "/bookings/B"),
        ("mine-pending", "My request", "/bookings/C"),
    ]


def test_a_booking_over_midnight_stands_on_both_days():
    around_the_clock = Policy(hours="DAILY 00:00-24:00", grid_minutes=60, shortest_minutes=60)

    week = draw(bookings=[glimpse("11-23 22:00", "11-24 02:00")], policy=around_the_clock)

    assert week.window == Window(0, 24)
    assert drawn(week.rows[0])[0] == ("taken", 88, 8, "Booked")
    assert drawn(week.rows[1])[0] == ("taken", 0, 8, "Booked")
    assert [b.spoken for b in week.rows[1].blocks if b.kind == "taken"] == ["00:00–02:00, Booked"]


def test_a_gap_that_goes_on_after_the_week_is_not_too_short():
    week_long = Policy(hours="DAILY 00:00-24:00", grid_minutes=720, shortest_minutes=7 * 1440)

    assert pressable(draw(policy=week_long).rows[6]) == [("00:00–24:00", "/new 29 00:00-06 00:00")]


def test_a_closure_closes_and_an_endless_one_goes_on():
    calibration = Closed(at("11-23 08:00"), at("11-23 12:00"), "calibration", "Quarterly")
    breakdown = Closed(at("11-25 10:00"), None, "breakdown")

    week = draw(closures=[calibration, breakdown])

    assert drawn(week.rows[0]) == [("closed", 0, 16, "Quarterly"), ("free", 16, 40, "12:00–22:00")]
    assert drawn(week.rows[2]) == [("closed", 8, 48, "Breakdown"), ("free", 0, 8, "08:00–10:00")]
    assert drawn(week.rows[6]) == [("closed", 0, 56, "Breakdown")]


def test_up_to_three_items_have_half_rows_of_their_own():
    monday = draw(items=2, bookings=[glimpse("11-23 08:00", "11-23 22:00", 2)]).rows[0]

    blocks = [(b.kind, b.row, b.spoken) for b in monday.blocks if b.kind in ("free", "taken")]
    assert blocks == [
        ("free", 1, "No. 1, 08:00–22:00, free, book it"),
        ("taken", 2, "No. 2, 08:00–22:00, Booked"),
    ]


def test_a_closed_item_closes_its_own_row_only():
    closed = Closed(at("11-23 00:00"), None, "repair", item_id=2)

    blocks = draw(items=2, closures=[closed]).rows[0].blocks

    assert [(b.kind, b.row) for b in blocks if b.kind in ("free", "closed")] == [("free", 1), ("closed", 2)]


def test_more_items_share_a_lane_that_counts_what_is_free_throughout():
    bookings = [
        glimpse("11-23 08:00", "11-23 12:00", 1, 2),
        glimpse("11-23 10:00", "11-23 14:00", 3),
        glimpse("11-24 08:00", "11-24 12:00", 1, 2, 3, 4),
        glimpse("11-25 08:00", "11-25 12:00", 1, level="full", is_mine=True, title="Run"),
    ]

    week = draw(items=4, bookings=bookings)

    assert drawn(week.rows[0]) == [("free", 0, 56, "1 of 4 free")]
    assert drawn(week.rows[1]) == [("taken", 0, 16, "Full"), ("free", 16, 40, "4 of 4 free")]
    mine = next(block for block in week.rows[2].blocks if block.kind == "mine")
    assert (mine.label, mine.row) == ("Run", 2)


def test_a_closure_of_a_pool_is_closed_not_full():
    week = draw(items=4, closures=[Closed(at("11-23 08:00"), at("11-23 12:00"), "cleaning")])

    assert drawn(week.rows[0]) == [("closed", 0, 16, "Cleaning"), ("free", 16, 40, "4 of 4 free")]


def test_a_whole_is_free_only_while_all_its_parts_are():
    bookings = [glimpse("11-23 08:00", "11-23 12:00", 1), glimpse("11-23 10:00", "11-23 14:00", 2)]

    monday = draw(items=2, is_whole=True, bookings=bookings).rows[0]

    # Of two bookings at one time the lane has place for the first.
    assert drawn(monday) == [("taken", 0, 16, "Booked"), ("free", 24, 32, "14:00–22:00")]


def test_what_goes_by_days_has_one_lane_of_seven():
    policy = Policy(hours="WD 09:00-17:30; RD off; PH off", grid_minutes=1440, shortest_minutes=1440)
    taken = glimpse("11-24 00:00", "11-26 00:00")

    week = draw(policy=policy, preset="loan", bookings=[taken], now="11-22 12:00")

    assert week.window == DaysWindow(MONDAY, 7)
    (row,) = week.rows
    assert [(b.kind, b.at, b.length, b.href) for b in row.blocks] == [
        ("off", 5, 2, ""),
        ("taken", 1, 2, ""),
        ("free", 0, 1, "/new 23 00:00-24 00:00"),
        ("free", 3, 4, "/new 26 00:00-27 00:00"),
    ]
    assert row.blocks[-1].spoken == "26–29 Nov, free, book it"


def test_days_of_a_loan_have_a_row_for_each_item():
    policy = Policy(hours="WD 09:00-17:30; RD off; PH off", grid_minutes=1440)

    assert [row.label for row in draw(policy=policy, preset="loan", items=2).rows] == ["No. 1", "No. 2"]


def test_what_is_not_on_offer_shows_no_gap():
    assert all(pressable(row) == [] for row in draw(is_on_offer=False).rows)


def test_what_has_no_hours_or_no_items_is_drawn_all_the_same():
    assert all(pressable(row) == [] for row in draw(policy=Policy(hours="")).rows)
    assert all(pressable(row) == [] for row in draw(items=0).rows)


def facts(**changes) -> WeekFacts:
    about = {
        "policy": Policy(),
        "preset": "slot_self",
        "kind": "instrument",
        "days": DAYS,
        "items": {1: "", 2: ""},
    }
    return WeekFacts(now=at("11-23 10:00"), zone=ZONE, **{**about, **changes})


def test_closed_now_is_what_nobody_can_use_at_this_moment():
    one, other = (Closed(at("11-23 09:00"), None, "repair", item_id=n) for n in (1, 2))
    whole = Closed(at("11-23 10:00"), at("11-23 11:00"), "cleaning")
    over = Closed(at("11-23 09:00"), at("11-23 10:00"), "cleaning")
    later = Closed(at("11-23 10:01"), None, "cleaning")

    assert closed_now(facts(closures=[one, over, later])) is None
    assert closed_now(facts(closures=[one, other])) == one
    assert closed_now(facts(closures=[one, whole])) == whole


def test_free_now_counts_items_nobody_has():
    busy = glimpse("11-23 09:00", "11-23 11:00", 1)
    over = glimpse("11-23 09:00", "11-23 10:00", 2)

    assert free_now(facts()) == 2
    assert free_now(facts(bookings=[busy, over])) == 1


def test_a_row_names_the_month_where_one_begins():
    week = draw(first=date(2026, 11, 28))

    assert [row.label for row in week.rows][:5] == ["Sat 28", "Sun 29", "Mon 30", "Tue 1 Dec", "Wed 2"]
