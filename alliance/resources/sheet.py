"""The sheet of a resource: everything its owner may change about it, as plain values, section by section.

What stands on it is what history keeps before and after each change, so that the change can be taken back.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.members.models import Group, Management, Person
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import (
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourceGroup,
    ResourcePart,
    ResourceTag,
    Tag,
)
from alliance.resources.search import compose_search_text

# Each field stands in one section, which is shown and saved as a whole.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "what": (
        "name_zh",
        "name_en",
        "kind",
        "instrument_class",
        "subcategory",
        "preset",
        "place_zh",
        "place_en",
        "capacity",
        "description_zh",
        "description_en",
        "specifications_zh",
        "specifications_en",
        "tags",
    ),
    "items": ("items",),
    "parts": ("parts",),
    "access": ("visibility", "groups", "detail"),
    "approval": ("routes",),
    "qualifications": ("qualifications",),
    "rules": (
        "grid_minutes",
        "shortest_minutes",
        "longest_minutes",
        "notice_hours",
        "days_ahead",
        "setup_minutes",
        "teardown_minutes",
        "cancel_hours",
        "active_per_person",
        "active_per_unit",
        "hold_days",
    ),
    "hours": ("hours",),
    "managers": ("managers",),
}
SECTION_OF: Final = {field: section for section, fields in SECTIONS.items() for field in fields}
# What a named manager leaves to the admins of the owner: whoever lets what he manages ask for a qualification may grant
# that to anybody.
OF_ADMINS: Final = ("managers", "qualifications", "parts")
_OF_RESOURCE: Final = frozenset({*SECTIONS["what"], "visibility", "detail"} - {"tags"})
_OF_POLICY: Final = frozenset({*SECTIONS["rules"], "routes", "hours"})
_FOUND_BY: Final = frozenset(SECTIONS["what"])

Values = Mapping[str, Any]


def sheet_of(
    session: Session, resource: Resource, sections: Collection[str] = tuple(SECTIONS)
) -> dict[str, Any]:
    """The present values of the sections' fields: numbers, texts, and lists of these."""
    policy = session.get_one(PolicyRow, resource.id)
    found: dict[str, Any] = {}
    for field in (field for section in sections for field in SECTIONS[section]):
        if field in _OF_RESOURCE:
            found[field] = getattr(resource, field)
        elif field in _OF_POLICY:
            found[field] = getattr(policy, field)
        else:
            found[field] = _READ[field](session, resource.id)
    return found


def write(session: Session, resource: Resource, changes: Values, *, now: datetime) -> None:
    """Put the values on the sheet and say that the resource has changed. The caller has judged them and holds it."""
    policy = session.get_one(PolicyRow, resource.id)
    for field, value in changes.items():
        if field in _OF_RESOURCE:
            setattr(resource, field, value)
        elif field in _OF_POLICY:
            setattr(policy, field, value)
        else:
            _WRITE[field](session, resource.id, value, now)
    if "preset" in changes:
        resource.mode = MODE_OF_PRESET[resource.preset]
    session.flush()
    if _FOUND_BY & changes.keys():
        resource.search_text = compose_search_text(resource, _tag_rows(session, resource.id))
    resource.changed_at = now
    resource.version += 1


def items_of(session: Session, resource_id: int) -> list[Item]:
    """All items there ever were, the retired ones included: the n-th of them stays the n-th."""
    return list(session.scalars(sa.select(Item).where(Item.resource_id == resource_id).order_by(Item.id)))


def _items(session: Session, resource_id: int) -> list[list[Any]]:
    return [
        [item.label_zh, item.label_en, item.retired_at is None] for item in items_of(session, resource_id)
    ]


def _write_items(session: Session, resource_id: int, wanted: list[list[Any]], now: datetime) -> None:
    """Rename, retire and bring back by place; those that are not on the list any more are retired, for rows stay."""
    there = items_of(session, resource_id)
    for n, item in enumerate(there):
        zh, en, live = wanted[n] if n < len(wanted) else (item.label_zh, item.label_en, False)
        item.label_zh, item.label_en = zh, en
        if live != (item.retired_at is None):
            item.retired_at = None if live else now
    session.add_all(
        Item(resource_id=resource_id, label_zh=zh, label_en=en, retired_at=None if live else now)
        for zh, en, live in wanted[len(there) :]
    )


