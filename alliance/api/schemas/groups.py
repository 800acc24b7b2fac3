"""Groups of units as JSON."""

from marshmallow import fields

from alliance.api.fields import Text
from alliance.api.schemas import Input, Output
from alliance.members.unit_facts import LONGEST

LONGEST_CODE = 20
_LEAD = {"description": "The code of the unit of it that leads it; null for none."}


class ListedGroup(Output):
    """A group as a list shows it; `size` counts its units."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    lead = fields.String(required=True, allow_none=True, metadata=_LEAD)
    size = fields.Integer(required=True)


class GroupPage(Output):
    """The groups one knows of by code."""

    items = fields.List(fields.Nested(ListedGroup), required=True)
    next = fields.String(required=True, allow_none=True)


class GroupAnswer(ListedGroup):
    """A group with both its names and the codes of its units; `may_fill` says whether you add and take out units."""

    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    units = fields.List(fields.String(), required=True)
    may_fill = fields.Boolean(required=True)


class NewGroup(Input):
    """A group without units. Its code never changes."""

    code = Text(longest=LONGEST_CODE, required=True)
    name_zh = Text(longest=LONGEST["name_zh"], required=True)
    name_en = Text(longest=LONGEST["name_en"], load_default="")


class GroupChange(Input):
    """What the group is called and who leads it from now on; what is left out stays."""

    name_zh = Text(longest=LONGEST["name_zh"])
    name_en = Text(longest=LONGEST["name_en"])
    lead = Text(longest=LONGEST_CODE, allow_none=True, metadata=_LEAD)


class NewGroupUnit(Input):
    """Which unit to add, by its code."""

    unit = Text(longest=LONGEST_CODE, required=True)
