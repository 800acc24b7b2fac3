"""The way in: when one needs it, what is free then, kinds and member units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, url_for
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.bookable import bookables
from alliance.booking.time_search import Hit, sorted_by_time
from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import member_units
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to
from alliance.resources.queries import Listing, counts_on_offer, rows_of
from alliance.web.access import public
from alliance.web.addresses import booking_form
from alliance.web.lanes import Block, Window, place, place_now
from alliance.web.session import current_actor
from alliance.web.strips import strip_of
from alliance.web.times import Times
from alliance.web.vocabulary import KIND_ICONS, how_many, kind_name
from alliance.web.when import When, lengths, starts, when_asked

blueprint = Blueprint("home", __name__)

_ROWS: Final = 5
_UNITS: Final = 12
_SHOWN: Final = Window(8, 14)
_LAST_START: Final = 18
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(hours=3)
_HALF_HOUR: Final = timedelta(minutes=30)


@blueprint.get("/")
@public
def index() -> str:
    """The home page: what is free at a time, by default soon."""
    session, reader, now = db.session(), current_actor(), clock.now()
    zone = ZoneInfo(current_app.config["SETTINGS"].zone)
    when = when_asked(zone) or _soon(now, zone)
    counts, units = counts_on_offer(session, reader), member_units(session)
    hits = _hits(session, reader, when, now, zone)
    return render_template(
        "home/index.html",
        when=when,
        when_words=Times.of(zone.key).words(when.within(zone), near=True),
        starts=starts(when.start),
        lengths=lengths(when.minutes),
        chips=_chips(when, now, zone),
        rows=_rows(session, hits, now),
        lit=place(when.within(zone), when.day, _SHOWN, zone),
        lit_words=Times.of(zone.key).clocks_words(when.within(zone)),
        window=_SHOWN,
        now_at=place_now(now, when.day, _SHOWN, zone),
        now_words=Times.of(zone.key).clock_words(now),
        total=len(hits),
        everything=url_for("resources.index", **when.query()),
        unit_options=[("", _("All units"))] + [(unit.code, localized(unit, "name")) for unit in units],
        kinds=[(kind, KIND_ICONS[kind], kind_name(kind), number) for kind, number in counts.kinds.items()],
        units_at_first=_UNITS,
        units=_by_offer(units, {owner.code: number for owner, number in counts.units.items()}),
    )


@dataclass(frozen=True)
class Row:
    """A resource that is free then, its day, and the form for the first time it can be booked."""

    resource: Resource
    items: str
    blocks: Sequence[Block]
    start: str
    book: str


def _by_offer(units: Iterable[Unit], offered: dict[str, int]) -> list[Unit]:
    """Those with most to offer first; the sort keeps the order of codes among equals."""
    return sorted(units, key=lambda unit: -offered.get(unit.code, 0))


def _soon(now: datetime, zone: ZoneInfo) -> When:
    """Two hours this day, late enough for most owners' notice; when the day is too far gone, tomorrow at ten."""
    local = now.astimezone(zone)
    start = local.replace(minute=0) + _AHEAD
    if start.date() != local.date() or start.hour > _LAST_START:
        return When(local.date() + _DAY, "10:00")
    return When(local.date(), f"{max(start.hour, _SHOWN.first_hour + 1):02}:00")


def _hits(session: Session, reader: Actor | None, when: When, now: datetime, zone: ZoneInfo) -> Sequence[Hit]:
    """What can be booked by the hour then, the soonest first."""
    found = bookables(session, visible_to(reader), Resource.status == "published")
    by_hour = (bookable for bookable in found if not bookable.by_day)
    return sorted_by_time(session, by_hour, when.asked(zone), now).hits


def _rows(session: Session, hits: Sequence[Hit], now: datetime) -> list[Row]:
    """The first few, each of another owner as long as there are others."""
    shown = _mixed(hits)
    listed = rows_of(session, [hit.timetable.bookable.id for hit in shown]) if shown else {}
    return [_row(listed[hit.timetable.bookable.id], hit, now) for hit in shown]


def _mixed(hits: Sequence[Hit]) -> list[Hit]:
    seen: dict[int, int] = {}
    turns = []
    for hit in hits:
        owner = hit.timetable.bookable.owner_id
        seen[owner] = seen.get(owner, 0) + 1
        turns.append((seen[owner], hit))
    return [hit for _turn, hit in sorted(turns, key=lambda turn: turn[0])[:_ROWS]]


def _row(row: Listing, hit: Hit, now: datetime) -> Row:
    bookable, span = hit.timetable.bookable, hit.opening.span
    day = span.start.astimezone(bookable.zone).date()
    blocks, _window = strip_of(hit.timetable, day, now, window=_SHOWN)
    return Row(
        row.resource,
        how_many(row.resource.kind, row.items),
        blocks,
        Times.of(bookable.zone.key).clock_words(span.start),
        booking_form(bookable.code, bookable.zone, span.start, span.end, by_day=False),
    )


def _chips(chosen: When, now: datetime, zone: ZoneInfo) -> list[tuple[str, str, bool]]:
    """Ready times: words, address, whether it is the one shown."""
    local = now.astimezone(zone)
    today, tomorrow = local.date(), local.date() + _DAY
    half = local.replace(minute=0) + -(-local.minute // 30) * _HALF_HOUR
    ready: list[tuple[str, When]] = []
    if half.date() == today:
        ready.append((_("From now, 1 hour"), When(today, f"{half:%H:%M}", 60)))
    if local.hour < _LAST_START - 2:
        ready.append((_("This afternoon"), When(today, "12:00-18:00")))
    ready += [
        (_("Tomorrow morning"), When(tomorrow, "08:00-12:00")),
        (_("Tomorrow afternoon"), When(tomorrow, "12:00-18:00")),
        (_("Saturday"), When(_saturday(today), "")),
    ]
    return [(words, url_for("home.index", **when.query()), when == chosen) for words, when in ready]


def _saturday(today: date) -> date:
    return today + (_SATURDAY - today.weekday()) % 7 * _DAY
