"""Sending letters: which are due, who sends them, and what became of them.

A letter is claimed with a lease in one transaction, sent outside of any, and noted in another. Who is killed in between
leaves a lapsed lease behind: the letter may have gone or not. It is sent once more under the same Message-ID, and never
again. Letters to one person are one worker's at a time, so that none overtakes another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.config import Settings
from alliance.db import action, db
from alliance.members.actor import actor_of
from alliance.members.models import Person
from alliance.notifications.actions import wishes_of
from alliance.notifications.letters import CalendarPart, letter_about
from alliance.notifications.mailbox import Mailbox, NotSent, Unknown, Unreachable
from alliance.notifications.models import UNSENT, Delivery
from alliance.notifications.told import told

LEASE: Final = timedelta(minutes=5)
GIVE_UP_AFTER: Final = timedelta(days=1)
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_AT_ONCE: Final = 50


@dataclass(frozen=True)
class Claim:
    """A letter that is ours to send until the lease ends: its own delivery first, then those it tells besides."""

    person_id: int
    delivery_ids: tuple[int, ...]


def send_letters(mailbox: Mailbox, settings: Settings, *, limit: int = _MOST_AT_ONCE) -> int:
    """Send what is due, one letter after the other; return how many were taken in hand, at most `limit`.

    It is fewer when no more are due, or the server cannot be reached, which no other letter would change.
    """
    for taken in range(1, limit + 1):
        claim = claim_letter()
        if claim is None:
            return taken - 1
        try:
            _send(claim, mailbox, settings)
        except Unreachable:
            return taken
        finally:
            db.session.rollback()
    return limit


@action
def claim_letter(session: Session) -> Claim | None:
    """Take the letter that is due longest in hand, under a lease; None when none is.

    One at a time: of several in hand, a crash would leave all in doubt.
    """
    now = clock.now()
    _give_up_what_was_half_sent_twice(session, now)
    due = sa.or_(
        sa.and_(Delivery.state == "waiting", Delivery.due_at <= now),
        sa.and_(Delivery.state == "sending", Delivery.lease_until <= now),
    )
    first = session.execute(
        sa.select(Delivery.person_id, Delivery.is_digest, Delivery.subject_type, Delivery.subject_id)
        .where(UNSENT, due)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(_MOST_AT_ONCE)
    ).all()
    for person_id, is_digest, subject_type, subject_id in dict.fromkeys(first):
        subject = (Delivery.subject_type == subject_type, Delivery.subject_id == subject_id)
        # A digest tells of everything that waits for it, any other letter of its subject.
        about = (Delivery.is_digest,) if is_digest else (sa.not_(Delivery.is_digest), *subject)
        chosen = _chosen(session, person_id, about, now)
        if chosen:
            for each in chosen:
                each.state, each.lease_until = "sending", now + LEASE
                each.attempts += 1
                each.first_tried_at = each.first_tried_at or now
                each.lead_id = None if each is chosen[0] else chosen[0].id
            return Claim(person_id, tuple(each.id for each in chosen))
    return None


def _chosen(session: Session, person_id: int, about: tuple[Any, ...], now: datetime) -> list[Delivery]:
    """What goes to the person in one letter, its own delivery first; nothing while somebody has some of it in hand."""
    locked = (
        sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True, skip_locked=True)
    )
    if session.scalar(locked) is None:
        return []
    together = session.scalars(
        sa.select(Delivery)
        .where(Delivery.person_id == person_id, Delivery.state.in_(("waiting", "sending")))
        .where(*about)
        .order_by(Delivery.id)
    ).all()
    sending = [each for each in together if each.state == "sending"]
    if any(each.lease_until is not None and each.lease_until > now for each in sending):
        return []
    if not sending:
        return list(together)
    # Sent once more as it was, without what has happened since: that goes into a letter of its own.
    for each in sending:
        each.is_uncertain = True
    return sorted(sending, key=lambda each: each.lead_id is not None)


def _give_up_what_was_half_sent_twice(session: Session, now: datetime) -> None:
    lapsed = (UNSENT, Delivery.state == "sending", Delivery.lease_until <= now, Delivery.is_uncertain)
    session.execute(
        sa.update(Delivery).where(*lapsed).values(state="given_up", lease_until=None, problem="half_sent")
    )


def _send(claim: Claim, mailbox: Mailbox, settings: Settings) -> None:
    """Write the letter, hand it over and note what became of it; raises Unreachable when that is noted."""
    session = db.session()
    rows = session.scalars(
        sa.select(Delivery)
        .where(Delivery.id.in_(claim.delivery_ids))
        .order_by(Delivery.id)
        .options(joinedload(Delivery.event))
    ).all()
    person = session.get(Person, claim.person_id)
    reader = actor_of(session, claim.person_id)
    if person is None or reader is None or person.status != "active":
        note_sent(claim.delivery_ids, problem="person_gone")
        return
    news = told(session, rows, reader)
    if not news:
        # What he may no longer know of is nothing to write about.
        note_sent(claim.delivery_ids, problem="nothing_to_tell")
        return
    lead = next(row for row in rows if row.id == claim.delivery_ids[0])
    wishes = wishes_of(session, [person.id])[person.id]
    written = letter_about(session, lead, news, person, reader, wishes, settings)
    email = person.email
    session.rollback()
    try:
        mailbox.send(written.message, email)
    except NotSent as failed:
        note_failed(claim.delivery_ids, failed.code, final=failed.final)
        if isinstance(failed, Unreachable):
            raise
    except Unknown:
        note_unknown(claim.delivery_ids)
    else:
        note_sent(claim.delivery_ids, brought=written.brought)


@action
def note_sent(
    session: Session, delivery_ids: Sequence[int], *, problem: str = "", brought: CalendarPart | None = None
) -> None:
    """The letter has gone, with a calendar part about one booking or without, or there was nothing left to write."""
    told_now = sa.update(Delivery).where(Delivery.id.in_(delivery_ids))
    session.execute(told_now.values(state="sent", sent_at=clock.now(), lease_until=None, problem=problem))
    if brought is not None:
        about = (Delivery.subject_type == "booking", Delivery.subject_id == brought.booking_id)
        session.execute(told_now.where(*about).values(calendar_method=brought.method))


@action
def note_failed(session: Session, delivery_ids: Sequence[int], code: str, *, final: bool = False) -> None:
    """It was not taken: try again, each time later, for a day; then give up, which the secretariat is shown."""
    now = clock.now()
    lead = session.get_one(Delivery, delivery_ids[0])
    began = lead.first_tried_at or now
    wait = wait_after(lead.attempts)
    gives_up = final or now + wait > began + GIVE_UP_AFTER
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .values(
            state="given_up" if gives_up else "waiting",
            due_at=now if gives_up else now + wait,
            lease_until=None,
            problem=code[:40],
            # What waits again may go with another letter; of what is given up the first stands for all.
            **({} if gives_up else {"lead_id": None}),
        )
    )


def wait_after(attempts: int) -> timedelta:
    """How long until a letter is tried again that was tried so often: each time longer, up to an hour."""
    longer: int = 2 ** min(attempts - 1, 10)
    return min(_LONGEST_WAIT, _FIRST_WAIT * longer)


@action
def note_unknown(session: Session, delivery_ids: Sequence[int]) -> None:
    """The server fell silent after it had the letter: as if we had been killed then, but its lease ends soon."""
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .values(lease_until=clock.now() + _FIRST_WAIT, problem="connection_lost")
    )
