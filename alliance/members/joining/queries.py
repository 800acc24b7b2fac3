"""Reading who asks to be let in."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance.errors import Forbidden, Missing
from alliance.members.actor import Actor
from alliance.members.joining.models import Application, JoinRequest
from alliance.members.models import Person
from alliance.refs import is_ref

# Of those that are decided a page shows the latest.
PAGE = 50


def applications(session: Session, reader: Actor) -> tuple[Sequence[Application], Sequence[Application]]:
    """The open applications, the oldest first, and the latest of those decided; for the secretariat alone."""
    if not reader.is_secretariat:
        raise Forbidden("secretariat")
    chosen = sa.select(Application).options(
        joinedload(Application.unit), joinedload(Application.decided_by).load_only(Person.name)
    )
    is_open = Application.status == "open"
    waiting = session.scalars(chosen.where(is_open).order_by(Application.id)).all()
    decided = session.scalars(chosen.where(~is_open).order_by(Application.id.desc()).limit(PAGE)).all()
    return waiting, decided


def application_of(session: Session, reader: Actor, ref: str) -> Application:
    """One application, for the secretariat and for whoever signed in and made it; raises Missing."""
    found = None
    if is_ref(ref):
        found = session.scalars(
            sa.select(Application)
            .where(Application.ref == ref)
            .options(joinedload(Application.unit), joinedload(Application.decided_by).load_only(Person.name))
        ).one_or_none()
    if found is None or not (reader.is_secretariat or found.person_id == reader.person_id):
        raise Missing
    return found


def join_requests_to(
    session: Session, reader: Actor, unit_id: int
) -> tuple[Sequence[JoinRequest], Sequence[JoinRequest]]:
    """Who asks to join the unit, the oldest first, and whom it answered of late; for its admins alone."""
    if unit_id not in reader.admin_unit_ids:
        raise Missing
    chosen = (
        sa.select(JoinRequest)
        .where(JoinRequest.unit_id == unit_id)
        .options(
            joinedload(JoinRequest.person).load_only(Person.name, Person.email, Person.ref),
            joinedload(JoinRequest.decided_by).load_only(Person.name),
        )
    )
    waiting = session.scalars(chosen.where(JoinRequest.status == "open").order_by(JoinRequest.id)).all()
    decided = chosen.where(JoinRequest.status.in_(("admitted", "refused")))
    return waiting, session.scalars(decided.order_by(JoinRequest.id.desc()).limit(PAGE)).all()


def own_join_request(session: Session, reader: Actor, unit_id: int) -> JoinRequest | None:
    """What the reader asked the unit last, if he ever did."""
    return session.scalars(
        sa.select(JoinRequest)
        .where(JoinRequest.person_id == reader.person_id, JoinRequest.unit_id == unit_id)
        .order_by(JoinRequest.id.desc())
        .limit(1)
    ).one_or_none()
