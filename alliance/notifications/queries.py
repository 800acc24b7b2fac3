"""Reading messages: how many are unread, a page of lines, and what could not be delivered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance.db import read_rows
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.members.queries import PROFILE, Profile, profile_from
from alliance.notifications.kinds import BY_CODE, OWNERS
from alliance.notifications.models import GIVEN_UP, Delivery, UnitHearing
from alliance.notifications.told import News, told

PAGE: Final = 30

_UNREAD: Final = (Delivery.channel == "app", Delivery.read_at.is_(None))
# Asked with every page: who it is, and whether there is news for him, in one statement.
_PROFILE_AND_UNREAD: Final = PROFILE.add_columns(
    sa.select(sa.func.count())
    .where(Delivery.person_id == sa.bindparam("person"), *_UNREAD)
    .scalar_subquery()
    .label("unread")
)


def profile_and_unread(session: Session, person_id: int) -> tuple[Profile, int] | None:
    """The person, and how many lines he has not read, in one statement; None when there is nobody of this id."""
    found = read_rows(session, _PROFILE_AND_UNREAD, {"person": person_id}).one_or_none()
    return None if found is None else (profile_from(found), found.unread)


def lines_of(session: Session, reader: Actor, *, page: int = 1) -> tuple[list[News], bool]:
    """A page of the reader's lines, the latest first, and whether there are more."""
    rows = session.scalars(
        sa.select(Delivery)
        .where(Delivery.person_id == reader.person_id, Delivery.channel == "app")
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
        .options(joinedload(Delivery.event))
    ).all()
    return told(session, rows[:PAGE], reader), len(rows) > PAGE


def line_of(session: Session, reader: Actor, ref: str) -> News | None:
    """One of the reader's own lines."""
    row = session.scalars(
        sa.select(Delivery)
        .where(Delivery.ref == ref, Delivery.person_id == reader.person_id, Delivery.channel == "app")
        .options(joinedload(Delivery.event))
    ).one_or_none()
    return next(iter(told(session, [row], reader)), None) if row is not None else None


def hearers_of(session: Session, unit_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Who of each unit's people hears of each kind of news, chosen or not; in one statement."""
    found: dict[int, dict[str, str]] = {
        unit_id: {kind: BY_CODE[kind].hearers for kind in OWNERS} for unit_id in unit_ids
    }
    for row in session.scalars(sa.select(UnitHearing).where(UnitHearing.unit_id.in_(unit_ids))):
        found[row.unit_id][row.kind] = row.hearers
    return found


@dataclass(frozen=True)
class Undelivered:
    """A letter that was given up: to whom, since when, after how many tries, and what stood in the way."""

    name: str
    email: str
    due_at: datetime
    attempts: int
    problem: str
    is_uncertain: bool


def undelivered(session: Session, *, limit: int = 50) -> Sequence[Undelivered]:
    """The letters that were given up, the latest first: for the secretariat."""
    rows = session.execute(
        sa.select(
            Person.name,
            Person.email,
            Delivery.due_at,
            Delivery.attempts,
            Delivery.problem,
            Delivery.is_uncertain,
        )
        .join(Person, Person.id == Delivery.person_id)
        .where(GIVEN_UP, Delivery.lead_id.is_(None))
        .order_by(Delivery.due_at.desc(), Delivery.id.desc())
        .limit(limit)
    )
    return [Undelivered(*row) for row in rows]