def _parts(session: Session, resource_id: int) -> list[str]:
    chosen = sa.select(Resource.code).join(ResourcePart, ResourcePart.part_id == Resource.id)
    return list(session.scalars(chosen.where(ResourcePart.whole_id == resource_id).order_by(Resource.code)))


def _write_parts(session: Session, resource_id: int, wanted: list[str], now: datetime) -> None:
    session.execute(sa.delete(ResourcePart).where(ResourcePart.whole_id == resource_id))
    ids = session.scalars(sa.select(Resource.id).where(Resource.code.in_(wanted))).all()
    session.add_all(ResourcePart(whole_id=resource_id, part_id=part_id) for part_id in ids)


def _tag_rows(session: Session, resource_id: int) -> list[Tag]:
    chosen = sa.select(Tag).join(ResourceTag, ResourceTag.tag_id == Tag.id)
    return list(session.scalars(chosen.where(ResourceTag.resource_id == resource_id).order_by(Tag.id)))


def _tags(session: Session, resource_id: int) -> list[list[Any]]:
    return [[tag.name_zh, tag.name_en] for tag in _tag_rows(session, resource_id)]


def _write_tags(session: Session, resource_id: int, wanted: list[list[Any]], now: datetime) -> None:
    """Techniques are shared: one that is known already keeps its English name, whatever is typed here."""
    # Somebody else may be naming the same technique for the first time at this very moment.
    unless_known = sa.text("INSERT INTO tag (name_zh, name_en) VALUES (:zh, :en) ON CONFLICT DO NOTHING")
    for zh, en in wanted:
        session.execute(unless_known, {"zh": zh, "en": en})
    session.execute(sa.delete(ResourceTag).where(ResourceTag.resource_id == resource_id))
    ids = session.scalars(sa.select(Tag.id).where(Tag.name_zh.in_([zh for zh, _en in wanted]))).all()
    session.add_all(ResourceTag(resource_id=resource_id, tag_id=tag_id) for tag_id in ids)


def _groups(session: Session, resource_id: int) -> list[str]:
    chosen = sa.select(Group.code).join(ResourceGroup, ResourceGroup.group_id == Group.id)
    return list(session.scalars(chosen.where(ResourceGroup.resource_id == resource_id).order_by(Group.code)))


def _write_groups(session: Session, resource_id: int, wanted: list[str], now: datetime) -> None:
    session.execute(sa.delete(ResourceGroup).where(ResourceGroup.resource_id == resource_id))
    ids = session.scalars(sa.select(Group.id).where(Group.code.in_(wanted))).all()
    session.add_all(ResourceGroup(resource_id=resource_id, group_id=group_id) for group_id in ids)


def _qualifications(session: Session, resource_id: int) -> list[str]:
    chosen = sa.select(Qualification.code).join(
        RequiredQualification, RequiredQualification.qualification_id == Qualification.id
    )
    of_it = chosen.where(RequiredQualification.resource_id == resource_id)
    return list(session.scalars(of_it.order_by(Qualification.code)))


def _write_qualifications(session: Session, resource_id: int, wanted: list[str], now: datetime) -> None:
    session.execute(sa.delete(RequiredQualification).where(RequiredQualification.resource_id == resource_id))
    ids = session.scalars(sa.select(Qualification.id).where(Qualification.code.in_(wanted))).all()
    session.add_all(RequiredQualification(resource_id=resource_id, qualification_id=each) for each in ids)


def _managers(session: Session, resource_id: int) -> list[str]:
    chosen = sa.select(Person.ref).join(Management, Management.person_id == Person.id)
    return list(session.scalars(chosen.where(Management.resource_id == resource_id).order_by(Person.ref)))


def _write_managers(session: Session, resource_id: int, wanted: list[str], now: datetime) -> None:
    session.execute(sa.delete(Management).where(Management.resource_id == resource_id))
    ids = session.scalars(sa.select(Person.id).where(Person.ref.in_(wanted))).all()
    session.add_all(Management(resource_id=resource_id, person_id=person_id) for person_id in ids)


_READ: Final[Mapping[str, Callable[[Session, int], list[Any]]]] = {
    "items": _items,
    "parts": _parts,
    "tags": _tags,
    "groups": _groups,
    "managers": _managers,
    "qualifications": _qualifications,
}
_WRITE: Final[Mapping[str, Callable[[Session, int, list[Any], datetime], None]]] = {
    "items": _write_items,
    "parts": _write_parts,
    "tags": _write_tags,
    "groups": _write_groups,
    "managers": _write_managers,
    "qualifications": _write_qualifications,
}
