"""A guest of a unit and an open invitation, so that the page of its people shows both."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import action, db
from alliance.members.actor import actor_of
from alliance.members.invitations import Guest, invite
from alliance.members.memberships import change_membership
from alliance.members.models import OneTimeLink, Person

_UNIT, _ADMIN = "XWBR", "fangshuyan@example.org"
_GUEST = "songshiyu@example.org"
_INVITED = Guest("tangxuelian@example.org", "唐雪涟")
_STAY = timedelta(days=90)


def add_guests(now: datetime, zone: str, key: str) -> None:
    """Let a guest stay for three months, and invite somebody whose letter is not sent to anybody."""
    people = dict(
        db.session.execute(sa.select(Person.email, Person.id).where(Person.email.in_((_ADMIN, _GUEST)))).all()
    )
    by = actor_of(db.session(), people[_ADMIN]) if _ADMIN in people else None
    guest_ref = db.session.scalar(sa.select(Person.ref).where(Person.email == _GUEST))
    if by is None or guest_ref is None:
        return
    last = (now + _STAY).astimezone(ZoneInfo(zone)).date()
    change_membership(_UNIT, guest_ref, by=by, is_admin=False, ends_on=last)
    _keep(invite(_UNIT, _INVITED, by=by, key=key))


@action
def _keep(session: Session, ref: str) -> None:
    """Nobody is behind the address of a demo."""
    link = session.scalars(sa.select(OneTimeLink).where(OneTimeLink.ref == ref)).one()
    link.letter, link.seed = "sent", None
