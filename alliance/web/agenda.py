"""One's own bookings as a list: day by day, with what can still be done to each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup, escape

from alliance.booking.models import Booking
from alliance.booking.permissions import may_cancel, may_move
from alliance.i18n import Text, localized
from alliance.i18n import gettext as _
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.resources.kinds import DAY_PRESETS
from alliance.web.times import Times
from alliance.web.vocabulary import how_many


@dataclass(frozen=True)
class Entry:
    """One booking in the list. `state` is its status, and `over` for an approved one that is past.

    `until` says when it ends where that is more than a day on. What runs cannot be cancelled, only shortened.
    """

    ref: str
    state: str
    span: Span
    time: Markup
    until: Markup | str
    owner: Unit
    code: str
    name: Text
    place: Text
    title: str
    number: str
    answer_by: Markup | None
    may_move: bool
    may_cancel: bool
    may_book_again: bool
    is_running: bool

    @property
    def is_gone(self) -> bool:
        """Whether nothing came, or comes, of it."""
        return self.state not in ("requested", "approved", "over")


@dataclass(frozen=True)
class AgendaDay:
    """The bookings that begin on one day: its name, its date where the name does not say it, and the rows."""

    name: Markup
    date: Markup | None
    entries: Sequence[Entry]


@dataclass(frozen=True)
class NextUp:
    """The booking that comes next, and how long until then; None once it runs."""

    entry: Entry
    time: Markup
    starts_in: str | None


def state_of(booking: Booking, now: datetime) -> str:
    """The status as readers see it: an approved booking is over once past, and a lapsed request has expired."""
    if booking.status == "approved" and booking.ends_at <= now:
        return "over"
    if booking.status == "requested" and not booking.holds_at(now):
        return "expired"
    return booking.status


def times_of(booking: Booking) -> Times:
    """How times of this booking are written."""
    return Times.of(booking.resource.zone, by_day=booking.resource.preset in DAY_PRESETS)


def agenda_of(bookings: Iterable[Booking], actor: Actor, now: datetime) -> list[AgendaDay]:
    """The bookings in their order, those that run now first, then those of one local day together."""

    def local_day(booking: Booking) -> object:
        return None if is_running(booking, now) else times_of(booking).date(booking.starts_at)

    return [_day(list(together), actor, now) for _on, together in groupby(bookings, local_day)]


def is_running(booking: Booking, now: datetime) -> bool:
    """Whether it has begun and is not over."""
    return booking.status == "approved" and booking.starts_at <= now < booking.ends_at


def next_up(bookings: Iterable[Booking], actor: Actor, now: datetime) -> NextUp | None:
    """The first confirmed booking that is still to come or runs."""
    first = next((booking for booking in bookings if booking.status == "approved"), None)
    if first is None:
        return None
    times = times_of(first)
    starts_in = times.length(first.starts_at - now) if first.starts_at > now else None
    return NextUp(_entry(first, actor, now), times.span_alone(first.span), starts_in)


def _day(bookings: Sequence[Booking], actor: Actor, now: datetime) -> AgendaDay:
    entries = [_entry(booking, actor, now) for booking in bookings]
    if entries[0].is_running:
        return AgendaDay(escape(_("Running now")), None, entries)
    times = times_of(bookings[0])
    name, date = times.day_alone(bookings[0].starts_at), times.day(bookings[0].starts_at)
    return AgendaDay(name, date if date != name else None, entries)


def _entry(booking: Booking, actor: Actor, now: datetime) -> Entry:
    resource, times, state = booking.resource, times_of(booking), state_of(booking, now)
    waits = state == "requested" and booking.hold_until is not None
    return Entry(
        ref=booking.ref,
        state=state,
        span=booking.span,
        time=times.begin(booking.span) if times.takes_days(booking.span) else times.clocks(booking.span),
        until=times.end(booking.span) if times.takes_days(booking.span) else "",
        owner=resource.owner,
        code=resource.code,
        name=localized(resource, "name"),
        place=localized(resource, "place"),
        title=booking.title,
        number=how_many(resource.kind, booking.quantity),
        answer_by=times.moment(booking.hold_until) if waits and booking.hold_until else None,
        may_move=may_move(actor, booking, now),
        may_cancel=may_cancel(actor, booking, now),
        may_book_again=may_book_again(booking, state),
        is_running=is_running(booking, now),
    )


def may_book_again(booking: Booking, state: str) -> bool:
    """Whether the like of it can still be booked, now that nothing more comes of this one."""
    resource = booking.resource
    return (
        state not in ("requested", "approved") and resource.status == "published" and resource.mode == "timed"
    )
