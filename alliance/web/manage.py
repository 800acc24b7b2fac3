"""What one may run here: the places where it is done, each for those whose affair it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from alliance.db import db
from alliance.errors import Forbidden
from alliance.i18n import Text, localized
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import units_of
from alliance.web.access import members_only
from alliance.web.session import require_actor

blueprint = Blueprint("manage", __name__, url_prefix="/manage")


@dataclass(frozen=True)
class Place:
    """Where something is done: its address, a picture, its name, and what one does there."""

    address: str
    picture: str
    name: str
    purpose: str


@dataclass(frozen=True)
class Part:
    """The places of one duty, under its title; those of a unit stand beside its tile."""

    title: Text | str
    places: tuple[Place, ...]
    unit: Unit | None = None


@blueprint.get("")
@members_only
def index() -> str:
    """All places open to the reader; for whoever runs a resource, a unit or the alliance."""
    actor = require_actor()
    parts = [part for part in _parts(actor) if part.places]
    if not parts:
        raise Forbidden("manager")
    return render_template("manage/index.html", parts=parts)


def _parts(actor: Actor) -> Iterator[Part]:
    if actor.managed_ids or actor.admin_unit_ids:
        yield Part(_("Resources"), tuple(_of_resources(actor)))
    if actor.alliance_roles:
        yield Part(_("Alliance"), tuple(_of_alliance(actor)))
    for unit in units_of(db.session(), actor.admin_unit_ids):
        yield Part(localized(unit, "name"), tuple(_of_unit(unit)), unit)


def _of_resources(actor: Actor) -> Iterator[Place]:
    yield Place(
        url_for("owned.index"),
        "box-seam",
        _("What we share"),
        _("All you run with what is missing; describe it, set its rules, add something new."),
    )
    yield Place(
        url_for("day_list.index"),
        "list-ul",
        _("Day list"),
        _("Who comes today, to what and when: one page to print, and a sheet for each door."),
    )
    yield Place(
        url_for("hours.index"),
        "clock",
        _("Opening hours"),
        _("The week of each resource, single dates that differ, and copying both to others."),
    )
    yield Place(
        url_for("qualifications.index"),
        "mortarboard",
        _("Qualifications"),
        _("Who asks for a training or an admission, who holds it until when, and what asks for it."),
    )
    yield Place(
        url_for("closures.index"),
        "slash-circle",
        _("Closures"),
        _("Maintenance, breakdowns and own use: close something, and see which bookings are hit."),
    )
    yield Place(
        url_for("outside.index"),
        "calendar3",
        _("Outside calendars"),
        _("Let an instrument's or a hall's own calendar block bookings here."),
    )
    # What the secretariat looks after for all stands with the alliance.
    if not actor.is_secretariat:
        yield _quality()
        if actor.admin_unit_ids:
            yield _import()


def _of_alliance(actor: Actor) -> Iterator[Place]:
    """The secretariat keeps it; the council reads."""
    if actor.is_secretariat:
        yield from _of_secretariat()
    yield Place(
        url_for("alliance_care.show"),
        "pencil",
        _("What the alliance says of itself"),
        _("Its names, its logo, its time zone and the language for whoever has chosen none."),
    )
    yield Place(
        url_for("waiting.index"),
        "hourglass-split",
        _("Open requests"),
        _("All that wait for a decision of anybody: who waits for whom, since when and until when."),
    )
    yield _history()


def _of_secretariat() -> Iterator[Place]:
    yield Place(
        url_for("applications.index"),
        "building",
        _("Applications"),
        _("Units that want to join: admit them, or say why not."),
    )
    yield Place(
        url_for("groups.index"),
        "link-45deg",
        _("Groups"),
        _("Industry chains and other groups of units: who leads them, and who is in them."),
    )
    yield Place(
        url_for("units.index"),
        "buildings",
        _("Member units"),
        _("Each unit's page leads to editing, suspending, readmitting and leaving."),
    )
    yield Place(
        url_for("unit_care.new"),
        "plus-lg",
        _("Enter a unit"),
        _("A member without an application, or an external body that may ask."),
    )
    yield Place(
        url_for("persons.index"),
        "people",
        _("All people"),
        _("Look somebody up, with units and roles; suspend and readmit."),
    )
    yield _calendar()
    yield _quality()
    yield Place(
        url_for("synonyms.index"),
        "search",
        _("Words that mean the same"),
        _("Let a search for one word find what is called by another."),
    )
    yield _import()


def _calendar(unit: Unit | None = None) -> Place:
    purpose = (
        _("Days on which the unit works when others do not, or the other way round.")
        if unit
        else _("The year with its public holidays and the weekends that are worked; publish the next one.")
    )
    address = url_for("calendar_days.index", unit=unit.code if unit else None)
    return Place(address, "calendar3", _("Calendar"), purpose)


def _quality() -> Place:
    return Place(
        url_for("quality.index"),
        "check2-square",
        _("Catalogue quality"),
        _("Entries that say too little or have not been confirmed for a year."),
    )


def _history() -> Place:
    return Place(
        url_for("history.index"),
        "clock-history",
        _("History"),
        _("All that was done, by whom and when: search it, and take it along."),
    )


def _import() -> Place:
    return Place(
        url_for("imports.index"),
        "file-earmark-text",
        _("Import resources"),
        _("Add or change many at once from a table, or take all of yours along as one."),
    )


def _of_unit(unit: Unit) -> Iterator[Place]:
    yield Place(
        url_for("people.index", code=unit.code),
        "people",
        _("People"),
        _("Invite people, give and take roles, set the last day of guests."),
    )
    yield Place(
        url_for("unit_care.edit", code=unit.code),
        "pencil",
        _("What the unit says of itself"),
        _("Names, monogram, tile, mail address and time zone."),
    )
    yield Place(
        url_for("joining.index", code=unit.code),
        "person-check",
        _("Requests to join"),
        _("People who ask to belong to the unit: admit them, or say why not."),
    )
    yield _calendar(unit)
    yield Place(
        url_for("webhooks.index", code=unit.code),
        "link-45deg",
        _("Webhooks"),
        _("Tell the unit's own programs what happens."),
    )
    yield Place(
        url_for("unit_bookings.index", code=unit.code),
        "download",
        _("Bookings as a file"),
        _("What was booked at the unit, and what its people booked elsewhere, as CSV."),
    )
    yield Place(
        url_for("history.show", things="units", name=unit.code),
        "clock-history",
        _("History"),
        _("Who changed what about the unit, and when."),
    )
