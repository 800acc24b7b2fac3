"""One's feeds, as one's own list shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.calendars.models import Feed, FeedResource
from alliance.members.actor import Actor, actor_of
from alliance.members.groups import sees_group
from alliance.members.models import Group, Unit
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

# Google reads no more than a megabyte, which is about as many bookings.
MANY: Final = 1_000
LONG: Final = 900_000
_ABOUT_ONESELF: Final = ("mine", "approvals")


@dataclass(frozen=True)
class Subject:
    """A resource, as far as the reader may know of it."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True)
class FeedLine:
    """A live feed as its owner's list shows it; a subject he may no longer see has no code and no name."""

    id: int
    ref: str
    scope: str
    language: str
    detail: str
    label: str
    colour: str
    pending: bool
    cancelled: bool
    past_days: int
    future_days: int | None
    created_at: datetime
    last_used_at: datetime | None
    last_count: int | None
    last_bytes: int | None
    subject_code: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    resources: tuple[Subject, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Whether the feed answers nothing any more, for want of permission."""
        return self.scope not in _ABOUT_ONESELF and self.subject_code is None and not self.resources

    @property
    def is_large(self) -> bool:
        """Whether some clients may refuse what the feed held when it was last looked at."""
        return (self.last_count or 0) > MANY or (self.last_bytes or 0) > LONG


def feeds_of(session: Session, person_id: int, ref: str | None = None) -> Sequence[FeedLine]:
    """The person's feeds that were not revoked, newest first, or the one of that ref; in three
    statements at most.
    """
    reader = actor_of(session, person_id)
    if reader is None:
        return []
    is_resource = sa.and_(Feed.scope == "resource", Resource.id == Feed.subject_id, visible_to(reader))
    is_unit = sa.and_(Feed.scope == "unit", Unit.id == Feed.subject_id, Unit.id.in_(reader.active_unit_ids))
    is_group = sa.and_(Feed.scope == "group", Group.id == Feed.subject_id, sees_group(reader, Group.id))
    own = [getattr(Feed, name) for name in FeedLine.__dataclass_fields__ if name in Feed.__table__.columns]
    named: list[Any] = [
        sa.func.coalesce(getattr(Resource, name), getattr(Unit, name), getattr(Group, name))
        for name in ("code", "name_zh", "name_en")
    ]
    chosen = (
        sa.select(*own, *named)
        .join(Resource, is_resource, isouter=True)
        .join(Unit, is_unit, isouter=True)
        .join(Group, is_group, isouter=True)
        .where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
        .order_by(Feed.created_at.desc(), Feed.id.desc())
    )
    if ref is not None:
        chosen = chosen.where(Feed.ref == ref)
    lines = [FeedLine(*row) for row in session.execute(chosen)]
    if all(line.scope != "resources" for line in lines):
        return lines
    resources = _resources_of(session, reader)
    return [replace(line, resources=tuple(resources.get(line.id, ()))) for line in lines]


def _resources_of(session: Session, reader: Actor) -> dict[int, list[Subject]]:
    """What the reader chose for his feeds and may still see, by the feed's id."""
    found: dict[int, list[Subject]] = {}
    chosen = (
        sa.select(FeedResource.feed_id, Resource.code, Resource.name_zh, Resource.name_en)
        .join(Feed, Feed.id == FeedResource.feed_id)
        .join(Resource, Resource.id == FeedResource.resource_id)
        .where(Feed.person_id == reader.person_id, Feed.revoked_at.is_(None), visible_to(reader))
        .order_by(Resource.code)
    )
    for feed_id, code, name_zh, name_en in session.execute(chosen):
        found.setdefault(feed_id, []).append(Subject(code, name_zh, name_en))
    return found
