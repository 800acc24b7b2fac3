"""The rows of the catalogue: what each resource is, whether the reader may book it, and when it is next free."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy.orm import Session

from alliance.booking.bookable import Bookable, bookables
from alliance.booking.free_time import Opening, Outlook, outlooks
from alliance.booking.time_search import Near, Sorted, nearest_misses, sorted_by_time
from alliance.booking.timetable import Timetable
from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.notifications.formats import format_length
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.resources.models import Resource
from alliance.resources.particulars import Surroundings, surroundings
from alliance.resources.queries import (
    PAGE_SIZE,
    Counts,
    Filters,
    Listing,
    Offered,
    catalogue,
    counts_of,
    found_by,
    is_chosen,
    rows_of,
)
from alliance.web.addresses import booking_form
from alliance.web.eligibility import Eligibility, eligibility
from alliance.web.lanes import Block, DaysWindow, Window
from alliance.web.strips import strip_of
from alliance.web.times import Times
from alliance.web.vocabulary import free_of, how_many
from alliance.web.when import When

_MOST_NEAR: Final = 10
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Free:
    """When it is free, in words and as a strip of the day; `words` are empty where no time is offered."""

    label: str
    words: Markup | str
    blocks: Sequence[Block]
    window: Window | DaysWindow


@dataclass(frozen=True)
class Entry:
    """One row. `book` leads to the filled form where that makes sense; `reason` says what does not fit."""

    resource: Resource
    items: str
    line: Eligibility
    free: Free | None = None
    book: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Listed:
    """A page of entries, those that miss by little below them, and how many each choice would leave."""

    entries: Sequence[Entry]
    near: Sequence[Entry]
    total: int
    number: int
    pages: int
    counts: Counts


@dataclass(frozen=True)
class _Reading:
    """What making rows depends on."""

    session: Session
    reader: Actor | None
    now: datetime
    quantity: int = 1

    def around(self, ids: Sequence[int]) -> Surroundings:
        return surroundings(self.session, self.reader, ids)


def listed(session: Session, reader: Actor | None, filters: Filters, number: int, now: datetime) -> Listed:
    """A page of what the filters leave, each with the next time it can be booked."""
    found = catalogue(session, reader, filters, number)
    reading = _Reading(session, reader, now)
    met = outlooks(session, [Bookable.of(row.resource) for row in found.rows], now)
    around = reading.around([row.resource.id for row in found.rows])
    entries = [_entry(row, met.get(row.resource.id), around, reading) for row in found.rows]
    return Listed(entries, (), found.total, found.number, found.pages, found.counts)


def listed_by_time(
    session: Session,
    reader: Actor | None,
    filters: Filters,
    when: When,
    number: int,
    now: datetime,
    zone: ZoneInfo,
) -> Listed:
    """A page of what can be booked then, the soonest first; on the last page what misses it by little, too."""
    any_choice = replace(filters, kinds=(), classes=(), units=())
    found = sorted_by_time(session, bookables(session, found_by(reader, any_choice)), when.asked(zone), now)
    chosen = _chosen(found, filters)
    pages = max(1, -(-len(chosen.hits) // PAGE_SIZE))
    number = min(max(number, 1), pages)
    hits = chosen.hits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    misses = nearest_misses(chosen.others, when.asked(zone), now, most=_MOST_NEAR) if number == pages else []
    shown = [*(hit.timetable for hit in hits), *(near.timetable for near in misses)]
    ids = [table.bookable.id for table in shown]
    rows, reading = rows_of(session, ids), _Reading(session, reader, now, when.quantity)
    around = reading.around(ids)
    return Listed(
        entries=[
            _entry(rows[hit.timetable.bookable.id], Outlook(hit.timetable, hit.opening), around, reading)
            for hit in hits
        ],
        near=[_near_entry(rows[near.timetable.bookable.id], near, around, reading, when) for near in misses],
        total=len(chosen.hits),
        number=number,
        pages=pages,
        counts=counts_of(session, filters, [_offered(hit.timetable.bookable) for hit in found.hits]),
    )


def line_of(resource: Resource, around: Surroundings, reader: Actor | None, now: datetime) -> Eligibility:
    """Whether the reader may book it."""
    today = now.astimezone(ZoneInfo(resource.zone)).date()
    return eligibility(resource, around.of(resource.id), around.standing, reader, today)


def _chosen(found: Sorted, filters: Filters) -> Sorted:
    def passes(table: Timetable) -> bool:
        return is_chosen(filters, table.bookable.owner.code, table.bookable.kind)

    return Sorted([hit for hit in found.hits if passes(hit.timetable)], list(filter(passes, found.others)))


def _offered(bookable: Bookable) -> Offered:
    return Offered(bookable.id, bookable.owner, bookable.kind)


def _entry(row: Listing, outlook: Outlook | None, around: Surroundings, reading: _Reading) -> Entry:
    resource = row.resource
    line = line_of(resource, around, reading.reader, reading.now)
    items = how_many(resource.kind, row.items)
    if outlook is None:
        return Entry(resource, items, line)
    opening = outlook.opening
    free = _free(
        outlook.timetable, opening, reading, _("Next free") if opening else _("Nothing free in 28 days")
    )
    return Entry(resource, items, line, free, _book(outlook.timetable, opening, line, reading.quantity))


def _near_entry(row: Listing, near: Near, around: Surroundings, reading: _Reading, when: When) -> Entry:
    resource = row.resource
    line = line_of(resource, around, reading.reader, reading.now)
    quantity = min(reading.quantity, near.opening.quantity) if near.opening else 1
    label = _("Free instead")
    free = _free(near.timetable, near.opening, reading, label, when.day, quantity) if near.opening else None
    return Entry(
        resource,
        how_many(resource.kind, row.items),
        line,
        free,
        _book(near.timetable, near.opening, line, quantity),
        reason=_reason(near),
    )


def _free(
    table: Timetable,
    opening: Opening | None,
    reading: _Reading,
    label: str,
    day: date | None = None,
    quantity: int | None = None,
) -> Free:
    bookable = table.bookable
    zone, now = bookable.zone, reading.now
    times = Times.of(bookable.zone.key, by_day=bookable.by_day)
    shown = day or now.astimezone(zone).date()
    words: Markup | str = ""
    if opening is not None:
        shown = opening.span.start.astimezone(zone).date() if not bookable.by_day else shown
        words = times.span_alone(_that_day(opening, bookable))
    blocks, window = strip_of(
        table, shown, now, wish=opening.span if opening else None, quantity=quantity or reading.quantity
    )
    return Free(label, words, blocks, window)


def _that_day(opening: Opening, bookable: Bookable) -> Span:
    """As long as it stays free, at most to the end of its first day; what goes by days is shown as it is offered."""
    if bookable.by_day:
        return opening.span
    local = opening.span.start.astimezone(bookable.zone)
    midnight = (local.replace(hour=0, minute=0, fold=0) + _DAY).astimezone(opening.span.start.tzinfo)
    return Span(opening.span.start, max(opening.span.end, min(opening.until, midnight)))


def _book(table: Timetable, opening: Opening | None, line: Eligibility, quantity: int) -> str:
    if not line.may_book or opening is None:
        return ""
    bookable, span = table.bookable, opening.span
    return booking_form(
        bookable.code, bookable.zone, span.start, span.end, by_day=bookable.by_day, quantity=quantity
    )


def _reason(near: Near) -> str:
    """What does not fit, in one line."""
    params, kind = near.params, near.timetable.bookable.kind
    match near.miss:
        case "shorter":
            return _("Free for %(length)s only", length=_length(params["length"]))
        case "fewer":
            return free_of(kind, int(str(params["free"])), int(str(params["of"])))
        case "other_time":
            return _("Free at another time that day")
        case "at_least":
            return _("Booked for %(length)s at least", length=_length(params["length"]))
        case "at_most":
            return _("Booked for %(length)s at most", length=_length(params["length"]))
        case "too_soon":
            notice = timedelta(hours=int(str(params["hours"])))
            return _("Must be booked %(length)s ahead", length=_length(notice))
        case "too_far_ahead":
            days = int(str(params["days"]))
            return ngettext(
                "Can be booked %(num)d day ahead at most", "Can be booked %(num)d days ahead at most", days
            )
        case "closed":
            why = str(params["reason"] or CLOSURE_NAMES[str(params["kind"])]())
            return _("Closed: %(reason)s", reason=why)
    return _("Full that day") if params["opens"] else _("Not open that day")


def _length(length: object) -> str:
    return format_length(length, language()) if isinstance(length, timedelta) else ""
