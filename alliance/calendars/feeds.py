"""Making and ending secret calendar addresses. An address is shown once; only the hash of its token is kept."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.calendars.ics import one_line
from alliance.calendars.models import SCOPES, Feed
from alliance.db import action
from alliance.errors import Busy, Forbidden, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.hold import hold
from alliance.i18n import LANGUAGES
from alliance.members.actor import Actor, actor_of
from alliance.members.models import Unit
from alliance.refs import digest, new_ref, new_token
from alliance.resources.kinds import DETAILS
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

Scope = Literal["mine", "unit", "resource"]
MOST_FEEDS: Final = 50
LONGEST_LABEL: Final = 80
_NOTED_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True)
class MadeFeed:
    """A fresh feed: `token` is the secret part of its address, known to nobody but the caller from now on."""

    ref: str
    token: str


@dataclass(frozen=True)
class FeedLine:
    """A live feed as its owner's list shows it; a subject he may no longer see has no code and no name."""

    ref: str
    scope: str
    language: str
    detail: str
    label: str
    created_at: datetime
    last_used_at: datetime | None
    subject_code: str | None = None
    name_zh: str | None = None
    name_en: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the feed answers nothing any more, for want of permission."""
        return self.scope != "mine" and self.subject_code is None


@action
def make_feed(
    session: Session,
    by: Actor,
    scope: str,
    subject_code: str | None = None,
    language: str = "zh",
    detail: str = "full",
    label: str = "",
) -> MadeFeed:
    """A secret address for one's own bookings, those on the resources of one's unit, or those of a resource one sees.

    Raises Missing for a subject one may not know of, Forbidden for a unit one does not belong to, Refused for the rest.
    """
    label = one_line(label)
    _check_words(scope, language, detail, label)
    hold(session, persons=[by.person_id])
    if _live_feeds(session, by.person_id) >= MOST_FEEDS:
        raise Refused([Problem("too_many_feeds", params={"most": MOST_FEEDS})])
    at, made = clock.now(), MadeFeed(new_ref(), new_token())
    feed = Feed(
        ref=made.ref,
        person_id=by.person_id,
        scope=scope,
        subject_id=_subject_id(session, by, scope, subject_code),
        language=language,
        detail=detail,
        label=label,
        token_hash=digest(made.token),
        created_at=at,
    )
    session.add(feed)
    session.flush()
    what: dict[str, Any] = {
        "scope": scope,
        "subject": subject_code if scope != "mine" else None,
        "detail": detail,
    }
    record(session, "feed.made", "feed", feed.id, at=at, by_id=by.person_id, **what)
    return made


@action
def revoke_feed(session: Session, ref: str, by: Actor) -> str:
    """End one's own feed at once; ending it twice changes nothing. Raises Missing for anybody else's."""
    hold(session, persons=[by.person_id])
    feed = session.scalar(sa.select(Feed).where(Feed.ref == ref, Feed.person_id == by.person_id))
    if feed is None:
        raise Missing
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        record(session, "feed.revoked", "feed", feed.id, at=feed.revoked_at, by_id=by.person_id)
    return feed.ref


def feeds_of(session: Session, person_id: int) -> Sequence[FeedLine]:
    """The person's feeds that were not revoked, newest first, in two statements."""
    reader = actor_of(session, person_id)
    if reader is None:
        return []
    is_resource = sa.and_(Feed.scope == "resource", Resource.id == Feed.subject_id, visible_to(reader))
    is_unit = sa.and_(Feed.scope == "unit", Unit.id == Feed.subject_id, Unit.id.in_(reader.active_unit_ids))
    own: list[Any] = [
        Feed.ref,
        Feed.scope,
        Feed.language,
        Feed.detail,
        Feed.label,
        Feed.created_at,
        Feed.last_used_at,
    ]
    pairs = ((Resource.code, Unit.code), (Resource.name_zh, Unit.name_zh), (Resource.name_en, Unit.name_en))
    lines = session.execute(
        sa.select(*own, *[sa.func.coalesce(*pair) for pair in pairs])
        .join(Resource, is_resource, isouter=True)
        .join(Unit, is_unit, isouter=True)
        .where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
        .order_by(Feed.created_at.desc(), Feed.id.desc())
    )
    return [FeedLine(*line) for line in lines]


def note_use(feed_id: int, last_used_at: datetime | None, now: datetime) -> None:
    """Remember, to the day, that somebody still fetches the feed; when nothing can be written the next fetch will."""
    if last_used_at is not None and last_used_at > now - _NOTED_EVERY:
        return
    with suppress(Busy, DBAPIError):
        _note_use(feed_id, now)


@action
def _note_use(session: Session, feed_id: int, at: datetime) -> None:
    session.execute(sa.update(Feed).where(Feed.id == feed_id).values(last_used_at=at))


def _check_words(scope: str, language: str, detail: str, label: str) -> None:
    choices = (("scope", scope, SCOPES), ("language", language, LANGUAGES), ("detail", detail, DETAILS))
    problems = [
        Problem("unknown_choice", params={"choices": tuple(allowed)}, field=field)
        for field, chosen, allowed in choices
        if chosen not in allowed
    ]
    if len(label) > LONGEST_LABEL:
        problems.append(Problem("label_too_long", params={"longest": LONGEST_LABEL}, field="label"))
    if problems:
        raise Refused(problems)


def _live_feeds(session: Session, person_id: int) -> int:
    counted = sa.select(sa.func.count()).select_from(Feed)
    return session.scalar(counted.where(Feed.person_id == person_id, Feed.revoked_at.is_(None))) or 0


def _subject_id(session: Session, by: Actor, scope: str, code: str | None) -> int | None:
    if scope == "mine":
        return None
    if scope == "resource":
        found = session.scalar(sa.select(Resource.id).where(Resource.code == code, visible_to(by)))
    else:
        found = session.scalar(sa.select(Unit.id).where(Unit.code == code))
    if found is None:
        raise Missing
    if scope == "unit" and found not in by.active_unit_ids:
        raise Forbidden("member")
    return found
