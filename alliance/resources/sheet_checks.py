"""What can be wrong with values for a resource's sheet by themselves: their lengths, bounds and choices.

Pure but for `unknown_names`, which asks whether the groups, people and qualifications named there are there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Problem
from alliance.members.models import Group, GroupUnit, Management, Membership, Person
from alliance.members.standing import lasts
from alliance.resources.kinds import DETAILS, INSTRUMENT_CLASSES, KINDS, PRESETS, VISIBILITIES
from alliance.resources.models import Qualification, RequiredQualification, Resource, ResourceGroup
from alliance.resources.sheet import Values

LENGTHS: Final[Mapping[str, int]] = {
    "name_zh": 120,
    "name_en": 160,
    "subcategory": 60,
    "place_zh": 120,
    "place_en": 160,
    "description_zh": 4000,
    "description_en": 6000,
    "hours": 400,
}
LONGEST_SPECIFICATION: Final = (60, 200)
LONGEST_LABEL: Final = 60
LONGEST_TAG: Final = (60, 80)
MOST_SPECIFICATIONS: Final = 40
MOST_TAGS: Final = 12
MOST_ITEMS: Final = 500
MOST_ROUTES: Final = 16
MOST_MANAGERS: Final = 20
MOST_GROUPS: Final = 50
MOST_QUALIFICATIONS: Final = 20
LONGEST_QUALIFICATION: Final = 40
MOST_PARTS: Final = 50
_YEAR_MINUTES: Final = 366 * 24 * 60
# The least and the most each number may be.
BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "capacity": (1, 100_000),
    "grid_minutes": (1, 24 * 60),
    "shortest_minutes": (1, _YEAR_MINUTES),
    "longest_minutes": (1, _YEAR_MINUTES),
    "notice_hours": (0, 366 * 24),
    "days_ahead": (1, 3660),
    "setup_minutes": (0, 7 * 24 * 60),
    "teardown_minutes": (0, 7 * 24 * 60),
    "cancel_hours": (0, 366 * 24),
    # The calendar days that count working days of a hold are read so far ahead, long holidays included.
    "hold_days": (1, 15),
    "active_per_person": (1, 10_000),
    "active_per_unit": (1, 10_000),
}
_NEEDED: Final = frozenset(
    {"name_zh", "kind", "preset", "visibility", "detail", "grid_minutes", "setup_minutes", "teardown_minutes",
     "hold_days"}
)  # fmt: skip
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "preset": PRESETS,
    "visibility": VISIBILITIES,
    "detail": DETAILS,
    "instrument_class": tuple(INSTRUMENT_CLASSES),
}
_RELATIONS: Final = ("own", "group", "member", "external")
_DECIDERS: Final = ("owner", "unit", "secretariat")


def problems_with_values(values: Values) -> list[Problem]:
    """Everything that is wrong with the values, each finding with its field."""
    return [problem for field, value in values.items() for problem in _problems(field, value)]


def unknown_names(
    session: Session, values: Values, resource: Resource, now: datetime, restored: Collection[str] = ()
) -> list[Problem]:
    """Groups the owner is not in, managers who are not people of the owner in good standing, qualifications of others.

    Managers who are suspended stay. Groups that stand on the sheet stay, though the owner has left them, and so do
    qualifications of others; those that are `restored` stood there before. Of all others nothing is told, not even
    whether they are there: who is in a group is known to its units alone.
    """
    problems = []
    if wanted := set(values.get("groups", ())):
        theirs = sa.select(GroupUnit.group_id).where(GroupUnit.unit_id == resource.owner_id)
        present = sa.select(ResourceGroup.group_id).where(ResourceGroup.resource_id == resource.id)
        known = session.scalars(
            sa.select(Group.code).where(
                Group.code.in_(wanted), sa.or_(Group.id.in_(theirs), Group.id.in_(present))
            )
        )
        if wanted - set(known):
            problems.append(Problem("no_such_group", field="groups"))
    if wanted := set(values.get("managers", ())):
        people = (
            sa.select(Person.ref)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Person.ref.in_(wanted),
                Membership.unit_id == resource.owner_id,
                can_manage(resource),
                lasts(now),
            )
        )
        if wanted - set(session.scalars(people)):
            problems.append(Problem("not_of_the_owner", field="managers"))
    if wanted := set(values.get("qualifications", ())):
        known = session.scalars(
            sa.select(Qualification.code).where(Qualification.code.in_(wanted), qualifications_of(resource))
        )
        if strange := sorted(wanted.difference(known, restored)):
            params = {"code": strange[0]}
            problems.append(Problem("no_such_qualification", params=params, field="qualifications"))
    return problems


def can_manage(resource: Resource) -> sa.ColumnElement[bool]:
    """Of people: in good standing, or managers of the resource already."""
    present = sa.select(Management.person_id).where(Management.resource_id == resource.id)
    return sa.or_(Person.status == "active", Person.id.in_(present))


def qualifications_of(resource: Resource) -> sa.ColumnElement[bool]:
    """The qualifications it may ask for: its owner's, and those of others that stand on its sheet."""
    present = sa.select(RequiredQualification.qualification_id).where(
        RequiredQualification.resource_id == resource.id
    )
    return sa.or_(Qualification.owner_id == resource.owner_id, Qualification.id.in_(present))


