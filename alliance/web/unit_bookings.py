"""A unit's bookings as a file, for its admins: on what it shares, and what its people booked elsewhere."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from alliance import clock
from alliance.availability.local_time import local_day, midnight
from alliance.db import db, read_as_of_now
from alliance.errors import Missing
from alliance.exchange.bookings import Row, Which, bookings_of_unit
from alliance.exchange.writing import written
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.units import unit_by_code
from alliance.web.access import members_only
from alliance.web.downloads import download
from alliance.web.session import require_actor
from alliance.web.vocabulary import status_name
from alliance.web.when import day_named

blueprint = Blueprint("unit_bookings", __name__, url_prefix="/units")

_DAY: Final = timedelta(days=1)


@blueprint.get("/<code>/bookings")
@members_only
def index(code: str) -> str:
    """The days wanted, and one file for each of the two."""
    unit, _actor = _administered(code)
    first, last = _days(unit)
    return render_template("unit_bookings/index.html", unit=unit, first=first, last=last)


@blueprint.get("/<code>/bookings/<which>.csv")
@members_only
def take(code: str, which: Which) -> Response:
    """The bookings as a file, in the reader's language."""
    unit, actor = _administered(code)
    if which not in get_args(Which):
        raise Missing
    first, last = _days(unit)
    zone = ZoneInfo(unit.zone)
    period = Span(midnight(first, zone), midnight(last + _DAY, zone))
    number, name = unit.id, str(localized(unit, "name"))
    # One reading of one instant, however long it takes.
    read_as_of_now(db.session())
    rows = bookings_of_unit(db.session(), actor, number, which, period)
    title = (
        _("Bookings at %(unit)s", unit=name)
        if which == "here"
        else _("Bookings of %(unit)s elsewhere", unit=name)
    )
    return download(written("csv", _lines(rows), title, ()), "csv", title)


def _administered(code: str) -> tuple[Unit, Actor]:
    """The unit and its admin; to others nothing is there."""
    actor, unit = require_actor(), unit_by_code(db.session(), code)
    if unit.id not in actor.admin_unit_ids:
        raise Missing
    return unit, actor


def _days(unit: Unit) -> tuple[date, date]:
    """The first and the last day wanted, in either order; without any, what has gone of this month."""
    zone = ZoneInfo(unit.zone)
    today = local_day(clock.now(), zone)
    first = day_named(request.args.get("from", ""), zone) or today.replace(day=1)
    last = day_named(request.args.get("to", ""), zone) or max(today, first)
    return min(first, last), max(first, last)


def _lines(rows: Iterator[Row]) -> Iterator[list[str | int | None]]:
    """The rows of the file, the names of its columns first; times are those of the resource's place."""
    yield [
        _("Booking number"),
        _("State"),
        _("Code"),
        _("Resource"),
        _("Owner's code"),
        _("Owner"),
        _("Start"),
        _("End"),
        _("Time zone"),
        _("Minutes"),
        _("Number"),
        _("Unit's code"),
        _("Unit"),
        _("Person"),
        _("Mail"),
        _("Title"),
        _("Purpose"),
        _("Asked for"),
    ]
    for row in rows:
        seen, zone = row.glimpse, ZoneInfo(row.zone)
        yield [
            seen.ref,
            status_name(seen.status),
            seen.resource_code,
            str(localized(row, "resource")),
            row.owner_code,
            str(localized(row, "owner")),
            f"{seen.span.start.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{seen.span.end.astimezone(zone):%Y-%m-%d %H:%M}",
            row.zone,
            int((seen.span.end - seen.span.start).total_seconds()) // 60,
            seen.quantity,
            seen.unit_code,
            str(localized(seen, "unit_name")) if seen.unit_code else None,
            seen.person_name,
            seen.person_email,
            seen.title,
            seen.purpose,
            f"{row.requested_at.astimezone(zone):%Y-%m-%d %H:%M}" if seen.ref else None,
        ]
