"""The units of the alliance from A to Z, and the page of each: who it is and what it shares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import Blueprint, render_template, request

from alliance import clock
from alliance.db import db
from alliance.i18n import Text, localized
from alliance.members.actor import Actor
from alliance.members.groups import groups_known_to
from alliance.members.joining.models import JoinRequest
from alliance.members.joining.queries import own_join_request
from alliance.members.models import Unit
from alliance.members.people import admins_of
from alliance.members.queries import names_of
from alliance.members.units import listed_units, unit_by_code
from alliance.resources.queries import Filters, counts_on_offer
from alliance.web.access import public
from alliance.web.alphabet import initial, place
from alliance.web.catalogue import listed
from alliance.web.language import here
from alliance.web.paging import asked_page
from alliance.web.session import current_actor
from alliance.web.times import Times
from alliance.web.vocabulary import unit_kind_name

blueprint = Blueprint("units", __name__, url_prefix="/units")

_LONGEST_WORD: Final = 60
# Enough for most alliances on one page, and light enough.
PAGE_SIZE: Final = 100


@dataclass(frozen=True)
class Row:
    """A unit as the list shows it: its name, its kind in words, and how much of what it shares the reader may find."""

    unit: Unit
    name: Text
    kind: str
    shares: int

    @property
    def letter(self) -> str:
        return initial(str(self.name))


@blueprint.get("")
@public
def index() -> str:
    """All members by name, or those whose name holds what was asked for."""
    session, reader = db.session(), current_actor()
    words = request.args.get("q", "").strip()[:_LONGEST_WORD]
    offered = {owner.code: number for owner, number in counts_on_offer(session, reader).units.items()}
    found = _sorted(_row(unit, offered) for unit in listed_units(session) if _fits(unit, words))
    members = [row for row in found if row.unit.status == "active"]
    pages = max(1, -(-len(members) // PAGE_SIZE))
    number = min(asked_page(), pages)
    return render_template(
        "units/index.html",
        words=words,
        total=len(members),
        groups=_by_letter(members[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
        letters=_letters(members, number),
        suspended=[row for row in found if row.unit.status == "suspended"] if number == pages else [],
        number=number,
        pages=pages,
    )


@blueprint.get("/<code>")
@public
def show(code: str) -> str:
    """One unit: how it stands, whom to write to, what it shares and when that is next free."""
    session, reader = db.session(), current_actor()
    unit = unit_by_code(session, code)
    number = asked_page()
    return render_template(
        "units/show.html",
        unit=unit,
        kind=unit_kind_name(unit.kind),
        found=listed(session, reader, Filters(units=(unit.code,)), number, clock.now()),
        is_mine=reader is not None and unit.id in reader.active_unit_ids,
        is_run=reader is not None and unit.id in reader.admin_unit_ids,
        may_join=unit.status == "active" and (reader is None or unit.id not in reader.unit_ids),
        looks_after=reader is not None and (reader.is_secretariat or unit.id in reader.admin_unit_ids),
        admins=_admins(reader, unit),
        groups=groups_known_to(session, reader, unit.id) if reader is not None else [],
        asked=_asked(reader, unit),
        times=Times.of(unit.zone),
    )


def _admins(reader: Actor | None, unit: Unit) -> list[str]:
    """Whom to ask there, for those who belong to the alliance."""
    if reader is None or not (reader.active_unit_ids or reader.alliance_roles):
        return []
    return sorted(names_of(db.session(), set(db.session().scalars(admins_of(unit.id)))).values())


def _asked(reader: Actor | None, unit: Unit) -> JoinRequest | None:
    """What the reader asked the unit last, as far as it still is of interest to him."""
    if reader is None or unit.id in reader.unit_ids:
        return None
    asked = own_join_request(db.session(), reader, unit.id)
    return asked if asked is not None and asked.status in ("open", "refused") else None


def _row(unit: Unit, offered: Mapping[str, int]) -> Row:
    return Row(unit, localized(unit, "name"), unit_kind_name(unit.kind), offered.get(unit.code, 0))


def _fits(unit: Unit, words: str) -> bool:
    """Whether each word stands in its names, its code or its kind."""
    said = " ".join((unit.name_zh, unit.name_en or "", unit.code, unit_kind_name(unit.kind))).casefold()
    return all(word in said for word in words.casefold().split())


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (place(str(row.name)), row.unit.code))


def _by_letter(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [(letter, list(group)) for letter, group in groupby(rows, key=lambda row: row.letter)]


def _letters(rows: Sequence[Row], number: int) -> list[tuple[str, str]]:
    """Each letter with the address of its first unit, which may be on another page."""
    first = {row.letter: n // PAGE_SIZE + 1 for n, row in reversed(list(enumerate(rows)))}
    return [
        (letter, f"{'' if page == number else here(page=page)}#letter-{anchor(letter)}")
        for letter, page in sorted(first.items(), key=lambda item: place(item[0]))
    ]


@blueprint.app_template_filter("anchor")
def anchor(letter: str) -> str:
    """The letter as a part of an address."""
    return letter if letter.isalpha() else "other"