def _problems(field: str, value: Any) -> Iterator[Problem]:
    if value is None or value == "":
        if field in _NEEDED:
            yield Problem("value_missing", field=field)
    elif field in LENGTHS:
        yield from _of_text(field, value, LENGTHS[field])
    elif field in BOUNDS:
        least, most = BOUNDS[field]
        if not least <= value <= most:
            yield Problem("not_in_range", params={"least": least, "most": most}, field=field)
    elif field in _CHOICES:
        if value not in _CHOICES[field]:
            yield Problem("unknown_choice", params={"choices": _CHOICES[field]}, field=field)
    else:
        yield from _OF_LISTS[field](field, value)


def _of_text(field: str, text: str, longest: int) -> Iterator[Problem]:
    if len(text) > longest:
        yield Problem("too_much_text", params={"longest": longest}, field=field)
    # PostgreSQL refuses the zero, and nothing can write down half of a pair.
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        yield Problem("bad_characters", field=field)


def _of_pieces(field: str, pieces: Iterable[tuple[Any, int]]) -> Iterator[Problem]:
    """The first thing wrong with any of the texts: saying it of each would not help."""
    for text, longest in pieces:
        if found := next(_of_text(field, text or "", longest), None):
            yield found
            return


def _of_specifications(field: str, pairs: list[list[str]]) -> Iterator[Problem]:
    yield from _at_most(field, pairs, MOST_SPECIFICATIONS)
    if any(not name or not value for name, value in pairs):
        yield Problem("half_a_specification", field=field)
    longest_name, longest_value = LONGEST_SPECIFICATION
    yield from _of_pieces(
        field, [each for name, value in pairs for each in ((name, longest_name), (value, longest_value))]
    )


def _of_tags(field: str, tags: list[list[Any]]) -> Iterator[Problem]:
    yield from _at_most(field, tags, MOST_TAGS)
    if any(not zh for zh, _en in tags):
        yield Problem("value_missing", field=field)
    yield from _of_pieces(
        field, [each for zh, en in tags for each in zip((zh, en), LONGEST_TAG, strict=True)]
    )


def _of_items(field: str, items: list[list[Any]]) -> Iterator[Problem]:
    yield from _at_most(field, [item for item in items if item[2]], MOST_ITEMS)
    if any(not zh for zh, _en, _live in items):
        yield Problem("label_missing", field=field)
    yield from _of_pieces(field, [(label, LONGEST_LABEL) for zh, en, _live in items for label in (zh, en)])


def _of_routes(field: str, routes: list[dict[str, Any]]) -> Iterator[Problem]:
    yield from _at_most(field, routes, MOST_ROUTES)
    for route in routes:
        if route["relation"] not in _RELATIONS or set(route.get("stages", ())) - set(_DECIDERS):
            choices = (*_RELATIONS, *_DECIDERS)
            yield Problem("unknown_choice", params={"choices": choices}, field=field)
        if len(set(route.get("stages", ()))) != len(route.get("stages", ())):
            yield Problem("decides_twice", field=field)
        for name, (least, most) in (("longest_minutes", (1, _YEAR_MINUTES)), ("share_percent", (1, 100))):
            if (number := route.get(name)) is not None and not least <= number <= most:
                yield Problem("not_in_range", params={"least": least, "most": most}, field=field)


def _of_names(field: str, names: list[str]) -> Iterator[Problem]:
    most, longest = _NAMES[field]
    yield from _at_most(field, names, most)
    yield from _of_pieces(field, [(name, longest) for name in names])


def _at_most(field: str, values: list[Any], most: int) -> Iterator[Problem]:
    if len(values) > most:
        yield Problem("too_many_of_these", params={"most": most}, field=field)


# How many of them there may be, and how long each code or ref is at the most.
_NAMES: Final[Mapping[str, tuple[int, int]]] = {
    "groups": (MOST_GROUPS, 20),
    "managers": (MOST_MANAGERS, 20),
    "qualifications": (MOST_QUALIFICATIONS, LONGEST_QUALIFICATION),
    "parts": (MOST_PARTS, 20),
}
_OF_LISTS: Final[Mapping[str, Callable[[str, Any], Iterator[Problem]]]] = {
    "specifications_zh": _of_specifications,
    "specifications_en": _of_specifications,
    "tags": _of_tags,
    "items": _of_items,
    "routes": _of_routes,
    "groups": _of_names,
    "managers": _of_names,
    "qualifications": _of_names,
    "parts": _of_names,
}
