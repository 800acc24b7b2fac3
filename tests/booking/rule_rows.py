"""The booking rules as a table: for each rule the wishes it refuses, with what it says, and those it just lets pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from alliance.availability.announced import announced_days
from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.booking.facts import Closed, Facts, Needed, Wish
from alliance.errors import Problem
from alliance.intervals import Span
from alliance.resources.policy import Policy, Route
from tests.world import BEIJING, at, span

NOW: Final = at("2026-11-23 10:24")  # a Monday, and a working day
DAYS: Final = DayClasses(announced_days(2026))
OFFICE: Final = "WD 09:00-12:00,14:00-18:00"
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Row:
    """One wish and its facts; `says` is the problem the rule must find, None where it must find none."""

    about: str
    wish: Wish
    facts: Facts
    says: Problem | None


def facts(*, now: datetime = NOW, hours: str | None = None, items: Any = None, **changes: Any) -> Facts:
    """Facts of one free item, open day and night, with no other rule than the named ones."""
    names = Policy.__dataclass_fields__
    policy = {name: changes.pop(name) for name in list(changes) if name in names}
    hours = hours or "DAILY 00:00-24:00"
    base: dict[str, Any] = {
        "now": now,
        "resource_code": "CONFOCAL",
        "policy": Policy(hours=hours, **policy),
        "hours": Hours.parse(hours),
        "zone": BEIJING,
        "days": DAYS,
        "items": {1: None} if items is None else items,
    }
    return Facts(**{**base, **changes})


def wish(day: str = "2026-11-24", start: str = "14:00", end: str = "16:00", quantity: int = 1) -> Wish:
    return Wish(span(day, start, end), quantity)


def days(first: str, last: str) -> Wish:
    """Whole local days, first and last included."""
    return Wish(Span(at(f"{first} 00:00"), at(f"{last} 00:00") + timedelta(days=1)))


def passes(about: str, wanted: Wish, known: Facts) -> Row:
    return Row(about, wanted, known, None)


def refuses(
    about: str, wanted: Wish, known: Facts, *, field: str | None = None, code: str = "", **params: Any
) -> Row:
    """A refusing row; its rule's name is filled in as the code."""
    return Row(about, wanted, known, Problem(code, params=params, field=field))


def _advises(about: str, wanted: Wish, known: Facts, severity: Any, **params: Any) -> Row:
    return Row(about, wanted, known, Problem("", severity, params=params))


AFTERNOON: Final = wish()
TAKEN_FROM_TWO: Final = ((1, AFTERNOON.span),)
USE: Final = {"code": "USE", "name_zh": "共聚焦", "name_en": "Confocal"}
UNQUALIFIED: Final = {"codes": ("USE",), "names_zh": ("共聚焦",), "names_en": ("Confocal",)}


def _closed(start: str, end: str | None, kind: str = "preventive", item_id: int | None = None) -> Closed:
    return Closed(at(f"2026-11-{start}"), at(f"2026-11-{end}") if end else None, kind, "laser", item_id)


def _says_closed(closure: Closed) -> dict[str, Any]:
    return {"kind": closure.kind, "reason": "laser", "since": closure.start, "until": closure.end}


def _taken(quantity: int, free: int, of: int, *clashes: Span, fragmented: bool = False) -> dict[str, Any]:
    pairs = tuple((clash.start, clash.end) for clash in clashes)
    return {"quantity": quantity, "free": free, "of": of, "clashes": pairs, "fragmented": fragmented}


def _buffered(setup: int, teardown: int) -> dict[str, Any]:
    return {"setup": setup * MINUTE, "teardown": teardown * MINUTE}


_maintenance = _closed("24 15:00", "24 17:00")
_breakdown = _closed("20 09:00", None, "breakdown")
_one_item = _closed("24 09:00", "24 18:00", item_id=1)
_before = span("2026-11-24", "12:00", "14:00")
_early = span("2026-11-24", "14:00", "15:00")
_late = span("2026-11-24", "15:00", "16:00")
_night = Span(at("2026-11-24 22:00"), at("2026-11-25 02:00"))
_moving = {"before": AFTERNOON}

# Physical -------------------------------------------------------------------------------------------------------------

