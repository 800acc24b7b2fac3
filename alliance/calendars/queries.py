"""Reading a feed: whether anything has changed, and which bookings it shows.

Together with `subscription_of` the first question costs two statements, which is all that a fresh copy costs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from alliance.availability.local_time import local_day, midnight
from alliance.booking.models import Booking
from alliance.calendars.looks import PAST_DAYS
from alliance.calendars.shown import LAPSED, LATELY, Choice, kin, may_see_subject, shown
from alliance.calendars.subscriptions import Subscription, reader_key
from alliance.config import Settings
from alliance.db import Seconds, read_rows
from alliance.members.installation import Installation, stored_over
from alliance.members.models import Group, Person, Unit
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

# To be raised with every change to what a feed looks like, so that no client keeps the old form.
_FORM: Final = 2
# Google gives up at a megabyte, about a thousand bookings: a fuller feed tells less of the past.
_MANY: Final = 1_000
_PAST_OF_MANY: Final = timedelta(days=7)
_GONE_DAYS: Final = 30
_END_OF_TIME: Final = datetime(9999, 12, 1, tzinfo=UTC)

Rows = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Window:
    """Which time a feed shows bookings of. Its edges are local midnights, so that it moves once a day."""

    now: datetime
    today: datetime
    since: datetime
    gone_since: datetime
    # What was renamed before this is part of every copy there is: the window has moved since.
    lately: datetime
    until: datetime = _END_OF_TIME

    @classmethod
    def at(
        cls, now: datetime, zone: str, *, past_days: int = PAST_DAYS, future_days: int | None = None
    ) -> "Window":
        """The window at that instant: so many whole days back, today, and so many ahead, or all there are."""
        place = ZoneInfo(zone)
        day = local_day(now, place)

        def begin_of(days_ahead: int) -> datetime:
            return midnight(day + timedelta(days=days_ahead), place)

        return cls(
            now,
            today=begin_of(0),
            since=begin_of(-past_days),
            gone_since=begin_of(-_GONE_DAYS),
            lately=begin_of(-1),
            until=_END_OF_TIME if future_days is None else begin_of(future_days + 1),
        )

    def narrowed(self) -> "Window":
        """The same for a feed that would grow too large for some clients."""
        return replace(self, since=max(self.since, self.today - _PAST_OF_MANY))


@dataclass(frozen=True)
class State:
    """How a feed stands: `tag` is another one whenever its bytes would be, `changed` the instant of the last change.

    Until it `is_settled` something may change once more within the same second, which no instant would tell: what is
    made of it must not be kept. `settings` are those of that very moment.
    """

    tag: str
    changed: datetime
    window: Window
    count: int
    settings: Settings
    is_settled: bool = True


def state_of(session: Session, subscription: Subscription, now: datetime, settings: Settings) -> State | None:
    """Whether anything has changed, in one statement; None when the reader may not see the resource any more.

    What the alliance calls itself is read along: `settings` may be some seconds old, and a feed never is.
    """
    past, future = subscription.look.past_days, subscription.look.future_days
    window = Window.at(now, settings.zone, past_days=past, future_days=future)
    statement = _state_statement(_choice(subscription))
    found = read_rows(session, statement, _gaps(subscription, window)).one()
    if found.allowed is None:
        return None
    current = stored_over(settings, found)
    if current.zone != settings.zone:
        # Its days begin at other instants now.
        return state_of(session, subscription, now, current)
    if found.bookings > _MANY:
        window = window.narrowed()
    newest = (found.resource_newest, found.unit_newest, found.person_newest, found.group_newest)
    named = [at for at in newest if at is not None]
    is_settled = all(at < now.replace(microsecond=0) for at in named)
    # The other numbers come as the two databases count, hence as text.
    numbers = [str(number) for number in found if not isinstance(number, datetime)]
    others = (found.changed, found.lapse, subscription.changed_at)
    changes = [*named, *(at for at in others if at is not None), window.today]
    moment = "" if is_settled else str(now.replace(microsecond=0))
    return State(
        tag=_tag(subscription, current, *map(str, changes), *numbers, moment),
        changed=max(changes),
        window=window,
        count=found.bookings,
        settings=current,
        is_settled=is_settled,
    )


def rows_of(session: Session, subscription: Subscription, window: Window) -> Sequence[sa.Row[Any]]:
    """What decides over the bytes of each booking shown, by start: `id`, `is_visible`, and the rest only to compare."""
    statement = _rows_statement(_choice(subscription))
    return read_rows(session, statement, _gaps(subscription, window)).all()


def subject_of(session: Session, subscription: Subscription) -> Unit | Group | Resource | None:
    """The unit, the group or the one resource the feed is about; others are about none."""
    if subscription.scope == "unit":
        return session.get(Unit, subscription.subject_id)
    if subscription.scope == "group":
        return session.get(Group, subscription.subject_id)
    return session.get(Resource, subscription.subject_id) if subscription.scope == "resource" else None


def _choice(subscription: Subscription) -> Choice:
    """What the statements depend on. One's own bookings are found alike for everybody."""
    scope, look = subscription.scope, subscription.look
    reader = None if scope == "mine" else subscription.reader
    # What waits for a decision is pending by nature.
    return Choice(scope, reader, pending=look.pending or scope == "approvals", cancelled=look.cancelled)


