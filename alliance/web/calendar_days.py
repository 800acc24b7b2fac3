"""The calendar: a year for everybody to look at; its days for those who keep it."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.availability.calendar import DayClass
from alliance.booking.calendar_days.actions import (
    LONGEST_NAME_EN,
    LONGEST_NAME_ZH,
    Source,
    close_calendar,
    open_calendar,
    publish_year,
    set_days,
)
from alliance.booking.calendar_days.queries import (
    FIRST_YEAR,
    LAST_YEAR,
    announced_in_the_library,
    bounds,
    calendar_of,
    may_change,
    require_keeper,
    unit_named,
    units_with_calendars,
    year_of,
)
from alliance.booking.opening.touched import WouldLieOutside
from alliance.db import db
from alliance.errors import Missing, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.members.models import Unit
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only, public
from alliance.web.forms.booking import one_line
from alliance.web.session import current_actor, require_actor
from alliance.web.times import Times
from alliance.web.touched import ask_first
from alliance.web.year_picture import class_name, months_of, weekday_names

blueprint = Blueprint("calendar_days", __name__, url_prefix="/calendar")

Answer = str | Response | tuple[str, int]
_SOURCES: Final[tuple[Source, ...]] = ("library", "entered")
_FIELDS: Final = ("first", "last", "class", "name_zh", "name_en")


@blueprint.get("")
@public
def index() -> str:
    """The year as a picture: the alliance's, or a unit's own where the address names one."""
    session, reader = db.session(), current_actor()
    unit = _unit(request.args.get("unit", ""))
    number = _year(request.args.get("year", ""))
    calendar = calendar_of(session, unit.id if unit else None)
    year = year_of(session, number, calendar)
    keeps = may_change(reader, unit.id if unit else None)
    alliance = year if unit is None else year_of(session, number, calendar_of(session, None))
    return render_template(
        "calendar_days/index.html",
        unit=unit,
        year=year,
        months=months_of(year, own=unit is not None),
        weekdays=weekday_names(),
        today=_today(),
        keeps=keeps,
        has_own=calendar is not None,
        is_announced=alliance.is_announced,
        # What is loaded already is not offered again.
        loadable=keeps and unit is None and _is_loadable(year),
        others=units_with_calendars(session),
        earlier=number - 1 if number > FIRST_YEAR else None,
        later=number + 1 if number < LAST_YEAR else None,
    )


@blueprint.get("/days/edit")
@members_only
def edit() -> str:
    """The form for a day, or several in a row, with what it is now."""
    on = _date(request.args.get("date"))
    if on is None:
        raise Missing
    unit = _unit(request.args.get("unit", ""))
    require_keeper(require_actor(), unit.id if unit else None)
    calendar = calendar_of(db.session(), unit.id if unit else None)
    if calendar is None and unit is not None:
        raise Missing
    year = year_of(db.session(), on.year, calendar)
    day, kept = year.day(on), year.kept.get(on)
    values = {
        "first": on.isoformat(),
        "last": "",
        "class": str(day.day_class) if kept or unit is None else "",
        "name_zh": kept.name_zh if kept else "",
        "name_en": kept.name_en if kept else "",
    }
    return _form(unit, values, year.version, announced=day.announced)


@blueprint.post("/days")
@members_only
def change() -> Answer:
    """Set the day, or show first which bookings would lie outside."""
    form = request.form
    unit = _unit(form.get("unit", ""))
    require_keeper(require_actor(), unit.id if unit else None)
    values = {name: one_line(form.get(name))[:200] for name in _FIELDS}
    version, announced = form.get("version", ""), "announced" in form
    first, last = _date(values["first"]), _date(values["last"] or values["first"])
    if "back" in form:
        return _form(unit, values, version, announced=announced)
    errors = {name: [_("This is no date.")] for name, on in (("first", first), ("last", last)) if on is None}
    if values["class"] not in ("", *DayClass):
        errors["class"] = [_("Choose one of these.")]
    if errors or first is None or last is None:
        return _form(unit, values, version, announced=announced, errors=errors), 422
    bounds(first.year)

    def act(**agreement: Any) -> int:
        return set_days(
            first,
            last,
            DayClass(values["class"]) if values["class"] else None,
            by=require_actor(),
            version=version,
            unit_code=unit.code if unit else "",
            name_zh=values["name_zh"],
            name_en=values["name_en"],
            announced=announced,
            **agreement,
        )

    def again(problems: Collection[Problem]) -> str:
        seen = year_of(db.session(), first.year, calendar_of(db.session(), unit.id if unit else None))
        return _form(
            _unit(form.get("unit", "")), values, seen.version, announced=announced, problems=problems
        )

    return _done(act, again, first.year, unit.code if unit else "", url_for("calendar_days.change"))


@blueprint.post("/years/<int:number>/publication")
@members_only
def publish(number: int) -> Answer:
    """Make a year official; shows first which bookings would lie outside, whose people are told."""
    bounds(number)
    require_keeper(require_actor(), None)
    source = next((each for each in _SOURCES if each == request.form.get("source")), None)
    if source is None:
        raise Missing
    if "back" in request.form:
        return redirect(url_for("calendar_days.index", year=number), 303)

    def act(agreed: str, **_others: Any) -> int:
        return publish_year(
            number, source, by=require_actor(), version=request.form.get("version", ""), agreed=agreed
        )

    address = url_for("calendar_days.publish", number=number)
    return _done(act, _flashed(number, ""), number, "", address, always_told=True)


@blueprint.post("/units/<code>")
@members_only
def open_own(code: str) -> Response:
    """Give a unit a calendar of its own."""
    open_calendar(code, by=require_actor())
    flash(_("The unit has a calendar of its own now. Press a day to change it."), "good")
    return redirect(url_for("calendar_days.index", unit=code), 303)


@blueprint.post("/units/<code>/removal")
@members_only
def close_own(code: str) -> Answer:
    """Let a unit go by the alliance's calendar again, or show first which bookings would lie outside."""
    unit = unit_named(db.session(), code)
    require_keeper(require_actor(), unit.id)
    if "back" in request.form:
        return redirect(url_for("calendar_days.index", unit=code), 303)

    def act(**agreement: Any) -> int:
        return close_calendar(code, by=require_actor(), **agreement)

    number = _today().year
    return _done(act, _flashed(number, code), number, code, url_for("calendar_days.close_own", code=code))


