"""A person asks to belong to a unit, and its admins admit him or say why not."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, Refused, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.joining.applications import already_decided, problems_with_reason
from alliance.members.joining.models import LONGEST_WHY, JoinRequest
from alliance.members.models import Membership, Person, Unit
from alliance.members.standing import forget_managements
from alliance.members.unit_facts import problem_with_text
from alliance.members.units import unit_by_code
from alliance.refs import is_ref, new_ref

# Nobody belongs to more units than that; whoever asks everywhere is asked to wait for an answer.
MOST_OPEN: Final = 5


@action
def ask_to_join(session: Session, unit_code: str, *, by: Actor, why: str = "") -> str:
    """Ask the unit's admins to be let in; return the request's ref.

    Raises Missing, or Refused: when one belongs to it already, has asked already or in too many places, or when the
    unit takes nobody at present.
    """
    unit = unit_by_code(session, unit_code)
    hold(session, persons=[by.person_id], units=[unit.id])
    refuse_if(_problems(session, unit.id, by, why))
    request = JoinRequest(
        ref=new_ref(), person_id=by.person_id, unit_id=unit.id, why=why.strip(), made_at=clock.now()
    )
    session.add(request)
    session.flush()
    _record(session, "join.asked", request, by)
    return request.ref


@action
def withdraw_join_request(session: Session, ref: str, *, by: Actor) -> str:
    """Ask no longer; return the ref. Raises Missing or AlreadyDecided."""
    request = _held(session, ref, by, own=True)
    close_request(session, request, "withdrawn", by)
    return ref


@action
def admit_person(session: Session, ref: str, *, by: Actor) -> str:
    """Make whoever asked a member of the unit; return the ref.

    Its admins may. Raises Missing, AlreadyDecided or Refused.
    """
    request = _held(session, ref, by)
    status = session.scalar(sa.select(Person.status).where(Person.id == request.person_id))
    if status != "active":
        raise Refused([Problem("person_suspended_here")])
    _begin_membership(session, request, by)
    close_request(session, request, "admitted", by)
    return ref


@action
def decline_person(session: Session, ref: str, *, by: Actor, reason: str) -> str:
    """Do not let him in, and say why; return the ref. Raises Missing, AlreadyDecided or Refused."""
    request = _held(session, ref, by)
    refuse_if(problems_with_reason(reason))
    request.reason = reason.strip()
    close_request(session, request, "refused", by)
    return ref


def _begin_membership(session: Session, request: JoinRequest, by: Actor) -> None:
    """Let him belong to the unit without an end, also where he was a guest before."""
    membership = session.get(Membership, (request.person_id, request.unit_id))
    if membership is None:
        membership = Membership(person_id=request.person_id, unit_id=request.unit_id, is_admin=False)
        session.add(membership)
    elif membership.ends_at is not None and membership.ends_at <= clock.now():
        membership.is_admin = False
        forget_managements(session, request.person_id, request.unit_id)
    membership.ends_at = None
    record(
        session,
        "membership.began",
        "person",
        request.person_id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=request.unit_id,
        request=request.ref,
        is_admin=membership.is_admin,
        ends_at=None,
    )


def _problems(session: Session, unit_id: int, by: Actor, why: str) -> list[Problem]:
    if session.scalar(sa.select(Unit.status).where(Unit.id == unit_id)) != "active":
        return [Problem("unit_takes_nobody")]
    if unit_id in by.unit_ids:
        return [Problem("belongs_already")]
    if session.scalar(sa.select(Person.status).where(Person.id == by.person_id)) != "active":
        return [Problem("person_suspended_here")]
    asked = session.scalars(
        sa.select(JoinRequest.unit_id).where(
            JoinRequest.person_id == by.person_id, JoinRequest.status == "open"
        )
    ).all()
    if unit_id in asked:
        return [Problem("asked_already")]
    if len(asked) >= MOST_OPEN:
        return [Problem("asked_too_often", params={"most": MOST_OPEN})]
    return list(problem_with_text(why.strip(), "why", LONGEST_WHY))


def _held(session: Session, ref: str, by: Actor, *, own: bool = False) -> JoinRequest:
    """The open request under the hold of its person and unit: for the unit's admins, with `own` for whoever asked."""
    if not is_ref(ref):
        raise Missing
    about = session.execute(
        sa.select(JoinRequest.person_id, JoinRequest.unit_id).where(JoinRequest.ref == ref)
    ).one_or_none()
    if about is None or not (about.person_id == by.person_id if own else about.unit_id in by.admin_unit_ids):
        raise Missing
    hold(session, persons=[about.person_id], units=[about.unit_id])
    request = session.scalars(
        sa.select(JoinRequest).where(JoinRequest.ref == ref).execution_options(populate_existing=True)
    ).one()
    if request.status != "open":
        raise already_decided(session, request)
    return request


def close_request(session: Session, request: JoinRequest, status: str, by: Actor) -> None:
    """Note what became of the held request, for history and for those who hear of it."""
    request.status, request.decided_at, request.decided_by_id = status, clock.now(), by.person_id
    _record(session, f"join.{status}", request, by, reason=request.reason)


def _record(session: Session, verb: str, request: JoinRequest, by: Actor, **data: object) -> None:
    person_ref = session.scalar(sa.select(Person.ref).where(Person.id == request.person_id))
    record(
        session,
        verb,
        "join_request",
        request.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=request.unit_id,
        request=request.ref,
        person=person_ref,
        **data,
    )