# Putting these together costs more than running them, so they are kept for the readers of late.
@lru_cache(maxsize=128)
def _state_statement(choice: Choice) -> Rows:
    bookings = (
        sa.select(
            sa.func.count().label("bookings"),
            # Two changes within one second leave the newest change alone as it is, but never the sums.
            sa.func.sum(Booking.id).label("ids"),
            sa.func.sum(sa.cast(Booking.id, sa.BigInteger) * Booking.version).label("versions"),
            sa.func.max(Booking.changed_at).label("changed"),
            sa.func.sum(sa.case((LAPSED, 1), else_=0)).label("lapsed"),
            sa.func.max(sa.case((LAPSED, Booking.hold_until))).label("lapse"),
        )
        .where(shown(choice))
        .subquery("shown")
    )
    related = kin(choice)
    # The sum as well: somebody's change may be written down after a later one of somebody else.
    # The id by itself would have each of them looked up, not the few that changed.
    resources = _changes(Resource.changed_at, "resource", (Resource.id + 0).in_(related))
    units, people = _changes(Unit.changed_at, "unit"), _changes(Person.changed_at, "person")
    # Who is in which group decides over what is seen, and a feed of one bears its name.
    groups = _changes(Group.changed_at, "group")
    allowed = may_see_subject(choice).label("allowed")
    parts = [bookings, resources, units, people, groups, _stored()]
    # One's own bookings say what they are on, visible or not.
    if not choice.is_own:
        seen = sa.select(sa.func.count().label("seen"), sa.func.sum(Resource.id).label("seen_ids"))
        parts.append(seen.where(visible_to(choice.reader), Resource.id.in_(related)).subquery("seen"))
    together: sa.FromClause = bookings
    for part in parts[1:]:
        together = together.join(part, sa.true())
    return sa.select(allowed, *(column for part in parts for column in part.c)).select_from(together)


def _stored() -> sa.Subquery:
    """What is stored of the alliance itself, in one row even where nothing is."""
    there = sa.select(sa.literal(1).label("one")).subquery("there")
    names = (Installation.name_zh, Installation.name_en, Installation.zone, Installation.language)
    return sa.select(*names).select_from(there.outerjoin(Installation, sa.true())).subquery("stored")


def _changes(
    column: InstrumentedAttribute[Any], name: str, *conditions: sa.ColumnElement[bool]
) -> sa.Subquery:
    """How often and when rows of the table were changed of late, answered by the index over that."""
    return (
        sa.select(
            sa.func.count().label(f"{name}_changes"),
            sa.func.sum(Seconds(column)).label(f"{name}_sum"),
            sa.func.max(column).label(f"{name}_newest"),
        )
        .where(column >= LATELY, *conditions)
        .subquery(f"{name}_changes")
    )


@lru_cache(maxsize=128)
def _rows_statement(choice: Choice) -> Rows:
    owner = aliased(Unit)
    named = (Resource.changed_at, Unit.changed_at, owner.changed_at)
    # One number for four instants, which only grow: each key that is kept holds it.
    since = sa.func.coalesce(Seconds(Person.changed_at), 0) + sum(Seconds(column) for column in named)
    return (
        sa.select(
            Booking.id,
            # One's own booking says what it is on, visible or not.
            (sa.true() if choice.is_own else visible_to(choice.reader)).label("is_visible"),
            Booking.version,
            sa.case((LAPSED, 1), else_=0).label("lapsed"),
            since.label("named"),
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Unit, Unit.id == Booking.unit_id)
        .join(Person, Person.id == Booking.person_id)
        .join(owner, owner.id == Resource.owner_id)
        .where(shown(choice))
        .order_by(Booking.starts_at, Booking.id)
    )


def _gaps(subscription: Subscription, window: Window) -> dict[str, Any]:
    return {**vars(window), "subject_id": subscription.subject_id, "feed_id": subscription.feed_id}


def _tag(subscription: Subscription, settings: Settings, *parts: str) -> str:
    shaped_by = (
        _FORM,
        subscription.ref,
        subscription.scope,
        subscription.subject_id,
        subscription.look,
        reader_key(subscription.reader),
        settings.base_url,
        settings.uid_domain,
        settings.name_zh,
        settings.name_en,
        settings.zone,
    )
    return hashlib.sha256(repr((shaped_by, parts)).encode()).hexdigest()[:32]
