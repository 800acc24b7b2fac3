"""What somebody leaves behind in a unit, as the pages show it where he leaves or is suspended."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from alliance.booking.departure import Duties
from alliance.booking.models import Booking
from alliance.booking.permissions import may_read
from alliance.db import db
from alliance.members.models import Person, Unit
from alliance.resources.managing import managed_as_seen
from alliance.resources.models import Resource
from alliance.web.session import require_actor
from alliance.web.times import Times


@dataclass(frozen=True)
class Shown:
    """Bookings, each with its time and whether it is ticked; what is managed, each with whether nobody else does; and
    the requests nobody else can decide, of which the reader may not read some.
    """

    bookings: list[tuple[Booking, Markup | str, bool]]
    managed: list[tuple[Resource, bool]]
    alone: list[Booking]
    more_alone: int


def shown(person: Person, unit: Unit, duties: Duties, chosen: frozenset[str] | None = None) -> Shown:
    """The duties as far as the reader may know of them; all bookings are ticked until somebody chose."""
    session, actor = db.session(), require_actor()
    alone = [booking for booking in duties.alone if may_read(actor, booking)]
    return Shown(
        [(booking, _when(booking), chosen is None or booking.ref in chosen) for booking in duties.bookings],
        [
            (resource, resource.id in duties.only_his)
            for resource in managed_as_seen(session, person, unit, actor)
        ],
        alone,
        len(duties.alone) - len(alone),
    )


def _when(booking: Booking) -> Any:
    return Times.of(booking.resource.zone).span_alone(booking.span)
