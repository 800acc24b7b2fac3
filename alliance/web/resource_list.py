"""The resource list in five classes: to read, to print, and to take along as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import Blueprint, Response, current_app, render_template, request, url_for

from alliance import clock
from alliance.config import Settings
from alliance.db import db, read_as_of_now
from alliance.errors import Missing
from alliance.exchange.listing import PAGE_SIZE, Choice, Line, all_lines, lines_of, sums_of
from alliance.exchange.writing import FORMATS, written
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.notifications.hours import comma, hours_sentence
from alliance.resources.kinds import CLASSES
from alliance.web.access import public
from alliance.web.downloads import download
from alliance.web.language import here
from alliance.web.session import current_actor
from alliance.web.times import Times
from alliance.web.vocabulary import class_name, how_many, kind_name, visibility_name

blueprint = Blueprint("resource_list", __name__, url_prefix="/resources")

_LAST_PAGE: Final = 100_000
_LONGEST_CODE: Final = 20
_SEEN_BY_ALL: Final = ("public", "alliance")
_WIDTHS: Final = (10, 14, 16, 36, 36, 16, 30, 28, 10, 14, 44, 30, 60, 14, 28, 40)


@dataclass(frozen=True)
class Share:
    """What one unit shares within a class."""

    unit: Unit
    lines: list[Line]


@blueprint.get("/list")
@public
def index() -> str:
    """The list by class and unit, of one class or unit if the reader wants."""
    session, reader, choice = db.session(), current_actor(), _choice()
    sums = sums_of(session, reader, choice)
    total = sum(number for group, number in sums.classes.items() if choice.group in ("", group))
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(request.args.get("page", 1, _page_number), pages)
    lines = lines_of(session, reader, choice, skip=(number - 1) * PAGE_SIZE)
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "resource_list/index.html",
        choice=choice,
        total=total,
        classes=[
            (
                class_name(group),
                here(**{"class": group, "page": None}),
                sums.classes[group],
                group == choice.group,
            )
            for group in sums.classes
        ],
        of_all=sum(sums.classes.values()),
        units=[(unit.code, str(localized(unit, "name")), number) for unit, number in sums.units],
        groups=_groups(lines, {unit.id: unit for unit, _number in sums.units}),
        kind_name=kind_name,
        how_many=how_many,
        seen_by=_seen_by,
        times=Times.of(settings.zone),
        now=clock.now(),
        number=number,
        pages=pages,
    )


@blueprint.get("/list.<form>")
@public
def take(form: str) -> Response:
    """The same as a file, whole, in the reader's language."""
    if form not in FORMATS:
        raise Missing
    reader, choice = current_actor(), _choice()
    settings: Settings = current_app.config["SETTINGS"]
    # Read in many steps, and yet of one moment.
    read_as_of_now(db.session())
    title = _("Resource list")
    file = written(form, _rows(reader, choice, settings.base_url), title, _WIDTHS)
    return download(file, form, title)


def _rows(reader: Actor | None, choice: Choice, base_url: str) -> Iterator[Sequence[str | int | None]]:
    yield (
        _("Class"),
        _("Kind"),
        _("Code"),
        _("Name in Chinese"),
        _("Name in English"),
        _("Unit's code"),
        _("Unit"),
        _("Place"),
        _("Number"),
        _("How it is had"),
        _("Opening hours"),
        _("Techniques"),
        _("Description"),
        _("Who may see it"),
        _("Mail of the unit"),
        _("Address of its page"),
    )
    for line, tags in all_lines(db.session(), reader, choice):
        timed = line.mode == "timed"
        yield (
            class_name(line.group),
            kind_name(line.kind),
            line.code,
            line.name_zh,
            line.name_en,
            line.owner_code,
            str(localized(line, "owner")),
            str(localized(line, "place")),
            line.items or None,
            _("By time") if timed else _("On request"),
            hours_sentence(line.hours, "") if timed and line.hours else None,
            comma(str(localized(tag, "name")) for tag in tags),
            str(localized(line, "description")),
            visibility_name(line.visibility),
            line.owner_email,
            base_url + url_for("resources.show", code=line.code),
        )


def _choice() -> Choice:
    group = request.args.get("class", "")
    return Choice(
        group if group in CLASSES else "",
        request.args.get("unit", "").strip()[:_LONGEST_CODE].replace("\0", ""),
    )


def _page_number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE)


def _groups(lines: Sequence[Line], units: dict[int, Unit]) -> list[tuple[str, str, list[Share]]]:
    """Each class on this page with its name, and what each unit shares of it."""
    return [
        (
            group,
            class_name(group),
            [
                Share(units[owner], list(own))
                for owner, own in groupby(of_class, key=lambda line: line.owner_id)
                if owner in units
            ],
        )
        for group, of_class in groupby(lines, key=lambda line: line.group)
    ]


def _seen_by(line: Line) -> str:
    """Who may see it, where that is not everybody in the alliance."""
    return "" if line.visibility in _SEEN_BY_ALL else visibility_name(line.visibility)
