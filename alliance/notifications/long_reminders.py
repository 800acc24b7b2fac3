"""What lasts long and is easily forgotten: entries that nobody has confirmed for a year, qualifications that end.

Each is told of once. A table says of what; its key stands in the way of a second worker that looks at the same moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.local_time import local_day, midnight
from alliance.db import action
from alliance.history.actions import record, record_all
from alliance.members.models import Management, Membership, Person, Unit
from alliance.members.queries import names_of
from alliance.members.standing import lasts, still_manages
from alliance.notifications.hearing import who_hears
from alliance.notifications.models import EntryReminder, QualificationReminder, UnitHearing
from alliance.resources.models import HeldQualification, Qualification, Resource
from alliance.resources.quality import CONFIRMED_FOR

BEFORE_END: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_KIND: Final = "to_confirm"
# Whoever is still at work on an entry that was never confirmed need not be reminded of it.
_SINCE: Final = sa.func.coalesce(Resource.confirmed_at, Resource.changed_at)


@action
def remind_of_entries(session: Session, zone: str) -> int:
    """Write into history, once for each person, how many of the entries he runs want to be confirmed; return how many.

    Of each entry it is told once until it is confirmed anew, and within a calendar month of the zone nothing more is
    told: what turns a year old later in the month waits for the next.
    """
    now = clock.now()
    if _told_this_month(session, now, zone) or not _stale(session, now, 1):
        return 0
    _take_turns(session)
    # Looked up again: another worker may have been faster.
    stale = [] if _told_this_month(session, now, zone) else _stale(session, now)
    numbers = Counter(person_id for people in _hearers(session, stale, now) for person_id in people)
    session.add_all(EntryReminder(resource_id=row.id, of=row.since, at=now) for row in stale)
    names = names_of(session, numbers.keys())
    events = [
        (person_id, None, {"name": names[person_id], "entries": number})
        for person_id, number in sorted(numbers.items())
    ]
    record_all(session, "catalogue.stale", "catalogue", events, at=now, by_id=None)
    return len(events)


@action
def remind_of_qualifications(session: Session) -> int:
    """Write into history which qualifications end within thirty days, each once; return how many."""
    now = clock.now()
    held, told = HeldQualification, QualificationReminder
    known = (
        sa.select(sa.literal(1))
        .where(
            told.person_id == held.person_id,
            told.qualification_id == held.qualification_id,
            told.until == held.valid_until,
        )
        .exists()
    )
    # A day more on either side than anybody's own day can differ from that of UTC.
    today = now.date()
    rows = session.execute(
        sa.select(held.valid_from, held.valid_until, Qualification, Person, Unit.zone)
        .join(Qualification, Qualification.id == held.qualification_id)
        .join(Person, Person.id == held.person_id)
        .join(Unit, Unit.id == Qualification.owner_id)
        .where(held.valid_until >= today - _DAY, held.valid_until <= today + BEFORE_END + _DAY, ~known)
        .order_by(held.valid_until, held.person_id, held.qualification_id)
        .with_for_update(of=held, key_share=True, skip_locked=True)
    ).all()
    told_of = 0
    for since, until, qualification, person, zone in rows:
        day = local_day(now, ZoneInfo(zone))
        if until is None or not day <= until <= day + BEFORE_END:
            continue
        told_of += 1
        session.add(
            QualificationReminder(person_id=person.id, qualification_id=qualification.id, until=until)
        )
        # Who was granted it for so short a time knows.
        if since <= until - BEFORE_END:
            record(
                session,
                "qualification.ending",
                "qualification",
                qualification.id,
                at=now,
                by_id=None,
                unit_id=qualification.owner_id,
                qualification=qualification.code,
                person=person.ref,
                name=person.name,
                valid_until=until.isoformat(),
            )
    return told_of


def _told_this_month(session: Session, now: datetime, zone: str) -> bool:
    place = ZoneInfo(zone)
    began = midnight(local_day(now, place).replace(day=1), place)
    return session.scalar(sa.select(EntryReminder.of).where(EntryReminder.at >= began).limit(1)) is not None


def _stale(session: Session, now: datetime, most: int | None = None) -> Sequence[Any]:
    """Published entries that nobody has confirmed for a year and nobody was reminded of since."""
    known = (
        sa.select(sa.literal(1))
        .where(EntryReminder.resource_id == Resource.id, EntryReminder.of == _SINCE)
        .exists()
    )
    return session.execute(
        sa.select(Resource.id, Resource.owner_id, Resource.detail, _SINCE.label("since"))
        .join(Unit, Unit.id == Resource.owner_id)
        .where(Resource.status == "published", Unit.status != "left", now - CONFIRMED_FOR >= _SINCE, ~known)
        .order_by(Resource.id)
        .limit(most)
    ).all()


def _hearers(session: Session, stale: Sequence[Any], now: datetime) -> Iterator[Sequence[int]]:
    """Of each entry those who run it and, as their unit chose, hear of this; in three statements."""
    if not stale:
        return
    managers = _by_first(
        session,
        sa.select(Management.resource_id, Management.person_id)
        .join(Person, Person.id == Management.person_id)
        .where(Person.status == "active", still_manages(now)),
    )
    admins = _by_first(
        session,
        sa.select(Membership.unit_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.is_admin, Person.status == "active", lasts(now)),
    )
    chosen = dict(
        session.execute(
            sa.select(UnitHearing.unit_id, UnitHearing.hearers).where(UnitHearing.kind == _KIND)
        ).all()
    )
    for row in stale:
        # What is always shown as busy is its managers' affair alone, as with all other news.
        of_unit = () if row.detail == "busy" else admins.get(row.owner_id, ())
        yield who_hears(chosen.get(row.owner_id), _KIND, managers=managers.get(row.id, ()), admins=of_unit)


def _by_first(session: Session, pairs: sa.Select[int, int]) -> Mapping[int, Sequence[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for first, second in session.execute(pairs):
        found[first].append(second)
    return found


def _take_turns(session: Session) -> None:
    """One worker at a time: two must not count the same entries."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE entry_reminder IN SHARE ROW EXCLUSIVE MODE"))
