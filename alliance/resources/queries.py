"""Reading the catalogue. Every statement asks `visible_to`: what is hidden looks exactly like what is missing."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from alliance.db import among_many, read_rows
from alliance.errors import Missing
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.kinds import CLASS_OF_KIND, CLASSES, KINDS
from alliance.resources.models import Item, Resource, ResourceTag, Tag
from alliance.resources.permissions import visible_to
from alliance.resources.search import matches, place_matches, rank, words_of

PAGE_SIZE: Final = 20
# Techniques beyond these are found by words, not by ticking.
_MOST_TAGS: Final = 12

_KIND_RANK: Final = sa.case({kind: n for n, kind in enumerate(KINDS)}, value=Resource.kind)

Condition = sa.ColumnElement[bool]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Filters:
    """What a reader looks for: choices within one field widen, fields together narrow, empty fields ask nothing.

    `kinds` and `classes` are codes of the vocabulary and one field, `units` are codes, `tags` Chinese names.
    """

    words: str = ""
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    place: str = ""
    tags: tuple[str, ...] = ()

    @cached_property
    def all_kinds(self) -> frozenset[str]:
        """The kinds asked for, with those of the classes asked for; empty when any will do."""
        return frozenset(self.kinds).union(kind for kind in KINDS if CLASS_OF_KIND[kind] in self.classes)

    def __bool__(self) -> bool:
        return any((self.words, self.kinds, self.classes, self.units, self.place, self.tags))


@dataclass(frozen=True)
class Listing:
    """One row of the catalogue: the resource with owner and policy, and how many live items it has of its own."""

    resource: Resource
    items: int


class Named(Hashable, Protocol):
    """Something with a code and a name in both languages, as choices show it."""

    @property
    def code(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str | None: ...


@dataclass(frozen=True)
class Offered:
    """A resource as the choices count it."""

    id: int
    owner: Named
    kind: str


@dataclass(frozen=True)
class Counts:
    """How many resources each choice would leave, the other choices of its own field left aside; none is 0."""

    kinds: Mapping[str, int]
    classes: Mapping[str, int]
    units: Mapping[Named, int]
    tags: Mapping[Tag, int]


@dataclass(frozen=True)
class Page:
    """Some rows of a longer list. `number` counts from 1; asking for more pages than there are gives the last."""

    rows: tuple[Listing, ...]
    total: int
    number: int
    pages: int
    counts: Counts


class _UnitName(NamedTuple):
    """A unit as choices show it."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True)
class _Group:
    owner: Named
    kind: str
    count: int


def catalogue(session: Session, reader: Actor | None, filters: Filters, page: int = 1) -> Page:
    """The resources on offer that the reader may know of and looks for, in three statements.

    With words the best found come first; then by kind and code.
    """
    if words_of(filters.words):
        return _searched(session, reader, filters, page)
    groups = _groups(session, reader, filters)
    tags = dict(session.execute(_tags_of(reader, filters)).all())
    counts = _counts(filters, groups, tags)
    total = sum(group.count for group in groups if is_chosen(filters, group.owner.code, group.kind))
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(page, 1), pages)
    return Page(_rows(session, reader, filters, number), total, number, pages, counts)


