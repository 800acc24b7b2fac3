"""The owner's rules and advice: what each refuses or says, and what just passes."""

from datetime import date
from typing import Final

from alliance.availability.hours import Hours
from alliance.booking.facts import Wish
from alliance.intervals import Span
from alliance.resources.policy import Route
from tests.booking.rows import (
    AFTERNOON,
    MOVING,
    NIGHT,
    OFFICE,
    SECOND,
    Row,
    advises,
    buffered,
    days,
    facts,
    passes,
    refuses,
    wish,
)
from tests.world import at

# Fairness -------------------------------------------------------------------------------------------------------------

_WHOLE = {"preset": "whole_day", "hours": OFFICE}
_LOAN = {"preset": "loan", "hours": OFFICE}

FAIRNESS: Final[dict[str, list[Row]]] = {
    "not_whole_days": [
        refuses("an afternoon", AFTERNOON, facts(preset="whole_day"), field="start"),
        refuses("a loan ends a minute early", Wish(Span(at("2026-11-24 00:00"), at("2026-11-25 23:59"))),
                facts(preset="loan"), field="start"),
        passes("one day from midnight to midnight", days("2026-11-24", "2026-11-24"), facts(preset="whole_day")),
        passes("a loan of a week", days("2026-11-24", "2026-11-30"), facts(preset="loan")),
        passes("hours are booked by the hour", AFTERNOON, facts()),
    ],
    "off_grid": [
        refuses("starts between the steps", wish(start="14:10"), facts(grid_minutes=15), field="start",
                grid_minutes=15),
        refuses("ends between the steps", wish(end="15:50"), facts(grid_minutes=15), field="end", grid_minutes=15),
        passes("on the steps", wish(start="14:15", end="15:45"), facts(grid_minutes=15)),
        passes("a grid of 45 minutes counts from midnight", wish(start="15:00", end="15:45"), facts(grid_minutes=45)),
        refuses("not from the start of opening", wish(start="08:30", end="09:45"),
                facts(grid_minutes=45, hours="DAILY 08:30-18:00"), field="start", grid_minutes=45),
        passes("midnight is on every grid", wish(start="22:00", end="24:00"), facts(grid_minutes=120)),
        passes("an older grid: the start stays, the end moves on the new one", wish(start="14:10", end="15:30"),
               facts(grid_minutes=30, before=wish(start="14:10", end="16:10"))),
        refuses("an older grid: the end moves off the new one", wish(start="14:10", end="15:40"),
                facts(grid_minutes=30, before=wish(start="14:10", end="16:10")), field="end", grid_minutes=30),
        refuses("an older grid: the old end is no start", wish(start="16:10", end="17:00"),
                facts(grid_minutes=30, before=wish(start="14:10", end="16:10")), field="start", grid_minutes=30),
        passes("days have no grid", days("2026-11-24", "2026-11-24"), facts(preset="loan", grid_minutes=45)),
    ],
    "outside_opening_hours": [
        refuses("across lunch", wish(start="11:00", end="15:00"), facts(hours=OFFICE), field="start",
                hours=str(Hours.parse(OFFICE))),
        passes("exactly the morning", wish(start="09:00", end="12:00"), facts(hours=OFFICE)),
        refuses("a minute before opening", wish(start="08:59", end="12:00"), facts(hours=OFFICE), field="start",
                hours=str(Hours.parse(OFFICE))),
        refuses("a minute after closing", wish(start="09:00", end="12:01"), facts(hours=OFFICE), field="start",
                hours=str(Hours.parse(OFFICE))),
        passes("two windows that touch at noon are one", wish(start="11:00", end="13:00"),
               facts(hours="DAILY 09:00-12:00,12:00-18:00")),
        passes("setup and teardown may lie outside", wish(start="09:00", end="12:00"),
               facts(hours=OFFICE, **buffered(60, 60))),
        passes("over midnight", Wish(NIGHT), facts(hours="WD 22:00-02:00")),
        passes("over midnight, windows that touch there", Wish(NIGHT), facts(hours="WD 20:00-24:00,00:00-04:00")),
        passes("into the holiday from a window of its eve", Wish(Span(at("2026-09-24 22:00"), at("2026-09-25 02:00"))),
               facts(hours="WD 22:00-02:00; PH off")),
        refuses("no window of the holiday itself", Wish(Span(at("2026-09-25 22:00"), at("2026-09-26 02:00"))),
                facts(hours="WD 22:00-02:00; PH off"), field="start", hours=str(Hours.parse("WD 22:00-02:00; PH off"))),
        passes("a Saturday that is worked", wish("2026-02-14", "09:00", "12:00"), facts(hours=OFFICE)),
        refuses("an ordinary Saturday", wish("2026-11-28", "09:00", "12:00"), facts(hours=OFFICE), field="start",
                hours=str(Hours.parse(OFFICE))),
        passes("a Sunday within a holiday is a holiday", wish("2026-10-04", "09:00", "12:00"),
               facts(hours="RD off; PH 09:00-12:00")),
        refuses("and no ordinary rest day", wish("2026-10-04", "09:00", "12:00"), facts(hours="RD 09:00-12:00; PH off"),
                field="start", hours=str(Hours.parse("RD 09:00-12:00; PH off"))),
        passes("a year not announced goes by the week", wish("2027-10-01", "09:00", "12:00"), facts(hours=OFFICE)),
        refuses("closed on Mondays", wish("2026-11-30"), facts(hours="DAILY 09:00-18:00; Mon off"), field="start",
                hours=str(Hours.parse("DAILY 09:00-18:00; Mon off"))),
        passes("a Monday holiday with hours of its own", wish("2026-10-05"),
               facts(hours="WD 09:00-18:00; PH 10:00-16:00; Mon off")),
        refuses("whole days over a weekend", days("2026-11-27", "2026-11-30"), facts(**_WHOLE), field="start",
                hours=str(Hours.parse(OFFICE)), dates=(date(2026, 11, 28), date(2026, 11, 29))),
        passes("whole days, each of them open", days("2026-11-23", "2026-11-27"), facts(**_WHOLE)),
        passes("a loan over a weekend", days("2026-11-27", "2026-11-30"), facts(**_LOAN)),
        refuses("a loan back on a Sunday", days("2026-11-27", "2026-11-29"), facts(**_LOAN), field="start",
                hours=str(Hours.parse(OFFICE)), dates=(date(2026, 11, 29),)),
        passes("what is no whole day says so elsewhere", wish("2026-11-28"), facts(**_WHOLE)),
    ],
    "too_short": [
        refuses("a minute short", wish(end="14:59"), facts(shortest_minutes=60), field="end", shortest_minutes=60),
        passes("exactly long enough", wish(end="15:00"), facts(shortest_minutes=60)),
        passes("buffers do not count", wish(end="15:00"), facts(shortest_minutes=60, **buffered(30, 30))),
        passes("no such rule", wish(end="14:01"), facts()),
    ],
    "too_long": [
        refuses("a minute over", wish(end="16:01"), facts(longest_minutes=120), field="end", longest_minutes=120),
        passes("exactly as long as may be", AFTERNOON, facts(longest_minutes=120)),
        passes("buffers do not count", AFTERNOON, facts(longest_minutes=120, **buffered(30, 30))),
        passes("three local days", days("2026-11-24", "2026-11-26"), facts(preset="loan", longest_minutes=3 * 1440)),
        refuses("four local days", days("2026-11-24", "2026-11-27"), facts(preset="loan", longest_minutes=3 * 1440),
                field="end", longest_minutes=3 * 1440),
        passes("no such rule", days("2026-11-24", "2027-11-27"), facts()),
    ],
    "too_soon": [
        refuses("a second short of a day", AFTERNOON, facts(now=at("2026-11-23 14:00") + SECOND, notice_hours=24),
                field="start", hours=24, earliest=at("2026-11-24 14:00") + SECOND),
        passes("exactly a day before", AFTERNOON, facts(now=at("2026-11-23 14:00"), notice_hours=24)),
        passes("shortening needs none", wish(end="15:00"),
               facts(now=at("2026-11-24 13:00"), notice_hours=24, **MOVING)),
        passes("prolonging neither: the start stays", wish(end="17:00"),
               facts(now=at("2026-11-24 13:00"), notice_hours=24, **MOVING)),
        refuses("moving counts to the new start", wish(start="13:00", end="15:00"),
                facts(now=at("2026-11-23 14:00"), notice_hours=24, **MOVING), field="start", hours=24,
                earliest=at("2026-11-24 14:00")),
        passes("moving counts to the new start only", wish("2026-11-25"),
               facts(now=at("2026-11-24 13:59"), notice_hours=24, **MOVING)),
        passes("no such rule", AFTERNOON, facts(now=at("2026-11-24 13:59"))),
    ],
    "too_far_ahead": [
        refuses("a second too early", AFTERNOON, facts(now=at("2026-11-10 14:00") - SECOND, days_ahead=14),
                field="start", days=14, latest=at("2026-11-24 14:00") - SECOND),
        passes("exactly when it opens", AFTERNOON, facts(now=at("2026-11-10 14:00"), days_ahead=14)),
        passes("starts inside, ends outside", wish(end="24:00"), facts(now=at("2026-11-10 14:00"), days_ahead=14)),
        passes("the start stays", wish(end="17:00"), facts(now=at("2026-11-01 14:00"), days_ahead=14, **MOVING)),
        refuses("moving counts to the new start", wish("2026-11-25"),
                facts(now=at("2026-11-10 14:00"), days_ahead=14, **MOVING), field="start", days=14,
                latest=at("2026-11-24 14:00")),
        passes("no such rule", wish("2031-11-24"), facts()),
    ],
    "too_many_of_person": [
        refuses("has as many as may be", AFTERNOON, facts(active_per_person=2, active_of_person=2), most=2, have=2),
        passes("has one fewer", AFTERNOON, facts(active_per_person=2, active_of_person=1)),
        passes("no such rule", AFTERNOON, facts(active_of_person=9)),
    ],
    "too_many_of_unit": [
        refuses("has as many as may be", AFTERNOON, facts(active_per_unit=2, active_of_unit=2), field="unit", most=2,
                have=2),
        passes("has one fewer", AFTERNOON, facts(active_per_unit=2, active_of_unit=1)),
        passes("no such rule", AFTERNOON, facts(active_of_unit=9)),
    ],
    "not_open_to_you": [
        refuses("no route for outsiders", AFTERNOON, facts(relation="external", routes=(Route("member"),)),
                field="unit", relation="external"),
        passes("a route for outsiders", AFTERNOON, facts(relation="external", routes=(Route("external", ("owner",)),))),
        passes("group members fall back to the members' route", AFTERNOON,
               facts(relation="group", routes=(Route("member"),))),
        refuses("the only route is for short ones", AFTERNOON, facts(routes=(Route("member", longest_minutes=119),)),
                field="unit", relation="member"),
        passes("exactly short enough", AFTERNOON, facts(routes=(Route("member", longest_minutes=120),))),
        refuses("the only route is for a quarter of the pool", wish(quantity=2),
                facts(items=dict.fromkeys(range(4)), routes=(Route("member", share_percent=25),)), field="unit",
                relation="member"),
        passes("exactly a quarter of the pool", AFTERNOON,
               facts(items=dict.fromkeys(range(4)), routes=(Route("member", share_percent=25),))),
        refuses("the only route is for working hours", wish(start="17:00", end="18:01"),
                facts(routes=(Route("member", within=OFFICE),)), field="unit", relation="member"),
        passes("wholly within working hours", wish(start="14:00", end="18:00"),
               facts(routes=(Route("member", within=OFFICE),))),
    ],
}  # fmt: skip

