"""A long history costs nothing: what is asked all the time is as much work with twenty times the bookings."""

from collections.abc import Callable
from itertools import islice

import pytest

from alliance.db import db
from tests.frequent import Ask, Frequent
from tests.growth.made import FEW, MANY, Alliance
from tests.growth.plans import DOCUMENT, TITLES, section
from tests.growth.work import Work, work_on

MOST = 1.3
NAMES = (
    "week, JSON",
    "resource page",
    "catalogue",
    "catalogue, time filter",
    "board, day",
    "board, week",
    "inbox",
    "my bookings",
    "find",
    "feed, first",
    "feed, 304",
    "create",
    "refuse",
)


def asks(frequent: Frequent, name: str, app) -> tuple[Ask, Ask]:
    """A request to warm up with, so that what a process does once is not counted, and the one to be measured."""
    changing: dict[str, Callable[[], object]] = {"create": frequent.creates, "refuse": frequent.refusals}
    if name in changing:
        first, second = islice(changing[name](), 2)  # type: ignore[call-overload]
        return first, second
    if name == "feed, 304":
        ask = frequent.cached_feed(frequent.reads()["feed, first"].of(app).headers["ETag"])
        return ask, ask
    ask = frequent.reads()[name]
    return ask, ask


def work_of(alliance: Alliance, name: str) -> Work:
    with alliance.open() as frequent:
        warm_up, measured = asks(frequent, name, alliance.app)
        warm_up.of(alliance.app)
        if name == "feed, first":
            alliance.forget_calendars()
        db.session.rollback()
        with work_on(db.engine) as work:
            measured.of(alliance.app)
        db.session.rollback()
        return work


@pytest.mark.parametrize("name", NAMES)
def test_the_work_does_not_grow_with_the_history(alliances, name):
    few, many = work_of(alliances[FEW], name), work_of(alliances[MANY], name)

    growth = many.units / few.units
    print(f"{name}: {few.units} -> {many.units} ({growth:.2f}), {len(many.statements)} statements")
    assert growth <= MOST, f"{few.units} -> {many.units} units; most of it: {many.worst()[:2000]}"


def test_the_documented_plans_are_those_of_today(alliances):
    with alliances[MANY].open():
        kind = db.engine.dialect.name

    said = DOCUMENT.read_text(encoding="utf-8").partition(f"## {TITLES[kind]}\n")[2].partition("\n## ")[0]
    found = section(alliances[MANY], kind).partition("\n")[2]
    assert steps(found) == steps(said), "Look at it; if it is meant, run: make plans"


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Each read with its steps, in any order: which of two things of a booking is loaded first follows addresses in
    memory.
    """
    reads = (read.strip().splitlines() for read in text.split("### "))
    return [(lines[0], sorted(line.partition(". ")[2] for line in lines[1:])) for lines in reads if lines]


def test_no_frequent_read_reads_a_growing_table_whole():
    assert "scan of the whole table" not in DOCUMENT.read_text(encoding="utf-8")
