"""Resources with their items, policies, techniques and qualifications."""

import re
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.hours import Hours
from alliance.cli.seeding.files import Row, number, pieces, rows
from alliance.cli.seeding.members import ids_by_code
from alliance.cli.seeding.routes import routes_of
from alliance.members.models import Group, Unit
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
from alliance.resources.policy import Relation
from alliance.resources.search import compose_search_text

_ACTIVE = re.compile(r"(?:^|; )(?:user )?(?:active (\d+)|(\d+) active)")
_HOLD_DAYS = 3
_CONFIRMED_WITHIN = 420
_SHORTEST_GRID = 30
_VISIBILITY = {"private": ("alliance", "busy")}


def add_qualifications(session: Session) -> None:
    """Qualifications that are not there yet."""
    known = set(session.scalars(sa.select(Qualification.code)))
    unit_ids = ids_by_code(session, Unit)
    session.add_all(
        Qualification(
            code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"], owner_id=unit_ids[row["owner"]]
        )
        for row in rows("qualifications")
        if row["code"] not in known
    )
    session.flush()


def add_resources(session: Session, now: datetime) -> None:
    """Resources that are not there yet, complete; then which are parts of which."""
    known = ids_by_code(session, Resource)
    added = [row for row in rows("resources") if row["code"] not in known]
    unit_ids = ids_by_code(session, Unit)
    for n, row in enumerate(added):
        resource = _resource(row, unit_ids[row["owner"]], now)
        # Some were confirmed lately, some long ago, and some so long ago that they want a look.
        resource.confirmed_at = now - timedelta(days=n * 37 % _CONFIRMED_WITHIN)
        session.add(resource)
        session.flush()
        tags = _tags(session, row)
        resource.search_text = compose_search_text(resource, tags)
        session.add_all(ResourceTag(resource_id=resource.id, tag_id=tag.id) for tag in tags)
        session.add(_policy(row, resource.id))
        session.add_all(_items(row, resource))
        _add_requirements(session, row, resource)
    resource_ids = ids_by_code(session, Resource)
    session.add_all(
        ResourcePart(whole_id=resource_ids[row["code"]], part_id=resource_ids[part])
        for row in added
        for part in pieces(row["parts"])
    )
    session.flush()


def _resource(row: Row, owner_id: int, now: datetime) -> Resource:
    visibility, detail = _VISIBILITY.get(row["visibility"], (row["visibility"], "unit"))
    of_class = re.match(r"^(\d\d) ", row["subcategory"])
    return Resource(
        code=row["code"],
        owner_id=owner_id,
        kind=row["category"],
        subcategory=row["subcategory"][3:] if of_class else row["subcategory"],
        instrument_class=of_class[1] if of_class else None,
        preset=row["booking_mode"],
        mode=MODE_OF_PRESET[row["booking_mode"]],
        status=row["status"] or "published",
        visibility=visibility,
        detail=detail,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        description_zh=row["description_zh"],
        description_en=row["description_en"],
        place_zh=row["location"],
        place_en=row["place_en"],
        specifications_zh=_pairs(row["specifications"]),
        specifications_en=_pairs(row["specifications_en"]),
        capacity=number(row["capacity"]),
        changed_at=now,
    )


def _pairs(cell: str) -> list[list[str]]:
    return [list(map(str.strip, piece.split("=", 1))) for piece in pieces(cell)]


def _tags(session: Session, row: Row) -> list[Tag]:
    found = []
    for name_zh, name_en in zip(pieces(row["tags"]), pieces(row["tags_en"]), strict=True):
        tag = session.scalar(sa.select(Tag).where(Tag.name_zh == name_zh))
        if tag is None:
            tag = Tag(name_zh=name_zh, name_en=name_en)
            session.add(tag)
            session.flush()
        found.append(tag)
    return list(dict.fromkeys(found))


def _policy(row: Row, resource_id: int) -> PolicyRow:
    active = _ACTIVE.search(row["quota"])
    columns: tuple[tuple[Relation, str], ...] = (
        ("own", "approval_own_unit"),
        ("group", "approval_group"),
        ("member", "approval_member"),
        ("external", "approval_external"),
    )
    routes = [route for relation, column in columns for route in routes_of(relation, row[column])]
    numbers: dict[str, Any] = {
        name: number(row[column])
        for name, column in (
            ("shortest_minutes", "min_duration_min"),
            ("longest_minutes", "max_duration_min"),
            ("notice_hours", "min_notice_h"),
            ("days_ahead", "max_advance_d"),
            ("cancel_hours", "cancel_deadline_h"),
        )
    }
    return PolicyRow(
        resource_id=resource_id,
        hours=str(Hours.parse(row["open_hours"])),
        grid_minutes=number(row["granularity_min"]) or _SHORTEST_GRID,
        setup_minutes=int(row["buffer_before_min"] or 0),
        teardown_minutes=int(row["buffer_after_min"] or 0),
        hold_days=_HOLD_DAYS,
        active_per_person=int(active[1] or active[2]) if active else None,
        routes=[route.to_json() for route in routes],
        **numbers,
    )


def _items(row: Row, resource: Resource) -> list[Item]:
    """What a booking occupies: nothing for what is not booked by time, and for a whole, which has its parts'."""
    if resource.mode != "timed" or row["parts"]:
        return []
    count = int(row["capacity"] if resource.preset == "slot_capacity" else row["quantity"])
    labels = pieces(row["items"]) or [str(n) for n in range(1, count + 1)]
    labels_en = pieces(row["items_en"]) or labels
    return [
        Item(resource_id=resource.id, label_zh=zh, label_en=en)
        for zh, en in zip(labels, labels_en, strict=True)
    ]


def _add_requirements(session: Session, row: Row, resource: Resource) -> None:
    qualification_ids = ids_by_code(session, Qualification)
    asked = row["qualification"]
    codes = [] if asked in ("", "none") else [resource.code] if asked == "required" else asked.split("+")
    session.add_all(
        RequiredQualification(resource_id=resource.id, qualification_id=qualification_ids[code])
        for code in codes
    )
    groups = {group.code: group.id for group in session.scalars(sa.select(Group))}
    session.add_all(
        ResourceGroup(resource_id=resource.id, group_id=groups[code]) for code in pieces(row["groups"])
    )
