"""Showing a resource to others, taking it back, and taking it off the list: the acts of its owner's admins."""

from datetime import datetime

from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.breaking import InTheWay, WouldBreak, known, part_of_shown, still_to_come
from alliance.booking.parts import unshown_parts
from alliance.booking.readiness import missing_of
from alliance.db import action
from alliance.errors import Stale, refuse_if
from alliance.members.actor import Actor
from alliance.resources.changes import held_resource, remark
from alliance.resources.models import Resource
from alliance.resources.permissions import require_admin


@action
def publish_resource(session: Session, code: str, *, by: Actor, version: int | None = None) -> int:
    """Put the resource on the list; return its version. Raises Missing, Forbidden, Stale, or Refused with all that is
    missing.
    """
    resource, now = _held(session, code, by, version), clock.now()
    refuse_if([*missing_of(session, resource), *unshown_parts(session, resource.id)])
    return _become(session, resource, "published", "resource.published", by=by, now=now)


@action
def take_back_resource(
    session: Session, code: str, *, by: Actor, version: int | None = None, knowing: str = ""
) -> int:
    """Make it a draft again, from published or retired; return its version.

    Bookings stay: those to come raise WouldBreak, unless `knowing` is its word for just these. Refused while requests
    wait, for nobody could agree to them any more, and while a whole of it is published, which would still be booked.
    Raises Missing, Forbidden, Stale, WouldBreak or Refused.
    """
    resource, now = _held(session, code, by, version), clock.now()
    _refuse_unknown(session, resource, knowing, now)
    return _become(session, resource, "draft", "resource.taken_back", by=by, now=now)


@action
def retire_resource(
    session: Session, code: str, *, by: Actor, version: int | None = None, knowing: str = ""
) -> int:
    """Take it off the list for good, as far as anything is; return its version. Otherwise as taking it back."""
    resource, now = _held(session, code, by, version), clock.now()
    _refuse_unknown(session, resource, knowing, now)
    return _become(session, resource, "retired", "resource.retired", by=by, now=now)


def _held(session: Session, code: str, by: Actor, version: int | None) -> Resource:
    resource = held_resource(session, code, by)
    require_admin(by, resource.owner_id)
    if version is not None and version != resource.version:
        raise Stale
    return resource


def _refuse_unknown(session: Session, resource: Resource, knowing: str, now: datetime) -> None:
    refuse_if(part_of_shown(session, resource.id))
    ahead = still_to_come(session, resource.id, now)
    waiting = tuple(each.ref for each in ahead if each.status == "requested")
    if waiting:
        raise InTheWay("requests_wait", waiting)
    if ahead and knowing != known(each.ref for each in ahead):
        raise WouldBreak(ahead)


def _become(session: Session, resource: Resource, status: str, verb: str, *, by: Actor, now: datetime) -> int:
    if resource.status != status:
        before, resource.status = resource.status, status
        resource.changed_at = now
        resource.version += 1
        if status == "published":
            # Whoever publishes it says that what stands there is right.
            resource.confirmed_at, resource.confirmed_by_id = now, by.person_id
        session.flush()
        change = {"before": {"status": before}, "after": {"status": status}}
        remark(session, verb, resource, by=by, now=now, **change)
    return resource.version
