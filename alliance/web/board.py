"""The board: many resources side by side on one day or over one week."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for

from alliance import clock
from alliance.availability.local_time import local_day, midnight
from alliance.booking.board import Page, Row, Sought, board_page, rows_of
from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.intervals import Span
from alliance.notifications.formats import format_clock, format_day, format_days, format_week_day
from alliance.resources.kinds import KINDS
from alliance.web.access import public
from alliance.web.board_lane import Addresses, Setting
from alliance.web.board_rows import day_row
from alliance.web.board_ruler import USUAL, WHOLE_DAY, reaches_beyond
from alliance.web.board_week import DAYS, DayHead, WeekSetting, week_row
from alliance.web.lanes import place_now
from alliance.web.language import here
from alliance.web.paging import asked_page
from alliance.web.session import current_actor
from alliance.web.vocabulary import kind_name

blueprint = Blueprint("board", __name__)

_DAY: Final = timedelta(days=1)
_LONGEST_CODE: Final = 20
# Longer bookings than this are judged by the form alone.
_FURTHEST_BEYOND: Final = timedelta(days=31)


@blueprint.get("/board")
@public
def index() -> str:
    """The board of a day or a week, as far as the reader may see it."""
    now, zone = clock.now(), ZoneInfo(current_app.config["SETTINGS"].zone)
    today = local_day(now, zone)
    day, by_week = _day(today), request.args.get("view") == "week"
    page = board_page(db.session(), current_actor(), _sought())
    show = _week if by_week else _one_day
    return render_template(
        "board/index.html", **_frame(page, day, today, by_week, zone), **show(page, day, now)
    )


def _sought() -> Sought:
    """What the address asks for; what nobody knows asks nothing."""
    args = request.args
    kind, of = args.get("kind", ""), args.get("of", "")
    return Sought(
        unit=_code(args.get("unit", "")),
        kind=kind if kind in KINDS else "",
        favourites={"favourites": True, "all": False}.get(of),
        page=asked_page(),
    )


def _code(text: str) -> str:
    return text if text.isprintable() and len(text) <= _LONGEST_CODE else ""


def _day(today: date) -> date:
    """The day the address names, else today."""
    try:
        wanted = date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return today
    # Far enough for any horizon; beyond it lies the end of what a date can say.
    return wanted if abs(wanted.year - today.year) <= 10 else today


def _frame(page: Page, day: date, today: date, by_week: bool, zone: ZoneInfo) -> dict[str, Any]:
    """What stands around the rows: the title, the ways to other days, and what can be chosen."""
    first = day - day.weekday() * _DAY if by_week else day
    step = DAYS * _DAY if by_week else _DAY
    title = (
        format_days(first, first + (DAYS - 1) * _DAY, language(), today)
        if by_week
        else format_day(day, zone, language(), today)
    )
    strip_from = today if 0 <= (day - today).days < DAYS else day - day.weekday() * _DAY
    sought = _sought()
    return {
        "page": page,
        "sought": sought,
        "day": day,
        "today": today,
        "by_week": by_week,
        "title": title,
        "earlier": here(date=(first - step).isoformat()),
        "now_address": here(date=None),
        "later": here(date=(first + step).isoformat()),
        "days": [_strip_day(strip_from + n * _DAY, today) for n in range(DAYS)],
        "units": _options(
            _("All units"), [(unit.code, str(localized(unit, "name"))) for unit in page.units], sought.unit
        ),
        "kinds": _options(_("All kinds"), [(kind, kind_name(kind)) for kind in page.kinds], sought.kind),
        "is_narrowed": bool(sought.unit or sought.kind),
        "star_label": _("Favourite: %(name)s") if current_actor() else "",
        "all_hours": request.args.get("hours") == "all",
    }


def _options(any_of_them: str, found: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """What a select offers: what would leave something, and what is chosen even if it leaves nothing."""
    gone = [] if not chosen or chosen in dict(found) else [(chosen, chosen)]
    return [("", any_of_them), *found, *gone]


def _strip_day(on: date, today: date) -> tuple[date, str, str, str]:
    """A day of the strip: itself, its weekday, its number, and its full name."""
    name, _blank, number = format_week_day(on, language()).partition(" ")
    return on, _("Today") if on == today else name, number, format_day(on, ZoneInfo("UTC"), language(), today)


def _one_day(page: Page, day: date, now: datetime) -> dict[str, Any]:
    """The rows of a day."""
    rows = _rows(page, day, day, now, by_week=False)
    setting = Setting(day, now, USUAL, Addresses(url_for("bookings.new"), _booking_prefix()))
    has_night = reaches_beyond(rows, setting.ruler)
    if request.args.get("hours") == "all":
        setting = Setting(day, now, WHOLE_DAY, setting.addresses, setting.words)
    zone = ZoneInfo(current_app.config["SETTINGS"].zone)
    return {
        "rows": [day_row(setting, row) for row in rows],
        "window": setting.window,
        "has_night": has_night,
        "now_at": place_now(now, day, setting.window, zone),
        "now_words": format_clock(now, zone),
        "holiday": rows[0].timetable.open_time.days.name(day, language()) if rows else "",
    }


def _rows(page: Page, first: date, last: date, now: datetime, *, by_week: bool) -> Sequence[Row]:
    zones = {line.bookable.zone for line in page.lines}
    if not zones:
        return []
    window = Span(
        min(midnight(first, zone) for zone in zones), max(midnight(last + _DAY, zone) for zone in zones)
    )
    shortest = max(line.bookable.shortest for line in page.lines)
    return rows_of(
        db.session(),
        current_actor(),
        page.lines,
        window,
        now,
        "mine" if by_week else "shown",
        beyond=min(shortest, _FURTHEST_BEYOND),
    )


def _booking_prefix() -> str:
    """The address of a booking's page before its ref."""
    return url_for("bookings.show", ref="-").removesuffix("-")


def _week(page: Page, day: date, now: datetime) -> dict[str, Any]:
    """The rows of the week the day lies in."""
    first = day - day.weekday() * _DAY
    rows = _rows(page, first, first + (DAYS - 1) * _DAY, now, by_week=True)
    setting = WeekSetting(first, now, lambda on: here(date=on.isoformat(), view=None))
    today = local_day(now, ZoneInfo(current_app.config["SETTINGS"].zone))
    calendar = rows[0].timetable.open_time.days if rows else None
    return {
        "rows": [week_row(setting, row) for row in rows],
        "columns": [
            DayHead(
                first + n * _DAY,
                format_week_day(first + n * _DAY, language()),
                calendar.name(first + n * _DAY, language()) if calendar else "",
                setting.address(first + n * _DAY),
                first + n * _DAY == today,
            )
            for n in range(DAYS)
        ],
        "window": USUAL,
        "has_night": False,
        "holiday": "",
    }
