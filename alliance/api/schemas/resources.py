"""Resources, their free time and the verdict on a wish, as JSON."""

from typing import Any, Final

from marshmallow import fields, validates_schema

from alliance.api.fields import MOST_ITEMS, Choices, Many, Moment, Text, WholeNumber, wrong
from alliance.api.pages import LONGEST_PAGE, USUAL_PAGE
from alliance.api.schemas import LONGEST_SEARCH, Input, Output, check_both, check_span, check_window
from alliance.api.schemas.bookings import LONGEST_CODE
from alliance.api.schemas.problems import Finding
from alliance.api.schemas.questions import QuestionAnswer
from alliance.resources.kinds import CLASSES, DETAILS, KINDS, PRESETS, STATUSES, VISIBILITIES

LONGEST_MINUTES: Final = 31 * 24 * 60
MOST_RESOURCES: Final = 300


def few_enough(codes: list[str]) -> None:
    """Refuse more resources than one search looks at."""
    if len(codes) > MOST_RESOURCES:
        raise wrong("not_in_range", least=0, most=MOST_RESOURCES)


class ResourceQuery(Input):
    """What is looked for; each part narrows the list. With a time only what is free then, and can be booked then."""

    q = Text(longest=100, load_default="", metadata={"description": "Words in either language."})
    kind = Choices(KINDS)
    owner = Text(longest=LONGEST_CODE)
    free_from = Moment(written=True)
    free_to = Moment(written=True)
    minutes = WholeNumber(least=1, most=LONGEST_MINUTES, written=True)
    quantity = WholeNumber(least=1, most=MOST_ITEMS, written=True, load_default=1)
    unit = Text(longest=LONGEST_CODE)
    cursor = Text(longest=400)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, written=True, load_default=USUAL_PAGE)

    @validates_schema(skip_on_field_errors=False)
    def _window(self, data: dict[str, Any], **_more: Any) -> None:
        check_both(data, "free_from", "free_to")
        check_window(data, "free_from", "free_to", LONGEST_SEARCH)


class FindQuery(Input):
    """What somebody needs: so many minutes within a time of at most 31 days, of a kind or of some resources."""

    minutes = WholeNumber(least=1, most=LONGEST_MINUTES, required=True)
    since = Moment(required=True, data_key="from")
    until = Moment(required=True, data_key="to")
    kind = Choices(KINDS)
    resources = Many(Text(longest=LONGEST_CODE), validate=few_enough, metadata={"maxItems": MOST_RESOURCES})
    quantity = WholeNumber(least=1, most=MOST_ITEMS, load_default=1)
    unit = Text(longest=LONGEST_CODE)
    limit = WholeNumber(least=1, most=LONGEST_PAGE, load_default=20)

    @validates_schema(skip_on_field_errors=False)
    def _window(self, data: dict[str, Any], **_more: Any) -> None:
        named = {key: data[name] for key, name in (("from", "since"), ("to", "until")) if name in data}
        check_window(named, longest=LONGEST_SEARCH)


class FreeQuery(Input):
    """The time to look at, at most 92 days, and how many items are wanted at once."""

    since = Moment(written=True, required=True, data_key="from")
    until = Moment(written=True, required=True, data_key="to")
    unit = Text(longest=LONGEST_CODE)
    quantity = WholeNumber(least=1, most=MOST_ITEMS, written=True, load_default=1)

    @validates_schema(skip_on_field_errors=False)
    def _window(self, data: dict[str, Any], **_more: Any) -> None:
        check_window({key: data[name] for key, name in (("from", "since"), ("to", "until")) if name in data})


class CheckQuery(Input):
    """A wish to be judged without booking anything."""

    start = Moment(written=True, whole_minutes=True, required=True)
    end = Moment(written=True, whole_minutes=True, required=True)
    quantity = WholeNumber(least=1, most=MOST_ITEMS, written=True, load_default=1)
    unit = Text(longest=LONGEST_CODE)

    @validates_schema(skip_on_field_errors=False)
    def _span(self, data: dict[str, Any], **_more: Any) -> None:
        check_span(data)


class ResourceLinks(Output):
    """Where else the resource is."""

    self = fields.String(required=True, metadata={"format": "uri"})
    html = fields.String(required=True, metadata={"format": "uri"})


