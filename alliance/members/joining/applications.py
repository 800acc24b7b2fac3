"""A unit applies, and the secretariat admits it or says why not."""

from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import AlreadyDecided, Missing, Problem, Refused, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.i18n import Language
from alliance.members.actor import Actor
from alliance.members.attempts import count_attempt, network_of
from alliance.members.invitations import Guest, send_invitation
from alliance.members.joining.models import LONGEST_REASON, LONGEST_WHY, Application, JoinRequest
from alliance.members.models import UNIT_KINDS, Membership, Person, Unit
from alliance.members.sign_in import normal_email
from alliance.members.unit_facts import (
    TILES,
    UnitFacts,
    problem_with_email,
    problem_with_name,
    problem_with_text,
    problems_with_code,
    problems_with_facts,
    problems_with_names,
)
from alliance.refs import digest, is_ref, new_ref

# As many as a building behind one address may send within a quarter of an hour.
PER_ADDRESS: Final = 5
# More than any secretariat reads: whoever floods it fills no table.
MOST_OPEN: Final = 300
_MONOGRAM: Final = 2


@dataclass(frozen=True)
class Applying:
    """What somebody writes who wants his unit to join."""

    name_zh: str
    name_en: str
    code: str
    kind: str
    contact_email: str
    applicant_name: str
    applicant_email: str
    why: str


@action
def apply_for_unit(
    session: Session, wish: Applying, *, by: Actor | None, address: str | None, language: Language
) -> str:
    """Put the wish before the secretariat; return its ref. Whoever is signed in applies as himself.

    Nothing else happens: a stranger takes no code and makes no unit. Raises Refused.
    """
    now = clock.now()
    if by is not None:
        person = session.get_one(Person, by.person_id)
        wish = replace(wish, applicant_name=person.name, applicant_email=person.email)
    wish = replace(
        wish,
        code=wish.code.strip().upper(),
        contact_email=normal_email(wish.contact_email),
        applicant_email=normal_email(wish.applicant_email),
    )
    refuse_if(_problems(session, wish))
    count_attempt(session, {digest(f"application {network_of(address or '')}"): PER_ADDRESS}, at=now)
    waiting = sa.select(sa.func.count()).where(Application.status == "open")
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Refused([Problem("too_many_applications")])
    application = Application(
        **{**vars(wish), "name_en": wish.name_en or None},
        ref=new_ref(),
        language=language,
        status="open",
        made_at=now,
        person_id=by.person_id if by else None,
    )
    session.add(application)
    session.flush()
    _record(session, "application.made", application, by, code=application.code)
    return application.ref


def facts_applied_for(application: Application, zone: str) -> UnitFacts:
    """What the secretariat begins with: the wish, a monogram made of the names, a tile by chance of the code."""
    return UnitFacts(
        name_zh=application.name_zh,
        name_en=application.name_en or "",
        kind=application.kind,
        monogram_zh=application.name_zh[:1],
        monogram_en=initials(application.name_en or application.code),
        tile=sum(map(ord, application.code)) % len(TILES) + 1,
        contact_email=application.contact_email,
        zone=zone,
    )


def initials(name: str) -> str:
    """Two letters a name may be known by."""
    words = [word for word in "".join(sign if sign.isalnum() else " " for sign in name).split() if word]
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)
    return letters[:_MONOGRAM].upper() or "?"


@action
def admit_unit(session: Session, ref: str, code: str, facts: UnitFacts, *, by: Actor, key: str) -> str:
    """Make the unit that applied a member of this code, and its applicant its first admin; return the code.

    Whoever applied without signing in proves by the link of an invitation that the mail address is his. Raises Missing,
    AlreadyDecided or Refused.
    """
    application = _held(session, ref, by)
    code = code.strip().upper()
    refuse_if([*problems_with_code(session, code), *problems_with_facts(facts)])
    now = clock.now()
    unit = Unit(
        **facts.columns(),
        code=code,
        status="active",
        joined_on=now.astimezone(ZoneInfo(facts.zone)).date(),
        changed_at=now,
    )
    add_unit(session, unit)
    application.status, application.unit_id = "admitted", unit.id
    application.decided_at, application.decided_by_id = now, by.person_id
    record(
        session,
        "unit.admitted",
        "unit",
        unit.id,
        at=now,
        by_id=by.person_id,
        unit_id=unit.id,
        unit=code,
        application=ref,
    )
    _let_in(session, application, unit, by, key)
    _record(session, "application.admitted", application, by, code=code)
    return code