def _searched(session: Session, reader: Actor | None, filters: Filters, page: int) -> Page:
    """The same where words are looked for: one statement looks through all texts, and the others know what it found."""
    hits = [_Hit._make(row) for row in read_rows(session, _hits_of(reader, filters)).all()]
    if not hits:
        return Page((), 0, 1, 1, _counts(filters, (), {}))
    chosen = sorted(hit for hit in hits if is_chosen(filters, hit.owner_code, hit.kind))
    counts = _counts(filters, _groups_among(hits), _tags_of_these(session, [hit.id for hit in chosen]))
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    number = min(max(page, 1), pages)
    ids = [hit.id for hit in chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    rows = rows_of(session, ids)
    return Page(tuple(rows[hit] for hit in ids if hit in rows), len(chosen), number, pages, counts)


def _groups_among(hits: Iterable["_Hit"]) -> list[_Group]:
    # Counted as the tuples they are: thousands of units by name would take three times as long.
    counts = Counter(hit[4:] for hit in hits)
    return [_Group(_UnitName(code, zh, en), kind, count) for (kind, code, zh, en), count in counts.items()]


class _Hit(NamedTuple):
    """A resource that was found, in the order of what sorts it."""

    rank: int
    kind_rank: int
    code: str
    id: int
    kind: str
    owner_code: str
    owner_zh: str
    owner_en: str | None


@lru_cache(maxsize=256)
def _hits_of(reader: Actor | None, filters: Filters) -> Any:
    return (
        sa.select(
            rank(filters.words),
            _KIND_RANK,
            Resource.code,
            Resource.id,
            Resource.kind,
            Unit.code,
            Unit.name_zh,
            Unit.name_en,
        )
        .join(Unit, Unit.id == Resource.owner_id)
        .where(_on_offer(reader, filters), _with_tags(filters))
    )


def counts_of(session: Session, filters: Filters, offered: Sequence[Offered]) -> Counts:
    """The same counts over resources found elsewhere, kinds and units left aside there, in one statement."""
    chosen = [each.id for each in offered if is_chosen(filters, each.owner.code, each.kind)]
    groups = [_Group(each.owner, each.kind, 1) for each in offered]
    return _counts(filters, groups, _tags_of_these(session, chosen))


def _tags_of_these(session: Session, ids: Collection[int]) -> dict[Tag, int]:
    return dict(session.execute(_TAGS_OF_THESE, {"resources": list(ids)}).all())


def is_chosen(filters: Filters, owner_code: str, kind: str) -> bool:
    """Whether the filters' units and kinds let a resource of this owner and kind pass."""
    kinds = filters.all_kinds
    return (not filters.units or owner_code in filters.units) and (not kinds or kind in kinds)


def _counts(filters: Filters, groups: Sequence[_Group], tags: Mapping[Tag, int]) -> Counts:
    kinds, units = filters.all_kinds, set(filters.units)
    of_units = [group for group in groups if not units or group.owner.code in units]
    of_kinds = [group for group in groups if not kinds or group.kind in kinds]
    return Counts(
        kinds=_sums(KINDS, ((group.kind, group.count) for group in of_units)),
        classes=_sums(CLASSES, ((CLASS_OF_KIND[group.kind], group.count) for group in of_units)),
        units=_sums((), ((group.owner, group.count) for group in of_kinds)),
        tags=tags,
    )


def rows_of(session: Session, ids: Collection[int]) -> dict[int, Listing]:
    """The rows of resources the reader is known to see, by id, in one statement."""
    rows = session.execute(
        sa.select(Resource, _live_items())
        .join(Resource.owner)
        .where(Resource.id.in_(ids))
        .options(contains_eager(Resource.owner), joinedload(Resource.policy_row))
    )
    return {resource.id: Listing(resource, items) for resource, items in rows}


def counts_on_offer(session: Session, reader: Actor | None) -> Counts:
    """How many resources of each kind, class and owner the reader may find, in one statement."""
    groups = _groups(session, reader, Filters())
    return Counts(
        kinds=_sums(KINDS, ((group.kind, group.count) for group in groups)),
        classes=_sums(CLASSES, ((CLASS_OF_KIND[group.kind], group.count) for group in groups)),
        units=_sums((), ((group.owner, group.count) for group in groups)),
        tags={},
    )


def found_by(reader: Actor | None, filters: Filters) -> Condition:
    """What the filters leave of the resources on offer that the reader may know of."""
    return sa.and_(_on_offer(reader, filters), _of_kinds(filters), _of_units(filters), _with_tags(filters))


def resource_by_code(session: Session, reader: Actor | None, code: str, *options: ORMOption) -> Resource:
    """The resource with its owner and policy, and whatever `options` load besides; raises Missing."""
    # PostgreSQL would refuse the character zero with an error of its own.
    if not code.isprintable():
        raise Missing
    found = session.scalars(_by_code(reader).options(*options), {"code": code}).one_or_none()
    if found is None:
        raise Missing
    return found


def resource_by_id(session: Session, reader: Actor | None, resource_id: int) -> Resource:
    """The resource with its policy; raises Missing."""
    found = session.scalars(_by_id(reader), {"id": resource_id}).one_or_none()
    if found is None:
        raise Missing
    return found


@lru_cache(maxsize=512)
def _by_id(reader: Actor | None) -> sa.Select[Resource]:
    chosen = sa.select(Resource).where(Resource.id == sa.bindparam("id"), visible_to(reader))
    return chosen.options(joinedload(Resource.policy_row))


@lru_cache(maxsize=512)
def _by_code(reader: Actor | None) -> sa.Select[Resource]:
    return (
        sa.select(Resource)
        .where(Resource.code == sa.bindparam("code"), visible_to(reader))
        .options(joinedload(Resource.owner), joinedload(Resource.policy_row))
    )


def resources_named(session: Session, ids: Collection[int]) -> dict[int, Resource]:
    """The resources of these ids with their owners, by id; nothing is asked for none. Who asks may see them already."""
    if not ids:
        return {}
    chosen = sa.select(Resource).where(Resource.id.in_(ids)).options(joinedload(Resource.owner))
    return {resource.id: resource for resource in session.scalars(chosen)}


def resource_and_unit(
    session: Session, reader: Actor | None, code: str, unit_code: str | None
) -> tuple[int, str, int | None]:
    """Id and zone of the resource, and the id of the unit if there is one of that code; raises Missing."""
    found = read_rows(session, _code_and_unit(reader), {"code": code, "unit": unit_code}).one_or_none()
    if found is None:
        raise Missing
    return found[0], found[1], found[2]


@lru_cache(maxsize=512)
def _code_and_unit(reader: Actor | None) -> sa.Select[int, str, int | None]:
    unit = sa.select(Unit.id).where(Unit.code == sa.bindparam("unit")).scalar_subquery()
    return sa.select(Resource.id, Resource.zone, unit).where(
        Resource.code == sa.bindparam("code"), visible_to(reader)
    )


def resources_after(
    session: Session,
    reader: Actor | None,
    filters: Filters,
    *,
    after: str = "",
    codes: Collection[str] | None = None,
    limit: int,
) -> list[Listing]:
    """Up to `limit` of the resources on offer that the reader may know of and looks for, by code, after that code.

    They come with owner and policy; with `codes` only those.
    """
    chosen = [found_by(reader, filters), Resource.code > after]
    if codes is not None:
        chosen.append(Resource.code.in_(codes))
    rows = session.execute(
        sa.select(Resource, _live_items())
        .join(Resource.owner)
        .where(*chosen)
        .order_by(Resource.code)
        .limit(limit)
        .options(contains_eager(Resource.owner), joinedload(Resource.policy_row))
    )
    return [Listing(*row) for row in rows]


def managed_by(session: Session, actor: Actor) -> Sequence[Resource]:
    """The resources the actor is a named manager of, in the order of their codes."""
    if not actor.managed_ids:
        return ()
    return session.scalars(
        sa.select(Resource).where(Resource.id.in_(actor.managed_ids)).order_by(Resource.code)
    ).all()


def _groups(session: Session, reader: Actor | None, filters: Filters) -> list[_Group]:
    """How many there are of each kind and owner, these two fields left aside."""
    rows = read_rows(session, _groups_of(reader, filters))
    return [_Group(_UnitName(*name), kind, count) for *name, kind, count in rows]


# Building these costs as much as running them; the same choices are asked for again and again.
@lru_cache(maxsize=256)
def _groups_of(reader: Actor | None, filters: Filters) -> Any:
    return (
        sa.select(Unit.code, Unit.name_zh, Unit.name_en, Resource.kind, sa.func.count())
        .join(Unit, Unit.id == Resource.owner_id)
        .where(_on_offer(reader, filters), _with_tags(filters))
        .group_by(Unit.id, Resource.kind)
        .order_by(Unit.code)
    )


def _rows(session: Session, reader: Actor | None, filters: Filters, number: int) -> tuple[Listing, ...]:
    page = {"limit": PAGE_SIZE, "offset": (number - 1) * PAGE_SIZE}
    return tuple(Listing(*row) for row in session.execute(_rows_of(reader, filters), page))


@lru_cache(maxsize=256)
def _rows_of(reader: Actor | None, filters: Filters) -> Any:
    return (
        sa.select(Resource, _live_items())
        .join(Resource.owner)
        .where(found_by(reader, filters))
        .order_by(_KIND_RANK, Resource.code)
        .limit(sa.bindparam("limit"))
        .offset(sa.bindparam("offset"))
        .options(contains_eager(Resource.owner), joinedload(Resource.policy_row))
    )


def _live_items() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Item.id))
        .where(Item.resource_id == Resource.id, Item.retired_at.is_(None))
        .correlate(Resource)
        .scalar_subquery()
    )


