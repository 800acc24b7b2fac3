"""Rows of the tables of rules: a wish, its facts, and what the rule must say, in as few words as may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from alliance.availability.announced import announced_days
from alliance.availability.calendar import DayClasses
from alliance.availability.hours import Hours
from alliance.booking.facts import Facts, Wish
from alliance.errors import Problem
from alliance.intervals import Span
from alliance.resources.policy import Policy
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


def advises(about: str, wanted: Wish, known: Facts, severity: Any, **params: Any) -> Row:
    return Row(about, wanted, known, Problem("", severity, params=params))


AFTERNOON: Final = wish()


def buffered(setup: int, teardown: int) -> dict[str, Any]:
    return {"setup": setup * MINUTE, "teardown": teardown * MINUTE}


NIGHT = Span(at("2026-11-24 22:00"), at("2026-11-25 02:00"))
MOVING = {"before": AFTERNOON}
