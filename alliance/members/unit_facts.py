"""What a unit says of itself, and what may be wrong with that."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Problem
from alliance.members.models import UNIT_KINDS, Group, Unit
from alliance.members.sign_in import is_mail_address
from alliance.refs import digest

LONGEST: Final = {"name_zh": 120, "name_en": 160, "contact_email": 254}
TILES: Final = (1, 2, 3, 4, 5, 6)
_CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,19}")
# Control characters, and what separates lines and paragraphs.
_NOT_IN_NAMES: Final = frozenset({"Cc", "Zl", "Zp"})


@dataclass(frozen=True)
class UnitFacts:
    """Names, kind, tile, contact and zone of a unit; its code stands apart, for it never changes."""

    name_zh: str
    name_en: str
    kind: str
    monogram_zh: str
    monogram_en: str
    tile: int
    contact_email: str
    zone: str = "Asia/Shanghai"

    def columns(self) -> dict[str, Any]:
        """The same as the columns of a unit."""
        return {**vars(self), "name_en": self.name_en or None, "contact_email": self.contact_email or None}


def facts_of(unit: Unit) -> UnitFacts:
    """What the unit says of itself now."""
    return UnitFacts(
        name_zh=unit.name_zh,
        name_en=unit.name_en or "",
        kind=unit.kind,
        monogram_zh=unit.monogram_zh,
        monogram_en=unit.monogram_en,
        tile=unit.tile,
        contact_email=unit.contact_email or "",
        zone=unit.zone,
    )


def unit_version(unit: Unit) -> str:
    """Another word whenever the unit says something else of itself."""
    return digest(repr(facts_of(unit)))[:20]


def problems_with_facts(facts: UnitFacts) -> list[Problem]:
    """Every finding, each with its field."""
    return [
        *problems_with_names(vars(facts)),
        *_problems_with_choices(facts),
        *(problem_with_email(facts.contact_email, "contact_email") if facts.contact_email else ()),
        *(
            Problem("unfit_monogram", field=field)
            for field in ("monogram_zh", "monogram_en")
            if not 1 <= len(getattr(facts, field)) <= 2 or not getattr(facts, field).isalnum()
        ),
    ]


def problems_with_names(names: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the two names: the Chinese one is needed, and neither may be too long or no line of text."""
    if not names["name_zh"].strip():
        yield Problem("name_needed", field="name_zh")
    for field in ("name_zh", "name_en"):
        yield from problem_with_name(names[field], field, LONGEST[field])


def problem_with_name(text: str, field: str, longest: int) -> Iterator[Problem]:
    """Whether it is too long to be kept, cannot be stored, or is no single line of text."""
    yield from problem_with_text(text, field, longest)
    if "\0" not in text and any(unicodedata.category(sign) in _NOT_IN_NAMES for sign in text):
        yield Problem("not_one_line", field=field)


def problem_with_text(text: str, field: str, longest: int) -> Iterator[Problem]:
    """Whether it is too long to be kept, or holds what cannot be stored."""
    if len(text) > longest:
        yield Problem("too_much_text", params={"longest": longest}, field=field)
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        yield Problem("bad_characters", field=field)


def problem_with_email(text: str, field: str) -> Iterator[Problem]:
    """Whether mail could go there."""
    if not is_mail_address(text):
        yield Problem("unfit_email", field=field)


def problems_with_code(session: Session, code: str, model: type[Unit] | type[Group] = Unit) -> list[Problem]:
    """Whether the code is no code, or somebody has it."""
    if not _CODE.fullmatch(code):
        return [Problem("unfit_code", field="code")]
    if session.scalar(sa.select(model.id).where(model.code == code)) is not None:
        return [Problem("unit_code_taken", params={"code": code}, field="code")]
    return []


def _problems_with_choices(facts: UnitFacts) -> Iterator[Problem]:
    if facts.kind not in UNIT_KINDS:
        yield Problem("unknown_choice", params={"choices": UNIT_KINDS}, field="kind")
    if facts.tile not in TILES:
        yield Problem("unknown_choice", params={"choices": tuple(map(str, TILES))}, field="tile")
    if facts.zone not in available_timezones():
        yield Problem("unknown_zone", field="zone")