class ResourceLine(Output):
    """A resource as a list shows it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    owner = fields.String(required=True)
    owner_name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    instrument_class = fields.String(required=True, allow_none=True)
    mode = fields.String(required=True, metadata={"enum": ["timed", "request"]})
    preset = fields.String(required=True, metadata={"enum": list(PRESETS)})
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    place = fields.String(required=True)
    capacity = fields.Integer(required=True, allow_none=True)
    zone = fields.String(required=True)
    links = fields.Nested(ResourceLinks, required=True)


class FreeSpanAnswer(Output):
    """A span, and how many items are each free over the whole of it."""

    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    quantity = fields.Integer(required=True)


class ListedResource(ResourceLine):
    """A resource as a list shows it, with the number of its items and the first time it can be booked.

    That time is long enough for the minutes asked for, else for the shortest booking; null where the next 28 days, or
    the time asked for, have none.
    """

    items = fields.Integer(required=True)
    next_free = fields.Nested(FreeSpanAnswer, required=True, allow_none=True)


class RouteAnswer(Output):
    """Who decides on the bookings of a relation; without stages they are confirmed at once."""

    relation = fields.String(required=True, metadata={"enum": ["own", "group", "member", "external"]})
    stages = fields.List(fields.String(), required=True)
    longest_minutes = fields.Integer()
    within = fields.String()
    share_percent = fields.Integer()


class PolicyAnswer(Output):
    """The owner's rules; null where there is none."""

    hours = fields.String(required=True)
    grid_minutes = fields.Integer(required=True)
    shortest_minutes = fields.Integer(required=True, allow_none=True)
    longest_minutes = fields.Integer(required=True, allow_none=True)
    notice_hours = fields.Integer(required=True, allow_none=True)
    days_ahead = fields.Integer(required=True, allow_none=True)
    setup_minutes = fields.Integer(required=True)
    teardown_minutes = fields.Integer(required=True)
    cancel_hours = fields.Integer(required=True, allow_none=True)
    hold_days = fields.Integer(required=True)
    active_per_person = fields.Integer(required=True, allow_none=True)
    active_per_unit = fields.Integer(required=True, allow_none=True)
    routes = fields.List(fields.Nested(RouteAnswer), required=True)


class QualificationAnswer(Output):
    """A qualification the resource asks for, and from and until which day the caller holds it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    held_from = fields.Date(required=True, allow_none=True)
    held_until = fields.Date(required=True, allow_none=True)


class ManagerAnswer(Output):
    """Somebody who runs the resource."""

    name = fields.String(required=True)
    email = fields.String(required=True)


class PhotoAnswer(Output):
    """A photo in WebP, large and small. What is not public is only for browsers that are signed in."""

    large = fields.String(required=True, metadata={"format": "uri"})
    small = fields.String(required=True, metadata={"format": "uri"})
    alt = fields.String(
        required=True, metadata={"description": "What it shows, for those who cannot see it."}
    )


class DocumentAnswer(Output):
    """A manual, a safety sheet, a template. What is not public is only for browsers that are signed in."""

    title = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "In bytes."})
    address = fields.String(required=True, metadata={"format": "uri"})


class ResourceAnswer(ResourceLine):
    """Everything about a resource."""

    classification = fields.String(required=True, data_key="class", metadata={"enum": list(CLASSES)})
    subcategory = fields.String(required=True)
    visibility = fields.String(required=True, metadata={"enum": list(VISIBILITIES)})
    detail = fields.String(required=True, metadata={"enum": list(DETAILS)})
    description = fields.String(required=True)
    specifications = fields.List(fields.List(fields.String()), required=True)
    tags = fields.List(fields.String(), required=True)
    items = fields.List(fields.String(), required=True, metadata={"description": "Labels of the items."})
    parts = fields.List(fields.String(), required=True)
    wholes = fields.List(fields.String(), required=True)
    managers = fields.List(fields.Nested(ManagerAnswer), required=True)
    qualifications = fields.List(fields.Nested(QualificationAnswer), required=True)
    policy = fields.Nested(PolicyAnswer, required=True)
    photos = fields.List(
        fields.Nested(PhotoAnswer), required=True, metadata={"description": "In the order of the page."}
    )
    documents = fields.List(fields.Nested(DocumentAnswer), required=True)
    questions = fields.List(
        fields.Nested(QuestionAnswer), required=True, metadata={"description": "What a booking must answer."}
    )


class ResourcePage(Output):
    """A page of resources by code; `next` is the cursor of the page after it, if there is one."""

    items = fields.List(fields.Nested(ListedResource), required=True)
    next = fields.String(required=True, allow_none=True)


class FreeAnswer(Output):
    """When the resource is open and free, from now on; notice, horizon and rights are for `check` to judge."""

    free = fields.List(fields.Nested(FreeSpanAnswer), required=True)


class CheckAnswer(Output):
    """What booking would answer now."""

    verdict = fields.String(required=True, metadata={"enum": ["ok", "approve", "block"]})
    problems = fields.List(fields.Nested(Finding), required=True)
    stages = fields.List(fields.String(), required=True)
    hold_until = fields.DateTime(required=True, allow_none=True)


class FoundAnswer(Output):
    """A time that booking would be given now; the place stays free from its start to `free_until`."""

    resource = fields.String(required=True)
    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    free_until = fields.DateTime(required=True)
    quantity = fields.Integer(required=True, metadata={"description": "How many items are free then."})
    verdict = fields.String(required=True, metadata={"enum": ["ok", "approve"]})
    stages = fields.List(fields.String(), required=True)


class FoundAnswers(Output):
    """The soonest times, by start."""

    items = fields.List(fields.Nested(FoundAnswer), required=True)
