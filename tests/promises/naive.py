"""A second, naive reckoning of free time: every quarter of an hour by itself, straight from the rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.models import CalendarDay, Closure
from alliance.booking.models import Booking, Occupancy
from alliance.intervals import Span
from alliance.resources.models import Item, PolicyRow, Resource, ResourcePart

QUARTER = timedelta(minutes=15)


class Rows:
    """One resource as the tables know it."""

    def __init__(self, session: Session, resource: Resource, now: datetime) -> None:
        policy = session.get_one(PolicyRow, resource.id)
        by_day = resource.preset in ("loan", "whole_day")
        self.setup = timedelta(minutes=0 if by_day else policy.setup_minutes)
        self.teardown = timedelta(minutes=0 if by_day else policy.teardown_minutes)
        parts = session.scalars(
            sa.select(ResourcePart.part_id).where(ResourcePart.whole_id == resource.id)
        ).all()
        wholes = session.scalars(
            sa.select(ResourcePart.whole_id).where(ResourcePart.part_id.in_([resource.id, *parts]))
        ).all()
        owners = parts or [resource.id]
        self.items = session.scalars(
            sa.select(Item.id).where(Item.resource_id.in_(owners), Item.retired_at.is_(None))
        ).all()
        self.wanted_of_whole = len(self.items) if parts else None
        rows = session.execute(
            sa.select(
                Occupancy.item_id, Occupancy.starts_at, Occupancy.ends_at, Booking.status, Booking.hold_until
            )
            .join(Booking, Booking.id == Occupancy.booking_id)
            .where(Occupancy.item_id.in_(self.items))
        ).all()
        self.taken = [
            (item, start, end)
            for item, start, end, status, hold in rows
            if status == "approved" or (hold is not None and hold > now)
        ]
        closures = session.scalars(
            sa.select(Closure).where(Closure.resource_id.in_([resource.id, *parts, *wholes]))
        ).all()
        self.shut = [(closure.item_id, closure.starts_at, closure.ends_at) for closure in closures]
        self.zone = ZoneInfo(resource.zone)
        self.hours = policy.hours
        self.classes = {row.date: row.day_class for row in session.scalars(sa.select(CalendarDay))}

    def fits(self, span: Span, quantity: int) -> bool:
        """Whether so many items are free over the whole span with the buffers around it; hours left aside."""
        start, end = span.start - self.setup, span.end + self.teardown
        free = 0
        for item in self.items:
            taken = any(each == item and begin < end and start < until for each, begin, until in self.taken)
            shut = any(
                each in (None, item) and begin < end and (until is None or start < until)
                for each, begin, until in self.shut
            )
            free += not taken and not shut
        if self.wanted_of_whole is not None:
            return quantity == 1 and free >= self.wanted_of_whole
        return free >= quantity

    def is_open(self, at: datetime) -> bool:
        """Whether the hours say so for this minute, read from their text once more, line by line."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        today, yesterday = local.date(), local.date() - timedelta(days=1)
        return any(begin <= minute < end for begin, end in self._windows(today)) or any(
            begin <= minute + 1440 < end for begin, end in self._windows(yesterday)
        )

    def _windows(self, day: object) -> Sequence[tuple[int, int]]:
        name = day.strftime("%a")  # type: ignore[attr-defined]
        lines = dict(line.strip().split(" ", 1) for line in self.hours.split(";"))
        weekend = name in ("Sat", "Sun")
        day_class = self.classes.get(day, "RD" if weekend else "WD")  # type: ignore[call-overload]
        if day_class == "PH" and "PH" in lines:
            text = lines["PH"]
        else:
            text = lines.get(name) or lines.get(day_class) or lines.get("DAILY") or "off"
        if text == "off":
            return []
        found = []
        for window in text.split(","):
            begin, end = ((int(clock[:2]) * 60 + int(clock[3:])) for clock in window.split("-"))
            found.append((begin, end if end > begin else end + 1440))
        return found
