"""The catalogue and the page of one resource."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.facts import Closed
from alliance.config import Settings
from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import language, localized
from alliance.members.actor import Actor
from alliance.notifications.formats import format_days
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.resources.kinds import CLASS_OF_KIND, DAY_PRESETS, KINDS
from alliance.resources.models import Resource
from alliance.resources.particulars import Particulars, Surroundings, surroundings
from alliance.resources.queries import Counts, Filters, resource_by_code
from alliance.web.access import public
from alliance.web.addresses import BookingForm
from alliance.web.catalogue import line_of, listed, listed_by_time
from alliance.web.eligibility import closest_relation, lacking
from alliance.web.language import here
from alliance.web.nothing_found import nothing_found
from alliance.web.openings import DAYS, WeekFacts, beyond, closed_now, free_now
from alliance.web.paging import asked_page
from alliance.web.quick import Choice, quick_of
from alliance.web.rule_sentences import RuleSentence, rule_sentences
from alliance.web.session import current_actor
from alliance.web.times import Times, with_times
from alliance.web.vocabulary import free_of, how_many, instrument_class_name, kind_name, size_in_words
from alliance.web.week import Addresses, Week, week_of
from alliance.web.week_facts import week_facts
from alliance.web.week_picture import special_dates
from alliance.web.when import lengths, quantity_asked, starts, when_asked

blueprint = Blueprint("resources", __name__, url_prefix="/resources")

_UNITS_AT_FIRST: Final = 8
_LONGEST_WORD: Final = 60
_LONGEST_QUESTION: Final = 100
_MINUTES: Final = re.compile(r"[0-9]{1,5}")
_DAY: Final = timedelta(days=1)


@blueprint.get("")
@public
def index() -> str | Response:
    """What there is, narrowed by what the reader looks for; what was misspelt is looked for as it was meant."""
    session, reader, now = db.session(), current_actor(), clock.now()
    filters, zone = _filters(), ZoneInfo(current_app.config["SETTINGS"].zone)
    when, number = when_asked(zone), asked_page()
    if when is None:
        found = listed(session, reader, filters, number, now)
    else:
        found = listed_by_time(session, reader, filters, when, number, now, zone)
    nothing = nothing_found(session, reader, filters) if not (found.total or found.near) else None
    if nothing is not None and nothing.spelling:
        return redirect(here(q=nothing.spelling, asked=filters.words, page=None))
    return render_template(
        "resources/index.html",
        filters=filters,
        when=when,
        when_words=when.words(zone) if when else "",
        starts=starts(when.start if when else ""),
        lengths=lengths(when.minutes if when else 120),
        quantity=quantity_asked(),
        any_time=here(**dict.fromkeys(("date", "from", "to", "minutes", "quantity", "page"))),
        today=now.astimezone(zone).date(),
        found=found,
        nothing=nothing,
        asked=request.args.get("asked", "").strip()[:_LONGEST_QUESTION],
        kinds=[
            (kind, kind_name(kind), found.counts.kinds.get(kind, 0)) for kind in _kinds(filters, found.counts)
        ],
        units=_units(filters, found.counts),
        units_at_first=_UNITS_AT_FIRST,
        tags=_tags(filters, found.counts),
    )


@blueprint.get("/<code>")
@public
def show(code: str) -> str:
    """One resource: when it is free, how it is booked, what it is."""
    session, reader = db.session(), current_actor()
    resource = resource_by_code(session, reader, code)
    around = surroundings(session, reader, [resource.id], with_items=True)
    return page_of(resource, around, around.of(resource.id), reader)


def page_of(
    resource: Resource, around: Surroundings, particulars: Particulars, reader: Actor | None, **more: Any
) -> str:
    """The page as the reader would see it, `particulars` being those around the resource that he may know of."""
    now = clock.now()
    facts = _facts(resource, particulars, reader, now) if resource.mode == "timed" else None
    form = BookingForm(resource.code, ZoneInfo(resource.zone), resource.preset in DAY_PRESETS)
    week = (
        week_of(facts, _first_day(resource, now), Addresses(form.filled, _booking_address)) if facts else None
    )
    times = Times.of(resource.zone, by_day=facts is not None and facts.goes_by_days)
    return render_template(
        "resources/show.html",
        resource=resource,
        around=particulars,
        signed_in=reader is not None,
        size_in_words=size_in_words,
        runs_it=reader is not None and reader.runs(resource.id, resource.owner_id),
        line=line_of(resource, around, reader, now),
        times=times,
        quick_by_day=facts is not None and facts.goes_by_days,
        status=_status(facts, week, times) if facts and week else None,
        week=week,
        quick=quick_of(facts, week.first, _choice(), here) if facts and week else None,
        form=form.filled,
        week_words=format_days(week.first, week.last, language(), times.today) if week else "",
        earlier=week.first - DAYS * _DAY if week else None,
        back_to_today=week is not None and week.first != times.today,
        later=week.first + DAYS * _DAY if week else None,
        dates=special_dates(facts.days, week.first, week.last, resource.preset, times)
        if facts and week
        else [],
        rules=_rules(resource, around, reader, now) if week else [],
        lacking=lacking(particulars.required, now.astimezone(ZoneInfo(resource.zone)).date()),
        kind=kind_name(resource.kind),
        items="" if particulars.has_parts else how_many(resource.kind, len(particulars.items)),
        instrument_class=instrument_class_name(resource.instrument_class),
        specifications=getattr(resource, f"specifications_{language()}") or resource.specifications_zh,
        tag_names=[localized(tag, "name") for tag in particulars.tags],
        calendar_address=_calendar_address(resource),
        **more,
    )


def _filters() -> Filters:
    """What the address asks for; what the vocabulary does not know asks nothing."""
    args = request.args
    classes = set(args.getlist("class"))
    kinds = set(args.getlist("kind"))
    return Filters(
        words=args.get("q", "").strip()[:_LONGEST_QUESTION],
        kinds=tuple(kind for kind in KINDS if kind in kinds or CLASS_OF_KIND[kind] in classes),
        units=_texts("unit"),
        place=args.get("place", "").strip()[:_LONGEST_WORD],
        tags=_texts("tag"),
    )


def _texts(name: str) -> tuple[str, ...]:
    texts = dict.fromkeys(request.args.getlist(name))
    return tuple(text for text in texts if text and text.isprintable() and len(text) <= _LONGEST_WORD)[:50]


def _kinds(filters: Filters, counts: Counts) -> list[str]:
    return [kind for kind in KINDS if kind in counts.kinds or kind in filters.kinds]


def _units(filters: Filters, counts: Counts) -> list[tuple[str, str, int]]:
    """Code, name and number, the chosen ones first, then those with most to offer."""
    found = [(unit.code, str(localized(unit, "name")), number) for unit, number in counts.units.items()]
    gone = set(filters.units) - {code for code, _name, _number in found}
    found += [(code, code, 0) for code in filters.units if code in gone]
    return sorted(found, key=lambda unit: (unit[0] not in filters.units, -unit[2]))


def _tags(filters: Filters, counts: Counts) -> list[tuple[str, str, int]]:
    found = [(tag.name_zh, str(localized(tag, "name")), number) for tag, number in counts.tags.items()]
    gone = set(filters.tags) - {value for value, _name, _number in found}
    return found + [(value, value, 0) for value in filters.tags if value in gone]


def _first_day(resource: Resource, now: datetime) -> date:
    """The day the address names, else today."""
    try:
        wanted = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        wanted = None
    today = now.astimezone(ZoneInfo(resource.zone)).date()
    # Far enough for any horizon; beyond it lies the end of what a date can say.
    return wanted if wanted is not None and abs(wanted.year - today.year) <= 10 else today


def _facts(resource: Resource, around: Particulars, reader: Actor | None, now: datetime) -> WeekFacts:
    policy = resource.policy_row.value()
    reach = beyond(policy, _first_day(resource, now), ZoneInfo(resource.zone))
    return week_facts(db.session(), resource, around, policy, reach, reader=reader, now=now)


def _booking_address(ref: str) -> str:
    return url_for("bookings.show", ref=ref)


def _choice() -> Choice:
    """What the address says of quick booking."""
    args = request.args
    try:
        day = date.fromisoformat(args.get("day", ""))
    except ValueError:
        day = None
    minutes = args.get("minutes", "")
    return Choice(
        day, int(minutes) if _MINUTES.fullmatch(minutes) else None, args.get("start", "")[:5], "more" in args
    )


@dataclass(frozen=True)
class _Status:
    """The line under the title: a badge and what it means now."""

    look: str
    word: str
    icon: str
    sentence: str


def _status(facts: WeekFacts, week: Week, times: Times) -> _Status | None:
    """How things stand at this moment; nothing on weeks that do not begin today."""
    if week.first != times.today or not facts.is_on_offer:
        return None
    if (closed := closed_now(facts)) is not None:
        return _Status("closed", _("Closed now"), "slash-circle", _why_closed(closed, times))
    if week.next_free is None:
        return _Status("done", _("Full this week"), "dash-lg", _("Nothing is free in these seven days."))
    when = times.span(week.next_free, near=True)
    sentence = with_times(_("Next free: %(when)s"), when=when)
    if times.date(week.next_free.start) != times.today:
        return _Status("done", _("Not free today"), "dash-lg", sentence)
    if len(facts.items) > 1 and not facts.is_whole:
        idle = free_of(facts.kind, free_now(facts), len(facts.items))
        sentence = with_times(_("%(idle)s; next free: %(when)s"), idle=idle, when=when)
    return _Status("free", _("Free today"), "circle", sentence)


def _why_closed(closed: Closed, times: Times) -> str:
    why = closed.reason or CLOSURE_NAMES[closed.kind]()
    if closed.end is None:
        return _("%(why)s; no end is known yet", why=why)
    return with_times(_("%(why)s. Open again: %(until)s"), why=why, until=times.moment(closed.end))


def _rules(
    resource: Resource, around: Surroundings, reader: Actor | None, now: datetime
) -> list[tuple[str, str]]:
    policy = resource.policy_row.value()
    rules = rule_sentences(
        policy,
        preset=resource.preset,
        owner=str(localized(resource.owner, "name")),
        relation=closest_relation(resource, around.standing, policy),
        required=around.of(resource.id).required,
        today=now.astimezone(ZoneInfo(resource.zone)).date(),
        signed_in=reader is not None,
    )
    return [(rule.icon, _with_bold(rule)) for rule in rules]


def _with_bold(rule: RuleSentence) -> str:
    """What concerns the reader stands out, after what holds for all."""
    blank = "" if language() == "zh" else " "
    return Markup("{}{}<b>{}</b>").format(rule.sentence, blank, rule.yours) if rule.yours else rule.sentence


def _calendar_address(resource: Resource) -> str:
    """Where calendars may fetch when it is busy, without any token; for what is shown to everybody."""
    if resource.visibility != "public" or resource.status != "published" or resource.mode != "timed":
        return ""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url + url_for("ics.resource", code=resource.code)
