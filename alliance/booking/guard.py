"""Nothing is ever booked twice: the hold, the placing of items, and the proof that the database refuses overlaps.

The first belt is the hold with a check under it, which gives a clear answer. The last belt is the database itself, on
`occupancy`: it refuses two overlapping rows of one item whatever wrote them.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance.booking.lineage import Lineage, lineage_of
from alliance.booking.models import REQUESTED, Booking, Occupancy
from alliance.db import GUARD, Base, Instant, among, read_rows
from alliance.history.actions import record
from alliance.hold import hold as lock
from alliance.members.models import Person, Unit
from alliance.refs import new_ref
from alliance.resources.models import Item, Resource, ResourcePart


def hold(
    session: Session,
    resource_id: int,
    *,
    now: datetime,
    persons: Iterable[int] = (),
    units: Iterable[int] = (),
) -> Lineage:
    """Hold the resource, its parts, the persons and the units, and expire overdue requests that are in the way.

    A sleeping worker therefore blocks nobody. Returns the resource's place among combined resources.
    """
    lineage = lineage_of(session, resource_id)
    lock(session, resources=[resource_id, *lineage.parts], persons=persons, units=units)
    late = read_rows(session, _OVERDUE_ON, {"now": now, "resources": list(lineage.all_ids)})
    _expire(session, late.scalars().all(), now=now)
    return lineage


def overdue(now: datetime | sa.BindParameter[datetime]) -> sa.Select[int]:
    """Ids of requests whose hold has lapsed."""
    return sa.select(Booking.id).where(Booking.status == REQUESTED, Booking.hold_until <= now)


# Put together once: building a statement costs more than running it.
_OVERDUE_ON: Final = overdue(sa.bindparam("now", type_=Instant())).where(
    among(Booking.resource_id, "resources")
)


def expire_everywhere(session: Session, *, now: datetime, limit: int) -> int:
    """Let the oldest overdue requests lapse, at most `limit`, under the holds of their resources; return how many."""
    oldest = overdue(now).order_by(Booking.hold_until, Booking.id).limit(limit)
    booking_ids = list(session.scalars(oldest))
    # Without it an approval that began in time would be overtaken, and stand without a place.
    theirs = sa.select(Booking.resource_id).where(Booking.id.in_(booking_ids))
    parts = sa.select(ResourcePart.part_id).where(ResourcePart.whole_id.in_(theirs))
    lock(session, resources=session.scalars(sa.union(theirs, parts)).all())
    return _expire(session, booking_ids, now=now)


def _expire(session: Session, booking_ids: Sequence[int], *, now: datetime) -> int:
    """Free the places and let history say so; ids no longer overdue are passed over. Return how many lapsed."""
    if not booking_ids:
        return 0
    lock(session, bookings=booking_ids)
    lapsed = session.scalars(
        sa.select(Booking)
        .where(Booking.id.in_(booking_ids), Booking.status == REQUESTED, Booking.hold_until <= now)
        .order_by(Booking.id)
        .execution_options(populate_existing=True)
    ).all()
    for booking in lapsed:
        release(session, booking)
        booking.status = "expired"
        booking.changed_at, booking.changed_by_id = now, None
        booking.version += 1
        booking.sequence += 1
        record(session, "booking.expired", "booking", booking.id, at=now, by_id=None, unit_id=booking.unit_id)
    session.flush()
    return len(lapsed)


def place(session: Session, booking: Booking, item_ids: Iterable[int]) -> None:
    """Occupy the items for the booking's footprint."""
    footprint = booking.footprint
    session.add_all(
        Occupancy(booking_id=booking.id, item_id=item_id, starts_at=footprint.start, ends_at=footprint.end)
        for item_id in item_ids
    )
    session.flush()


def release(session: Session, booking: Booking) -> None:
    """Give up the booking's items."""
    session.execute(sa.delete(Occupancy).where(Occupancy.booking_id == booking.id))


def refuses_overlaps(session: Session) -> bool:
    """Try to occupy one item twice, by insert and by update, and roll it all back; True when the database refuses both.

    For `doctor` and the tests: nothing stays behind, and the caller's transaction must be fresh.
    """
    try:
        return all(_is_refused(session, attempt) for attempt in _attempts(session))
    except DBAPIError:
        return False
    finally:
        session.rollback()


def _is_refused(session: Session, attempt: sa.Insert | sa.Update) -> bool:
    try:
        with session.begin_nested():
            session.execute(attempt)
    except DBAPIError as error:
        return GUARD in str(error.orig)
    return False


def _attempts(session: Session) -> list[sa.Insert | sa.Update]:
    """Statements that would occupy an item of a made-up resource twice."""
    at = datetime(2000, 1, 1, tzinfo=UTC)
    mark = new_ref()
    unit_id = _added(
        session, Unit, code=mark, name_zh=mark, monogram_zh="试", monogram_en="T", kind="alliance",
        status="left", zone="UTC", changed_at=at, joined_on=dt.date(2000, 1, 1),
    )  # fmt: skip
    person_id = _added(
        session, Person, email=f"{mark}@example.org", name=mark, session_epoch=mark, created_at=at
    )
    resource_id = _added(
        session, Resource, code=mark, owner_id=unit_id, kind="venue", preset="slot_self", mode="timed",
        name_zh=mark, changed_at=at,
    )  # fmt: skip
    item_id = _added(session, Item, resource_id=resource_id, label_zh=mark)
    booking_id = _added(
        session, Booking, ref=mark, resource_id=resource_id, person_id=person_id, booked_by_id=person_id,
        unit_id=unit_id, relation="own", starts_at=at, ends_at=at + timedelta(hours=2), status="approved",
        requested_at=at, changed_at=at, created_at=at,
    )  # fmt: skip
    row = {"booking_id": booking_id, "item_id": item_id}
    later, sooner = (
        {"starts_at": at + timedelta(hours=n), "ends_at": at + timedelta(hours=n + 1)} for n in (2, 1)
    )
    first = sa.insert(Occupancy).values(**row, starts_at=at, ends_at=at + timedelta(hours=2))
    session.execute(first)
    session.execute(sa.insert(Occupancy).values(**row, **later))
    return [
        sa.insert(Occupancy).values(**row, **sooner),
        sa.update(Occupancy)
        .where(Occupancy.item_id == item_id, Occupancy.starts_at == later["starts_at"])
        .values(sooner)
        .execution_options(synchronize_session=False),
    ]


def _added(session: Session, model: type[Base], **given: Any) -> int:
    """The id of a new row, in which only the columns are named that the database has at this step of its migrations."""
    table = cast(sa.Table, model.__table__)
    there = {column["name"] for column in sa.inspect(session.connection()).get_columns(table.name)}
    columns = [column for column in table.c if column.name in there]
    defaults = {
        column.name: column.default.arg(None) if column.default.is_callable else column.default.arg
        for column in columns
        if isinstance(column.default, sa.ColumnDefault)
    }
    bare = sa.table(table.name, *(sa.column(column.name, column.type) for column in columns))
    new = sa.insert(bare).values(**{**defaults, **given}).returning(bare.c.id)
    return int(session.execute(new).scalar_one())
