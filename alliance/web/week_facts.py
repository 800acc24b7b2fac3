"""What happens on a resource over some days, read for whoever looks at it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alliance.availability.local_time import local_day
from alliance.availability.queries import days_of
from alliance.booking.closed import closed_over
from alliance.booking.permissions import glimpses_on
from alliance.i18n import localized
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.kinds import takes_bookings
from alliance.resources.models import Resource
from alliance.resources.particulars import Particulars
from alliance.resources.policy import Policy
from alliance.web.openings import WeekFacts

_DAY = timedelta(days=1)


def week_facts(
    session: Session,
    resource: Resource,
    around: Particulars,
    policy: Policy,
    reach: Span,
    *,
    reader: Actor | None,
    now: datetime,
) -> WeekFacts:
    """All there is on the resource in `reach`, as far as the reader may know, in five statements at the most.

    The resource comes with its owner, and `around` with items and relatives.
    """
    zone = ZoneInfo(resource.zone)
    first, last = local_day(reach.start, zone) - _DAY, local_day(reach.end, zone)
    return WeekFacts(
        now=now,
        zone=zone,
        policy=policy,
        preset=resource.preset,
        kind=resource.kind,
        days=days_of(session, resource, (first, last)),
        items={item.id: str(localized(item, "name")) for item in around.items},
        is_whole=around.has_parts,
        bookings=glimpses_on(session, reader, resource.id, [item.id for item in around.items], reach, now),
        closures=closed_over(session, resource, [resource.id, *around.relative_ids], reach),
        is_on_offer=takes_bookings(resource.status, resource.mode, resource.owner.status),
    )
