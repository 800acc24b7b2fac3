"""What happens on a day: the list for those who run resources, and the sheet that hangs at a resource's door."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for
from sqlalchemy.orm import selectinload

from alliance import clock
from alliance.availability.local_time import local_day
from alliance.booking.day_list import Line, Schedule, day_list, door_sheet
from alliance.booking.facts import Closed
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Forbidden
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.intervals import Span
from alliance.notifications.formats import format_day, format_days, format_moment
from alliance.notifications.hours import listed
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.models import Item, Resource
from alliance.resources.queries import resource_by_code
from alliance.web.access import members_only
from alliance.web.qr import qr_svg
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import how_many
from alliance.web.when import day_named

blueprint = Blueprint("day_list", __name__)

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
# More names than this are only counted: a pool's nodes would fill the page.
_MOST_NAMES: Final = 6


@blueprint.get("/manage/day")
@members_only
def index() -> str:
    """Everything that happens on one day on what the reader runs."""
    actor, now = require_actor(), clock.now()
    if not (actor.managed_ids or actor.admin_unit_ids):
        raise Forbidden("manager")
    zone = ZoneInfo(_settings().zone)
    today = local_day(now, zone)
    day = day_named(request.args.get("date", ""), zone) or today
    schedules = day_list(db.session(), actor, day, now)
    busy = [_section(each) for each in schedules if not each.is_empty]
    return render_template(
        "day_list/index.html",
        sections=busy,
        quiet=len(schedules) - len(busy),
        printed=_moment(now, zone),
        **_days_around(day, today, zone, 1),
    )


@blueprint.get("/resources/<code>/door-sheet")
@members_only
def door(code: str) -> str:
    """The day or the week of one resource, to hang where everybody passes; for those who run it."""
    actor, now, session = require_actor(), clock.now(), db.session()
    resource = resource_by_code(session, actor, code, selectinload(Resource.items))
    if not actor.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")
    zone = ZoneInfo(resource.zone)
    today = local_day(now, zone)
    first = day_named(request.args.get("date", ""), zone) or today
    days = _WEEK if request.args.get("view") == "week" else 1
    address = _settings().base_url + url_for("resources.show", code=resource.code)
    return render_template(
        "day_list/door.html",
        resource=resource,
        days=[_section(each) for each in door_sheet(session, resource, first, days, now)],
        by_week=days > 1,
        address=address,
        qr=qr_svg(address),
        printed=_moment(now, zone),
        **_days_around(first, today, zone, days),
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _moment(now: datetime, zone: ZoneInfo) -> str:
    """Now, as paper says it: tomorrow it will not be today any more."""
    return format_moment(now, zone, language(), local_day(now, zone), near=False)


def _days_around(day: date, today: date, zone: ZoneInfo, days: int) -> dict[str, Any]:
    """The days the page is about, in words, and those before and after."""
    words = (
        format_day(day, zone, language(), today)
        if days == 1
        else format_days(day, day + (days - 1) * _DAY, language(), today)
    )
    return {
        "day": day,
        "today": today,
        "day_words": words,
        "earlier": day - days * _DAY,
        "later": day + days * _DAY,
    }


def _section(schedule: Schedule) -> dict[str, Any]:
    """One resource's schedule as the page shows it."""
    resource = schedule.resource
    times = Times.of(resource.zone, by_day=resource.preset in DAY_PRESETS)
    return {
        "resource": resource,
        "times": times,
        "day": times.day(schedule.window.start),
        "day_words": format_day(schedule.window.start, times.zone, language(), times.today),
        "is_today": times.date(schedule.window.start) == times.today,
        "lines": [_line(line, schedule, times) for line in schedule.lines],
        "closures": [_closure(closed, schedule, times) for closed in schedule.closures],
    }


def _line(line: Line, schedule: Schedule, times: Times) -> dict[str, Any]:
    return {
        "seen": line.glimpse,
        "when": _when(line.glimpse.span, schedule, times),
        "takes": _items(line, schedule),
        "booked_as": localized(line.booked_as, "name") if line.booked_as else None,
    }


def _when(span: Span, schedule: Schedule, times: Times) -> Any:
    """The times of day; with the days where it begins before this day or ends after it."""
    within = schedule.window.start <= span.start and span.end <= schedule.window.end
    return times.clocks(span) if within and not times.by_day else times.span(span)


def _items(line: Line, schedule: Schedule) -> str:
    """Which items it takes, by their labels or, where they are many, their number; nothing where it takes all."""
    if line.items is None:
        return ""
    if len(line.items) > _MOST_NAMES:
        return how_many(schedule.resource.kind, len(line.items))
    return listed([str(localized(item, "label")) for item in line.items])


def _closure(closed: Closed, schedule: Schedule, times: Times) -> dict[str, Any]:
    window = schedule.window
    until = closed.end
    if closed.start <= window.start and (until is None or until >= window.end):
        when: Any = _("All day")
    elif until is None:
        when = _("From %(since)s, no end yet", since=times.moment_words(closed.start))
    else:
        when = _when(Span(closed.start, until), schedule, Times(times.zone, times.language, times.today))
    item = next((each for each in schedule.resource.items if each.id == closed.item_id), None)
    return {
        "when": when,
        "kind": CLOSURE_NAMES[closed.kind](),
        "reason": closed.reason,
        "item": _label(item),
    }


def _label(item: Item | None) -> Any:
    return localized(item, "label") if item else None
