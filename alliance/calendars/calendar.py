"""A whole calendar: bookings as VEVENTs, most of them kept from the last time, under the name of the feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.models import Booking
from alliance.booking.permissions import Glimpse, may_read, seen_by
from alliance.booking.queries import booking_of, loaded
from alliance.calendars.entries import Phrases, Style, entry_of
from alliance.calendars.ics import Head, calendar_bytes, event_bytes
from alliance.calendars.kept import Kept
from alliance.calendars.queries import State, rows_of, subject_of
from alliance.calendars.subscriptions import Subscription, reader_key
from alliance.config import Settings
from alliance.i18n import gettext as _
from alliance.i18n import in_language, language, localized
from alliance.members.actor import Actor

_AT_ONCE: Final = 500


def calendar_of(
    session: Session, subscription: Subscription, state: State, *, kept: Kept, settings: Settings
) -> bytes:
    """The feed as iCalendar; the same in every process for the same state."""
    events = _events(session, subscription, state, kept, settings)
    name, page = _name_and_page(session, subscription, settings)
    head = Head(name, url=settings.base_url + page, zone=settings.zone, changed=state.changed)
    return calendar_bytes(head, events)


def single_calendar(
    session: Session, ref: str, reader: Actor, now: datetime, settings: Settings
) -> bytes | None:
    """One booking as iCalendar, in the language spoken around the call; None unless the reader may open it."""
    booking = booking_of(session, ref)
    if booking is None or not may_read(reader, booking):
        return None
    (glimpse,) = seen_by(reader, [booking])
    style = Style("booking", "full", Phrases.of(language()), now, settings)
    entry = entry_of(booking, glimpse, style, shows_resource=True)
    head = Head(str(localized(booking.resource, "name")), zone=settings.zone, changed=entry.changed)
    return calendar_bytes(head, [event_bytes(entry)])


def _events(
    session: Session, subscription: Subscription, state: State, kept: Kept, settings: Settings
) -> list[bytes]:
    rows = rows_of(session, subscription, state.window)
    shape = _shape(subscription, settings)
    keys = [(*row, shape) for row in rows]
    found = kept.get_all(keys)
    missing = [row for row, event in zip(rows, found, strict=True) if event is None]
    if not missing:
        return [event for event in found if event is not None]
    made = _made(session, subscription, state, settings, missing)
    kept.keep({key: made[key[0]] for key, event in zip(keys, found, strict=True) if event is None})
    return [made[row.id] if event is None else event for row, event in zip(rows, found, strict=True)]


def _shape(subscription: Subscription, settings: Settings) -> str:
    """What shapes every VEVENT of a feed besides the bookings themselves."""
    # Who reads decides what is shown, unless the feed asks for nothing but busy times anyway.
    who = "" if subscription.detail == "busy" else reader_key(subscription.reader)
    told = (subscription.scope, subscription.language, subscription.detail, who)
    return repr((told, settings.base_url, settings.uid_domain, settings.name_zh, settings.name_en))


def _made(
    session: Session,
    subscription: Subscription,
    state: State,
    settings: Settings,
    rows: Sequence[sa.Row[Any]],
) -> dict[int, bytes]:
    """The VEVENT of each row, by the booking's id."""
    phrases = Phrases.of(subscription.language)
    style = Style(subscription.scope, subscription.detail, phrases, state.window.now, settings)
    visible = {row.id: row.is_visible for row in rows}
    ids = sorted(visible)
    made: dict[int, bytes] = {}
    for start in range(0, len(ids), _AT_ONCE):
        chosen = sa.select(Booking).where(Booking.id.in_(ids[start : start + _AT_ONCE])).options(*loaded())
        bookings = session.scalars(chosen).all()
        seen = {booking.resource_id for booking in bookings if visible[booking.id]}
        glimpses = seen_by(subscription.reader, bookings, seen=seen)
        for booking, glimpse in zip(bookings, glimpses, strict=True):
            shows = visible[booking.id] or _tells_more(subscription, glimpse)
            made[booking.id] = event_bytes(entry_of(booking, glimpse, style, shows_resource=shows))
    return made


def _tells_more(subscription: Subscription, glimpse: Glimpse) -> bool:
    """Whether the reader may open the booking, and so knows what it is for even where the resource is hidden now."""
    return subscription.detail != "busy" and glimpse.ref is not None


def _name_and_page(session: Session, subscription: Subscription, settings: Settings) -> tuple[str, str]:
    """What the calendar is called, and the page of the program that shows the same."""
    subject = subject_of(session, subscription)
    name = str(localized(subject or settings, "name", subscription.language))
    with in_language(subscription.language):
        if subject is None:
            return str(_("%(product)s: my bookings", product=name)), "/bookings"
        busy_only = subscription.detail == "busy"
        title = _("%(name)s: busy times", name=name) if busy_only else _("%(name)s: bookings", name=name)
    is_resource = subscription.scope == "resource"
    return str(title), f"/resources/{subject.code}" if is_resource else f"/resources?unit={subject.code}"
