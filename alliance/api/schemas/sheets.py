"""What owners say about their resources, as JSON: the same fields in as out."""

from typing import Any, Final

from marshmallow import fields

from alliance.api.fields import Choice, Many, Text, Truth, WholeNumber
from alliance.api.schemas import Input, Output
from alliance.resources.kinds import DETAILS, INSTRUMENT_CLASSES, KINDS, PRESETS, STATUSES, VISIBILITIES
from alliance.resources.sheet_checks import (
    BOUNDS,
    LENGTHS,
    LONGEST_LABEL,
    LONGEST_QUALIFICATION,
    LONGEST_SPECIFICATION,
    LONGEST_TAG,
)

_RELATIONS: Final = ("own", "group", "member", "external")
_DECIDERS: Final = ("owner", "unit", "secretariat")
_LONGEST_CODE: Final = 20
_REF: Final = 10
_YEAR_MINUTES: Final = 366 * 24 * 60


class Specification(Input):
    """One figure of a resource."""

    name = Text(longest=LONGEST_SPECIFICATION[0], required=True)
    value = Text(longest=LONGEST_SPECIFICATION[1], required=True)


class Technique(Input):
    """What it can do. Techniques are shared: one that is known already keeps its English name."""

    name_zh = Text(longest=LONGEST_TAG[0], required=True)
    name_en = Text(longest=LONGEST_TAG[1], allow_none=True)


class SheetItem(Input):
    """One of the interchangeable things it consists of. They go by their place, so those retired stay listed."""

    label_zh = Text(longest=LONGEST_LABEL, required=True)
    label_en = Text(longest=LONGEST_LABEL, allow_none=True)
    retired = Truth(load_default=False)


class SheetRoute(Input):
    """Who decides on bookings of units of that relation, under these conditions; without stages they are confirmed."""

    relation = Choice(_RELATIONS, required=True)
    stages = Many(Choice(_DECIDERS), load_default=list)
    longest_minutes = WholeNumber(least=1, most=_YEAR_MINUTES)
    within = Text(longest=120)
    share_percent = WholeNumber(least=1, most=100)


def _text(field: str, *, needed: bool = False) -> Text:
    return Text(longest=LENGTHS[field], allow_none=not needed)


def _number(field: str, *, needed: bool = False) -> WholeNumber:
    least, most = BOUNDS[field]
    return WholeNumber(least=least, most=most, allow_none=not needed)


class SheetChange(Input):
    """The fields to change, all or none; the others stay. `knowing` is what a refusal for bookings to come told."""

    name_zh = _text("name_zh", needed=True)
    name_en = _text("name_en")
    kind = Choice(KINDS)
    instrument_class = Choice(
        tuple(INSTRUMENT_CLASSES), allow_none=True, metadata={"enum": [*INSTRUMENT_CLASSES, None]}
    )
    subcategory = _text("subcategory", needed=True)
    preset = Choice(PRESETS)
    place_zh = _text("place_zh")
    place_en = _text("place_en")
    capacity = _number("capacity")
    description_zh = _text("description_zh")
    description_en = _text("description_en")
    specifications_zh = Many(fields.Nested(Specification))
    specifications_en = Many(fields.Nested(Specification))
    tags = Many(fields.Nested(Technique))
    items = Many(fields.Nested(SheetItem))
    visibility = Choice(VISIBILITIES)
    groups = Many(Text(longest=_LONGEST_CODE))
    detail = Choice(DETAILS)
    routes = Many(fields.Nested(SheetRoute))
    grid_minutes = _number("grid_minutes", needed=True)
    shortest_minutes = _number("shortest_minutes")
    longest_minutes = _number("longest_minutes")
    notice_hours = _number("notice_hours")
    days_ahead = _number("days_ahead")
    setup_minutes = _number("setup_minutes", needed=True)
    teardown_minutes = _number("teardown_minutes", needed=True)
    cancel_hours = _number("cancel_hours")
    active_per_person = _number("active_per_person")
    active_per_unit = _number("active_per_unit")
    hold_days = _number("hold_days", needed=True)
    hours = _text("hours", needed=True)
    managers = Many(Text(longest=_REF))
    qualifications = Many(Text(longest=LONGEST_QUALIFICATION))
    knowing = Text(longest=40, load_default="")


