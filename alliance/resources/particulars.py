"""What stands around resources: items, techniques, qualifications, managers, photos, parts, and how the reader stands.

All of it comes in one statement, whatever the number of resources and items.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance import clock
from alliance.db import Instant, among, read_rows
from alliance.members.actor import Actor
from alliance.members.models import GroupUnit, Management, Person, Unit
from alliance.members.standing import still_manages
from alliance.resources.files.models import Document, File
from alliance.resources.models import (
    Favourite,
    HeldQualification,
    Item,
    Photo,
    Qualification,
    RequiredQualification,
    Resource,
    ResourcePart,
    ResourceTag,
    Tag,
)
from alliance.resources.permissions import visible_to
from alliance.resources.qualifications.models import QualificationRequest

T = TypeVar("T")


@dataclass(frozen=True)
class Label:
    """A name in both languages, of an item or a technique; the English one may be missing."""

    id: int
    name_zh: str
    name_en: str | None


@dataclass(frozen=True)
class Related:
    """A part of a resource or a whole it belongs to, as far as the reader may know of it."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True)
class Manager:
    """A person who runs a resource, with the address to ask at."""

    name: str
    email: str


@dataclass(frozen=True)
class Shown:
    """A photo as a page names it: its ref and its caption."""

    ref: str
    alt_zh: str | None
    alt_en: str | None


@dataclass(frozen=True)
class ShownDocument:
    """A document as a page names it: its ref, its title, and its file's name and size."""

    ref: str
    title_zh: str | None
    title_en: str | None
    name: str
    size: int


@dataclass(frozen=True)
class Required:
    """A qualification a resource asks for, and since and until which local day the reader holds it, if at all."""

    code: str
    name_zh: str
    name_en: str | None
    held_from: date | None = None
    held_until: date | None = None

    def is_held_on(self, day: date) -> bool:
        """Whether the reader may use it on that day."""
        if self.held_from is None or day < self.held_from:
            return False
        return self.held_until is None or day <= self.held_until


@dataclass(frozen=True)
class Particulars:
    """What stands around one resource. A whole's items are those of its parts.

    `asked` are the codes of required qualifications the reader has asked for and waits for.

    `relative_ids` are all its parts and wholes, for what closes one closes the other; `parts` and `wholes` name those
    the reader may know of.
    """

    items: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    required: tuple[Required, ...] = ()
    asked: frozenset[str] = frozenset()
    managers: tuple[Manager, ...] = ()
    photos: tuple[Shown, ...] = ()
    documents: tuple[ShownDocument, ...] = ()
    parts: tuple[Related, ...] = ()
    wholes: tuple[Related, ...] = ()
    relative_ids: frozenset[int] = frozenset()
    has_parts: bool = False
    is_favourite: bool = False


@dataclass(frozen=True)
class Standing:
    """The reader's units in good standing with their status, and for each the units it shares a group with."""

    statuses: Mapping[int, str] = field(default_factory=dict)
    mates: frozenset[tuple[int, int]] = frozenset()

    def shares_group(self, unit_id: int, owner_id: int) -> bool:
        """Whether the reader's unit and the owner have a group in common."""
        return (unit_id, owner_id) in self.mates


@dataclass(frozen=True)
class Surroundings:
    """What stands around some resources, and how their reader stands."""

    standing: Standing
    _of: Mapping[int, Particulars]

    def of(self, resource_id: int) -> Particulars:
        """What stands around this one."""
        return self._of.get(resource_id, Particulars())


def surroundings(
    session: Session, reader: Actor | None, resource_ids: Collection[int], *, with_items: bool = False
) -> Surroundings:
    """All there is to say around the resources, in one statement; items, photos and parts only when asked for.

    The caller has made sure that the reader may know of these resources.
    """
    told: dict[int, list[_Row]] = {resource_id: [] for resource_id in resource_ids}
    statuses, mates = {}, set()
    for row in read_rows(session, _all_of(reader, with_items), {"resources": list(resource_ids)}):
        line = _Row(*row)
        if line.what == "unit":
            statuses[line.id] = line.zh
        elif line.what == "mate":
            mates.add((line.of, line.id))
        else:
            told[line.of].append(line)
    return Surroundings(
        standing=Standing(statuses, frozenset(mates)),
        _of={resource_id: _particulars(own) for resource_id, own in told.items()},
    )


