"""Asking for a qualification; granting, declining and revoking it.

A qualification is a fact of the booking rules, so whoever writes what a person holds takes the hold his bookings take.
"""

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import AlreadyDecided, Missing, Problem, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.members.unit_facts import problem_with_text
from alliance.refs import is_ref, new_ref
from alliance.resources.models import HeldQualification, Qualification
from alliance.resources.qualifications.models import LONGEST_NOTE, LONGEST_REASON, QualificationRequest
from alliance.resources.qualifications.queries import RENEWED_BEFORE, granted_qualification, qualification_of

# Whoever asks for everything is asked to wait for an answer.
MOST_OPEN: Final = 20


@action
def ask_for_qualification(session: Session, code: str, *, by: Actor, note: str = "") -> str:
    """Ask those who grant it for the qualification; return the request's ref.

    Raises Missing, or Refused: when one asked already or holds it for long, or may not act at present.
    """
    hold(session, persons=[by.person_id])
    qualification, owner = qualification_of(session, by, code)
    refuse_if(_problems_with_asking(session, qualification, owner, by, note))
    request = QualificationRequest(
        ref=new_ref(),
        qualification_id=qualification.id,
        person_id=by.person_id,
        note=note.strip(),
        made_at=clock.now(),
    )
    session.add(request)
    session.flush()
    person = session.get_one(Person, by.person_id)
    _record(session, "qualification.asked", qualification, by, person, request=request.ref)
    return request.ref


@action
def withdraw_qualification_request(session: Session, ref: str, *, by: Actor, code: str | None = None) -> str:
    """Ask no longer, for the qualification `code` if that is said; return the ref. Raises Missing or AlreadyDecided."""
    request = _request(session, ref, code)
    if request.person_id != by.person_id:
        raise Missing
    hold(session, persons=[request.person_id])
    _close(session, request, "withdrawn", by)
    qualification = session.get_one(Qualification, request.qualification_id)
    person = session.get_one(Person, request.person_id)
    _record(session, "qualification.withdrawn", qualification, by, person, request=ref)
    return ref


