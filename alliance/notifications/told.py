"""What a delivery tells, in words for its reader: the same for a line in the app and for a letter."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.availability.models import Closure, OutsideCalendar
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.queries import loaded
from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.notifications.audience import touched_bookings
from alliance.notifications.formats import format_span
from alliance.notifications.happenings import happening
from alliance.notifications.models import Delivery
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to


@dataclass(frozen=True)
class News:
    """One delivery with what it is about; a closure and a calendar have no `booking`. Who reads it may know all this.

    `calendar_ref` names the outside calendar it is about.
    """

    delivery: Delivery
    event: Event
    resource: Resource
    booking: Booking | None
    actor_name: str
    calendar_ref: str = ""

    @property
    def ref(self) -> str:
        """The name of the delivery."""
        return self.delivery.ref

    @property
    def kind(self) -> str:
        return self.delivery.kind

    @property
    def is_unread(self) -> bool:
        """Whether it is a line nobody has looked at."""
        return self.delivery.read_at is None

    @property
    def zone(self) -> ZoneInfo:
        """The zone times are written in."""
        return ZoneInfo(self.resource.zone)

    @property
    def name(self) -> str:
        """The resource it is about."""
        return localized(self.resource, "name").text

    def when(self) -> str:
        """The time of the booking in words; empty for a closure, whose sentence has it."""
        if self.booking is None:
            return ""
        today = clock.now().astimezone(self.zone).date()
        by_day = self.resource.preset in DAY_PRESETS
        return format_span(self.booking.span, self.zone, language(), today, whole_days=by_day)

    def sentence(self) -> str:
        """What happened."""
        by_day = self.resource.preset in DAY_PRESETS
        return happening(self.event, self.actor_name, self.zone, by_day=by_day)

    def detail(self) -> str:
        """The line below: what happened; where the headline has said so, what for, or of a message nothing."""
        if self.booking is not None and (self.kind, self.event.verb) in _NEW:
            return self.booking.purpose or self.booking.title
        return "" if self.kind == "message" else self.sentence()

    def headline(self) -> str:
        """What it means to the reader, and of which resource."""
        if self.kind == "decided" and self.booking is not None:
            words = _DECISIONS.get(self.booking.status, _DECISIONS["requested"])
        elif self.kind == "booked" and self.event.verb == "booking.moved":
            words = _HEADLINES["changed"]
        else:
            words = _HEADLINES[self.kind]
        who = self.booking.person.name if self.booking and self.kind == "to_decide" else self.actor_name
        return words() % {"resource": self.name, "who": who}

    @property
    def path(self) -> str:
        """The page where something can be done about it."""
        if self.calendar_ref:
            return f"/outside-calendars/{self.calendar_ref}"
        if self.booking is None:
            return "/bookings"
        if self.kind in ("to_decide", "expiring"):
            return f"/approvals/{self.booking.ref}"
        return f"/bookings/{self.booking.ref}"


_HEADLINES: Final[dict[str, Callable[[], str]]] = {
    "to_decide": lambda: _("Please decide: %(who)s asks for %(resource)s"),
    "expiring": lambda: _("Lapses soon without a decision: %(resource)s"),
    "booked": lambda: _("%(who)s booked %(resource)s"),
    "given_back": lambda: _("Given back: %(resource)s"),
    "decided": lambda: _("Decided: %(resource)s"),
    "changed": lambda: _("Changed: %(resource)s"),
    "cancelled": lambda: _("Cancelled: %(resource)s"),
    "clash": lambda: _("A calendar runs into bookings: %(resource)s"),
    "closed": lambda: _("Closed during your booking: %(resource)s"),
    "reminder": lambda: _("Begins soon: %(resource)s"),
    "message": lambda: _("%(who)s writes about %(resource)s"),
    "entered": lambda: _("For your calendar: %(resource)s"),
}
# What was not there before: who and what stand in the headline, when stands below it.
_NEW: Final = {("to_decide", "booking.requested"), ("booked", "booking.approved")}
_DECISIONS: Final[dict[str, Callable[[], str]]] = {
    "approved": lambda: _("Confirmed: %(resource)s"),
    "refused": lambda: _("Refused: %(resource)s"),
    "expired": lambda: _("Lapsed without a decision: %(resource)s"),
    "requested": _HEADLINES["decided"],
}


def told(session: Session, deliveries: Iterable[Delivery], reader: Actor) -> list[News]:
    """What each of the deliveries tells, in their order, without those the reader may no longer know of.

    In as many statements as there are sorts of things they are about; the deliveries come with their events.
    """
    lines = list(deliveries)
    bookings = _by_id(session, sa.select(Booking).options(*loaded()), Booking.id, _about(lines, "booking"))
    closures = _by_id(session, sa.select(Closure), Closure.id, _about(lines, "closure"))
    calendars = _by_id(
        session, sa.select(OutsideCalendar), OutsideCalendar.id, _about(lines, "outside_calendar")
    )
    places = {each.resource_id for each in (*closures.values(), *calendars.values())}
    owned = sa.select(Resource).where(visible_to(reader)).options(joinedload(Resource.owner))
    resources = _by_id(session, owned, Resource.id, places)
    actors = {line.event.actor_id for line in lines} - {None}
    named = sa.select(Person.id, Person.name).where(Person.id.in_(actors))
    names = dict(session.execute(named).all()) if actors else {}
    found = []
    for line in lines:
        who = names.get(line.event.actor_id or 0, "")
        booking = bookings.get(line.subject_id) if line.subject_type == "booking" else None
        if booking is not None:
            if may_read(reader, booking):
                found.append(News(line, line.event, booking.resource, booking, who))
            continue
        calendar = calendars.get(line.subject_id) if line.subject_type == "outside_calendar" else None
        closure = closures.get(line.subject_id) if line.subject_type == "closure" else None
        place = calendar or closure
        resource = resources.get(place.resource_id) if place is not None else None
        if closure is not None and resource is None:
            resource = _booked_under(session, closure, reader)
        # A calendar is the affair of those who run the resource; a closure is told to those it lies in the way of.
        if resource is not None and (calendar is None or reader.runs(resource.id, resource.owner_id)):
            found.append(News(line, line.event, resource, None, who, calendar.ref if calendar else ""))
    return found


def _booked_under(session: Session, closure: Closure, reader: Actor) -> Resource | None:
    """What the reader has booked and the closure lies over, where he may not know of the part that is closed."""
    touched = touched_bookings(session, closure, closure.starts_at)
    own = (each for each in touched if reader.person_id in (each.person_id, each.booked_by_id))
    return next((booking.resource for booking in own), None)


def _about(lines: Sequence[Delivery], subject_type: str) -> set[int]:
    return {line.subject_id for line in lines if line.subject_type == subject_type}


def _by_id(session: Session, chosen: Any, column: Any, ids: set[int]) -> dict[int, Any]:
    """The rows of these ids; nothing is asked for nothing."""
    return {row.id: row for row in session.scalars(chosen.where(column.in_(ids)))} if ids else {}
