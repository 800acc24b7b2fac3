"""What a delivery tells, in words for its reader: the same for a line in the app and for a letter."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.availability.models import Closure
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.booking.queries import loaded
from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.notifications.formats import format_span
from alliance.notifications.happenings import happening
from alliance.notifications.models import Delivery
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import Resource


@dataclass(frozen=True)
class News:
    """One delivery with what it is about; `booking` is None for a closure. Who reads it may know all of this."""

    delivery: Delivery
    event: Event
    resource: Resource
    booking: Booking | None
    actor_name: str

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
        """The line below: what happened, or of a request what for, since its headline has all the rest."""
        if self.kind == "to_decide" and self.booking is not None and self.event.verb == "booking.requested":
            return self.booking.purpose or self.booking.title
        return self.sentence()

    def headline(self) -> str:
        """What it means to the reader, and of which resource."""
        if self.kind == "decided" and self.booking is not None:
            words = _DECISIONS.get(self.booking.status, _DECISIONS["requested"])
        else:
            words = _HEADLINES[self.kind]
        return words() % {"resource": self.name, "who": self.actor_name}

    @property
    def path(self) -> str:
        """The page where something can be done about it."""
        if self.booking is None:
            return "/bookings"
        if self.kind in ("to_decide", "expiring"):
            return f"/approvals/{self.booking.ref}"
        return f"/bookings/{self.booking.ref}"


_HEADLINES: Final[dict[str, Callable[[], str]]] = {
    "to_decide": lambda: _("Please decide: %(who)s asks for %(resource)s"),
    "expiring": lambda: _("Lapses soon without a decision: %(resource)s"),
    "booked": lambda: _("Booked: %(resource)s"),
    "given_back": lambda: _("Given back: %(resource)s"),
    "decided": lambda: _("Decided: %(resource)s"),
    "changed": lambda: _("Changed: %(resource)s"),
    "cancelled": lambda: _("Cancelled: %(resource)s"),
    "closed": lambda: _("Closed during your booking: %(resource)s"),
    "reminder": lambda: _("Begins soon: %(resource)s"),
    "message": lambda: _("%(who)s writes about %(resource)s"),
}
_DECISIONS: Final[dict[str, Callable[[], str]]] = {
    "approved": lambda: _("Confirmed: %(resource)s"),
    "refused": lambda: _("Refused: %(resource)s"),
    "expired": lambda: _("Lapsed without a decision: %(resource)s"),
    "requested": _HEADLINES["decided"],
}


def told(session: Session, deliveries: Iterable[Delivery], reader: Actor) -> list[News]:
    """What each of the deliveries tells, in their order, without those the reader may no longer know of.

    In four statements, however many there are; the deliveries come with their events.
    """
    lines = list(deliveries)
    ids: dict[str, set[int]] = {"booking": set(), "closure": set()}
    for line in lines:
        ids.setdefault(line.subject_type, set()).add(line.subject_id)
    bookings = {
        booking.id: booking
        for booking in _some(session, sa.select(Booking).options(*loaded()), Booking.id, ids["booking"])
    }
    closed_on = {
        closure.id: closure.resource_id
        for closure in _some(session, sa.select(Closure), Closure.id, ids["closure"])
    }
    owned = sa.select(Resource).options(joinedload(Resource.owner))
    resources = {each.id: each for each in _some(session, owned, Resource.id, set(closed_on.values()))}
    actors = {line.event.actor_id for line in lines} - {None}
    named = sa.select(Person.id, Person.name).where(Person.id.in_(actors))
    names = dict(session.execute(named).all()) if actors else {}
    found = []
    for line in lines:
        booking = bookings.get(line.subject_id) if line.subject_type == "booking" else None
        resource = booking.resource if booking else resources.get(closed_on.get(line.subject_id, 0))
        if resource is None or (booking is not None and not may_read(reader, booking)):
            continue
        found.append(News(line, line.event, resource, booking, names.get(line.event.actor_id or 0, "")))
    return found


def _some(session: Session, chosen: Any, column: Any, ids: set[int]) -> Sequence[Any]:
    """The rows of these ids; nothing is asked for nothing."""
    return session.scalars(chosen.where(column.in_(ids))).all() if ids else ()
