"""Feeds as JSON."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validates_schema

from alliance.api.fields import Choice, Text
from alliance.api.schemas import Input, Output
from alliance.api.schemas.bookings import LONGEST_CODE
from alliance.calendars.feeds import LONGEST_LABEL
from alliance.calendars.models import SCOPES
from alliance.errors import Problem
from alliance.i18n import LANGUAGES
from alliance.resources.kinds import DETAILS


class NewFeed(Input):
    """Which bookings a calendar should show, in which language, how much of each."""

    scope = Choice(SCOPES, required=True)
    subject = Text(longest=LONGEST_CODE, metadata={"description": "The code of the unit or the resource."})
    language = Choice(LANGUAGES)
    detail = Choice(DETAILS, load_default="full")
    label = Text(longest=LONGEST_LABEL, load_default="")

    @validates_schema(skip_on_field_errors=False)
    def _subject(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("scope") in ("unit", "resource") and "subject" not in data:
            problem = Problem("missing_field", params={"name": "subject"})
            raise ma.ValidationError({"subject": [problem]})


class FeedAnswer(Output):
    """A feed. Its address is shown once, when it is made."""

    ref = fields.String(required=True)
    scope = fields.String(required=True, metadata={"enum": list(SCOPES)})
    subject = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    language = fields.String(required=True, metadata={"enum": list(LANGUAGES)})
    detail = fields.String(required=True, metadata={"enum": list(DETAILS)})
    label = fields.String(required=True)
    created = fields.DateTime(required=True)
    last_used = fields.DateTime(required=True, allow_none=True)
    address = fields.String(
        metadata={"format": "uri", "description": "The secret address; only in the answer that made it."}
    )


class FeedPage(Output):
    """All feeds of the caller, the newest first."""

    items = fields.List(fields.Nested(FeedAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