PHYSICAL: Final[dict[str, list[Row]]] = {
    "not_bookable": [
        refuses("a draft", AFTERNOON, facts(resource_status="draft"), why="draft"),
        refuses("retired", AFTERNOON, facts(resource_status="retired"), why="retired"),
        refuses("used by request", AFTERNOON, facts(mode="request"), why="request"),
        refuses("a draft by request", AFTERNOON, facts(resource_status="draft", mode="request"), why="draft"),
        passes("published and timed", AFTERNOON, facts()),
    ],
    "in_the_past": [
        refuses("a second ago", AFTERNOON, facts(now=AFTERNOON.span.start + SECOND), field="start",
                now=AFTERNOON.span.start + SECOND),
        passes("starts this very second", AFTERNOON, facts(now=AFTERNOON.span.start)),
        passes("a running one ends a second from now", wish(end="15:00"),
               facts(now=at("2026-11-24 14:59") + 59 * SECOND, **_moving)),
        refuses("a running one ends now", wish(end="15:00"), facts(now=at("2026-11-24 15:00"), **_moving),
                field="start", now=at("2026-11-24 15:00")),
        refuses("a running one starts over in the past", wish(start="14:30"),
                facts(now=at("2026-11-24 15:00"), **_moving), field="start", now=at("2026-11-24 15:00")),
        passes("a running one starts over right now", wish(start="15:00"),
               facts(now=at("2026-11-24 15:00"), **_moving)),
        refuses("a running one is prolonged", wish(end="17:00"), facts(now=at("2026-11-24 15:00"), **_moving),
                field="start", now=at("2026-11-24 15:00")),
        refuses("fewer items of what is over", AFTERNOON,
                facts(now=AFTERNOON.span.end, before=Wish(AFTERNOON.span, 2)), field="start", now=AFTERNOON.span.end),
    ],
    "more_than_there_are": [
        refuses("three of two", wish(quantity=3), facts(items={1: None, 2: None}), field="quantity", quantity=3,
                most=2),
        passes("both of two", wish(quantity=2), facts(items={1: None, 2: None})),
        refuses("one of none", AFTERNOON, facts(items={}), field="quantity", quantity=1, most=0),
        refuses("a hall twice", wish(quantity=2), facts(items={1: None, 2: None}, is_whole=True), field="quantity",
                quantity=2, most=1),
        passes("a hall once, whatever its parts", AFTERNOON, facts(items={1: None, 2: None}, is_whole=True)),
    ],
    "closed": [
        refuses("runs into maintenance", AFTERNOON, facts(closures=(_maintenance,)), field="start",
                **_says_closed(_maintenance)),
        refuses("a breakdown without an end, half a year on", wish("2027-05-25"), facts(closures=(_breakdown,)),
                field="start", **_says_closed(_breakdown)),
        passes("ends as maintenance starts", wish(start="13:00", end="15:00"), facts(closures=(_maintenance,))),
        passes("starts as maintenance ends", wish(start="17:00", end="18:00"), facts(closures=(_maintenance,))),
        refuses("its teardown runs into maintenance", wish(start="13:00", end="15:00"),
                facts(closures=(_maintenance,), **_buffered(0, 1)), field="start", **_says_closed(_maintenance)),
        passes("one of two is closed, one is wanted", AFTERNOON,
               facts(items={1: None, 2: None}, closures=(_one_item,))),
        refuses("one of two is closed, both are wanted", wish(quantity=2),
                facts(items={1: None, 2: None}, closures=(_one_item,)), field="start", **_says_closed(_one_item)),
        refuses("one part of a hall is closed", AFTERNOON,
                facts(items={1: None, 2: None}, is_whole=True, closures=(_one_item,)), field="start",
                **_says_closed(_one_item)),
        refuses("two closures one after the other", AFTERNOON,
                facts(closures=(_closed("24 15:30", "24 18:00", "repair"), _maintenance)), field="start",
                kind="preventive", reason="laser", since=_maintenance.start, until=at("2026-11-24 18:00")),
    ],
    "taken": [
        refuses("the same span", AFTERNOON, facts(items={1: AFTERNOON.span.end}, clashes=TAKEN_FROM_TWO), field="start",
                **_taken(1, 0, 1, AFTERNOON.span)),
        passes("right after another", AFTERNOON, facts(items={1: _before.end})),
        refuses("my setup over its last minute", AFTERNOON,
                facts(items={1: _before.end}, clashes=((1, _before),), **_buffered(1, 0)), field="start",
                **_taken(1, 0, 1, _before)),
        passes("my setup just after it", AFTERNOON, facts(items={1: _before.end - 30 * MINUTE}, **_buffered(30, 0))),
        passes("one of two is free", AFTERNOON, facts(items={1: AFTERNOON.span.end, 2: None})),
        refuses("one of two is free, two are wanted", wish(quantity=2),
                facts(items={1: AFTERNOON.span.end, 2: None}, clashes=TAKEN_FROM_TWO), field="start",
                **_taken(2, 1, 2, AFTERNOON.span)),
        refuses("one free at each moment, never the same", AFTERNOON,
                facts(items={1: _early.end, 2: _late.end}, clashes=((1, _early), (2, _late))), field="start",
                **_taken(1, 0, 2, _early, _late, fragmented=True)),
        refuses("both busy at one moment is no fragmentation", AFTERNOON,
                facts(items={1: _early.end, 2: AFTERNOON.span.end},
                      clashes=((1, _early), (2, AFTERNOON.span))),
                field="start", **_taken(1, 0, 2, _early, AFTERNOON.span)),
        refuses("one is taken, the other closed", AFTERNOON,
                facts(items={1: None, 2: AFTERNOON.span.end}, closures=(_one_item,), clashes=((2, AFTERNOON.span),)),
                field="start", **_taken(1, 0, 2, AFTERNOON.span)),
        passes("its whole closed says so alone", AFTERNOON,
               facts(items={1: AFTERNOON.span.end}, clashes=TAKEN_FROM_TWO, closures=(_maintenance,))),
        refuses("one part of the hall is taken", AFTERNOON,
                facts(items={1: AFTERNOON.span.end, 2: None}, is_whole=True, clashes=TAKEN_FROM_TWO), field="start",
                **_taken(2, 1, 2, AFTERNOON.span)),
    ],
}  # fmt: skip

