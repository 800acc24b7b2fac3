"""Reading qualifications: what one holds and asked for, what one grants, who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from alliance.errors import Forbidden, Missing
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.models import HeldQualification, Qualification, RequiredQualification, Resource
from alliance.resources.permissions import visible_to
from alliance.resources.qualifications.models import QualificationRequest
from alliance.resources.qualifications.permissions import granted_by, known_to

# So long before the end one may ask for it anew.
RENEWED_BEFORE: Final = timedelta(days=60)


@dataclass(frozen=True)
class _Lasting:
    """That somebody holds a qualification from and through which local day."""

    valid_from: date
    valid_until: date | None

    def state_on(self, day: date) -> Literal["later", "held", "over"]:
        """Whether it is held that day: not yet, yes or no longer."""
        if self.valid_from > day:
            return "later"
        return "over" if self.valid_until is not None and self.valid_until < day else "held"

    def ends_soon(self, day: date) -> bool:
        """Whether one may ask for it anew by then."""
        return self.valid_until is not None and self.valid_until <= day + RENEWED_BEFORE


@dataclass(frozen=True)
class Held(_Lasting):
    """A qualification somebody holds, and whose it is."""

    qualification: Qualification
    owner: Unit

    def state_at(self, now: datetime) -> Literal["later", "held", "over"]:
        """Whether it is held then: not yet, yes or no longer, by the day of the unit whose it is."""
        return self.state_on(self._day(now))

    def may_be_renewed_at(self, now: datetime) -> bool:
        """Whether one may ask for it anew then, by the day of that unit."""
        return self.ends_soon(self._day(now))

    def _day(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.owner.zone)).date()


@dataclass(frozen=True)
class Holder(_Lasting):
    """Somebody who holds a qualification, and who granted it."""

    person: Person
    granted_by: str | None


@dataclass(frozen=True)
class Known:
    """A qualification its reader knows of: since and until when he holds it, his open request, whether he grants it."""

    qualification: Qualification
    owner: Unit
    held_from: date | None
    held_until: date | None
    request: str | None
    may_grant: bool


@dataclass(frozen=True)
class Granted:
    """A qualification its reader grants: how many hold it, and how many ask for it."""

    qualification: Qualification
    owner: Unit
    holders: int
    waiting: int


def qualification_of(session: Session, reader: Actor, code: str) -> tuple[Qualification, Unit]:
    """The qualification and its owner, for whoever may know of it; raises Missing."""
    found = None
    if code.isprintable():
        found = session.execute(
            sa.select(Qualification, Unit)
            .join(Unit, Unit.id == Qualification.owner_id)
            .where(Qualification.code == code, known_to(reader))
        ).one_or_none()
    if found is None:
        raise Missing
    return found[0], found[1]


def granted_qualification(session: Session, reader: Actor, code: str) -> tuple[Qualification, Unit]:
    """The same for those who grant it; raises Forbidden for others who may know of it."""
    found = qualification_of(session, reader, code)
    if not session.scalar(
        sa.select(Qualification.id).where(Qualification.id == found[0].id, granted_by(reader))
    ):
        raise Forbidden("manager")
    return found


def known_ones(
    session: Session,
    reader: Actor,
    *,
    code: str | None = None,
    resource_id: int | None = None,
    owner_id: int | None = None,
    after: str = "",
    limit: int = 1,
) -> list[Known]:
    """Those the reader may know of, by code, in one statement: all, or what the resource asks for, or the unit's own.

    The caller has made sure that he may see the resource.
    """
    held, asked = HeldQualification, QualificationRequest
    own = sa.and_(held.qualification_id == Qualification.id, held.person_id == reader.person_id)
    waiting = sa.and_(
        asked.qualification_id == Qualification.id,
        asked.person_id == reader.person_id,
        asked.status == "open",
    )
    grants = sa.case((granted_by(reader), sa.true()), else_=sa.false())
    chosen = (
        sa.select(Qualification, Unit, held.valid_from, held.valid_until, asked.ref, grants)
        .join(Unit, Unit.id == Qualification.owner_id)
        .outerjoin(held, own)
        .outerjoin(asked, waiting)
        .where(known_to(reader), Qualification.code > after)
        .order_by(Qualification.code)
        .limit(limit)
    )
    if code is not None:
        chosen = chosen.where(Qualification.code == code)
    if resource_id is not None:
        asking = sa.select(RequiredQualification.qualification_id).where(
            RequiredQualification.resource_id == resource_id
        )
        chosen = chosen.where(Qualification.id.in_(asking))
    if owner_id is not None:
        chosen = chosen.where(Qualification.owner_id == owner_id)
    return [
        Known(found, owner, since, until, ref, bool(granting))
        for found, owner, since, until, ref, granting in session.execute(chosen)
    ]


def held_by(session: Session, person_id: int) -> list[Held]:
    """What the person holds or once held, what lasts longest first."""
    rows = session.execute(
        sa.select(HeldQualification.valid_from, HeldQualification.valid_until, Qualification, Unit)
        .join(HeldQualification, HeldQualification.qualification_id == Qualification.id)
        .join(Unit, Unit.id == Qualification.owner_id)
        .where(HeldQualification.person_id == person_id)
        .order_by(
            HeldQualification.valid_until.is_not(None),
            HeldQualification.valid_until.desc(),
            Qualification.code,
        )
    )
    return [Held(*row) for row in rows]


def own_requests(session: Session, person_id: int) -> Sequence[QualificationRequest]:
    """What the person asks for, the latest first."""
    return session.scalars(
        sa.select(QualificationRequest)
        .where(QualificationRequest.person_id == person_id, QualificationRequest.status == "open")
        .options(joinedload(QualificationRequest.qualification))
        .order_by(QualificationRequest.id.desc())
    ).all()


def granted_ones(session: Session, reader: Actor) -> list[Granted]:
    """What the reader grants, those that somebody asks for first, in one statement."""
    held, asked = HeldQualification, QualificationRequest
    holders = sa.select(sa.func.count()).where(held.qualification_id == Qualification.id).scalar_subquery()
    waiting = (
        sa.select(sa.func.count())
        .where(asked.qualification_id == Qualification.id, asked.status == "open")
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Qualification, Unit, holders, waiting)
        .join(Unit, Unit.id == Qualification.owner_id)
        .where(granted_by(reader))
        .order_by(waiting.desc(), Unit.code, Qualification.code)
    )
    return [Granted(*row) for row in rows]


def holders_of(session: Session, qualification_id: int) -> list[Holder]:
    """Who holds it, by name. The caller has made sure that the reader grants it."""
    granter = aliased(Person)
    held = HeldQualification
    rows = session.execute(
        sa.select(held.valid_from, held.valid_until, Person, granter.name)
        .join(Person, Person.id == held.person_id)
        .outerjoin(granter, granter.id == held.granted_by_id)
        .where(held.qualification_id == qualification_id)
        .order_by(Person.name, Person.id)
    )
    return [Holder(*row) for row in rows]


def open_requests(session: Session, qualification_id: int) -> Sequence[QualificationRequest]:
    """Who asks for it, the oldest first. The caller has made sure that the reader grants it."""
    return session.scalars(
        sa.select(QualificationRequest)
        .where(
            QualificationRequest.qualification_id == qualification_id, QualificationRequest.status == "open"
        )
        .options(joinedload(QualificationRequest.person))
        .order_by(QualificationRequest.id)
    ).all()


def asked_for_by(session: Session, reader: Actor, qualification_id: int) -> Sequence[Resource]:
    """What asks for it, as far as the reader may know, by code."""
    return session.scalars(
        sa.select(Resource)
        .join(RequiredQualification, RequiredQualification.resource_id == Resource.id)
        .where(RequiredQualification.qualification_id == qualification_id, visible_to(reader))
        .order_by(Resource.code)
    ).all()


def resources_to_choose(session: Session, unit_id: int) -> Sequence[tuple[str, str, str | None]]:
    """Code and names of all the unit owns that is not retired; the reader is its admin."""
    rows = session.execute(
        sa.select(Resource.code, Resource.name_zh, Resource.name_en)
        .where(Resource.owner_id == unit_id, Resource.status != "retired")
        .order_by(Resource.code)
    )
    return [(code, zh, en) for code, zh, en in rows]
