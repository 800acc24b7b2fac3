"""Telling people: from the outbox to deliveries, what they have read, and what they wish to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.local_time import local_day, midnight
from alliance.booking.models import Booking
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.models import Event, Outbox
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.members.units import unit_by_code
from alliance.notifications.audience import Hearing, audience_of
from alliance.notifications.kinds import BY_CODE, IN_CALENDAR, OWNERS
from alliance.notifications.models import (
    CALENDAR_PARTS,
    DIGESTS,
    HEARERS,
    MODES,
    Delivery,
    MessageChoice,
    MessageHabit,
    UnitHearing,
)
from alliance.notifications.webhooks.calls import calls_for
from alliance.refs import new_ref

# So long a letter waits for more to say about the same thing.
PATIENCE: Final = timedelta(minutes=2)
_DIGEST_AT: Final = timedelta(hours=8)
_DAY: Final = timedelta(days=1)
_MOST_AT_ONCE: Final = 100
_ENTERED: Final = ("booking.approved", "booking.moved", "booking.cancelled")


@dataclass(frozen=True)
class Wishes:
    """How one person wants to be told."""

    modes: Mapping[str, str]
    digest: str = "daily"
    calendar_part: str = "attached"

    def mode(self, kind: str) -> str:
        """How news of the kind come to him."""
        return self.modes.get(kind) or BY_CODE[kind].default


@action
def tell(session: Session, zone: str, *, limit: int = _MOST_AT_ONCE, quietly: bool = False) -> int:
    """Turn up to `limit` events of the outbox into deliveries; return how many events there were.

    The outbox rows go in the same transaction: an event is told, or it is still there. `quietly` writes no
    letters, and what is a day old counts as read: for a demo whose life happened before anybody was there.
    """
    taken = session.scalars(
        sa.select(Outbox.event_id).order_by(Outbox.event_id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    now = clock.now()
    events = session.scalars(sa.select(Event).where(Event.id.in_(taken)).order_by(Event.id)).all()
    heard = [(event, audience_of(session, event, now)) for event in events]
    wishes = _wishes_of_the_active(session, heard)
    own = {} if quietly else _own_acts(session, events)
    for event, hearing in heard:
        for person_id, kind in hearing.items():
            if person_id in wishes:
                session.add_all(_deliveries(event, person_id, kind, wishes[person_id], now, zone, quietly))
        booker_id = own.get(event.id)
        if booker_id in wishes and wishes[booker_id].calendar_part == "invited":
            session.add(_entered(event, booker_id, now))
    calls_for(session, events)
    session.flush()
    session.execute(sa.delete(Outbox).where(Outbox.event_id.in_(taken)))
    return len(taken)


def _wishes_of_the_active(session: Session, heard: Sequence[tuple[Event, Hearing]]) -> dict[int, Wishes]:
    """The wishes of all who hear of any of the events or acted themselves; who is not active is told nothing."""
    people = {person_id for _event, hearing in heard for person_id in hearing}
    people |= {event.actor_id for event, _hearing in heard if event.actor_id is not None}
    active = sa.select(Person.id).where(Person.id.in_(people), Person.status == "active")
    return wishes_of(session, session.scalars(active)) if people else {}


def wishes_of(session: Session, person_ids: Iterable[int]) -> dict[int, Wishes]:
    """The wishes of each of the people, in two statements."""
    wanted = list(person_ids)
    modes: dict[int, dict[str, str]] = {person_id: {} for person_id in wanted}
    for choice in session.scalars(sa.select(MessageChoice).where(MessageChoice.person_id.in_(wanted))):
        modes[choice.person_id][choice.kind] = choice.mode
    habits = {
        habit.person_id: habit
        for habit in session.scalars(sa.select(MessageHabit).where(MessageHabit.person_id.in_(wanted)))
    }
    return {
        person_id: Wishes(modes[person_id], habits[person_id].digest, habits[person_id].calendar_part)
        if person_id in habits
        else Wishes(modes[person_id])
        for person_id in wanted
    }


def _deliveries(
    event: Event, person_id: int, kind: str, wishes: Wishes, now: datetime, zone: str, quietly: bool
) -> Iterable[Delivery]:
    mode = wishes.mode(kind)
    if mode == "off":
        return
    # A calendar that enters what letters bring must not be behind until the morning.
    is_digest = mode == "digest" and not (wishes.calendar_part == "invited" and kind in IN_CALENDAR)
    about: dict[str, Any] = {
        "event_id": event.id,
        "person_id": person_id,
        "kind": kind,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
    }
    is_old = quietly and event.at < now - _DAY
    yield Delivery(
        ref=new_ref(), channel="app", state="shown", due_at=now, read_at=now if is_old else None, **about
    )
    if mode in ("now", "digest") and not quietly:
        due_at = next_digest(now, wishes.digest, ZoneInfo(zone)) if is_digest else now + PATIENCE
        yield Delivery(
            ref=new_ref(), channel="mail", state="waiting", due_at=due_at, is_digest=is_digest, **about
        )


def _own_acts(session: Session, events: Sequence[Event]) -> dict[int, int]:
    """By event the booker who changed his own booking, as far as that changes what stands in his calendar."""
    about = {event.subject_id for event in events if event.verb in _ENTERED}
    if not about:
        return {}
    bookers = dict(
        session.execute(sa.select(Booking.id, Booking.person_id).where(Booking.id.in_(about))).all()
    )
    return {
        event.id: event.actor_id
        for event in events
        if event.verb in _ENTERED
        and event.actor_id is not None
        and bookers.get(event.subject_id) == event.actor_id
    }


def _entered(event: Event, booker_id: int, now: datetime) -> Delivery:
    """A letter about one's own act, for whoever wants his bookings entered into his calendar by letters."""
    return Delivery(
        ref=new_ref(),
        event_id=event.id,
        person_id=booker_id,
        channel="mail",
        kind="entered",
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        state="waiting",
        due_at=now + PATIENCE,
    )


