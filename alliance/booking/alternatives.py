"""What would work instead of a wish that was refused: another time, another resource, a shorter span.

Each has passed every rule for the same person; nothing is booked by suggesting it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.booking.bookable import Bookable, bookables
from alliance.booking.check import Verdict
from alliance.booking.facts import Wish
from alliance.booking.free_time import LOOK_AHEAD, nearest, on_grid
from alliance.booking.prospects import Prospect, prospects
from alliance.booking.timetable import range_of, seconds, span_of
from alliance.booking.timetables import timetables
from alliance.errors import Problem
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.models import Resource, ResourceTag
from alliance.resources.permissions import visible_to

Why = Literal["other_time", "other_resource", "shorter"]

MOST: Final = 3
# What another time, another resource or less of it can mend.
_MENDED: Final = frozenset(
    {
        "taken",
        "closed",
        "in_the_past",
        "outside_opening_hours",
        "off_grid",
        "not_whole_days",
        "too_short",
        "too_long",
        "too_soon",
        "too_far_ahead",
    }
)
_BACK: Final = timedelta(days=7)
_MOST_OTHERS: Final = 12
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A wish that would be accepted now, what it changes, and what would happen: approved at once or a request."""

    why: Why
    bookable: Bookable
    span: Span
    quantity: int
    verdict: Verdict


def alternatives(
    session: Session,
    resource_id: int,
    wish: Wish,
    problems: Sequence[Problem],
    *,
    by: Actor,
    unit_id: int,
    now: datetime,
    moving: int | None = None,
) -> list[Alternative]:
    """Up to three for a wish refused for these problems, the best of each sort first; none where time is not at fault.

    In eight statements at most. A booking that is being moved stays with its resource.
    """
    codes = {problem.code for problem in problems if problem.severity == "block"}
    if not codes & _MENDED or unit_id not in by.unit_ids:
        return []
    # Lengths the resource never grants are cut or stretched first; what the rules say of the rest decides.
    among = bookables(session, _same_or_like(resource_id, by, alone=moving is not None))
    own = next((each for each in among if each.id == resource_id), None)
    if own is None:
        return []
    others = [each for each in among if each.id != resource_id and each.is_on_offer][:_MOST_OTHERS]
    asked = _adjusted(wish.span, own)
    window = Span(max(now, asked.start - _BACK), max(now, asked.start) + LOOK_AHEAD + asked.length)
    tables = timetables(session, [own, *others], window, now, moving=moving)
    met = prospects(session, tables, person_id=by.person_id, unit_id=unit_id, now=now, moving=moving)
    mine = met[own.id]
    times = _accepted("other_time", mine, nearest(mine.timetable, asked, now, quantity=wish.quantity), wish)
    best = [
        *_first(times),
        *_first(_elsewhere([met[each.id] for each in others], wish)),
        *_first(_accepted("shorter", mine, _shorter(mine, wish), wish)),
    ]
    # A wish too long at its start may be cut to the same span in two ways.
    different = {(each.bookable.id, each.span): each for each in reversed([*best, *islice(times, MOST)])}
    return list(reversed(different.values()))[:MOST]


_TAG, _THEIRS = aliased(ResourceTag), aliased(ResourceTag)


def _same_or_like(resource_id: int, by: Actor, *, alone: bool) -> sa.ColumnElement[bool]:
    """The resource itself, and those of its kind that share a technique with it and that `by` may know of."""
    same = Resource.id == resource_id
    if alone:
        return same
    kind = sa.select(Resource.kind).where(same).correlate(None).scalar_subquery()
    sharing = (
        sa.select(_TAG.resource_id)
        .join(_THEIRS, _THEIRS.tag_id == _TAG.tag_id)
        .where(_THEIRS.resource_id == resource_id)
    )
    like = sa.and_(Resource.kind == kind, Resource.id.in_(sharing), visible_to(by))
    return sa.or_(same, like)


def _adjusted(wished: Span, bookable: Bookable) -> Span:
    """The wish with a length the resource can be booked for."""
    length = max(wished.length, bookable.shortest)
    longest = bookable.policy.longest_minutes
    if longest is not None:
        length = min(length, timedelta(minutes=longest))
    length = max(length // bookable.grid, 1) * bookable.grid
    return Span(wished.start, wished.start + length)


def _first(found: Iterator[Alternative]) -> list[Alternative]:
    return [each for each in (next(found, None),) if each is not None]


def _accepted(why: Why, prospect: Prospect, spans: Iterator[Span], wish: Wish) -> Iterator[Alternative]:
    """Those of the spans that every rule lets pass."""
    for span in spans:
        verdict = prospect.verdict(Wish(span, wish.quantity))
        if verdict.word != "block":
            yield Alternative(why, prospect.timetable.bookable, span, wish.quantity, verdict)


def _elsewhere(met: Sequence[Prospect], wish: Wish) -> Iterator[Alternative]:
    """The same time on others like it: those that confirm at once before those where somebody decides."""
    found = [
        each
        for prospect in met
        if range_of(wish.span)[1] <= prospect.timetable.window[1]
        for each in _accepted("other_resource", prospect, iter([wish.span]), wish)
    ]
    return iter(sorted(found, key=lambda each: (each.verdict.word != "ok", each.bookable.code)))


def _shorter(prospect: Prospect, wish: Wish) -> Iterator[Span]:
    """The free stretches within the wished time that are long enough and shorter than it, the longest first."""
    timetable, bookable = prospect.timetable, prospect.timetable.bookable
    start, end = range_of(wish.span)
    begin = max(start, seconds(prospect.now) + 1)
    grid, shortest = bookable.grid // _SECOND, bookable.shortest // _SECOND
    most = bookable.policy.longest_minutes
    longest = most * 60 if most is not None else end - start
    found: list[tuple[int, int]] = []
    for opens, closes, _ in timetable.free(wish.quantity):
        first = on_grid(max(opens, begin), bookable)
        # Counted back from a grid line, for the wish itself may end beside the grid.
        length = min((min(closes, end) - first) // grid * grid, longest)
        if shortest <= length < end - start:
            found.append((first, first + length))
    for spot in sorted(found, key=lambda spot: (spot[0] - spot[1], spot[0])):
        yield span_of(spot)
