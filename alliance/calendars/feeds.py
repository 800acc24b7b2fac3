"""Making, changing and ending secret calendar addresses. An address is shown once; only its token's hash is kept."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.calendars.looks import Look
from alliance.calendars.models import SCOPES, Feed, FeedResource
from alliance.db import action
from alliance.errors import Busy, Forbidden, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.groups import sees_group
from alliance.members.models import Group, Unit
from alliance.refs import digest, new_ref, new_token
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

MOST_FEEDS: Final = 50
MOST_RESOURCES: Final = 50
_NOTED_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True)
class MadeFeed:
    """A fresh address: `token` is its secret part, known to nobody but the caller from now on."""

    ref: str
    token: str


@action
def make_feed(
    session: Session,
    /,
    by: Actor,
    scope: str,
    subject_code: str | None = None,
    resource_codes: Sequence[str] = (),
    **look: Any,
) -> MadeFeed:
    """A secret address for one's own bookings, for what waits for one's decision, or for the bookings on resources:
    those of one's unit, of a group one sees, one or several. `look` is as `Look` has it.

    Raises Missing for a subject one may not know of, Forbidden for a unit one does not belong to, Refused for the rest.
    """
    wanted = Look(**look)
    _refuse_unless_possible(wanted, scope)
    hold(session, persons=[by.person_id])
    if _live_feeds(session, by.person_id) >= MOST_FEEDS:
        raise Refused([Problem("too_many_feeds", params={"most": MOST_FEEDS})])
    at, made = clock.now(), MadeFeed(new_ref(), new_token())
    subject_id = _subject_id(session, by, scope, subject_code)
    feed = Feed(
        ref=made.ref,
        person_id=by.person_id,
        scope=scope,
        subject_id=subject_id,
        token_hash=digest(made.token),
        created_at=at,
        **wanted.cleaned(),
    )
    session.add(feed)
    session.flush()
    if scope == "resources":
        _choose(session, feed, by, resource_codes)
    what: dict[str, Any] = {
        "scope": scope,
        "subject": subject_code if subject_id is not None else None,
        "detail": wanted.detail,
    }
    record(session, "feed.made", "feed", feed.id, at=at, by_id=by.person_id, **what)
    return made


@action
def change_feed(
    session: Session, /, ref: str, by: Actor, resource_codes: Sequence[str] | None = None, **look: Any
) -> str:
    """Change what `look` names of one's own feed, and which resources it is about if it is about several.

    Its address stays. Raises Missing for anybody else's feed and for an ended one, and for resources one may not know
    of; Refused for the rest.
    """
    feed = _held(session, ref, by)
    if feed.revoked_at is not None:
        raise Missing
    wanted = replace(Look.of(feed), **look)
    _refuse_unless_possible(wanted, feed.scope)
    for column, value in wanted.cleaned().items():
        setattr(feed, column, value)
    if resource_codes is not None:
        if feed.scope != "resources":
            raise Refused([Problem("not_of_resources", field="resources")])
        _choose(session, feed, by, resource_codes)
    feed.changed_at = clock.now()
    record(session, "feed.changed", "feed", feed.id, at=feed.changed_at, by_id=by.person_id)
    return feed.ref


@action
def renew_feed(session: Session, ref: str, by: Actor) -> MadeFeed:
    """Give one's own feed a new address; the old one is dead at once.

    Raises Missing for anybody else's feed and for an ended one.
    """
    feed = _held(session, ref, by)
    if feed.revoked_at is not None:
        raise Missing
    made = MadeFeed(feed.ref, new_token())
    feed.token_hash, feed.last_used_at = digest(made.token), None
    record(session, "feed.renewed", "feed", feed.id, at=clock.now(), by_id=by.person_id)
    return made


@action
def revoke_feed(session: Session, ref: str, by: Actor) -> str:
    """End one's own feed at once; ending it twice changes nothing. Raises Missing for anybody else's."""
    feed = _held(session, ref, by)
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        record(session, "feed.revoked", "feed", feed.id, at=feed.revoked_at, by_id=by.person_id)
    return feed.ref


def note_use(feed_id: int, last_used_at: datetime | None, now: datetime, *, count: int, length: int) -> None:
    """Remember, to the day, that somebody still fetches the feed and how much he gets.

    When nothing can be written the next fetch will.
    """
    if last_used_at is not None and last_used_at > now - _NOTED_EVERY:
        return
    with suppress(Busy, DBAPIError):
        _note_use(feed_id, now, count, length)


@action
def _note_use(session: Session, feed_id: int, at: datetime, count: int, length: int) -> None:
    noted = {"last_used_at": at, "last_count": count, "last_bytes": length}
    session.execute(sa.update(Feed).where(Feed.id == feed_id).values(**noted))


def _held(session: Session, ref: str, by: Actor) -> Feed:
    hold(session, persons=[by.person_id])
    feed = session.scalar(sa.select(Feed).where(Feed.ref == ref, Feed.person_id == by.person_id))
    if feed is None:
        raise Missing
    return feed


def _refuse_unless_possible(wanted: Look, scope: str) -> None:
    problems = wanted.problems()
    if scope not in SCOPES:
        problems.insert(0, Problem("unknown_choice", params={"choices": SCOPES}, field="scope"))
    if problems:
        raise Refused(problems)


def _live_feeds(session: Session, person_id: int) -> int:
    counted = sa.select(sa.func.count()).select_from(Feed)
    return session.scalar(counted.where(Feed.person_id == person_id, Feed.revoked_at.is_(None))) or 0


def _subject_id(session: Session, by: Actor, scope: str, code: str | None) -> int | None:
    found: int | None
    if scope == "resource":
        found = session.scalar(sa.select(Resource.id).where(Resource.code == code, visible_to(by)))
    elif scope == "group":
        found = session.scalar(sa.select(Group.id).where(Group.code == code, sees_group(by, Group.id)))
    elif scope == "unit":
        found = session.scalar(sa.select(Unit.id).where(Unit.code == code))
    else:
        return None
    if found is None:
        raise Missing
    if scope == "unit" and found not in by.active_unit_ids:
        raise Forbidden("member")
    return found


def _choose(session: Session, feed: Feed, by: Actor, codes: Sequence[str]) -> None:
    """Let the feed be about these resources and no others."""
    wanted = sorted(set(codes))
    if not 1 <= len(wanted) <= MOST_RESOURCES:
        problem = Problem("not_in_range", params={"least": 1, "most": MOST_RESOURCES}, field="resources")
        raise Refused([problem])
    found = session.scalars(sa.select(Resource.id).where(Resource.code.in_(wanted), visible_to(by))).all()
    if len(found) < len(wanted):
        raise Missing
    session.execute(sa.delete(FeedResource).where(FeedResource.feed_id == feed.id))
    session.add_all(FeedResource(feed_id=feed.id, resource_id=resource_id) for resource_id in sorted(found))
    session.flush()