def managers_of(session: Session, resource_ids: Collection[int]) -> dict[int, list[Manager]]:
    """Who runs each of the resources, by name; for readers who are signed in."""
    found = [_Row(*row) for row in read_rows(session, _MANAGERS, {"resources": list(resource_ids)})]
    return {
        resource_id: list(_sorted(found, "manager", _manager, resource_id)) for resource_id in resource_ids
    }


def qualifications_for(session: Session, resource_id: int, person_id: int) -> list[Required]:
    """What the resource asks for, and what of it the person holds."""
    found = [
        _Row(*row) for row in read_rows(session, _required(Actor(person_id)), {"resources": [resource_id]})
    ]
    return list(_sorted(found, "required", _requirement, resource_id))


class _Row(NamedTuple):
    """One line of the statement: what it tells, of which resource (or unit), and the columns all lines share."""

    what: str
    of: int
    id: int
    code: str
    zh: str
    en: str | None
    first: date | None
    last: date | None


def _particulars(own: Sequence[_Row]) -> Particulars:
    return Particulars(
        items=_sorted(own, "item", _label),
        tags=_sorted(own, "tag", _label),
        required=_sorted(own, "required", _requirement),
        asked=frozenset(row.code for row in own if row.what == "asked"),
        managers=_sorted(own, "manager", _manager),
        photos=_sorted(own, "photo", _photo),
        documents=_documents(own),
        parts=_sorted(own, "part", _related),
        wholes=_sorted(own, "whole", _related),
        relative_ids=frozenset(row.id for row in own if row.what in ("below", "above")),
        has_parts=any(row.what == "below" for row in own),
        is_favourite=any(row.what == "marked" for row in own),
    )


def _sorted(
    rows: Iterable[_Row], what: str, make: Callable[[_Row], T], of: int | None = None
) -> tuple[T, ...]:
    chosen = [row for row in rows if row.what == what and of in (None, row.of)]
    return tuple(make(row) for row in sorted(chosen, key=lambda row: row.id))


def _label(row: _Row) -> Label:
    return Label(row.id, row.zh, row.en)


def _related(row: _Row) -> Related:
    return Related(row.code, row.zh, row.en)


def _manager(row: _Row) -> Manager:
    return Manager(row.zh, row.code)


def _photo(row: _Row) -> Shown:
    return Shown(row.code, row.zh, row.en)


def _documents(own: Sequence[_Row]) -> tuple[ShownDocument, ...]:
    """A document takes two lines: what it is called, and its file."""
    files = {row.id: row for row in own if row.what == "file"}
    return tuple(
        ShownDocument(row.code, row.zh, row.en, files[row.id].zh, int(files[row.id].code))
        for row in sorted(own, key=lambda row: row.id)
        if row.what == "document"
    )


def _requirement(row: _Row) -> Required:
    return Required(row.code, row.zh, row.en, row.first, row.last)


_Line = sa.Select[*tuple[Any, ...]]
# Typed, for PostgreSQL takes a bare NULL in a union for a text.
_NO_TEXT = sa.cast(sa.null(), sa.String)
_NO_DAY = sa.cast(sa.null(), sa.Date)


# Building the statement costs more than running it; who looks at one resource looks at others.
@lru_cache(maxsize=512)
def _all_of(reader: Actor | None, with_items: bool) -> sa.CompoundSelect[*tuple[Any, ...]]:
    wanted = [_tags(), _required(reader)]
    if with_items:
        wanted += [_items(), _items_of_parts(), *_relatives(reader), _photos(), *_papers(reader)]
    if reader is not None:
        wanted += [_MANAGERS, _marked(reader), _asked(reader), *_standing(reader)]
    return sa.union_all(*wanted)


def _line(what: str, of: Any, number: Any, code: Any, zh: Any, en: Any = _NO_TEXT, *days: Any) -> _Line:
    first, last = days or (_NO_DAY.label("first"), _NO_DAY.label("last"))
    return sa.select(sa.literal(what), of, number, code, zh, en, first, last)


def _marked(reader: Actor) -> _Line:
    return _line("marked", Favourite.resource_id, sa.literal(0), sa.literal(""), sa.literal("")).where(
        among(Favourite.resource_id, "resources"), Favourite.person_id == reader.person_id
    )


