"""Opening hours, exceptions and calendar days as JSON."""

from datetime import timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields, validates_schema

from alliance.api.fields import Day, Text, Truth
from alliance.api.schemas import Input, Output
from alliance.availability.calendar import DayClass
from alliance.booking.opening.actions import LONGEST_DAY, LONGEST_HOURS, LONGEST_REASON
from alliance.errors import Problem

_LONGEST_CODE = 20
_LONGEST_MARK = 40
_MOST_DAYS = 366
_AGREED = {"description": "The mark of the bookings that would lie outside, from the answer that named it."}
_TELL = {"description": "Whether the people of these bookings are told."}


class HoursChange(Input):
    """The hours of each week, in the notation of the answer."""

    hours = Text(longest=LONGEST_HOURS, required=True)
    agreed = Text(longest=_LONGEST_MARK, load_default="", metadata=_AGREED)
    tell = Truth(load_default=False, metadata=_TELL)


class ExceptionChange(Input):
    """The hours of one date, or of each from the first to the last; null for as the week says."""

    first = Day(required=True)
    last = Day(metadata={"description": "By default the first."})
    hours = Text(
        longest=LONGEST_DAY,
        required=True,
        allow_none=True,
        metadata={"description": "Such as 09:00-12:00,13:00-17:00, or off for closed."},
    )
    reason = Text(longest=LONGEST_REASON, load_default="")
    agreed = Text(longest=_LONGEST_MARK, load_default="", metadata=_AGREED)
    tell = Truth(load_default=False, metadata=_TELL)


class ExceptionAnswer(Output):
    """A single date with hours of its own."""

    date = fields.Date(required=True)
    hours = fields.String(required=True)
    reason = fields.String(required=True)


class HoursAnswer(Output):
    """When a resource is open: each week, and the single dates from today on that differ."""

    resource = fields.String(required=True)
    hours = fields.String(required=True)
    exceptions = fields.List(fields.Nested(ExceptionAnswer), required=True)


class DaysQuery(Input):
    """The dates, first and last included, at most a year; with a unit as its own calendar has them."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")
    unit = Text(longest=_LONGEST_CODE)

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        first, last = data.get("first"), data.get("last")
        if first is None or last is None:
            return
        if last < first:
            raise ma.ValidationError({"to": [Problem("reversed")]})
        if last - first >= timedelta(days=_MOST_DAYS):
            raise ma.ValidationError({"to": [Problem("window_too_long", params={"days": _MOST_DAYS})]})


class CalendarDayAnswer(Output):
    """A date: a working day (WD), a rest day (RD) or a public holiday (PH), and whether that is official."""

    date = fields.Date(required=True)
    day_class = fields.String(
        required=True, data_key="class", metadata={"enum": [str(each) for each in DayClass]}
    )
    name = fields.String(required=True)
    announced = fields.Boolean(required=True)


class CalendarDays(Output):
    """Every date of the range."""

    items = fields.List(fields.Nested(CalendarDayAnswer), required=True)
