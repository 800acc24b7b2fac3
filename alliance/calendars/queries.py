"""Reading a feed: whether anything has changed, and which bookings it shows.

Together with `subscription_of` the first question costs two statements, which is all that a fresh copy costs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.availability.local_time import local_day, midnight
from alliance.booking.models import Booking
from alliance.calendars.shown import LAPSED, STATUS, kin, may_see_subject, shown
from alliance.calendars.subscriptions import Subscription, reader_key
from alliance.config import Settings
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

# To be raised with every change to what a feed looks like, so that no client keeps the old form.
_FORM: Final = 1
_PAST: Final = timedelta(days=60)
# Google gives up at a megabyte, about a thousand bookings: a fuller feed tells less of the past.
_MANY: Final = 1_000
_PAST_OF_MANY: Final = timedelta(days=7)
_GONE: Final = timedelta(days=30)

Rows = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Window:
    """From when on a feed shows bookings. Its edges are local midnights, so that it moves once a day."""

    now: datetime
    today: datetime
    since: datetime
    gone_since: datetime

    @classmethod
    def at(cls, now: datetime, zone: str) -> "Window":
        place = ZoneInfo(zone)
        day = local_day(now, place)
        today, since, gone_since = (midnight(day - past, place) for past in (timedelta(0), _PAST, _GONE))
        return cls(now, today, since, gone_since)

    def narrowed(self) -> "Window":
        """The same for a feed that would grow too large for some clients."""
        return replace(self, since=self.today - _PAST_OF_MANY)


@dataclass(frozen=True)
class State:
    """How a feed stands: `tag` is another one whenever its bytes would be, `changed` the instant of the last change."""

    tag: str
    changed: datetime
    window: Window


def state_of(session: Session, subscription: Subscription, now: datetime, settings: Settings) -> State | None:
    """Whether anything has changed, in one statement; None when the reader may not see the resource any more."""
    window = Window.at(now, settings.zone)
    statement = _state_statement(subscription.scope, _whose_view(subscription))
    found = session.execute(statement, _gaps(subscription, window)).one()
    if found.allowed is None:
        return None
    if found.bookings > _MANY:
        window = window.narrowed()
    changes = [
        at
        for at in (found.changed, found.lapse, found.resource, found.unit, found.person, window.today)
        if at is not None
    ]
    numbers = (found.bookings, found.ids, found.versions, found.lapsed, found.visible)
    return State(
        tag=_tag(subscription, settings, *map(str, changes), *map(str, numbers)),
        changed=max(changes),
        window=window,
    )


def rows_of(session: Session, subscription: Subscription, window: Window) -> Sequence[sa.Row[Any]]:
    """What decides over the bytes of each booking shown, by start: `id`, `is_visible`, and the rest only to compare."""
    statement = _rows_statement(subscription.scope, _whose_view(subscription))
    return session.execute(statement, _gaps(subscription, window)).all()


def subject_of(session: Session, subscription: Subscription) -> Unit | Resource | None:
    """The unit or the resource the feed is about; one's own bookings are about neither."""
    if subscription.scope == "mine":
        return None
    if subscription.scope == "unit":
        return session.get(Unit, subscription.subject_id)
    return session.get(Resource, subscription.subject_id)


def _whose_view(subscription: Subscription) -> Actor | None:
    """The reader as far as he matters to a statement: one's own bookings are found alike for everybody."""
    return None if subscription.scope == "mine" else subscription.reader


# Putting these together costs more than running them, so they are kept for the readers of late.
@lru_cache(maxsize=128)
def _state_statement(scope: str, reader: Actor | None) -> Rows:
    kept = kin(scope, reader)
    visible = (
        sa.select(sa.func.count()).select_from(Resource).where(Resource.id.in_(kept), visible_to(reader))
    )
    newest = sa.select(sa.func.max(Resource.changed_at)).where(Resource.id.in_(kept))
    return sa.select(
        may_see_subject(scope, reader).label("allowed"),
        sa.func.count().label("bookings"),
        # Two changes within one second leave the newest change alone as it is, but never the sums.
        sa.func.sum(Booking.id).label("ids"),
        sa.func.sum(Booking.version).label("versions"),
        sa.func.max(Booking.changed_at).label("changed"),
        sa.func.sum(sa.case((LAPSED, 1), else_=0)).label("lapsed"),
        sa.func.max(sa.case((LAPSED, Booking.hold_until))).label("lapse"),
        newest.scalar_subquery().label("resource"),
        sa.literal(0).label("visible") if scope == "mine" else visible.scalar_subquery().label("visible"),
        sa.select(sa.func.max(Unit.changed_at)).scalar_subquery().label("unit"),
        sa.select(sa.func.max(Person.changed_at)).scalar_subquery().label("person"),
    ).where(shown(scope, reader))


@lru_cache(maxsize=128)
def _rows_statement(scope: str, reader: Actor | None) -> Rows:
    owner = aliased(Unit)
    return (
        sa.select(
            Booking.id,
            # One's own booking says what it is on, visible or not.
            (sa.true() if scope == "mine" else visible_to(reader)).label("is_visible"),
            Booking.version,
            STATUS.label("status"),
            _as_stored(Booking.changed_at, "changed"),
            _as_stored(Resource.changed_at, "resource"),
            _as_stored(Unit.changed_at, "unit"),
            _as_stored(Person.changed_at, "person"),
            _as_stored(owner.changed_at, "owner"),
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Unit, Unit.id == Booking.unit_id)
        .join(Person, Person.id == Booking.person_id)
        .join(owner, owner.id == Resource.owner_id)
        .where(shown(scope, reader))
        .order_by(Booking.starts_at, Booking.id)
    )


def _as_stored(column: Any, name: str) -> sa.ColumnElement[Any]:
    # Only compared, never read: thousands of numbers need not become instants first.
    return sa.type_coerce(column, sa.types.NullType()).label(name)


def _gaps(subscription: Subscription, window: Window) -> dict[str, Any]:
    return {**vars(window), "subject_id": subscription.subject_id}


def _tag(subscription: Subscription, settings: Settings, *parts: str) -> str:
    shaped_by = (
        _FORM,
        subscription.ref,
        subscription.scope,
        subscription.subject_id,
        subscription.language,
        subscription.detail,
        reader_key(subscription.reader),
        settings.base_url,
        settings.uid_domain,
        settings.name_zh,
        settings.name_en,
        settings.zone,
    )
    return hashlib.sha256(repr((shaped_by, parts)).encode()).hexdigest()[:32]
