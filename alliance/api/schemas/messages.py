"""Messages on bookings as JSON."""

from marshmallow import fields

from alliance.api.fields import Text
from alliance.api.schemas import Input, Output
from alliance.booking.messages import LONGEST_MESSAGE


class NewMessage(Input):
    """What somebody wants to say."""

    text = Text(longest=LONGEST_MESSAGE, required=True)


class MessageAnswer(Output):
    """One message. Its time carries the offset of the resource's place."""

    ref = fields.String(required=True)
    person = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.DateTime(required=True)


class MessagePage(Output):
    """All messages on a booking, the oldest first."""

    items = fields.List(fields.Nested(MessageAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
