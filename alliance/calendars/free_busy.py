"""When nothing of a resource can be had, and why: for programs that look for a common time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Final, Literal

from sqlalchemy.orm import Session

from alliance.booking.bookable import Bookable
from alliance.booking.permissions import Glimpse, glimpses_on
from alliance.booking.timetable import Timetable, span_of
from alliance.booking.timetables import timetables
from alliance.intervals import Span, intersect, subtract, union
from alliance.members.actor import Actor
from alliance.resources.models import Resource

Kind = Literal["BUSY", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE"]
_STATUSES: Final = {"BUSY": ("approved",), "BUSY-TENTATIVE": ("approved", "requested")}


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of time in which nothing can be had."""

    span: Span
    kind: Kind


def free_busy(
    session: Session, resource: Resource, reader: Actor | None, window: Span, now: datetime
) -> list[Period]:
    """The window's periods by start, none of which overlap: closed, taken, or taken unless a request is refused.

    Of several items one that is left makes the resource free; a whole is taken with any of its parts. What takes no
    bookings by time cannot be had at all. The resource comes with its owner and policy.
    """
    bookable = Bookable.of(resource)
    if not bookable.is_on_offer:
        return [Period(window, "BUSY-UNAVAILABLE")]
    timetable = timetables(session, [bookable], window, now)[bookable.id]
    reach = window.widened(*bookable.buffers)
    glimpses = glimpses_on(session, reader, resource.id, list(timetable.busy), reach, now)
    outside = subtract([window], map(span_of, timetable.opened))
    closed = _closed(timetable, window)
    unavailable = union([*outside, *_nothing_left(timetable, closed)])
    taken = subtract(_nothing_left(timetable, _taken(closed, glimpses, _STATUSES["BUSY"])), unavailable)
    wanted = _nothing_left(timetable, _taken(closed, glimpses, _STATUSES["BUSY-TENTATIVE"]))
    found: dict[Kind, list[Span]] = {
        "BUSY-UNAVAILABLE": unavailable,
        "BUSY": taken,
        "BUSY-TENTATIVE": subtract(wanted, [*unavailable, *taken]),
    }
    return sorted(Period(span, kind) for kind, spans in found.items() for span in intersect(spans, [window]))


def _closed(timetable: Timetable, window: Span) -> dict[int, list[Span]]:
    """For each item when closures take it; a closure without an end takes the rest of the window."""
    closed: dict[int, list[Span]] = {item_id: [] for item_id in timetable.busy}
    for closure in timetable.closures:
        end = window.end if closure.end is None else closure.end
        if closure.start < end:
            for item_id in closed if closure.item_id is None else closed.keys() & {closure.item_id}:
                closed[item_id].append(Span(closure.start, end))
    return closed


def _taken(
    closed: Mapping[int, Sequence[Span]], glimpses: Sequence[Glimpse], statuses: Sequence[str]
) -> dict[int, list[Span]]:
    """For each item when closures take it, or bookings of these statuses with what they need before and after."""
    taken = {item_id: list(spans) for item_id, spans in closed.items()}
    for glimpse in glimpses:
        if glimpse.status in statuses:
            for item_id in taken.keys() & set(glimpse.item_ids):
                taken[item_id].append(glimpse.footprint)
    return taken


def _nothing_left(timetable: Timetable, taken: Mapping[int, Sequence[Span]]) -> list[Span]:
    """When no item is left, or of a whole any part is gone; where there are no items, always."""
    if timetable.is_whole:
        return union(span for spans in taken.values() for span in spans)
    every = [union(spans) for spans in taken.values()]
    return reduce(intersect, every) if every else [span_of(timetable.window)]