# Advice ---------------------------------------------------------------------------------------------------------------

_ROUTES = {
    "routes": (
        Route("own"),
        Route("group", longest_minutes=60),
        Route("member", within=OFFICE, longest_minutes=60),
        Route("member", ("owner",), longest_minutes=240),
        Route("member", ("owner", "secretariat")),
    )
}

ADVICE: Final[dict[str, list[Row]]] = {
    "needs_approval": [
        advises("the first route that fits decides", AFTERNOON, facts(**_ROUTES), "approve", stages=("owner",),
                 relation="member"),
        advises("a night is longer", Wish(Span(at("2026-11-24 20:00"), at("2026-11-25 08:00"))), facts(**_ROUTES),
                 "approve", stages=("owner", "secretariat"), relation="member"),
        advises("a short one after hours", wish(start="20:00", end="21:00"), facts(**_ROUTES), "approve",
                 stages=("owner",), relation="member"),
        passes("a short one in working hours", wish(end="15:00"), facts(**_ROUTES)),
        passes("the owner's own people", AFTERNOON, facts(relation="own", **_ROUTES)),
        passes("a group's short one", wish(start="20:00", end="21:00"), facts(relation="group", **_ROUTES)),
        advises("a group's longer one goes the members' way", AFTERNOON, facts(relation="group", **_ROUTES),
                 "approve", stages=("owner",), relation="group"),
        passes("no route at all says so elsewhere", AFTERNOON, facts(relation="external", **_ROUTES)),
    ],
    "not_announced": [
        advises("next year's holidays are not known yet", wish("2027-01-04"), facts(), "warn", year=2027),
        passes("this year's are", wish("2026-12-31"), facts()),
        advises("ends in a year not announced", Wish(Span(at("2026-12-31 20:00"), at("2027-01-01 02:00"))), facts(),
                 "warn", year=2027),
        passes("midnight still belongs to the year before", wish("2026-12-31", "20:00", "24:00"), facts()),
    ],
}  # fmt: skip
