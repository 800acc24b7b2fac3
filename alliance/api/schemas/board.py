"""The board, as JSON."""

from typing import Any

from marshmallow import fields, validates_schema

from alliance.api.fields import Choices, Moment, Text, WholeNumber, wrong
from alliance.api.schemas import LONGEST_SEARCH, Input, Output, check_window
from alliance.api.schemas.bookings import LONGEST_CODE
from alliance.api.schemas.resources import FreeSpanAnswer
from alliance.availability.models import SHOWN_KINDS
from alliance.booking.board import PAGE
from alliance.resources.kinds import KINDS


class Codes(Text):
    """Some codes, separated by commas; for queries."""

    def __init__(self, *, most: int, **more: Any) -> None:
        pattern = rf"^[^,]*(,[^,]*){{0,{most - 1}}}$"
        self.most = most
        super().__init__(longest=most * (LONGEST_CODE + 1), metadata={"pattern": pattern}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        codes = list(dict.fromkeys(super()._deserialize(value, attr, data, **more).split(",")))
        if len(codes) > self.most:
            raise wrong("not_in_range", least=0, most=self.most)
        return codes


class BoardQuery(Input):
    """The time to look at, at most 31 days, and which resources: of a kind, of an owner, or some by their codes."""

    since = Moment(written=True, required=True, data_key="from")
    until = Moment(written=True, required=True, data_key="to")
    kind = Choices(KINDS)
    owner = Text(longest=LONGEST_CODE)
    resources = Codes(most=PAGE)
    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=PAGE, written=True, load_default=PAGE)

    @validates_schema(skip_on_field_errors=False)
    def _window(self, data: dict[str, Any], **_more: Any) -> None:
        named = {key: data[name] for key, name in (("from", "since"), ("to", "until")) if name in data}
        check_window(named, longest=LONGEST_SEARCH)


class BoardClosure(Output):
    """A closure of the resource, of one of its items, or of what it is a part or a whole of."""

    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True, allow_none=True)
    kind = fields.String(required=True, metadata={"enum": list(SHOWN_KINDS)})
    reason = fields.String(required=True)
    item = fields.String(
        required=True, allow_none=True, metadata={"description": "The only item it closes; null for all."}
    )


class BoardBooking(Output):
    """A booking as far as the caller may see it; what he may not know is null."""

    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    status = fields.String(required=True, metadata={"enum": ["requested", "approved"]})
    level = fields.String(required=True, metadata={"enum": ["busy", "unit", "full"]})
    quantity = fields.Integer(required=True)
    mine = fields.Boolean(required=True)
    unit = fields.String(required=True, allow_none=True)
    person = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    ref = fields.String(
        required=True, allow_none=True, metadata={"description": "Only if the caller may read the booking."}
    )


class BoardRow(Output):
    """A resource with its time: what is free from now on, what is closed, and what is booked."""

    resource = fields.String(required=True)
    name = fields.String(required=True)
    owner = fields.String(required=True)
    items = fields.Integer(required=True, metadata={"description": "How many can be asked for at once."})
    zone = fields.String(required=True)
    free = fields.List(fields.Nested(FreeSpanAnswer), required=True)
    closures = fields.List(fields.Nested(BoardClosure), required=True)
    bookings = fields.List(fields.Nested(BoardBooking), required=True)


class BoardPage(Output):
    """Some rows by code; `next` is the cursor of the rows after them, if there are any."""

    items = fields.List(fields.Nested(BoardRow), required=True)
    next = fields.String(required=True, allow_none=True)