# Standing and safety --------------------------------------------------------------------------------------------------

_HELD = Needed(**USE, held_from=date(2026, 1, 1))

STANDING: Final[dict[str, list[Row]]] = {
    "person_suspended": [
        refuses("suspended", AFTERNOON, facts(person_status="suspended")),
        passes("active", AFTERNOON, facts()),
    ],
    "unit_suspended": [
        *(
            refuses(status, AFTERNOON, facts(unit_status=status), field="unit", status=status)
            for status in ("suspended", "left", "applied")
        ),
        passes("active", AFTERNOON, facts()),
        passes("an external body may ask", AFTERNOON, facts(unit_status="external")),
    ],
    "owner_suspended": [
        refuses("suspended", AFTERNOON, facts(owner_status="suspended")),
        refuses("left", AFTERNOON, facts(owner_status="left")),
        passes("active", AFTERNOON, facts()),
    ],
    "unqualified": [
        refuses("never learned", AFTERNOON, facts(needed=(Needed(**USE),)), **UNQUALIFIED, expired=()),
        passes("held without an end", AFTERNOON, facts(needed=(_HELD,))),
        passes("ends on the day of use", AFTERNOON,
               facts(needed=(Needed(**USE, held_from=date(2026, 1, 1), held_until=date(2026, 11, 24)),))),
        refuses("ended the day before", AFTERNOON,
                facts(needed=(Needed(**USE, held_from=date(2026, 1, 1), held_until=date(2026, 11, 23)),)),
                **UNQUALIFIED, expired=(date(2026, 11, 23),)),
        refuses("ends during the booking", Wish(_night),
                facts(needed=(Needed(**USE, held_from=date(2026, 1, 1), held_until=date(2026, 11, 24)),)),
                **UNQUALIFIED, expired=(date(2026, 11, 24),)),
        passes("midnight still belongs to the day before", wish(start="22:00", end="24:00"),
               facts(needed=(Needed(**USE, held_from=date(2026, 1, 1), held_until=date(2026, 11, 24)),))),
        refuses("valid from tomorrow on", AFTERNOON, facts(needed=(Needed(**USE, held_from=date(2026, 11, 25)),)),
                **UNQUALIFIED, expired=()),
        passes("valid from that day on", AFTERNOON, facts(needed=(Needed(**USE, held_from=date(2026, 11, 24)),))),
        refuses("one of two is lacking", AFTERNOON, facts(needed=(_HELD, Needed("LASER", "激光", None))),
                codes=("LASER",), names_zh=("激光",), names_en=("激光",), expired=()),
    ],
}  # fmt: skip

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
               facts(hours=OFFICE, **_buffered(60, 60))),
        passes("over midnight", Wish(_night), facts(hours="WD 22:00-02:00")),
        passes("over midnight, windows that touch there", Wish(_night), facts(hours="WD 20:00-24:00,00:00-04:00")),
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
        passes("buffers do not count", wish(end="15:00"), facts(shortest_minutes=60, **_buffered(30, 30))),
        passes("no such rule", wish(end="14:01"), facts()),
    ],
    "too_long": [
        refuses("a minute over", wish(end="16:01"), facts(longest_minutes=120), field="end", longest_minutes=120),
        passes("exactly as long as may be", AFTERNOON, facts(longest_minutes=120)),
        passes("buffers do not count", AFTERNOON, facts(longest_minutes=120, **_buffered(30, 30))),
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
               facts(now=at("2026-11-24 13:00"), notice_hours=24, **_moving)),
        passes("prolonging neither: the start stays", wish(end="17:00"),
               facts(now=at("2026-11-24 13:00"), notice_hours=24, **_moving)),
        refuses("moving counts to the new start", wish(start="13:00", end="15:00"),
                facts(now=at("2026-11-23 14:00"), notice_hours=24, **_moving), field="start", hours=24,
                earliest=at("2026-11-24 14:00")),
        passes("moving counts to the new start only", wish("2026-11-25"),
               facts(now=at("2026-11-24 13:59"), notice_hours=24, **_moving)),
        passes("no such rule", AFTERNOON, facts(now=at("2026-11-24 13:59"))),
    ],
    "too_far_ahead": [
        refuses("a second too early", AFTERNOON, facts(now=at("2026-11-10 14:00") - SECOND, days_ahead=14),
                field="start", days=14, latest=at("2026-11-24 14:00") - SECOND),
        passes("exactly when it opens", AFTERNOON, facts(now=at("2026-11-10 14:00"), days_ahead=14)),
        passes("starts inside, ends outside", wish(end="24:00"), facts(now=at("2026-11-10 14:00"), days_ahead=14)),
        passes("the start stays", wish(end="17:00"), facts(now=at("2026-11-01 14:00"), days_ahead=14, **_moving)),
        refuses("moving counts to the new start", wish("2026-11-25"),
                facts(now=at("2026-11-10 14:00"), days_ahead=14, **_moving), field="start", days=14,
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
        _advises("the first route that fits decides", AFTERNOON, facts(**_ROUTES), "approve", stages=("owner",),
                 relation="member"),
        _advises("a night is longer", Wish(Span(at("2026-11-24 20:00"), at("2026-11-25 08:00"))), facts(**_ROUTES),
                 "approve", stages=("owner", "secretariat"), relation="member"),
        _advises("a short one after hours", wish(start="20:00", end="21:00"), facts(**_ROUTES), "approve",
                 stages=("owner",), relation="member"),
        passes("a short one in working hours", wish(end="15:00"), facts(**_ROUTES)),
        passes("the owner's own people", AFTERNOON, facts(relation="own", **_ROUTES)),
        passes("a group's short one", wish(start="20:00", end="21:00"), facts(relation="group", **_ROUTES)),
        _advises("a group's longer one goes the members' way", AFTERNOON, facts(relation="group", **_ROUTES),
                 "approve", stages=("owner",), relation="group"),
        passes("no route at all says so elsewhere", AFTERNOON, facts(relation="external", **_ROUTES)),
    ],
    "not_announced": [
        _advises("next year's holidays are not known yet", wish("2027-01-04"), facts(), "warn", year=2027),
        passes("this year's are", wish("2026-12-31"), facts()),
        _advises("ends in a year not announced", Wish(Span(at("2026-12-31 20:00"), at("2027-01-01 02:00"))), facts(),
                 "warn", year=2027),
        passes("midnight still belongs to the year before", wish("2026-12-31", "20:00", "24:00"), facts()),
    ],
}  # fmt: skip

ROWS: Final[Mapping[str, list[Row]]] = {**PHYSICAL, **STANDING, **FAIRNESS, **ADVICE}
