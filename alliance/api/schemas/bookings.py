"""Bookings as JSON."""

from typing import Any

from marshmallow import fields, validates_schema

from alliance.api.fields import MOST_ANSWERS, MOST_ITEMS, Answers, Choices, Flag, Moment, Text, WholeNumber
from alliance.api.pages import LONGEST_PAGE, USUAL_PAGE
from alliance.api.schemas import Input, Output, check_span
from alliance.api.schemas.questions import GivenAnswer
from alliance.booking.models import STATUSES

LONGEST_TITLE, LONGEST_PURPOSE, LONGEST_REASON = 500, 2000, 500
LONGEST_CODE = 20


class NewBooking(Input):
    """What somebody wants."""

    resource = Text(longest=LONGEST_CODE, required=True)
    start = Moment(whole_minutes=True, required=True)
    end = Moment(whole_minutes=True, required=True)
    quantity = WholeNumber(least=1, most=MOST_ITEMS, load_default=1)
    unit = Text(longest=LONGEST_CODE)
    title = Text(longest=LONGEST_TITLE, load_default="")
    purpose = Text(longest=LONGEST_PURPOSE, load_default="")
    answers = Answers(
        load_default=dict,
        metadata={
            "description": "Answers to the resource's questions, by their refs: a text, a number, the value of a "
            "choice, true for a consent, the ref of a file that was sent.",
            "maxProperties": MOST_ANSWERS,
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
    )

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span(data)


class BookingChange(Input):
    """What should be different; what is left out stays."""

    start = Moment(whole_minutes=True)
    end = Moment(whole_minutes=True)
    quantity = WholeNumber(least=1, most=MOST_ITEMS)
    title = Text(longest=LONGEST_TITLE)
    purpose = Text(longest=LONGEST_PURPOSE)

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span(data)


class Reason(Input):
    """Why; the other side reads it."""

    reason = Text(longest=LONGEST_REASON, load_default="")


class BookingQuery(Input):
    """Which bookings: one's own, or with mine=0 all one may read."""

    mine = Flag(load_default=True)
    since = Moment(written=True, data_key="from")
    until = Moment(written=True, data_key="to")
    status = Choices(STATUSES)
    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, written=True, load_default=USUAL_PAGE)

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span({"from": data.get("since"), "to": data.get("until")}, "from", "to")


class PageQuery(Input):
    """Which part of a long list."""

    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, written=True, load_default=USUAL_PAGE)


class StageAnswer(Output):
    """One decision: who makes it, and how it was made."""

    deciders = fields.String(required=True, metadata={"enum": ["owner", "unit", "secretariat"]})
    verdict = fields.String(required=True, allow_none=True, metadata={"enum": ["approved", "refused", None]})
    by = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True)


class BookingLinks(Output):
    """Where else the booking is."""

    self = fields.String(required=True, metadata={"format": "uri"})
    html = fields.String(required=True, metadata={"format": "uri"})
    ics = fields.String(required=True, metadata={"format": "uri"})


class BookingAnswer(Output):
    """A booking, for those who may read all of it. Times carry the offset of the resource's place."""

    ref = fields.String(required=True)
    resource = fields.String(required=True)
    resource_name = fields.String(required=True)
    unit = fields.String(required=True)
    person = fields.String(required=True)
    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    quantity = fields.Integer(required=True)
    items = fields.List(
        fields.String(), required=True, metadata={"description": "Labels of the items it occupies."}
    )
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    hold_until = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Until then a request keeps its place."}
    )
    title = fields.String(required=True)
    purpose = fields.String(required=True)
    answers = fields.List(
        fields.Nested(GivenAnswer),
        required=True,
        allow_none=True,
        metadata={
            "description": "What was answered to the owner's questions; null for readers whom it does not concern."
        },
    )
    reason = fields.String(required=True, metadata={"description": "Why it was refused or given up."})
    stages = fields.List(fields.Nested(StageAnswer), required=True)
    version = fields.Integer(required=True)
    created = fields.DateTime(required=True)
    changed = fields.DateTime(required=True)
    links = fields.Nested(BookingLinks, required=True)


class BookingPage(Output):
    """A page of bookings; `next` is the cursor of the page after it, if there is one."""

    items = fields.List(fields.Nested(BookingAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