@action
def grant_qualification(
    session: Session,
    code: str,
    person_ref: str,
    *,
    by: Actor,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> str:
    """Let the person hold the qualification from one day, by default today, through another or without an end.

    What he held of it before is replaced, and his open request answered. Those who grant it may. Returns the person's
    ref; raises Missing, Forbidden or Refused.
    """
    qualification, owner = granted_qualification(session, by, code)
    person = _person(session, qualification, person_ref)
    hold(session, persons=[person.id])
    today = _today(owner)
    valid_from = valid_from or today
    refuse_if(_problems_with_days(valid_from, valid_until, today, person))
    held = session.get(HeldQualification, (person.id, qualification.id), populate_existing=True)
    if held is None:
        held = HeldQualification(person_id=person.id, qualification_id=qualification.id)
        session.add(held)
    held.valid_from, held.valid_until, held.granted_by_id = valid_from, valid_until, by.person_id
    request = session.scalar(_open_request(person.id, qualification.id))
    if request is not None:
        _close(session, request, "granted", by)
    _record(
        session,
        "qualification.granted",
        qualification,
        by,
        person,
        request=request.ref if request else None,
        valid_from=valid_from.isoformat(),
        valid_until=valid_until.isoformat() if valid_until else None,
    )
    return person.ref


@action
def decline_qualification(
    session: Session, ref: str, *, by: Actor, reason: str, code: str | None = None
) -> str:
    """Do not grant what the request asks for, the qualification `code` if that is said, and say why; return the ref.

    Those who grant it may. Raises Missing, Forbidden, AlreadyDecided or Refused.
    """
    request = _request(session, ref, code)
    qualification = session.get_one(Qualification, request.qualification_id)
    granted_qualification(session, by, qualification.code)
    hold(session, persons=[request.person_id])
    refuse_if(_problems_with_reason(reason))
    request.reason = reason.strip()
    _close(session, request, "declined", by)
    person = session.get_one(Person, request.person_id)
    _record(session, "qualification.declined", qualification, by, person, request=ref, reason=reason.strip())
    return ref


@action
def revoke_qualification(session: Session, code: str, person_ref: str, *, by: Actor, reason: str) -> str:
    """Let the person hold the qualification no longer, and say why; return the person's ref.

    His bookings stay as they are. Those who grant it may. Raises Missing, Forbidden or Refused.
    """
    qualification, _owner = granted_qualification(session, by, code)
    person = _person(session, qualification, person_ref)
    hold(session, persons=[person.id])
    held = session.get(HeldQualification, (person.id, qualification.id), populate_existing=True)
    if held is None:
        raise Missing
    refuse_if(_problems_with_reason(reason))
    _record(
        session,
        "qualification.revoked",
        qualification,
        by,
        person,
        reason=reason.strip(),
        valid_from=held.valid_from.isoformat(),
        valid_until=held.valid_until.isoformat() if held.valid_until else None,
    )
    session.delete(held)
    return person.ref


def _problems_with_asking(
    session: Session, qualification: Qualification, owner: Unit, by: Actor, note: str
) -> list[Problem]:
    if session.scalar(sa.select(Person.status).where(Person.id == by.person_id)) != "active":
        return [Problem("person_suspended_here")]
    held = session.get(HeldQualification, (by.person_id, qualification.id), populate_existing=True)
    if held is not None and (held.valid_until is None or held.valid_until > _today(owner) + RENEWED_BEFORE):
        return [Problem("qualification_held", params={"until": held.valid_until})]
    asked = session.scalars(
        sa.select(QualificationRequest.qualification_id).where(
            QualificationRequest.person_id == by.person_id, QualificationRequest.status == "open"
        )
    ).all()
    if qualification.id in asked:
        return [Problem("qualification_asked")]
    if len(asked) >= MOST_OPEN:
        return [Problem("qualifications_asked", params={"most": MOST_OPEN})]
    return list(problem_with_text(note.strip(), "note", LONGEST_NOTE))


def _problems_with_days(first: date, last: date | None, today: date, person: Person) -> list[Problem]:
    if person.status != "active":
        return [Problem("person_suspended_here")]
    if last is not None and last < first:
        return [Problem("reversed", field="valid_until")]
    if last is not None and last < today:
        return [Problem("qualification_over", field="valid_until")]
    return []


def _problems_with_reason(reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem("reason_needed", field="reason")]
    return list(problem_with_text(reason.strip(), "reason", LONGEST_REASON))


def _today(owner: Unit) -> date:
    return clock.now().astimezone(ZoneInfo(owner.zone)).date()


def _request(session: Session, ref: str, code: str | None) -> QualificationRequest:
    found = None
    if is_ref(ref):
        found = session.scalar(sa.select(QualificationRequest).where(QualificationRequest.ref == ref))
    if found is None:
        raise Missing
    if code is not None and session.get_one(Qualification, found.qualification_id).code != code:
        raise Missing
    return found


def _open_request(person_id: int, qualification_id: int) -> sa.Select[QualificationRequest]:
    return sa.select(QualificationRequest).where(
        QualificationRequest.person_id == person_id,
        QualificationRequest.qualification_id == qualification_id,
        QualificationRequest.status == "open",
    )


def _person(session: Session, qualification: Qualification, ref: str) -> Person:
    """Whoever asked for it or holds it: others are nobody to those who grant it."""
    found = None
    if is_ref(ref):
        asked = sa.select(QualificationRequest.person_id).where(
            QualificationRequest.qualification_id == qualification.id
        )
        held = sa.select(HeldQualification.person_id).where(
            HeldQualification.qualification_id == qualification.id
        )
        found = session.scalar(
            sa.select(Person).where(Person.ref == ref, sa.or_(Person.id.in_(asked), Person.id.in_(held)))
        )
    if found is None:
        raise Missing
    return found


def _close(session: Session, request: QualificationRequest, status: str, by: Actor) -> None:
    """Note the answer, unless somebody was faster; what was read before the hold does not count."""
    session.flush()
    reason = request.reason
    session.refresh(request)
    if request.status != "open":
        who = session.scalar(sa.select(Person.name).where(Person.id == request.decided_by_id))
        raise AlreadyDecided(request.status, who, request.decided_at)
    request.reason, request.status = reason, status
    request.decided_at, request.decided_by_id = clock.now(), by.person_id


def _record(session: Session, verb: str, of: Qualification, by: Actor, person: Person, **data: Any) -> None:
    record(
        session,
        verb,
        "qualification",
        of.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=of.owner_id,
        qualification=of.code,
        person=person.ref,
        name=person.name,
        **data,
    )
