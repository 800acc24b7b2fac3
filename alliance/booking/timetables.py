"""Reading the timetables of many resources at once, in four statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.free_spans import Range
from alliance.availability.local_time import local_day
from alliance.availability.queries import days_of_each
from alliance.booking.bookable import Bookable
from alliance.booking.closed import closed_over_each
from alliance.booking.lineage import lineages_of
from alliance.booking.models import REQUESTED, Booking, Occupancy
from alliance.booking.timetable import OpenTime, Timetable, range_of
from alliance.db import Instant, Seconds, among, read_rows
from alliance.intervals import Span
from alliance.resources.models import Item

_DAY: Final = timedelta(days=1)
# Far enough to count the working days a request is held, also over the longest public holiday.
_HOLD_HORIZON: Final = timedelta(days=30)


def timetables(
    session: Session,
    found: Iterable[Bookable],
    window: Span,
    now: datetime,
    *,
    moving: int | None = None,
) -> dict[int, Timetable]:
    """The timetables of the resources over the window, by id, in four statements; the booking `moving` is left out.

    Requests that have lapsed are looked past. Reads each item from its last occupancy before the window on, which
    costs the same however long the history is.
    """
    by_id = {bookable.id: bookable for bookable in found}
    if not by_id:
        return {}
    lineages = lineages_of(session, by_id)
    owners = {owner for lineage in lineages.values() for owner in lineage.item_owner_ids}
    # The widest buffers of all: who looks for the time of one resource reads some minutes too many.
    setup = max(bookable.buffers[0] for bookable in by_id.values())
    teardown = max(bookable.buffers[1] for bookable in by_id.values())
    reach = window.widened(setup, teardown)
    busy = _busy(session, owners, reach, now, moving)
    closures = closed_over_each(session, by_id, lineages, reach)
    zones = {bookable.zone for bookable in by_id.values()}
    first = min(local_day(window.start, zone) for zone in zones) - _DAY
    last = max(local_day(window.end, zone) for zone in zones) + _DAY
    today = min(local_day(now, zone) for zone in zones)
    days = days_of_each(session, by_id.values(), (first, last), (today, today + _HOLD_HORIZON))
    # Resources with the same days share what is reckoned of them.
    open_times = {each: OpenTime(each) for each in days.values()}
    return {
        resource_id: Timetable(
            bookable,
            range_of(window),
            {
                item_id: spans
                for owner in lineages[resource_id].item_owner_ids
                for item_id, spans in busy.get(owner, ())
            },
            closures.get(resource_id, ()),
            open_times[days[resource_id]],
            lineages[resource_id].is_whole,
        )
        for resource_id, bookable in by_id.items()
    }


def _given(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=Instant())


_EARLIER: Final = aliased(Occupancy)
_FIRST: Final = (
    sa.select(_EARLIER.starts_at)
    .where(_EARLIER.item_id == Item.id, _EARLIER.starts_at <= _given("start"))
    .order_by(_EARLIER.starts_at.desc())
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
_LAPSED: Final = sa.select(Booking.id).where(Booking.status == REQUESTED, Booking.hold_until <= _given("now"))
# One row an item, its footprints as one text: the drivers hand over one long text sooner than a thousand numbers.
_FOOTPRINTS: Final = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(Seconds(Occupancy.starts_at), sa.Text)
            + ","
            + sa.cast(Seconds(Occupancy.ends_at), sa.Text),
            ",",
        )
    )
    .where(Occupancy.item_id == Item.id, Occupancy.starts_at < _given("end"))
    .where(Occupancy.starts_at >= sa.func.coalesce(_FIRST, _given("start")))
    .where(Occupancy.booking_id.not_in(_LAPSED), Occupancy.booking_id != sa.bindparam("moving"))
    .correlate(Item)
    .scalar_subquery()
)
_BUSY: Final = (
    sa.select(Item.resource_id, Item.id, _FOOTPRINTS)
    .where(among(Item.resource_id, "owners"), Item.retired_at.is_(None))
    .order_by(Item.id)
)


def _busy(
    session: Session, owners: Iterable[int], reach: Span, now: datetime, moving: int | None
) -> dict[int, list[tuple[int, list[Range]]]]:
    """By resource its live items, each with its footprints by start."""
    given = {"start": reach.start, "end": reach.end, "now": now, "moving": moving or 0}
    busy: dict[int, list[tuple[int, list[Range]]]] = defaultdict(list)
    for owner, item_id, text in read_rows(session, _BUSY, {"owners": list(owners), **given}):
        numbers = iter(map(int, text.split(","))) if text else iter(())
        busy[owner].append((item_id, sorted(zip(numbers, numbers, strict=True))))
    return busy