def next_digest(now: datetime, often: str, zone: ZoneInfo) -> datetime:
    """The next eight o'clock in the morning, or that of the next Monday."""
    day = local_day(now, zone)
    while (at := midnight(day, zone) + _DIGEST_AT) <= now or (often == "weekly" and day.weekday() != 0):
        day += _DAY
    return at


@action
def mark_read(session: Session, ref: str, by: Actor) -> None:
    """Note that the person has seen this line; what was read before stays so. Raises Missing for anybody else's."""
    line = session.scalars(
        sa.select(Delivery).where(
            Delivery.ref == ref, Delivery.person_id == by.person_id, Delivery.channel == "app"
        )
    ).one_or_none()
    if line is None:
        raise Missing
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.person_id == by.person_id,
            Delivery.channel == "app",
            Delivery.read_at.is_(None),
            Delivery.subject_type == line.subject_type,
            Delivery.subject_id == line.subject_id,
            Delivery.id <= line.id,
        )
        .values(read_at=clock.now())
    )


@action
def mark_all_read(session: Session, by: Actor) -> None:
    """Note that the person has seen all lines there are."""
    unread = (Delivery.person_id == by.person_id, Delivery.channel == "app", Delivery.read_at.is_(None))
    session.execute(sa.update(Delivery).where(*unread).values(read_at=clock.now()))


@action
def choose(session: Session, by: Actor, modes: Mapping[str, str], *, digest: str, calendar_part: str) -> None:
    """Set how the person hears of each kind from now on; raises Refused for words the vocabulary does not know."""
    known = (
        all(kind in BY_CODE and mode in MODES for kind, mode in modes.items())
        and digest in DIGESTS
        and calendar_part in CALENDAR_PARTS
    )
    if not known:
        raise Refused([Problem("unknown_choice", params={"choices": MODES}, field="modes")])
    hold(session, persons=[by.person_id])
    for kind, mode in modes.items():
        session.merge(MessageChoice(person_id=by.person_id, kind=kind, mode=mode))
    session.merge(MessageHabit(person_id=by.person_id, digest=digest, calendar_part=calendar_part))


@action
def choose_hearers(session: Session, unit_code: str, by: Actor, hearers: Mapping[str, str]) -> None:
    """Set who of the unit's people hears of each kind of news about what it owns; its admins may."""
    unit_id = unit_by_code(session, unit_code).id
    if unit_id not in by.unit_ids:
        raise Missing
    if unit_id not in by.admin_unit_ids:
        raise Forbidden("unit_admin")
    if not all(kind in OWNERS and who in HEARERS for kind, who in hearers.items()):
        raise Refused([Problem("unknown_choice", params={"choices": HEARERS}, field="hearers")])
    hold(session, units=[unit_id])
    for kind, who in hearers.items():
        session.merge(UnitHearing(unit_id=unit_id, kind=kind, hearers=who))


@action
def write_no_more(session: Session, ref: str) -> str:
    """Let the kind of news of this letter come in the app alone from now on; return the kind. Raises Missing.

    What was only entered into a calendar is entered no more: bookings come as files to open again.
    For the link in the letter itself, which needs no signing in: knowing the letter's signed address is enough.
    """
    letter = session.scalars(
        sa.select(Delivery).where(Delivery.ref == ref, Delivery.channel == "mail")
    ).one_or_none()
    if letter is None:
        raise Missing
    hold(session, persons=[letter.person_id])
    if BY_CODE[letter.kind].side == "own":
        habit = session.get(MessageHabit, letter.person_id)
        if habit is not None:
            habit.calendar_part = "attached"
    else:
        session.merge(MessageChoice(person_id=letter.person_id, kind=letter.kind, mode="app"))
    waiting = (
        Delivery.person_id == letter.person_id,
        Delivery.channel == "mail",
        Delivery.kind == letter.kind,
        Delivery.state == "waiting",
    )
    session.execute(sa.delete(Delivery).where(*waiting, Delivery.id != letter.id))
    return letter.kind