@lru_cache(maxsize=256)
def _tags_of(reader: Actor | None, filters: Filters) -> Any:
    """The techniques of what the filters leave when tags are left aside."""
    chosen = sa.and_(_on_offer(reader, filters), _of_kinds(filters), _of_units(filters))
    return _most_offered(sa.and_(Resource.id == ResourceTag.resource_id, chosen))


def _most_offered(among: Condition) -> Any:
    """The techniques most of the resources offer."""
    count = sa.func.count().label("resources")
    return (
        sa.select(Tag, count)
        .join(ResourceTag, ResourceTag.tag_id == Tag.id)
        .where(among)
        .group_by(Tag.id)
        .order_by(count.desc(), Tag.id)
        .limit(_MOST_TAGS)
    )


_TAGS_OF_THESE: Final = _most_offered(among_many(ResourceTag.resource_id, "resources"))


def _on_offer(reader: Actor | None, filters: Filters) -> Condition:
    return sa.and_(
        visible_to(reader),
        Resource.status != "retired",
        matches(filters.words),
        place_matches(filters.place),
    )


def _of_kinds(filters: Filters) -> Condition:
    return Resource.kind.in_(filters.all_kinds) if filters.all_kinds else sa.true()


def _of_units(filters: Filters) -> Condition:
    if not filters.units:
        return sa.true()
    return Resource.owner_id.in_(sa.select(Unit.id).where(Unit.code.in_(filters.units)))


def _with_tags(filters: Filters) -> Condition:
    if not filters.tags:
        return sa.true()
    return Resource.id.in_(sa.select(ResourceTag.resource_id).join(Tag).where(Tag.name_zh.in_(filters.tags)))


def _sums(order: Iterable[K], pairs: Iterable[tuple[K, int]]) -> dict[K, int]:
    """The numbers added up by key, keys in the given order first; keys without any number are left out."""
    sums: dict[K, int] = dict.fromkeys(order, 0)
    for key, number in pairs:
        sums[key] = sums.get(key, 0) + number
    return {key: total for key, total in sums.items() if total}
