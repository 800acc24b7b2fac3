"""Messages on bookings: reading and writing them."""

from typing import Any

from flask import Response

from alliance.api import shown
from alliance.api.addressed import readable_booking, sound_ref
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, repeated
from alliance.api.once import act
from alliance.api.schemas.messages import MessageAnswer, MessagePage, NewMessage
from alliance.booking.messages import messages_of, write_message
from alliance.db import db

blueprint = Noun("messages", "What those concerned with a booking write to each other.")


@blueprint.call("GET", "/bookings/<ref>/messages", scope="read", answers={200: MessagePage}, fails=(404,))
def index(ref: str) -> Response:
    """List what was written on a booking one may read, the oldest first."""
    booking = readable_booking(db.session(), caller(), ref)
    messages = messages_of(db.session(), booking.id)
    return answer({"items": [shown.message(each, booking) for each in messages], "next": None})


@blueprint.call(
    "POST",
    "/bookings/<ref>/messages",
    scope="book",
    body=NewMessage,
    answers={201: MessageAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any], ref: str) -> Response:
    """Write to everybody who may read the booking; the booking and its version stay as they are."""
    done = act(write_message, sound_ref(ref), body["text"], by=caller())
    booking = readable_booking(db.session(), caller(), ref)
    (message,) = (each for each in messages_of(db.session(), booking.id) if each.ref == done.value)
    return answer(shown.message(message, booking), 201, repeated(done))
