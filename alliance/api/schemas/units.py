"""Units and their people as JSON."""

from marshmallow import fields

from alliance.api.fields import Choice, Day, Text, Truth
from alliance.api.schemas import Input, Output
from alliance.members.invitations import LONGEST_NAME
from alliance.members.models import UNIT_KINDS, UNIT_STATUSES
from alliance.members.sign_in import LONGEST_EMAIL

_LAST_DAY = {"description": "The last day a guest belongs to the unit; null for good."}


class UnitAnswer(Output):
    """A unit, as everybody may know it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(UNIT_KINDS)})
    status = fields.String(required=True, metadata={"enum": list(UNIT_STATUSES)})
    zone = fields.String(required=True)
    contact_email = fields.String(required=True, allow_none=True)


class UnitPage(Output):
    """The members of the alliance by code."""

    items = fields.List(fields.Nested(UnitAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


class MemberAnswer(Output):
    """One of the people of a unit; `manages` counts its resources that he manages and you may know of."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": ["active", "suspended"]})
    admin = fields.Boolean(required=True)
    last_day = fields.Date(required=True, allow_none=True, metadata=_LAST_DAY)
    manages = fields.Integer(required=True)


class MemberPage(Output):
    """The people of a unit by ref."""

    items = fields.List(fields.Nested(MemberAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


class MemberChange(Input):
    """How somebody belongs to the unit from now on; what is left out stays."""

    admin = Truth()
    last_day = Day(allow_none=True, metadata=_LAST_DAY)


class NewInvitation(Input):
    """Whom to invite by mail, and as what."""

    email = Text(longest=LONGEST_EMAIL, required=True)
    name = Text(longest=LONGEST_NAME, load_default="")
    language = Choice(("zh", "en"), load_default="zh")
    admin = Truth(load_default=False)
    last_day = Day(allow_none=True, load_default=None, metadata=_LAST_DAY)


class InvitationAnswer(Output):
    """The invitation; its link goes by mail and stands nowhere else."""

    ref = fields.String(required=True)
