"""What a delivery tells, in words for its reader: the same for a line in the app and for a letter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.models import Booking
from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.notifications.admissions import ADMISSION_HEADLINES
from alliance.notifications.happenings import happening
from alliance.notifications.models import Delivery
from alliance.notifications.qualifications import QUALIFICATION_HEADLINES
from alliance.notifications.subjects import Subject, subjects_of


@dataclass(frozen=True)
class News:
    """One delivery with what it is about. Who reads it may know all this."""

    delivery: Delivery
    event: Event
    subject: Subject
    actor_name: str

    @property
    def ref(self) -> str:
        """The name of the delivery."""
        return self.delivery.ref

    @property
    def kind(self) -> str:
        return self.delivery.kind

    @property
    def booking(self) -> Booking | None:
        """The booking it is about, if it is about one."""
        return self.subject.booking

    @property
    def is_unread(self) -> bool:
        """Whether it is a line nobody has looked at."""
        return self.delivery.read_at is None

    def when(self) -> str:
        """The time of the booking in words; empty for anything else, whose sentence has it."""
        return self.subject.when()

    def sentence(self) -> str:
        """What happened."""
        return happening(self.event, self.actor_name, self.subject.zone, by_day=self.subject.by_day)

    def detail(self) -> str:
        """The line below: what happened; where the headline has said so, what for, or of a message nothing."""
        if self.booking is not None and (self.kind, self.event.verb) in _NEW:
            return self.booking.purpose or self.booking.title
        return "" if self.kind == "message" else self.sentence()

    def headline(self) -> str:
        """What it means to the reader, and of which thing."""
        if self.event.verb in _BY_VERB:
            words = _BY_VERB[self.event.verb]
        elif self.kind == "decided" and self.booking is not None:
            words = _DECISIONS.get(self.booking.status, _DECISIONS["requested"])
        elif self.kind == "booked" and self.event.verb == "booking.moved":
            words = _HEADLINES["changed"]
        elif self.event.verb == "booking.outside_hours":
            words = _outside_hours
        else:
            words = _HEADLINES[self.kind]
        who = self.booking.person.name if self.booking and self.kind == "to_decide" else self.actor_name
        return words() % {"resource": self.subject.name, "name": self.subject.name, "who": who}

    @property
    def path(self) -> str:
        """The page where something can be done about it."""
        if self.booking is not None and self.kind in ("to_decide", "expiring"):
            return f"/approvals/{self.booking.ref}"
        return self.subject.path


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
    "webhook": lambda: _("A webhook of %(name)s is switched off"),
}
# Where what happened says more than what kind of news it is.
_BY_VERB: Final[dict[str, Callable[[], str]]] = {
    **ADMISSION_HEADLINES,
    **QUALIFICATION_HEADLINES,
    "catalogue.stale": lambda: _("Entries of yours want to be confirmed"),
}
# What was not there before: who and what stand in the headline, when stands below it.
_NEW: Final = {("to_decide", "booking.requested"), ("booked", "booking.approved")}
_DECISIONS: Final[dict[str, Callable[[], str]]] = {
    "approved": lambda: _("Confirmed: %(resource)s"),
    "refused": lambda: _("Refused: %(resource)s"),
    "expired": lambda: _("Lapsed without a decision: %(resource)s"),
    "requested": _HEADLINES["decided"],
}


def _outside_hours() -> str:
    return _("Not open during your booking: %(resource)s")


def told(session: Session, deliveries: Iterable[Delivery], reader: Actor) -> list[News]:
    """What each of the deliveries tells, in their order, without those the reader may no longer know of.

    In as many statements as the sorts of things they are about take; the deliveries come with their events.
    """
    lines = list(deliveries)
    asked: dict[str, set[int]] = {}
    for line in lines:
        asked.setdefault(line.subject_type, set()).add(line.subject_id)
    subjects = subjects_of(session, asked, reader)
    actors = {line.event.actor_id for line in lines} - {None}
    named = sa.select(Person.id, Person.name).where(Person.id.in_(actors))
    names = dict(session.execute(named).all()) if actors else {}
    return [
        News(line, line.event, subject, names.get(line.event.actor_id or 0, ""))
        for line in lines
        for subject in [subjects.get(line.subject_type, {}).get(line.subject_id)]
        if subject is not None
    ]
