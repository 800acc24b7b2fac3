"""The physical rules, and those of standing and safety: what each refuses, with what it says, and what just passes."""

from datetime import date, timedelta
from typing import Any, Final

from alliance.booking.facts import Closed, Needed, Wish
from alliance.intervals import Span
from alliance.resources.policy import Route
from tests.booking.rows import (
    AFTERNOON,
    MINUTE,
    MOVING,
    NIGHT,
    NOW,
    SECOND,
    Row,
    buffered,
    facts,
    passes,
    refuses,
    wish,
)
from tests.world import at, span

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


_maintenance = _closed("24 15:00", "24 17:00")
_breakdown = _closed("20 09:00", None, "breakdown")
_one_item = _closed("24 09:00", "24 18:00", item_id=1)
_before = span("2026-11-24", "12:00", "14:00")
_early = span("2026-11-24", "14:00", "15:00")
_late = span("2026-11-24", "15:00", "16:00")

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
        refuses("starts this very second and somebody has to agree", AFTERNOON,
                facts(now=AFTERNOON.span.start, routes=(Route("member", ("owner",)),)), field="start",
                now=AFTERNOON.span.start),
        passes("somebody has to agree within a second", AFTERNOON,
               facts(now=AFTERNOON.span.start - SECOND, routes=(Route("member", ("owner",)),))),
        passes("a running one ends a second from now", wish(end="15:00"),
               facts(now=at("2026-11-24 14:59") + 59 * SECOND, **MOVING)),
        refuses("a running one ends now", wish(end="15:00"), facts(now=at("2026-11-24 15:00"), **MOVING),
                field="start", now=at("2026-11-24 15:00")),
        refuses("a running one starts over in the past", wish(start="14:30"),
                facts(now=at("2026-11-24 15:00"), **MOVING), field="start", now=at("2026-11-24 15:00")),
        passes("a running one starts over right now", wish(start="15:00"),
               facts(now=at("2026-11-24 15:00"), **MOVING)),
        refuses("a running one is prolonged", wish(end="17:00"), facts(now=at("2026-11-24 15:00"), **MOVING),
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
                facts(closures=(_maintenance,), **buffered(0, 1)), field="start", **_says_closed(_maintenance)),
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
                facts(items={1: _before.end}, clashes=((1, _before),), **buffered(1, 0)), field="start",
                **_taken(1, 0, 1, _before)),
        passes("my setup just after it", AFTERNOON, facts(items={1: _before.end - 30 * MINUTE}, **buffered(30, 0))),
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
    "not_of_unit": [
        refuses("left, or never belonged", AFTERNOON, facts(member_until=NOW), field="unit"),
        passes("belongs to it without an end", AFTERNOON, facts()),
        passes("a guest still does", AFTERNOON, facts(member_until=AFTERNOON.span.end)),
    ],
    "beyond_membership": [
        refuses("a minute too long", AFTERNOON, facts(member_until=AFTERNOON.span.end - timedelta(minutes=1)),
                field="end", until=AFTERNOON.span.end - timedelta(minutes=1)),
        passes("ends with the last day", AFTERNOON, facts(member_until=AFTERNOON.span.end)),
        passes("who has left is told that, not this", AFTERNOON, facts(member_until=NOW)),
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
        refuses("ends during the booking", Wish(NIGHT),
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
