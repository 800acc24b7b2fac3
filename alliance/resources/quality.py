"""How good the entries of the catalogue are: what is missing in each, what is stale, and saying that all is right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import Instant, action
from alliance.errors import Forbidden
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.models import Management, Person, Unit
from alliance.members.standing import still_manages
from alliance.resources.models import Photo, PolicyRow, Resource
from alliance.resources.permissions import run_by, visible_to

# From the gravest to the least: nobody can use it, nobody answers for it, it may be untrue, it says too little.
_NOW: Final[sa.BindParameter[Any]] = sa.bindparam("now", type_=Instant())
FLAWS: Final = (
    "never_open",
    "no_manager",
    "not_confirmed",
    "no_description",
    "no_english_name",
    "no_photo",
)
CONFIRMED_FOR: Final = timedelta(days=365)
PAGE_SIZE: Final = 50
# As many as one may confirm with one press: those of a page.
MOST_AT_ONCE: Final = 100

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Entry:
    """One entry with what is wrong with it, the gravest first, and when it was last confirmed by whom."""

    resource: Resource
    owner: Unit
    flaws: tuple[str, ...]
    confirmed_by: str | None
    is_run: bool


@dataclass(frozen=True)
class Quality:
    """Entries that want a look, and how many there are: of each flaw for the chosen unit, of each unit for the chosen
    flaw. `judged` are all entries of the chosen unit, the good ones included.
    """

    entries: tuple[Entry, ...]
    flaws: dict[str, int]
    units: list[tuple[Unit, int]]
    wanting: int
    judged: int
    total: int
    number: int
    pages: int


def quality(
    session: Session, reader: Actor, now: datetime, *, flaw: str = "", unit: str = "", page: int = 1
) -> Quality:
    """What wants a look of the entries the reader runs, or of all he may know of for the secretariat.

    Two statements, whatever there is. Raises Forbidden for whoever runs nothing.
    """
    if not (reader.managed_ids or reader.admin_unit_ids or reader.is_secretariat):
        raise Forbidden("manager")
    given = {"stale": now - CONFIRMED_FOR, "now": now}
    sums = session.execute(_sums(reader), given).all()
    of_unit = [row for row in sums if unit in ("", row.Unit.code)]
    flaws = {name: number for name in FLAWS if (number := sum(getattr(row, name) for row in of_unit))}
    wanting = sum(row.wanting for row in of_unit)
    total = flaws.get(flaw, 0) if flaw else wanting
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(page, 1), pages)
    rows = session.execute(
        _entries(reader, flaw, unit), {**given, "most": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    )
    return Quality(
        entries=tuple(_entry(reader, *row) for row in rows),
        flaws=flaws,
        units=[(row.Unit, count) for row in sums if (count := getattr(row, flaw or "wanting"))],
        wanting=wanting,
        judged=sum(row.judged for row in of_unit),
        total=total,
        number=number,
        pages=pages,
    )


@action
def confirm_entries(session: Session, codes: Collection[str], *, by: Actor) -> tuple[str, ...]:
    """Say that what stands on these resources' pages is right; return the codes of those it was said of.

    Those who run a resource may; what is not theirs, not published or not there is left out. Raises Forbidden for
    whoever runs nothing.
    """
    if not (by.managed_ids or by.admin_unit_ids):
        raise Forbidden("manager")
    wanted = [code for code in dict.fromkeys(codes) if code.isprintable()][:MOST_AT_ONCE]
    mine = sa.and_(Resource.code.in_(wanted), Resource.status == "published", run_by(by))
    hold(session, resources=session.scalars(sa.select(Resource.id).where(mine)))
    resources = session.scalars(sa.select(Resource).where(mine).order_by(Resource.code)).all()
    now = clock.now()
    for resource in resources:
        resource.confirmed_at, resource.confirmed_by_id = now, by.person_id
        record(
            session,
            "resource.confirmed",
            "resource",
            resource.id,
            at=now,
            by_id=by.person_id,
            unit_id=resource.owner_id,
            code=resource.code,
        )
    return tuple(resource.code for resource in resources)


def _entry(reader: Actor, resource: Resource, owner: Unit, confirmed_by: str | None, *found: int) -> Entry:
    flaws = tuple(flaw for flaw, is_so in zip(FLAWS, found, strict=True) if is_so)
    return Entry(resource, owner, flaws, confirmed_by, reader.runs(resource.id, resource.owner_id))


def _conditions() -> dict[str, Condition]:
    """What makes each flaw, of a resource joined with its policy."""
    of_it = sa.select(sa.literal(1)).correlate(Resource)
    manager = (
        of_it.select_from(Management)
        .join(Person, Person.id == Management.person_id)
        .where(Management.resource_id == Resource.id, Person.status == "active", still_manages(_NOW))
    )
    stale = sa.bindparam("stale", type_=Instant())
    return {
        "never_open": sa.and_(
            Resource.mode == "timed", sa.func.coalesce(PolicyRow.hours, sa.literal("")) == ""
        ),
        "no_manager": ~manager.exists(),
        "not_confirmed": sa.or_(Resource.confirmed_at.is_(None), Resource.confirmed_at <= stale),
        "no_description": sa.and_(_empty(Resource.description_zh), _empty(Resource.description_en)),
        "no_english_name": _empty(Resource.name_en),
        "no_photo": ~of_it.select_from(Photo).where(Photo.resource_id == Resource.id).exists(),
    }


def _empty(column: Any) -> Condition:
    return sa.func.coalesce(column, "") == ""


def _judged(reader: Actor) -> Condition:
    """The published entries the reader answers for: those he runs, or all that the secretariat may know of."""
    theirs = visible_to(reader) if reader.is_secretariat else run_by(reader)
    return sa.and_(theirs, Resource.status == "published", Unit.status != "left")


def _sums(reader: Actor) -> Any:
    conditions = _conditions()
    each = [
        sa.func.sum(sa.case((is_so, 1), else_=0)).label(name)
        for name, is_so in {**conditions, "wanting": sa.or_(*conditions.values())}.items()
    ]
    return (
        sa.select(Unit, sa.func.count().label("judged"), *each)
        .select_from(Resource)
        .join(Unit, Unit.id == Resource.owner_id)
        .outerjoin(PolicyRow, PolicyRow.resource_id == Resource.id)
        .where(_judged(reader))
        .group_by(Unit.id)
        .order_by(Unit.code)
    )


def _entries(reader: Actor, flaw: str, unit: str) -> Any:
    conditions = _conditions()
    # Each flaw outweighs all that are less grave together.
    weights: Sequence[sa.ColumnElement[int]] = [
        sa.case((is_so, 2 ** (len(FLAWS) - rank)), else_=0) for rank, is_so in enumerate(conditions.values())
    ]
    found = [sa.case((is_so, 1), else_=0) for is_so in conditions.values()]
    wanted = [_judged(reader), conditions[flaw] if flaw else sa.or_(*conditions.values())]
    if unit:
        wanted.append(Unit.code == unit)
    gravity = weights[0]
    for weight in weights[1:]:
        gravity = gravity + weight
    return (
        sa.select(Resource, Unit, Person.name, *found)
        .join(Unit, Unit.id == Resource.owner_id)
        .outerjoin(PolicyRow, PolicyRow.resource_id == Resource.id)
        .outerjoin(Person, Person.id == Resource.confirmed_by_id)
        .where(*wanted)
        .order_by(gravity.desc(), Resource.code)
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skip"))
    )
