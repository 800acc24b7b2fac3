"""What messages are about, as far as their reader may know of it: one finder for each sort of thing."""

from collections.abc import Callable, Collection, Mapping
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
from alliance.i18n import language, localized
from alliance.members.actor import Actor
from alliance.members.joining.models import Application, JoinRequest
from alliance.members.models import Unit
from alliance.notifications.audience import touched_bookings
from alliance.notifications.formats import format_span
from alliance.notifications.webhooks.models import Webhook
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import Qualification, Resource
from alliance.resources.permissions import visible_to
from alliance.resources.qualifications.permissions import granted_by

# What lies nowhere tells of no times.
_NO_PLACE: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class Subject:
    """One thing: a row whose name people call it by, the page where something can be done about it, and how its times
    are written, as far as news of it have any. A booking comes along where the thing is one.
    """

    called: Any
    path: str
    zone: ZoneInfo = _NO_PLACE
    by_day: bool = False
    booking: Booking | None = None

    @property
    def name(self) -> str:
        """Its name in the language being spoken."""
        return localized(self.called, "name").text

    def when(self) -> str:
        """The time of the booking in words; empty for anything else, whose sentence has it."""
        if self.booking is None:
            return ""
        today = clock.now().astimezone(self.zone).date()
        return format_span(self.booking.span, self.zone, language(), today, whole_days=self.by_day)


# By the thing's id. What the reader may not know of is left out.
Found = Mapping[int, Subject]
Finder = Callable[[Session, Collection[int], Actor], Found]


def subjects_of(session: Session, asked: Mapping[str, Collection[int]], reader: Actor) -> Mapping[str, Found]:
    """The things by their sort and id, in as many statements as their sorts take; nothing is asked for nothing."""
    return {sort: _FINDERS[sort](session, ids, reader) for sort, ids in asked.items() if sort in _FINDERS}


def _of_resource(resource: Resource, path: str, booking: Booking | None = None) -> Subject:
    by_day, zone = resource.preset in DAY_PRESETS, ZoneInfo(resource.zone)
    return Subject(resource, path, zone, by_day, booking)


def _bookings(session: Session, ids: Collection[int], reader: Actor) -> Found:
    bookings = _by_id(session, sa.select(Booking).options(*loaded()), Booking.id, ids)
    return {
        booking.id: _of_resource(booking.resource, f"/bookings/{booking.ref}", booking)
        for booking in bookings.values()
        if may_read(reader, booking)
    }


