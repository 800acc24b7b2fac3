"""Qualifications, who asks for them and who holds them, as JSON."""

from marshmallow import fields

from alliance.api.fields import Day, Text, WholeNumber
from alliance.api.pages import LONGEST_PAGE, USUAL_PAGE
from alliance.api.schemas import Input, Output
from alliance.api.schemas.groups import LONGEST_CODE
from alliance.resources.qualifications.models import LONGEST_NOTE, LONGEST_REASON

LONGEST_RESOURCE_CODE = 40
_FROM = {"description": "The first day, by default today where the unit is."}
_UNTIL = {"description": "The last day; null for good."}


class QualificationQuery(Input):
    """Of what: those a resource asks for, those of a unit, or both; without either all you know of."""

    resource = Text(longest=LONGEST_RESOURCE_CODE)
    unit = Text(longest=LONGEST_CODE)
    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, written=True, load_default=USUAL_PAGE)


class ListedQualification(Output):
    """A qualification: since when and until when you hold it, your open request, and whether you grant it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    held_from = fields.Date(required=True, allow_none=True)
    held_until = fields.Date(required=True, allow_none=True)
    request = fields.String(required=True, allow_none=True)
    may_grant = fields.Boolean(required=True)


class QualificationPage(Output):
    """Qualifications by code."""

    items = fields.List(fields.Nested(ListedQualification), required=True)
    next = fields.String(required=True, allow_none=True)


class WholeQualification(ListedQualification):
    """The same with the codes of the resources that ask for it, as far as you may see them."""

    resources = fields.List(fields.String(), required=True)


class HolderAnswer(Output):
    """Somebody who holds it, from and through which day, and who granted it."""

    person = fields.String(required=True, metadata={"description": "The ref of the person."})
    name = fields.String(required=True)
    email = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True, metadata=_UNTIL)
    granted_by = fields.String(required=True, allow_none=True)


class HolderList(Output):
    """Who holds it, by name."""

    items = fields.List(fields.Nested(HolderAnswer), required=True)


class AskingAnswer(Output):
    """Somebody who asks for it, and what he wrote."""

    ref = fields.String(required=True)
    person = fields.String(required=True, metadata={"description": "The ref of the person."})
    name = fields.String(required=True)
    email = fields.String(required=True)
    note = fields.String(required=True)
    made = fields.DateTime(required=True)


class AskingList(Output):
    """Who asks for it, the oldest first."""

    items = fields.List(fields.Nested(AskingAnswer), required=True)


class NewAsking(Input):
    """A word to those who grant it."""

    note = Text(longest=LONGEST_NOTE, load_default="")


class AskedAnswer(Output):
    """The request that was sent."""

    ref = fields.String(required=True)


class Withdrawing(Input):
    """Nothing: the address says all."""


class Granting(Input):
    """From and through which day it is held."""

    valid_from = Day(allow_none=True, load_default=None, metadata=_FROM)
    valid_until = Day(allow_none=True, load_default=None, metadata=_UNTIL)


class Revoking(Input):
    """Why; the person reads it."""

    reason = Text(longest=LONGEST_REASON, required=True)


class Declining(Input):
    """Why not; the person reads it."""

    reason = Text(longest=LONGEST_REASON, required=True)
