"""Reading units for those who look them up."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Missing
from alliance.members.models import Unit

# Whoever has only applied is nobody's business but the secretariat's.
_LISTED = ("active", "suspended")
_KNOWN = ("active", "suspended", "left", "external")


def listed_units(session: Session) -> Sequence[Unit]:
    """The members of the alliance, those that are suspended at present included, by code."""
    chosen = sa.select(Unit).where(Unit.status.in_(_LISTED)).order_by(Unit.code)
    return session.scalars(chosen).all()


def units_after(session: Session, after: str, limit: int) -> Sequence[Unit]:
    """Up to `limit` of the same, after that code."""
    chosen = sa.select(Unit).where(Unit.status.in_(_LISTED), Unit.code > after)
    return session.scalars(chosen.order_by(Unit.code).limit(limit)).all()


def unit_by_code(session: Session, code: str) -> Unit:
    """The unit, also one that has left or never was a member; raises Missing."""
    # PostgreSQL would refuse the character zero with an error of its own.
    if not code.isprintable():
        raise Missing
    found = session.scalar(sa.select(Unit).where(Unit.code == code, Unit.status.in_(_KNOWN)))
    if found is None:
        raise Missing
    return found