def _done(
    act: Callable[..., int],
    again: Callable[..., Any],
    number: int,
    unit: str,
    address: str,
    *,
    always_told: bool = False,
) -> Answer:
    """Do it and go back to the year; or show what it touches, or what is wrong, on the page `again` makes."""
    try:
        outside = act(agreed=request.form.get("agreed", ""), tell="tell" in request.form)
    except WouldLieOutside as found:
        return ask_first(
            found.booking_ids,
            found.mark,
            seen=(),
            act=address,
            unit_code=unit,
            year=number,
            always_told=always_told,
        )
    except Stale:
        return _answer(again([Problem("calendar_changed_meanwhile")]), 409)
    except Refused as refused:
        return _answer(again(refused.problems), 422)
    flash(_("Saved."), "good")
    if outside:
        said = ngettext(
            "%(num)d booking now lies outside the opening hours; it stays.",
            "%(num)d bookings now lie outside the opening hours; they stay.",
            outside,
        )
        flash(said, "wait")
    return redirect(url_for("calendar_days.index", year=number, unit=unit or None), 303)


def _answer(body: Any, code: int) -> Answer:
    return body if isinstance(body, Response) else (body, code)


def _flashed(number: int, unit: str) -> Callable[[Collection[Problem]], Response]:
    """Says what is wrong where there is no form to say it on."""

    def say(problems: Collection[Problem]) -> Response:
        flash(" ".join(words_for(problem).message for problem in problems), "bad")
        return redirect(url_for("calendar_days.index", year=number, unit=unit or None), 303)

    return say


def _form(
    unit: Unit | None,
    values: dict[str, str],
    version: str,
    *,
    announced: bool,
    problems: Collection[Problem] = (),
    errors: dict[str, list[str]] | None = None,
) -> str:
    errors, others = dict(errors or {}), []
    for problem in problems:
        if problem.field in values:
            errors.setdefault(problem.field, []).append(words_for(problem).message)
        else:
            others.append(words_for(problem))
    first = _date(values["first"])
    usual = _("As in the alliance's calendar") if unit else _("As the week says, not announced")
    return render_template(
        "calendar_days/edit.html",
        unit=unit,
        values=values,
        version=version,
        announced=announced,
        errors=errors,
        problems=[{"name": each.title, "sentence": each.message, "remedy": each.remedy} for each in others],
        classes=[(str(each), class_name(each)) for each in DayClass] + [("", usual)],
        year=first.year if first else _today().year,
        longest={"name_zh": LONGEST_NAME_ZH, "name_en": LONGEST_NAME_EN},
    )


def _unit(code: str) -> Unit | None:
    return unit_named(db.session(), code) if code else None


def _year(text: str) -> int:
    """The year the address names, else this one."""
    number = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0
    return number if FIRST_YEAR <= number <= LAST_YEAR else _today().year


def _is_loadable(year: Any) -> bool:
    found = announced_in_the_library(year.number)
    return bool(found) and tuple(found) != year.days


def _today() -> date:
    return Times.of(current_app.config["SETTINGS"].zone).today


def _date(text: str | None) -> date | None:
    try:
        on = date.fromisoformat(text or "")
    except ValueError:
        return None
    return on if FIRST_YEAR <= on.year <= LAST_YEAR else None
