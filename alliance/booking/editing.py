"""Changing what stands on a resource's sheet: the acts of those who run it.

They stand here and not beside the resources, for an owner's rules are read by bookings: each act takes the hold that
bookings take, and tells which of those still to come the new rules would break. None is ever cancelled.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.hours import BadHours, Hours
from alliance.booking.breaking import (
    FIELDS,
    InTheWay,
    WouldBreak,
    broken_by,
    known,
    on_items,
    unqualified_for,
    untimed_under,
)
from alliance.booking.parts import refuse_own_items, refuse_parts
from alliance.db import action
from alliance.errors import Problem, Refused, Stale, refuse_if
from alliance.members.actor import Actor
from alliance.resources.changes import (
    CHANGED,
    Overtaken,
    apply,
    changes_of,
    differing,
    held_resource,
    hold_people,
    is_same,
    parts_replaced_last,
    refuse_overtaken,
)
from alliance.resources.models import Item, Resource
from alliance.resources.permissions import require_admin
from alliance.resources.sheet import OF_ADMINS, SECTION_OF, Values, items_of, sheet_of
from alliance.resources.sheet_checks import MOST_PARTS, problems_with_values, unknown_names

__all__ = ["Overtaken", "WouldBreak", "change_resource", "undo_change"]


@action
def change_resource(
    session: Session,
    code: str,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    knowing: str = "",
    strict: bool = False,
) -> int:
    """Put new values on the resource's sheet, all or none; return its version.

    `version` is the one the values were typed upon: when somebody changed the same section since, Overtaken tells what;
    with `strict` any newer version is Stale. Bookings to come that would break the new rules raise WouldBreak, unless
    `knowing` is its word for just these. An item that is booked from now on is never
    retired. Raises Missing, Forbidden, Stale or Refused.
    """
    resource, now = held_resource(session, code, by, _codes(changes.get("parts"))), clock.now()
    if strict and version is not None and version != resource.version:
        raise Stale
    refuse_overtaken(session, resource, changes, version)
    return change_held(session, resource, changes, by=by, now=now, knowing=knowing)


@action
def undo_change(session: Session, code: str, *, by: Actor, version: int, knowing: str = "") -> int:
    """Restore what the last change replaced, as a change of its own; return the version.

    Refused when anything was changed since `version`, or the values are no longer those the change left. Raises
    Missing, Forbidden or Refused.
    """
    # One hold for all, in the one order; should there be a later change by then, its version refuses.
    resource, now = held_resource(session, code, by, parts_replaced_last(session, code)), clock.now()
    last = next(iter(changes_of(session, resource.id, 1)), None)
    if last is None or last.verb != CHANGED:
        raise Refused([Problem("nothing_to_undo")])
    fields = last.after.keys()
    present = sheet_of(session, resource, sorted(last.sections))
    if resource.version != version or not all(
        is_same(each, present[each], last.after[each]) for each in fields
    ):
        raise Refused([Problem("changed_since", params={"by": last.by, "at": last.at})])
    return change_held(session, resource, last.before, by=by, now=now, knowing=knowing, undo=True)


def change_held(
    session: Session,
    resource: Resource,
    changes: Values,
    *,
    by: Actor,
    now: datetime,
    knowing: str = "",
    undo: bool = False,
) -> int:
    """The same for acts that hold the resource already."""
    if any(field in OF_ADMINS for field in changes):
        require_admin(by, resource.owner_id)
    refuse_if(problems_with_values(changes) + _unreadable_hours(changes))
    if "managers" in changes:
        hold_people(session, changes["managers"])
    restored = changes.get("qualifications", ()) if undo else ()
    refuse_if(unknown_names(session, changes, resource, now, restored))
    before = sheet_of(session, resource, sorted({SECTION_OF[field] for field in changes}))
    wanted = differing(before, changes)
    if not wanted:
        return resource.version
    if "parts" in wanted:
        refuse_parts(session, resource, wanted["parts"], now)
    if any(live for _zh, _en, live in wanted.get("items", ())):
        refuse_own_items(session, resource.id)
    if "items" in wanted:
        _refuse_to_lose(session, resource, wanted["items"], now)
    refuse_if(untimed_under(session, resource, wanted))
    if FIELDS & wanted.keys() or "qualifications" in wanted:
        _refuse_unknown_breaks(session, resource, wanted, now, knowing)
    return apply(session, resource, wanted, by=by, now=now, undo=undo)


def _codes(parts: Any) -> list[str]:
    """Codes as they came, of which nothing is known yet but that they are few enough to look for."""
    return list(parts or ())[: MOST_PARTS + 1]


def _unreadable_hours(changes: Values) -> list[Problem]:
    texts = [("hours", changes.get("hours"))]
    texts += [("routes", route.get("within")) for route in changes.get("routes", ())]
    problems = []
    for field, text in texts:
        try:
            Hours.parse(text or "")
        except BadHours as bad:
            problems.append(Problem("bad_hours", params={"why": bad.code, "piece": bad.piece}, field=field))
    return problems


def _refuse_to_lose(session: Session, resource: Resource, wanted: list[list[Any]], now: datetime) -> None:
    """Raise Refused when an item would go that somebody has from now on."""
    there: list[Item] = items_of(session, resource.id)
    gone = [
        item
        for n, item in enumerate(there)
        if item.retired_at is None and (n >= len(wanted) or not wanted[n][2])
    ]
    refs = on_items(session, [item.id for item in gone], now)
    if refs:
        raise InTheWay("item_is_booked", refs, "items")


def _refuse_unknown_breaks(
    session: Session, resource: Resource, wanted: Values, now: datetime, knowing: str
) -> None:
    """Raise WouldBreak when bookings to come would break the new rules that the caller does not know of.

    Requests that nobody could agree to any more are no matter of knowing: they are decided first.
    """
    before = sheet_of(session, resource, ("what", "items", "rules", "approval", "hours", "qualifications"))
    broken = broken_by(session, resource, before, wanted, now) if FIELDS & wanted.keys() else []
    if added := set(wanted.get("qualifications", ())).difference(before["qualifications"]):
        broken = [*broken, *unqualified_for(session, resource, added, now)]
    stuck = tuple(each.ref for each in broken if each.status == "requested" and "not_bookable" in each.codes)
    if stuck:
        raise InTheWay("requests_wait", stuck)
    if broken and knowing != known(each.ref for each in broken):
        raise WouldBreak(broken)
