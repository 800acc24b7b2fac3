"""The resource list: what is shared, in five classes and by unit, as far as its reader may know of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import among, read_rows
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.kinds import CLASS_OF_KIND, CLASSES, KINDS
from alliance.resources.models import Item, PolicyRow, Resource, ResourceTag, Tag
from alliance.resources.permissions import visible_to

# As many as one reads on a page; files hold all of them.
PAGE_SIZE: Final = 500


class Line(NamedTuple):
    """One resource as the list shows it, with its owner; `items` are its live ones."""

    id: int
    code: str
    name_zh: str
    name_en: str | None
    kind: str
    mode: str
    visibility: str
    place_zh: str | None
    place_en: str | None
    description_zh: str | None
    description_en: str | None
    hours: str | None
    items: int
    owner_id: int
    owner_code: str
    owner_zh: str
    owner_en: str | None
    owner_email: str | None

    @property
    def group(self) -> str:
        """Which of the five classes it belongs to."""
        return CLASS_OF_KIND[self.kind]


@dataclass(frozen=True)
class Choice:
    """What of the list is wanted: one class or all, one unit by its code or all."""

    group: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Sums:
    """How many the list holds of each class for the chosen unit, and of each unit for the chosen class."""

    classes: dict[str, int]
    units: list[tuple[Unit, int]]


def sums_of(session: Session, reader: Actor | None, choice: Choice) -> Sums:
    """What there is to choose from, in one statement; nothing of it is 0."""
    rows = session.execute(_sums(reader)).all()
    classes: dict[str, int] = dict.fromkeys(CLASSES, 0)
    units: dict[Unit, int] = {}
    for unit, kind, number in rows:
        group = CLASS_OF_KIND[kind]
        if choice.unit in ("", unit.code):
            classes[group] += number
        if choice.group in ("", group):
            units[unit] = units.get(unit, 0) + number
    return Sums({group: number for group, number in classes.items() if number}, list(units.items()))


def lines_of(
    session: Session, reader: Actor | None, choice: Choice, *, skip: int = 0, most: int = PAGE_SIZE
) -> list[Line]:
    """Up to `most` lines of the list after the first `skip`, by class, unit, kind and code, in one statement."""
    rows = read_rows(session, _lines(reader, choice), {"most": most, "skip": skip})
    return [Line(*row) for row in rows]


def all_lines(session: Session, reader: Actor | None, choice: Choice) -> Iterator[tuple[Line, list[Any]]]:
    """Every line with its techniques; a few hundred are in memory at a time."""
    skip = 0
    while lines := lines_of(session, reader, choice, skip=skip):
        tags = _tags_of(session, [line.id for line in lines])
        yield from ((line, tags.get(line.id, [])) for line in lines)
        skip += len(lines)


def _tags_of(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in read_rows(session, _TAGS, {"resources": ids}):
        found.setdefault(row.resource_id, []).append(row)
    return found


_TAGS: Final = (
    sa.select(ResourceTag.resource_id, Tag.name_zh, Tag.name_en)
    .join(Tag, Tag.id == ResourceTag.tag_id)
    .where(among(ResourceTag.resource_id, "resources"))
    .order_by(ResourceTag.resource_id, Tag.id)
)


def _listed_for(reader: Actor | None) -> sa.ColumnElement[bool]:
    """Published, of a unit that has not left, and the reader may know of it."""
    return sa.and_(visible_to(reader), Resource.status == "published", Unit.status != "left")


@lru_cache(maxsize=128)
def _sums(reader: Actor | None) -> Any:
    return (
        sa.select(Unit, Resource.kind, sa.func.count())
        .join(Unit, Unit.id == Resource.owner_id)
        .where(_listed_for(reader))
        .group_by(Unit.id, Resource.kind)
        .order_by(Unit.code)
    )


@lru_cache(maxsize=128)
def _lines(reader: Actor | None, choice: Choice) -> Any:
    class_rank = sa.case(
        {kind: CLASSES.index(CLASS_OF_KIND[kind]) for kind in KINDS}, value=Resource.kind, else_=len(CLASSES)
    )
    kind_rank = sa.case({kind: rank for rank, kind in enumerate(KINDS)}, value=Resource.kind)
    items = (
        sa.select(sa.func.count(Item.id))
        .where(Item.resource_id == Resource.id, Item.retired_at.is_(None))
        .correlate(Resource)
        .scalar_subquery()
    )
    wanted = [_listed_for(reader)]
    if choice.group:
        wanted.append(Resource.kind.in_([kind for kind in KINDS if CLASS_OF_KIND[kind] == choice.group]))
    if choice.unit:
        wanted.append(Unit.code == choice.unit)
    return (
        sa.select(
            Resource.id,
            Resource.code,
            Resource.name_zh,
            Resource.name_en,
            Resource.kind,
            Resource.mode,
            Resource.visibility,
            Resource.place_zh,
            Resource.place_en,
            Resource.description_zh,
            Resource.description_en,
            PolicyRow.hours,
            items,
            Unit.id.label("owner_id"),
            Unit.code.label("owner_code"),
            Unit.name_zh.label("owner_zh"),
            Unit.name_en.label("owner_en"),
            Unit.contact_email,
        )
        .join(Unit, Unit.id == Resource.owner_id)
        .outerjoin(PolicyRow, PolicyRow.resource_id == Resource.id)
        .where(*wanted)
        .order_by(class_rank, Unit.code, kind_rank, Resource.code)
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skip"))
    )
