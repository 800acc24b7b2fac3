"""The conversation on a booking: between its booker, those who run the resource, and those who decide."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.booking.changing import note
from alliance.booking.models import Booking, BookingMessage
from alliance.booking.permissions import may_read, may_write
from alliance.booking.queries import booking_of
from alliance.db import action, read_rows
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.refs import new_ref

LONGEST_MESSAGE: Final = 2000
MOST_MESSAGES: Final = 200
_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
# What steers a screen instead of standing on it: controls, halves of characters, and marks that turn the order of
# what stands around them.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Message:
    """One message and who wrote it."""

    ref: str
    person: str
    text: str
    at: datetime


@action
def write_message(session: Session, ref: str, text: str, *, by: Actor) -> str:
    """Say something to everybody who may read the booking, in whatever state it is; return the message's ref.

    The booking itself does not change: neither its version nor what calendars show. Raises Missing, Forbidden
    or Refused.
    """
    booking_id = session.scalar(sa.select(Booking.id).where(Booking.ref == ref))
    if booking_id is None:
        raise Missing
    # No rule reads messages: the booking's own row is enough to count them, and nobody who books waits for it.
    hold(session, bookings=[booking_id])
    booking = booking_of(session, ref)
    if booking is None or not may_read(by, booking):
        raise Missing
    if not may_write(by, booking):
        raise Forbidden("concerned")
    text = cleaned(text)
    _refuse_unfit(text, message_count(session, booking_id))
    at, message_ref = clock.now(), new_ref()
    session.add(
        BookingMessage(ref=message_ref, booking_id=booking_id, person_id=by.person_id, text=text, at=at)
    )
    # History says that somebody wrote; what he wrote stands in one place only.
    note(session, "booking.message", booking, by=by, now=at, message=message_ref)
    return message_ref


def cleaned(text: str) -> str:
    """The text as it is kept: plain line ends, no controls, composed characters."""
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _UNFIT.sub("", text)).strip()


def messages_of(session: Session, booking_id: int) -> Sequence[Message]:
    """Everything written on the booking, oldest first, in one statement."""
    return [Message(*row) for row in read_rows(session, _MESSAGES, {"booking": booking_id})]


def message_count(session: Session, booking_id: int) -> int:
    """How many messages there are on the booking."""
    return int(read_rows(session, _COUNT, {"booking": booking_id}).scalar_one())


# Put together once: building a statement costs more than running it.
_MESSAGES: Final = (
    sa.select(BookingMessage.ref, Person.name, BookingMessage.text, BookingMessage.at)
    .join(Person, Person.id == BookingMessage.person_id)
    .where(BookingMessage.booking_id == sa.bindparam("booking"))
    .order_by(BookingMessage.id)
)
_COUNT: Final = (
    sa.select(sa.func.count())
    .select_from(BookingMessage)
    .where(BookingMessage.booking_id == sa.bindparam("booking"))
)


def _refuse_unfit(text: str, there_are: int) -> None:
    problems = []
    if not text:
        problems.append(Problem("message_empty", field="text"))
    if len(text) > LONGEST_MESSAGE:
        problems.append(
            Problem(
                "message_too_long", params={"longest": LONGEST_MESSAGE, "length": len(text)}, field="text"
            )
        )
    if there_are >= MOST_MESSAGES:
        problems.append(Problem("too_many_messages", params={"most": MOST_MESSAGES}))
    if problems:
        raise Refused(problems)
