"""Feeds as JSON."""

from collections.abc import Sequence
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validates_schema

from alliance.api.fields import Choice, Many, Text, Truth, WholeNumber, wrong
from alliance.api.schemas import Input, Output
from alliance.api.schemas.bookings import LONGEST_CODE
from alliance.calendars.feeds import MOST_RESOURCES
from alliance.calendars.ics import COLOURS
from alliance.calendars.looks import LONGEST_LABEL, MOST_DAYS
from alliance.calendars.models import SCOPES
from alliance.errors import Problem
from alliance.i18n import LANGUAGES
from alliance.resources.kinds import DETAILS

_ABOUT_A_SUBJECT: Final = ("unit", "group", "resource")
_COLOURS: Final = ("", *COLOURS)


def _few_enough(chosen: Sequence[str]) -> None:
    if not 1 <= len(chosen) <= MOST_RESOURCES:
        raise wrong("not_in_range", least=1, most=MOST_RESOURCES)


class FeedChange(Input):
    """What should be different; what is left out stays, the address as well."""

    resources = Many(
        Text(longest=LONGEST_CODE),
        validate=_few_enough,
        metadata={
            "description": "Codes; only for the scope `resources`.",
            "minItems": 1,
            "maxItems": MOST_RESOURCES,
        },
    )
    language = Choice(LANGUAGES)
    detail = Choice(DETAILS)
    label = Text(longest=LONGEST_LABEL, metadata={"description": "What the calendar is called."})
    colour = Choice(_COLOURS, metadata={"description": "A CSS3 name; without one the client chooses."})
    pending = Truth(metadata={"description": "With what still waits for a decision."})
    cancelled = Truth(metadata={"description": "With what was cancelled of late."})
    past_days = WholeNumber(least=0, most=MOST_DAYS)
    future_days = WholeNumber(least=1, most=MOST_DAYS, allow_none=True)


class NewAddress(Input):
    """Nothing has to be said."""


class NewFeed(FeedChange):
    """Which bookings a calendar should show, in which language, how much of each."""

    scope = Choice(SCOPES, required=True)
    subject = Text(
        longest=LONGEST_CODE, metadata={"description": "The code of the unit, the group or the resource."}
    )

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _subject(self, data: dict[str, Any], sent: dict[str, Any], **_more: Any) -> None:
        scope = data.get("scope")
        name = "subject" if scope in _ABOUT_A_SUBJECT else "resources" if scope == "resources" else None
        if name is not None and name not in sent:
            raise ma.ValidationError({name: [Problem("missing_field", params={"name": name})]})


class FeedAnswer(Output):
    """A feed. Its address is shown once, when it is made or renewed."""

    ref = fields.String(required=True)
    scope = fields.String(required=True, metadata={"enum": list(SCOPES)})
    subject = fields.String(required=True, allow_none=True)
    resources = fields.List(
        fields.String(), required=True, metadata={"description": "Those of several one still may see."}
    )
    name = fields.String(required=True)
    language = fields.String(required=True, metadata={"enum": list(LANGUAGES)})
    detail = fields.String(required=True, metadata={"enum": list(DETAILS)})
    label = fields.String(required=True)
    colour = fields.String(required=True, metadata={"enum": list(_COLOURS)})
    pending = fields.Boolean(required=True)
    cancelled = fields.Boolean(required=True)
    past_days = fields.Integer(required=True)
    future_days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: all there is."}
    )
    created = fields.DateTime(required=True)
    last_used = fields.DateTime(required=True, allow_none=True)
    bookings = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How many it was about at the last fetch noted."},
    )
    address = fields.String(
        metadata={"format": "uri", "description": "The secret address; only in the answer that made it."}
    )


class FeedPage(Output):
    """All feeds of the caller, the newest first."""

    items = fields.List(fields.Nested(FeedAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