def _closures(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """A closure is told to those it lies in the way of, who may not know of the very part that is closed."""
    closures = _by_id(session, sa.select(Closure), Closure.id, ids)
    resources = _resources(session, {closure.resource_id for closure in closures.values()}, reader)
    found = {}
    for closure in closures.values():
        resource = resources.get(closure.resource_id) or _booked_under(session, closure, reader)
        if resource is not None:
            found[closure.id] = _of_resource(resource, "/bookings")
    return found


def _booked_under(session: Session, closure: Closure, reader: Actor) -> Resource | None:
    """What the reader has booked and the closure lies over, where he may not know of the part that is closed."""
    touched = touched_bookings(session, closure, closure.starts_at)
    own = (each for each in touched if reader.person_id in (each.person_id, each.booked_by_id))
    return next((booking.resource for booking in own), None)


def _outside_calendars(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """A calendar is the affair of those who run the resource."""
    calendars = _by_id(session, sa.select(OutsideCalendar), OutsideCalendar.id, ids)
    resources = _resources(session, {calendar.resource_id for calendar in calendars.values()}, reader)
    return {
        calendar.id: _of_resource(resource, f"/outside-calendars/{calendar.ref}")
        for calendar in calendars.values()
        for resource in [resources.get(calendar.resource_id)]
        if resource is not None and reader.runs(resource.id, resource.owner_id)
    }


def _webhooks(session: Session, ids: Collection[int], reader: Actor) -> Found:
    hooks = session.execute(
        sa.select(Webhook, Unit)
        .join(Unit, Unit.id == Webhook.unit_id)
        .where(Webhook.id.in_(ids), Webhook.unit_id.in_(reader.admin_unit_ids))
    )
    return {
        hook.id: Subject(unit, f"/units/{unit.code}/webhooks/{hook.ref}", ZoneInfo(unit.zone))
        for hook, unit in hooks
    }


def _applications(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """An application is the affair of the secretariat and, as far as he signed in, of its applicant."""
    chosen = sa.select(Application).options(joinedload(Application.unit))
    return {
        row.id: Subject(row.unit, path, ZoneInfo(row.unit.zone)) if row.unit else Subject(row, path)
        for row in _by_id(session, chosen, Application.id, ids).values()
        for path in [_path_of_application(row, reader)]
        if path
    }


def _path_of_application(application: Application, reader: Actor) -> str:
    if application.person_id == reader.person_id and application.unit is not None:
        return f"/units/{application.unit.code}"
    if reader.is_secretariat or application.person_id == reader.person_id:
        return f"/applications/{application.ref}"
    return ""


def _join_requests(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """A request to join is the affair of the unit's admins and of whoever asked."""
    chosen = sa.select(JoinRequest).options(joinedload(JoinRequest.unit))
    found = {}
    for row in _by_id(session, chosen, JoinRequest.id, ids).values():
        page, zone = f"/units/{row.unit.code}", ZoneInfo(row.unit.zone)
        if row.person_id == reader.person_id:
            found[row.id] = Subject(row.unit, page, zone)
        elif row.unit_id in reader.admin_unit_ids:
            found[row.id] = Subject(row.unit, f"{page}/requests", zone)
    return found


def _units(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """How a unit stands is no secret."""
    return {
        unit.id: Subject(unit, f"/units/{unit.code}", ZoneInfo(unit.zone))
        for unit in _by_id(session, sa.select(Unit), Unit.id, ids).values()
    }


def _qualifications(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """Whoever grants it finds it on its page, anybody else among his own."""
    chosen = (
        sa.select(Qualification, Unit.zone, granted_by(reader))
        .join(Unit, Unit.id == Qualification.owner_id)
        .where(Qualification.id.in_(ids))
    )
    return {
        row.id: Subject(row, f"/qualifications/{row.code}" if grants else "/qualifications", ZoneInfo(zone))
        for row, zone, grants in session.execute(chosen)
    }


@dataclass(frozen=True)
class _Catalogue:
    """What one runs of it, which has no row of its own."""

    name_zh: str = "资源目录"
    name_en: str = "Catalogue"


def _catalogues(session: Session, ids: Collection[int], reader: Actor) -> Found:
    """His own part, by his id, for whoever runs any of it."""
    if reader.person_id not in ids or not (reader.managed_ids or reader.admin_unit_ids):
        return {}
    page = "/manage/quality?flaw=not_confirmed"
    return {reader.person_id: Subject(_Catalogue(), page)}


_FINDERS: Final[dict[str, Finder]] = {
    "booking": _bookings,
    "closure": _closures,
    "outside_calendar": _outside_calendars,
    "webhook": _webhooks,
    "application": _applications,
    "join_request": _join_requests,
    "unit": _units,
    "qualification": _qualifications,
    "catalogue": _catalogues,
}


def _resources(session: Session, ids: Collection[int], reader: Actor) -> dict[int, Resource]:
    owned = sa.select(Resource).where(visible_to(reader)).options(joinedload(Resource.owner))
    return _by_id(session, owned, Resource.id, ids)


def _by_id(session: Session, chosen: Any, column: Any, ids: Collection[int]) -> dict[int, Any]:
    """The rows of these ids; nothing is asked for nothing."""
    return {row.id: row for row in session.scalars(chosen.where(column.in_(ids)))} if ids else {}
