"""History: what happened to one thing, and a search in all of it, to read and to take along."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from alliance.availability.local_time import midnight
from alliance.booking.past import (
    Happened,
    Place,
    Search,
    Things,
    all_found,
    history_of,
    may_search,
    searched,
)
from alliance.config import Settings
from alliance.db import db, read_as_of_now
from alliance.exchange.writing import written
from alliance.i18n import Text, localized
from alliance.i18n import gettext as _
from alliance.members.models import Person
from alliance.members.units import listed_units
from alliance.notifications.history_words import KIND_NAMES, VERB_GROUPS, in_words, known_verbs
from alliance.resources.kinds import DAY_PRESETS
from alliance.web.access import members_only
from alliance.web.downloads import download
from alliance.web.session import require_actor
from alliance.web.times import Times
from alliance.web.when import day_named

blueprint = Blueprint("history", __name__)

_DAY: Final = timedelta(days=1)
_LONGEST: Final = 254


@blueprint.get("/history")
@members_only
def index() -> str:
    """All of history, searched; for the secretariat, and for the council without what is people's own."""
    search, zone = _search(), _zone()
    found, following = searched(db.session(), require_actor(), search, _after())
    return render_template(
        "history/index.html",
        search=search,
        export=f"{url_for('history.export')}?{urlencode(_asked())}",
        dates={name: request.args.get(name, "") for name in ("from", "to")},
        rows=[_row(each, zone) for each in found],
        following=_cursor(following),
        is_first=_after() is None,
        is_narrowed=search != Search(),
        verbs=_verbs(),
        units=[(unit.code, str(localized(unit, "name"))) for unit in listed_units(db.session())],
    )


@blueprint.get("/history/csv")
@members_only
def export() -> Response:
    """The same as a file, all of it."""
    actor, zone = require_actor(), _zone()
    # One reading of one instant, however long it takes; the file is complete before any of it is sent.
    read_as_of_now(db.session())
    rows = all_found(db.session(), actor, _search())
    file = written("csv", _lines(rows, zone), "", ())
    return download(file, "csv", _("History"))


@blueprint.get("/resources/<name>/history", defaults={"things": "resources"})
@blueprint.get("/closures/<name>/history", defaults={"things": "closures"})
@blueprint.get("/units/<name>/history", defaults={"things": "units"})
@blueprint.get("/people/<name>/history", defaults={"things": "people"})
@blueprint.get("/groups/<name>/history", defaults={"things": "groups"})
@blueprint.get("/qualifications/<name>/history", defaults={"things": "qualifications"})
@members_only
def show(things: Things, name: str) -> str:
    """What happened to one thing, the latest first; for those whose affair it is."""
    actor = require_actor()
    thing, found, following = history_of(db.session(), actor, things, name, _after())
    title, back = _named(thing.row, things, name)
    return render_template(
        "history/show.html",
        title=title,
        back=back,
        rows=[_row(each, _zone()) for each in found],
        following=_cursor(following),
        is_first=_after() is None,
        may_search=may_search(actor),
    )


def _named(row: Any, things: Things, name: str) -> tuple[Text | str, str]:
    """What the thing is called, and the address of its page."""
    if isinstance(row, Person):
        return row.name, ""
    if things == "closures":
        return _("Closure"), url_for("closures.show", ref=name)
    return localized(row, "name"), url_for(f"{things}.show", code=name)


def _row(event: Happened, zone: ZoneInfo) -> dict[str, Any]:
    """One event as the pages show it."""
    own = ZoneInfo(event.zone) if event.zone else zone
    return {
        "at": Times.of(zone.key).moment_alone(event.at),
        "kind": _kind(event),
        "name": localized(event, "name") or event.name or "",
        "code": event.name if event.kind in ("booking", "resource", "unit", "group", "qualification") else "",
        "address": _address(event),
        "unit": localized(event, "unit_name") if event.unit_code else "",
        "sentence": _sentence(event, own),
    }


def _kind(event: Happened) -> str:
    named = KIND_NAMES.get(event.kind)
    return named() if named else event.kind


def _sentence(event: Happened, zone: ZoneInfo) -> str:
    return in_words(event.verb, event.data, event.by, zone, by_day=event.preset in DAY_PRESETS)


def _address(event: Happened) -> str:
    """The page of what it was about, if there is one and it is still there."""
    if event.name is None:
        return ""
    if event.kind == "booking":
        return url_for("bookings.show", ref=event.name)
    if event.kind == "resource":
        return url_for("resources.show", code=event.name)
    if event.kind == "unit":
        return url_for("units.show", code=event.name)
    if event.kind == "group":
        return url_for("groups.show", code=event.name)
    if event.kind == "person":
        return url_for("history.show", things="people", name=event.name)
    if event.kind == "qualification":
        return url_for("history.show", things="qualifications", name=event.name)
    return ""


def _lines(events: Iterator[Happened], zone: ZoneInfo) -> Iterator[list[str | None]]:
    """The rows of the file, the names of its columns first."""
    yield [_("When"), _("Who"), _("About"), _("Code"), _("Name"), _("Unit"), _("Verb"), _("What happened")]
    for event in events:
        yield [
            event.at.astimezone(zone).isoformat(),
            event.by,
            _kind(event),
            event.name,
            str(localized(event, "name")),
            event.unit_code,
            event.verb,
            _sentence(event, ZoneInfo(event.zone) if event.zone else zone),
        ]


def _zone() -> ZoneInfo:
    settings: Settings = current_app.config["SETTINGS"]
    return ZoneInfo(settings.zone)


def _search() -> Search:
    """What the address asks for; what cannot be a day or a verb asks nothing."""
    zone = _zone()
    start, end = (day_named(request.args.get(name, ""), zone) for name in ("from", "to"))
    verb = request.args.get("verb", "")
    return Search(
        thing=_text("thing"),
        person=_text("person"),
        verb=verb if verb in (*VERB_GROUPS, *known_verbs()) else "",
        unit=_text("unit"),
        start=midnight(start, zone) if start else None,
        end=midnight(end + _DAY, zone) if end else None,
    )


def _asked() -> dict[str, str]:
    """The search as an address says it, without the page."""
    return {name: text for name, text in request.args.items() if name != "after"}


def _text(name: str) -> str:
    text = request.args.get(name, "").strip()
    return text if text.isprintable() and len(text) <= _LONGEST else ""


def _verbs() -> list[tuple[str, str]]:
    """What can be chosen: all verbs of a sort of thing together, each sort once."""
    groups = dict.fromkeys(verb.partition(".")[0] for verb in known_verbs())
    return [(group, VERB_GROUPS[group]() if group in VERB_GROUPS else group) for group in groups]


def _cursor(place: Place | None) -> str:
    """The place as a word of an address."""
    if place is None:
        return ""
    plain = f"{int(place.at.timestamp())}.{place.seen}"
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def _after() -> Place | None:
    """The place the address names; what is none is the beginning."""
    text = request.args.get("after", "")[:60]
    try:
        plain = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True).decode()
        seconds, _dot, seen = plain.partition(".")
        at = datetime.fromtimestamp(int(seconds), UTC)
        return Place(at, min(int(seen), 1_000_000)) if int(seen) >= 0 and at.year < 9000 else None
    except (binascii.Error, ValueError, OverflowError, OSError, UnicodeError):
        return None
