"""Who asks for a calendar, and for which one."""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.calendars.looks import Look
from alliance.calendars.models import Feed
from alliance.db import read_rows
from alliance.i18n import Language
from alliance.members.actor import Actor, actor_from, everything_about
from alliance.refs import digest
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

_LOOKS: Final = tuple(field.name for field in fields(Look))


@dataclass(frozen=True)
class Subscription:
    """What a calendar address stands for: whose view of which bookings, and how it looks.

    `reader` is nobody for a public address. `subject_id` is the unit's, the group's or the resource's, else the
    person's.
    """

    ref: str
    scope: str
    subject_id: int
    look: Look
    reader: Actor | None = None
    feed_id: int | None = None
    last_used_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def language(self) -> Language:
        return "en" if self.look.language == "en" else "zh"

    @property
    def detail(self) -> str:
        return self.look.detail


def subscription_of(session: Session, token: str) -> Subscription | None:
    """What the secret address stands for, in one statement.

    None when it is unknown or revoked, when its person is suspended, and when he left the unit; whether he may still
    see the resource is part of `queries.state_of`.
    """
    rows = read_rows(session, _feed_and_person(), {"token_hash": digest(token), "now": clock.now()}).all()
    if not any(row.what == "person" and row.words == "active" for row in rows):
        return None
    feed = rows[0]
    reader = actor_from(feed.person_id, [(row.what, row.number, row.words, row.flag) for row in rows])
    if reader is None or (feed.scope == "unit" and feed.subject_id not in reader.active_unit_ids):
        return None
    return Subscription(
        ref=feed.ref,
        scope=feed.scope,
        subject_id=feed.person_id if feed.subject_id is None else feed.subject_id,
        look=Look(**{name: getattr(feed, name) for name in _LOOKS}),
        reader=reader,
        feed_id=feed.id,
        last_used_at=feed.last_used_at,
        changed_at=feed.changed_at,
    )


def public_subscription(session: Session, code: str, language: Language) -> Subscription | None:
    """The public calendar of a resource that everybody may see; it never says more than that a time is taken."""
    # PostgreSQL would refuse the character zero with an error of its own.
    if not code.isprintable():
        return None
    found = session.scalar(sa.select(Resource.id).where(Resource.code == code, visible_to(None)))
    if found is None:
        return None
    return Subscription(f"public:{code}", "resource", found, Look(language=language, detail="busy"))


def reader_key(reader: Actor | None) -> str:
    """The same for readers of the same roles, and another one as soon as a role is given or taken."""
    if reader is None:
        return ""
    roles = (reader.active_unit_ids, reader.admin_unit_ids, reader.managed_ids)
    return repr((reader.person_id, *map(sorted, roles), sorted(reader.alliance_roles)))


# Written once: putting a statement together costs more than running it.
@cache
def _feed_and_person() -> sa.Select[*tuple[Any, ...]]:
    is_meant = sa.and_(Feed.token_hash == sa.bindparam("token_hash"), Feed.revoked_at.is_(None))
    about = everything_about(sa.select(Feed.person_id).where(is_meant).scalar_subquery()).subquery("about")
    looks = [getattr(Feed, name) for name in _LOOKS]
    columns = (Feed.id, Feed.ref, Feed.person_id, Feed.scope, Feed.subject_id)
    return (
        sa.select(*columns, Feed.last_used_at, Feed.changed_at, *looks, *about.c)
        .join(about, sa.true())
        .where(is_meant)
    )
