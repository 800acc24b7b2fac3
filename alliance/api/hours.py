"""Opening hours of a resource, its single dates, and the calendar days it goes by."""

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response

from alliance import clock
from alliance.api.addressed import speak_of
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.once import mark_named
from alliance.api.schemas.hours import CalendarDays, DaysQuery, ExceptionChange, HoursAnswer, HoursChange
from alliance.availability.calendar import Window
from alliance.availability.hours import BadHours, Hours, read_windows, write_windows
from alliance.availability.local_time import local_day
from alliance.availability.queries import calendar_days
from alliance.booking.calendar_days.queries import unit_named
from alliance.booking.opening.actions import set_exceptions, set_hours
from alliance.booking.opening.queries import opening_of
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import language
from alliance.resources.models import Resource
from alliance.resources.queries import resource_by_code

blueprint = Noun("hours", "When resources are open, and which day is a working day.")

_DAY: Final = timedelta(days=1)
_FAILS: Final = (404, 412, 422)


@blueprint.call("GET", "/resources/<code>/hours", scope="read", answers={200: HoursAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read when a resource is open: each week, and the single dates ahead that differ."""
    return _answer(_timed(code))


@blueprint.call(
    "PUT",
    "/resources/<code>/hours",
    scope="decide",
    body=HoursChange,
    answers={200: HoursAnswer},
    fails=_FAILS,
    headers=("IfMatch",),
)
def change(body: dict[str, Any], code: str) -> Response:
    """Set the hours of each week. Bookings that would lie outside are to be agreed to by a mark; they stay."""
    resource = _timed(code)
    try:
        hours = Hours.parse(body["hours"])
    except BadHours as bad:
        raise Refused([_unreadable(bad)]) from None
    set_hours(
        resource.id,
        hours,
        by=caller(),
        version=mark_named(),
        agreed=body["agreed"],
        tell=body["tell"],
    )
    return _answer(_timed(code))


@blueprint.call(
    "PUT",
    "/resources/<code>/exceptions",
    scope="decide",
    body=ExceptionChange,
    answers={200: HoursAnswer},
    fails=_FAILS,
    headers=("IfMatch",),
)
def change_dates(body: dict[str, Any], code: str) -> Response:
    """Set the hours of a date, or of several in a row, or let them be as the week says."""
    resource = _timed(code)
    set_exceptions(
        resource.id,
        body["first"],
        body.get("last") or body["first"],
        _windows(body["hours"]),
        by=caller(),
        version=mark_named(),
        reason=body["reason"],
        agreed=body["agreed"],
        tell=body["tell"],
    )
    return _answer(_timed(code))


@blueprint.call(
    "GET",
    "/calendar-days",
    scope="read",
    query=DaysQuery,
    answers={200: CalendarDays},
    fails=(404, 422),
)
def calendar(query: dict[str, Any]) -> Response:
    """List calendar days: the alliance's, or as a unit with a calendar of its own has them."""
    session = db.session()
    unit = unit_named(session, query["unit"]) if "unit" in query else None
    first, last = query["first"], query["last"]
    days = calendar_days(session, (first, last), unit_id=unit.id if unit else None)
    dates = (first + n * _DAY for n in range((last - first).days + 1))
    return answer(
        {
            "items": [
                {
                    "date": on.isoformat(),
                    "class": str(days.of(on)),
                    "name": days.name(on, language()),
                    "announced": days.is_announced(on),
                }
                for on in dates
            ]
        }
    )


def _timed(code: str) -> Resource:
    """The resource the caller may know of, if it is booked by time."""
    resource = resource_by_code(db.session(), caller(), code)
    if resource.mode != "timed":
        raise Missing
    speak_of(resource.zone)
    return resource


def _answer(resource: Resource) -> Response:
    opening = opening_of(db.session(), resource.id)
    today = local_day(clock.now(), ZoneInfo(resource.zone))
    return answer(
        {
            "resource": resource.code,
            "hours": str(opening.hours),
            "exceptions": [
                {"date": on.isoformat(), "hours": write_windows(own.windows), "reason": own.reason}
                for on, own in opening.exceptions.items()
                if on >= today
            ],
        },
        headers={"ETag": f'"{opening.version}"'},
    )


def _windows(text: str | None) -> tuple[Window, ...] | None:
    if text is None:
        return None
    try:
        return read_windows(text)
    except BadHours as bad:
        raise Refused([_unreadable(bad)]) from None


def _unreadable(bad: BadHours) -> Problem:
    return Problem("bad_hours", params={"why": bad.code, "piece": bad.piece}, field="hours")