def _asked(reader: Actor) -> _Line:
    """What the reader waits to be granted."""
    request, needed = QualificationRequest, RequiredQualification
    return (
        _line("asked", needed.resource_id, Qualification.id, Qualification.code, sa.literal(""))
        .join(needed, needed.qualification_id == Qualification.id)
        .join(request, request.qualification_id == Qualification.id)
        .where(
            among(needed.resource_id, "resources"),
            request.person_id == reader.person_id,
            request.status == "open",
        )
    )


def _items() -> _Line:
    return _line("item", Item.resource_id, Item.id, sa.literal(""), Item.label_zh, Item.label_en).where(
        among(Item.resource_id, "resources"), Item.retired_at.is_(None)
    )


def _items_of_parts() -> _Line:
    return (
        _line("item", ResourcePart.whole_id, Item.id, sa.literal(""), Item.label_zh, Item.label_en)
        .join(ResourcePart, ResourcePart.part_id == Item.resource_id)
        .where(among(ResourcePart.whole_id, "resources"), Item.retired_at.is_(None))
    )


def _tags() -> _Line:
    return (
        _line("tag", ResourceTag.resource_id, Tag.id, sa.literal(""), Tag.name_zh, Tag.name_en)
        .join(ResourceTag, ResourceTag.tag_id == Tag.id)
        .where(among(ResourceTag.resource_id, "resources"))
    )


def _required(reader: Actor | None) -> _Line:
    held, asked = HeldQualification, RequiredQualification
    mine = sa.and_(
        held.qualification_id == Qualification.id,
        held.person_id == reader.person_id if reader is not None else sa.false(),
    )
    return (
        _line(
            "required",
            asked.resource_id,
            Qualification.id,
            Qualification.code,
            Qualification.name_zh,
            Qualification.name_en,
            held.valid_from,
            held.valid_until,
        )
        .join(asked, asked.qualification_id == Qualification.id)
        .outerjoin(held, mine)
        .where(among(asked.resource_id, "resources"))
    )


# Asked of the clock whenever the statement runs, so that nobody needs to bring the time along.
_NOW: Final[Any] = sa.bindparam("managing_at", type_=Instant(), callable_=clock.now)
_MANAGERS: Final = (
    _line("manager", Management.resource_id, Person.id, Person.email, Person.name)
    .join(Person, Person.id == Management.person_id)
    .where(among(Management.resource_id, "resources"), Person.status == "active", still_manages(_NOW))
)


def _photos() -> _Line:
    """Their places stand for their ids, for that is how they are sorted."""
    return _line("photo", Photo.resource_id, Photo.n, Photo.ref, Photo.alt_zh, Photo.alt_en).where(
        among(Photo.resource_id, "resources")
    )


def _papers(reader: Actor | None) -> tuple[_Line, _Line]:
    """The documents the reader may have, and their files; their places stand for their ids."""
    which = [among(Document.resource_id, "resources")]
    if reader is None:
        which.append(Document.for_members.is_(False))
    of, n = Document.resource_id, Document.n
    return (
        _line("document", of, n, Document.ref, Document.title_zh, Document.title_en).where(*which),
        _line("file", of, n, sa.cast(File.size, sa.String), File.name)
        .join(File, File.id == Document.file_id)
        .where(*which),
    )


def _relatives(reader: Actor | None) -> tuple[_Line, ...]:
    """Parts and wholes: their ids all, their names where the reader may know of them."""
    relation, nothing = ResourcePart, sa.literal("")
    names = (Resource.id, Resource.code, Resource.name_zh, Resource.name_en)
    part, whole = relation.part_id, relation.whole_id
    return (
        _line("below", whole, part, nothing, nothing).where(among(whole, "resources")),
        _line("above", part, whole, nothing, nothing).where(among(part, "resources")),
        _line("part", whole, *names)
        .join(relation, part == Resource.id)
        .where(among(whole, "resources"), visible_to(reader)),
        _line("whole", part, *names)
        .join(relation, whole == Resource.id)
        .where(among(part, "resources"), visible_to(reader)),
    )


def _standing(reader: Actor) -> tuple[_Line, _Line]:
    mine, theirs = aliased(GroupUnit), aliased(GroupUnit)
    nothing = sa.literal("")
    units = _line("unit", sa.literal(0), Unit.id, Unit.code, Unit.status).where(
        Unit.id.in_(reader.active_unit_ids)
    )
    mates = (
        _line("mate", mine.unit_id, theirs.unit_id, nothing, nothing)
        .join(theirs, theirs.group_id == mine.group_id)
        .where(mine.unit_id.in_(reader.active_unit_ids))
        .distinct()
    )
    return units, mates
