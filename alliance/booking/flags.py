"""What speaks against requests that wait, found for a whole list at once: those who decide see it before they look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.hours import Hours
from alliance.booking.applicants import NEEDED, held_by, member_until, membership_of
from alliance.booking.closed import closed_over_each
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
from alliance.db import among, read_rows
from alliance.errors import Problem
from alliance.intervals import Span
from alliance.members.models import Membership
from alliance.resources.models import (
    HeldQualification,
    Qualification,
    RequiredQualification,
)

# Of the rules that count on approval, all that can have changed since it was asked for: its place is its own.
_CHANGEABLE: Final[tuple[Rule, ...]] = (not_bookable, more_than_there_are, closed, *STANDING, *SAFETY)
# Put together once: building a statement costs more than running it.
_ABOUT_APPLICANTS: Final = (
    sa.select(
        Booking.id,
        Membership.person_id,
        Membership.ends_at,
        *NEEDED,
    )
    .outerjoin(Membership, membership_of(Booking.person_id, Booking.unit_id))
    .outerjoin(RequiredQualification, RequiredQualification.resource_id == Booking.resource_id)
    .outerjoin(Qualification, Qualification.id == RequiredQualification.qualification_id)
    .outerjoin(HeldQualification, held_by(Booking.person_id))
    .where(among(Booking.id, "bookings"))
    .order_by(Qualification.code)
)


@dataclass(frozen=True)
class _Applicant:
    """What has to be looked up of whoever asks; see `Facts`."""

    member_until: datetime | None
    needed: list[Needed] = field(default_factory=list)


def flags_on(session: Session, requests: Sequence[Booking], now: datetime) -> dict[str, list[Problem]]:
    """By ref, what approving each of the requests would be refused for; in three statements, however many there are.

    The requests come loaded as by the inbox.
    """
    if not requests:
        return {}
    closures = _closures(session, requests)
    applicants = _applicants(session, requests, now)
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
            closures=closures.get(booking.resource_id, ()),
            person_status=booking.person.status,
            unit_status=booking.unit.status,
            member_until=applicants[booking.id].member_until,
            needed=tuple(applicants[booking.id].needed),
            kept_buffers=booking.buffers,
        )
        found[booking.ref] = problems_with(Wish(booking.span, booking.quantity), facts, _CHANGEABLE)
    return found


def _closures(session: Session, requests: Sequence[Booking]) -> dict[int, tuple[Closed, ...]]:
    """What closes each of the resources, also as a part or a whole of another, while any of the requests lasts."""
    reach = Span(
        min(booking.footprint.start for booking in requests),
        max(booking.footprint.end for booking in requests),
    )
    resources = {booking.resource_id: booking.resource for booking in requests}
    return closed_over_each(session, resources, lineages_of(session, list(resources)), reach)


def _applicants(session: Session, requests: Iterable[Booking], now: datetime) -> dict[int, _Applicant]:
    """By booking: until when the person belongs to the unit, and how long he holds what the resource asks for."""
    rows = read_rows(session, _ABOUT_APPLICANTS, {"bookings": [booking.id for booking in requests]})
    found: dict[int, _Applicant] = {}
    for booking_id, member_id, membership_ends, code, *rest in rows:
        until = member_until(member_id, membership_ends, now)
        applicant = found.setdefault(booking_id, _Applicant(until))
        if code is not None:
            applicant.needed.append(Needed(code, *rest))
    return found
