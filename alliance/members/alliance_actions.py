"""What the alliance says of itself, as the secretariat changes it after the start."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from alliance import clock
from alliance.config import Settings
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Stale, refuse_if
from alliance.history.actions import record
from alliance.i18n import LANGUAGES
from alliance.members.actor import Actor, actor_of
from alliance.members.installation import (
    LONGEST_NAME,
    Installation,
    held_installation,
    logo_name,
    particulars_of,
    stored_over,
)


@dataclass(frozen=True)
class AllianceFacts:
    """What the alliance says of itself in words."""

    name_zh: str
    name_en: str
    zone: str
    language: str


@dataclass(frozen=True)
class Particulars:
    """The same as it stands, with the name of the logo, if there is one, and the version it was read at."""

    facts: AllianceFacts
    logo: str
    version: int


def may_read_particulars(reader: Actor) -> bool:
    """Whether the page about them is his to open."""
    return bool(reader.alliance_roles)


def read_particulars(session: Session, settings: Settings) -> Particulars:
    """What is stored this moment; the settings stand for what is not."""
    row = particulars_of(session)
    if row is None:
        return Particulars(_facts(settings), "", 0)
    return Particulars(_facts(stored_over(settings, row)), row.logo_hash, row.version)


@action
def edit_alliance(
    session: Session,
    facts: AllianceFacts,
    *,
    by: Actor,
    version: int,
    settings: Settings,
    logo: bytes | None = None,
    without_logo: bool = False,
) -> int:
    """Change what the alliance says of itself; its logo when there is another or shall be none. Return the version.

    The settings stand for what was never stored. No booking and no opening hour moves with the time zone: each resource
    and each unit has one of its own. Raises Missing, Forbidden, Refused, or Stale when it is no longer at `version`.
    """
    installation = held_installation(session)
    now_by = actor_of(session, by.person_id)
    if now_by is None:
        raise Missing
    if not now_by.is_secretariat:
        raise Forbidden("secretariat")
    if installation.version != version:
        raise Stale
    facts = _tidied(facts)
    refuse_if(_problems_with(facts))
    before = vars(_facts(stored_over(settings, installation)))
    changed = {name: value for name, value in vars(facts).items() if value != before[name]}
    data: dict[str, Any] = {"before": {name: before[name] for name in changed}, "after": changed}
    if changed:
        installation.name_zh, installation.name_en = facts.name_zh, facts.name_en or None
        installation.zone, installation.language = facts.zone, facts.language
    if done := _set_logo(installation, logo, without_logo=without_logo):
        data["logo"] = done
    if changed or done:
        installation.version += 1
        record(session, "alliance.changed", "alliance", 0, at=clock.now(), by_id=by.person_id, **data)
    return installation.version


def _set_logo(installation: Installation, logo: bytes | None, *, without_logo: bool) -> str:
    """Take the logo, or the absence of one; return in a word what became of it, nothing where it stays."""
    had = installation.logo_hash
    if logo is not None:
        installation.logo, installation.logo_hash = logo, logo_name(logo)
    elif without_logo:
        installation.logo, installation.logo_hash = None, ""
    if installation.logo_hash == had:
        return ""
    if not had:
        return "added"
    return "replaced" if installation.logo_hash else "removed"


def _facts(settings: Settings) -> AllianceFacts:
    return AllianceFacts(settings.name_zh, settings.name_en, settings.zone, settings.language)


def _tidied(facts: AllianceFacts) -> AllianceFacts:
    return AllianceFacts(facts.name_zh.strip(), facts.name_en.strip(), facts.zone, facts.language)


def _problems_with(facts: AllianceFacts) -> list[Problem]:
    problems = []
    if not facts.name_zh:
        problems.append(Problem("name_missing", field="name_zh"))
    problems += [
        Problem("name_too_long", params={"longest": LONGEST_NAME}, field=field)
        for field, name in (("name_zh", facts.name_zh), ("name_en", facts.name_en))
        if len(name) > LONGEST_NAME
    ]
    if facts.zone not in available_timezones():
        problems.append(Problem("unknown_zone", field="zone"))
    if facts.language not in LANGUAGES:
        problems.append(Problem("unknown_choice", params={"choices": LANGUAGES}, field="language"))
    return problems
