"""Finding a time: the soonest spans at which any of many resources would accept somebody's booking."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Final

from sqlalchemy.orm import Session

from alliance.booking.bookable import Bookable
from alliance.booking.check import Verdict
from alliance.booking.facts import Wish
from alliance.booking.free_time import Opening, openings, time_for
from alliance.booking.prospects import Prospect, prospects
from alliance.booking.rules import STANDING, Rule, too_many_of_person, too_many_of_unit
from alliance.booking.timetables import timetables
from alliance.intervals import Span

# What is wrong at one time is wrong at every later one, and openings come earliest first: one look is enough.
_AT_ANY_TIME: Final[tuple[Rule, ...]] = (*STANDING, too_many_of_person, too_many_of_unit)


@dataclass(frozen=True, slots=True)
class Found:
    """A time at a resource that would be accepted, how long the place stays free from there, and what happens then."""

    bookable: Bookable
    opening: Opening
    verdict: Verdict


def find(
    session: Session,
    among: Iterable[Bookable],
    within: Span,
    length: timedelta,
    *,
    person_id: int,
    unit_id: int,
    now: datetime,
    quantity: int = 1,
    limit: int = 20,
) -> list[Found]:
    """Up to `limit` spans of this length within the time that the person's booking for the unit would be given.

    By start, then by code; of each gap the first. What is taken by the day is looked for in the whole days that the
    time touches. Eight statements at most, whatever the number of resources.
    """
    lengths = {
        bookable.id: (bookable, fitting)
        for bookable in among
        if bookable.is_on_offer and (fitting := bookable.length_for(length)) is not None
    }
    if not lengths:
        return []
    times = [time_for(bookable, within) for bookable, _ in lengths.values()]
    reach = Span(min(time.start for time in times), max(time.end for time in times))
    tables = timetables(session, (bookable for bookable, _ in lengths.values()), reach, now)
    met = prospects(session, tables, person_id=person_id, unit_id=unit_id, now=now)
    sought = merge(
        *(_sought(met[each.id], within, fitting, quantity) for each, fitting in lengths.values()),
        key=lambda found: (found[1].span.start, found[0].timetable.bookable.code),
    )
    accepted: list[Found] = []
    for prospect, opening in sought:
        verdict = prospect.verdict(Wish(opening.span, quantity))
        if verdict.word != "block":
            accepted.append(Found(prospect.timetable.bookable, opening, verdict))
            if len(accepted) == limit:
                break
    return accepted


def _sought(
    prospect: Prospect, within: Span, length: timedelta, quantity: int
) -> Iterator[tuple[Prospect, Opening]]:
    bookable = prospect.timetable.bookable
    asked = time_for(bookable, within)
    found = openings(prospect.timetable, prospect.now, length=length, quantity=quantity, within=asked)
    for n, opening in enumerate(found):
        if n == 0 and prospect.problems(Wish(opening.span, quantity), _AT_ANY_TIME):
            return
        yield prospect, opening