class NewResource(Input):
    """What a draft begins with; without a code it gets the unit's next free one."""

    unit = Text(longest=_LONGEST_CODE, required=True)
    kind = Choice(KINDS, required=True)
    preset = Choice(PRESETS, required=True)
    name_zh = Text(longest=LENGTHS["name_zh"], required=True)
    name_en = Text(longest=LENGTHS["name_en"], load_default="")
    code = Text(longest=_LONGEST_CODE, load_default="")


class Publishing(Input):
    """Nothing is asked."""


class Unpublishing(Input):
    """`knowing` is what a refusal for bookings to come told; they stay."""

    knowing = Text(longest=40, load_default="")


class SpecificationAnswer(Output):
    """One figure of a resource."""

    name = fields.String(required=True)
    value = fields.String(required=True)


class TechniqueAnswer(Output):
    """What it can do."""

    name_zh = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)


class SheetItemAnswer(Output):
    """One of the interchangeable things it consists of."""

    label_zh = fields.String(required=True)
    label_en = fields.String(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


class SheetRouteAnswer(Output):
    """Who decides on which bookings; conditions that are not there are not asked for."""

    relation = fields.String(required=True, metadata={"enum": list(_RELATIONS)})
    stages = fields.List(fields.String(metadata={"enum": list(_DECIDERS)}), required=True)
    longest_minutes = fields.Integer()
    within = fields.String()
    share_percent = fields.Integer()


def _said(*, empty: bool = True) -> fields.String:
    return fields.String(required=True, allow_none=empty)


def _counted(*, empty: bool = True) -> fields.Integer:
    return fields.Integer(required=True, allow_none=empty)


class SheetAnswer(Output):
    """All that the owner may change about a resource, for those who run it."""

    code = _said(empty=False)
    unit = _said(empty=False)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    version = _counted(empty=False)
    name_zh = _said(empty=False)
    name_en = _said()
    kind = _said(empty=False)
    instrument_class = _said()
    subcategory = _said(empty=False)
    preset = _said(empty=False)
    place_zh = _said()
    place_en = _said()
    capacity = _counted()
    description_zh = _said()
    description_en = _said()
    specifications_zh = fields.List(fields.Nested(SpecificationAnswer), required=True)
    specifications_en = fields.List(fields.Nested(SpecificationAnswer), required=True)
    tags = fields.List(fields.Nested(TechniqueAnswer), required=True)
    items = fields.List(fields.Nested(SheetItemAnswer), required=True)
    visibility = _said(empty=False)
    groups = fields.List(fields.String(), required=True)
    detail = _said(empty=False)
    routes = fields.List(fields.Nested(SheetRouteAnswer), required=True)
    grid_minutes = _counted(empty=False)
    shortest_minutes = _counted()
    longest_minutes = _counted()
    notice_hours = _counted()
    days_ahead = _counted()
    setup_minutes = _counted(empty=False)
    teardown_minutes = _counted(empty=False)
    cancel_hours = _counted()
    active_per_person = _counted()
    active_per_unit = _counted()
    hold_days = _counted(empty=False)
    hours = _said(empty=False)
    qualifications = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The codes of the qualifications that whoever books it has to hold."},
    )
    managers = fields.List(
        fields.String(), required=True, metadata={"description": "The refs of the people who manage it."}
    )


def as_typed(body: dict[str, Any]) -> dict[str, Any]:
    """The values of a change as the sheet keeps them."""
    values = dict(body)
    for field in ("specifications_zh", "specifications_en"):
        if field in values:
            values[field] = [[pair["name"], pair["value"]] for pair in values[field]]
    if "tags" in values:
        values["tags"] = [[tag["name_zh"], tag.get("name_en") or None] for tag in values["tags"]]
    if "items" in values:
        values["items"] = [
            [item["label_zh"], item.get("label_en") or None, not item["retired"]] for item in values["items"]
        ]
    return values


def as_shown(sheet: dict[str, Any]) -> dict[str, Any]:
    """A sheet as it is answered."""
    shown = dict(sheet)
    # Not which parts: whoever manages the whole need not know of every part.
    del shown["parts"]
    for field in ("specifications_zh", "specifications_en"):
        shown[field] = [{"name": name, "value": value} for name, value in sheet[field]]
    shown["tags"] = [{"name_zh": zh, "name_en": en} for zh, en in sheet["tags"]]
    shown["items"] = [
        {"label_zh": zh, "label_en": en, "retired": not live} for zh, en, live in sheet["items"]
    ]
    return shown