@action
def refuse_unit(session: Session, ref: str, *, by: Actor, reason: str) -> str:
    """Do not admit the unit, and say why; return the ref. Raises Missing, AlreadyDecided or Refused."""
    application = _held(session, ref, by)
    refuse_if(problems_with_reason(reason))
    application.status, application.reason = "refused", reason.strip()
    application.decided_at, application.decided_by_id = clock.now(), by.person_id
    _record(session, "application.refused", application, by, reason=application.reason)
    return ref


def add_unit(session: Session, unit: Unit) -> None:
    """Add the unit; Refused when somebody took its code a moment ago."""
    try:
        with session.begin_nested():
            session.add(unit)
    except IntegrityError as error:
        raise Refused([Problem("unit_code_taken", params={"code": unit.code}, field="code")]) from error


def already_decided(session: Session, asked: Application | JoinRequest) -> AlreadyDecided:
    """Somebody was faster: who, and when."""
    who = session.scalar(sa.select(Person.name).where(Person.id == asked.decided_by_id))
    return AlreadyDecided(asked.status, who, asked.decided_at or clock.now())


def _let_in(session: Session, application: Application, unit: Unit, by: Actor, key: str) -> None:
    now = clock.now()
    if application.person_id is None:
        guest = Guest(
            application.applicant_email,
            application.applicant_name,
            "en" if application.language == "en" else "zh",
            is_admin=True,
        )
        send_invitation(session, unit, guest, by=by, key=key, now=now)
        return
    person_id = application.person_id
    hold(session, persons=[person_id], units=[unit.id])
    session.add(Membership(person_id=person_id, unit_id=unit.id, is_admin=True))
    record(
        session,
        "membership.began",
        "person",
        person_id,
        at=now,
        by_id=by.person_id,
        unit_id=unit.id,
        is_admin=True,
        ends_at=None,
    )


def problems_with_reason(reason: str) -> list[Problem]:
    """A no needs a reason of a readable length."""
    if not reason.strip():
        return [Problem("reason_needed", field="reason")]
    return list(problem_with_text(reason.strip(), "reason", LONGEST_REASON))


def _problems(session: Session, wish: Applying) -> list[Problem]:
    problems = [*problems_with_names(vars(wish)), *problems_with_code(session, wish.code)]
    if wish.kind not in UNIT_KINDS:
        problems.append(Problem("unknown_choice", params={"choices": UNIT_KINDS}, field="kind"))
    if not wish.applicant_name.strip():
        problems.append(Problem("name_needed", field="applicant_name"))
    if not wish.why.strip():
        problems.append(Problem("why_needed", field="why"))
    return [
        *problems,
        *problem_with_name(wish.applicant_name, "applicant_name", 80),
        *problem_with_text(wish.why, "why", LONGEST_WHY),
        *problem_with_email(wish.contact_email, "contact_email"),
        *problem_with_email(wish.applicant_email, "applicant_email"),
    ]


def _held(session: Session, ref: str, by: Actor) -> Application:
    """The application under its hold, still open, for the secretariat alone."""
    if not by.is_secretariat or not is_ref(ref):
        raise Missing
    application = session.scalars(
        sa.select(Application)
        .where(Application.ref == ref)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if application is None:
        raise Missing
    if application.status != "open":
        raise already_decided(session, application)
    return application


def _record(session: Session, verb: str, application: Application, by: Actor | None, **data: object) -> None:
    record(
        session,
        verb,
        "application",
        application.id,
        at=clock.now(),
        by_id=by.person_id if by else None,
        unit_id=application.unit_id,
        application=application.ref,
        applicant=application.applicant_name,
        **data,
    )
