"""What speaks against requests that wait, found for a whole list at once: those who decide see it before they look."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.hours import Hours
from alliance.availability.queries import closures_over
from alliance.booking.facts import Closed, Facts, Needed, Wish
from alliance.booking.lineage import lineages_of
from alliance.booking.models import Booking
from alliance.booking.rules import (
    SAFETY,
    STANDING,
    Rule,
    closed,
    more_than_there_are,
    not_bookable,
    problems_with,
)
from alliance.errors import Problem
from alliance.intervals import Span
from alliance.resources.models import (
    HeldQualification,
    Qualification,
    RequiredQualification,
)

# Of the rules that count on approval, all that can have changed since it was asked for: its place is its own.
_CHANGEABLE: Final[tuple[Rule, ...]] = (not_bookable, more_than_there_are, closed, *STANDING, *SAFETY)
# Put together once: building a statement costs more than running it.
_NEEDED: Final = (
    sa.select(
        Booking.id,
        Qualification.code,
        Qualification.name_zh,
        Qualification.name_en,
        HeldQualification.valid_from,
        HeldQualification.valid_until,
    )
    .join(RequiredQualification, RequiredQualification.resource_id == Booking.resource_id)
    .join(Qualification, Qualification.id == RequiredQualification.qualification_id)
    .outerjoin(
        HeldQualification,
        sa.and_(
            HeldQualification.qualification_id == Qualification.id,
            HeldQualification.person_id == Booking.person_id,
        ),
    )
    .where(Booking.id.in_(sa.bindparam("bookings", expanding=True)))
    .order_by(Qualification.code)
)


def flags_on(session: Session, requests: Sequence[Booking], now: datetime) -> dict[str, list[Problem]]:
    """By ref, what approving each of the requests would be refused for; in three statements, however many there are.

    The requests come loaded as by the inbox.
    """
    if not requests:
        return {}
    resource_ids = sorted({booking.resource_id for booking in requests})
    closures = _closures(session, requests, resource_ids)
    needed = _needed(session, requests)
    policies = {booking.resource_id: booking.resource.policy_row.value() for booking in requests}
    found = {}
    for booking in requests:
        resource, policy = booking.resource, policies[booking.resource_id]
        facts = Facts(
            now=now,
            resource_code=resource.code,
            policy=policy,
            hours=Hours.parse(policy.hours),
            zone=ZoneInfo(resource.zone),
            preset=resource.preset,
            mode=resource.mode,
            resource_status=resource.status,
            owner_status=resource.owner.status,
            items={held.item_id: None for held in booking.occupancies if held.item.retired_at is None},
            is_whole=booking.quantity < len(booking.occupancies),
            closures=tuple(closures[booking.resource_id]),
            person_status=booking.person.status,
            unit_status=booking.unit.status,
            needed=tuple(needed[booking.id]),
            kept_buffers=booking.buffers,
        )
        found[booking.ref] = problems_with(Wish(booking.span, booking.quantity), facts, _CHANGEABLE)
    return found


def _closures(
    session: Session, requests: Sequence[Booking], resource_ids: Sequence[int]
) -> dict[int, list[Closed]]:
    """What closes each of the resources, also as a part or a whole of another, while any of the requests lasts."""
    lineages = lineages_of(session, resource_ids)
    touching = {each for lineage in lineages.values() for each in lineage.all_ids}
    reach = Span(
        min(booking.footprint.start for booking in requests),
        max(booking.footprint.end for booking in requests),
    )
    found: dict[int, list[Closed]] = defaultdict(list)
    for closure in closures_over(session, sorted(touching), reach):
        said = Closed(closure.starts_at, closure.ends_at, closure.kind, closure.reason, closure.item_id)
        for resource_id in resource_ids:
            if closure.resource_id in lineages[resource_id].all_ids:
                found[resource_id].append(said)
    return found


def _needed(session: Session, requests: Iterable[Booking]) -> dict[int, list[Needed]]:
    """By booking, what its resource asks of the person, and how long he holds it."""
    rows = session.execute(_NEEDED, {"bookings": [booking.id for booking in requests]})
    found: dict[int, list[Needed]] = defaultdict(list)
    for booking_id, code, name_zh, name_en, since, until in rows:
        found[booking_id].append(Needed(code, name_zh, name_en, since, until))
    return found
