"""Closures as JSON."""

from typing import Any

from marshmallow import fields, validates_schema

from alliance.api.fields import Choice, Day, Moment, Text, WholeNumber
from alliance.api.pages import LONGEST_PAGE, USUAL_PAGE
from alliance.api.schemas import Input, Output, check_span
from alliance.availability.models import CLOSURE_KINDS

LONGEST_REASON = 300
LONGEST_ITEM_LABEL = 60


class NewClosure(Input):
    """Why and from when on the resource, or one item of it, cannot be used; without an end until somebody ends it."""

    kind = Choice(CLOSURE_KINDS, required=True)
    start = Moment(whole_minutes=True, metadata={"description": "By default now."})
    end = Moment(whole_minutes=True)
    item = Text(longest=LONGEST_ITEM_LABEL, metadata={"description": "The label of one item."})
    reason = Text(longest=LONGEST_REASON, load_default="")
    review_on = Day()

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span(data)


class ClosureEnd(Input):
    """When it is over, by default now."""

    end = Moment(whole_minutes=True)


class ClosureQuery(Input):
    """The time to look at; without it, whatever is not over yet."""

    since = Moment(written=True, data_key="from")
    until = Moment(written=True, data_key="to")
    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, written=True, load_default=USUAL_PAGE)

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span({"from": data.get("since"), "to": data.get("until")}, "from", "to")


class ClosureAnswer(Output):
    """A closure; `end` is null until somebody knows."""

    ref = fields.String(required=True)
    resource = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, metadata={"enum": list(CLOSURE_KINDS)})
    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    review_on = fields.Date(required=True, allow_none=True)
    created = fields.DateTime(required=True)


class ClosurePage(Output):
    """The closures of a resource by start."""

    items = fields.List(fields.Nested(ClosureAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
