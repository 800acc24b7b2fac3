"""Units that want to join, as JSON."""

from marshmallow import fields

from alliance.api.fields import Choice, Text, WholeNumber
from alliance.api.schemas import Input, Output
from alliance.api.schemas.groups import LONGEST_CODE
from alliance.members.joining.models import LONGEST_REASON, VERDICTS
from alliance.members.models import UNIT_KINDS
from alliance.members.unit_facts import LONGEST, TILES

LONGEST_ZONE = 40
_STATES = ("open", "decided")


class ApplicationQuery(Input):
    """Which ones: those that wait, all of them, or the latest that were decided."""

    status = Choice(_STATES, load_default="open")


class ApplicationAnswer(Output):
    """A unit that wants to join, as somebody wrote it down; `unit` is the code it was admitted under."""

    ref = fields.String(required=True)
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(UNIT_KINDS)})
    contact_email = fields.String(required=True)
    applicant_name = fields.String(required=True)
    applicant_email = fields.String(required=True)
    why = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": list(VERDICTS)})
    made = fields.DateTime(required=True)
    decided = fields.DateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)


class ApplicationList(Output):
    """Those that wait, the oldest first; of those decided the latest fifty, the latest first."""

    items = fields.List(fields.Nested(ApplicationAnswer), required=True)


class Admission(Input):
    """What the unit is known by from now on; what is left out is as it applied, or made of that."""

    code = Text(longest=LONGEST_CODE)
    name_zh = Text(longest=LONGEST["name_zh"])
    name_en = Text(longest=LONGEST["name_en"])
    kind = Choice(UNIT_KINDS)
    monogram_zh = Text(longest=2)
    monogram_en = Text(longest=2)
    tile = WholeNumber(least=TILES[0], most=TILES[-1])
    contact_email = Text(longest=LONGEST["contact_email"])
    zone = Text(longest=LONGEST_ZONE)


class ApplicationRefusal(Input):
    """Why not."""

    reason = Text(longest=LONGEST_REASON, required=True)
