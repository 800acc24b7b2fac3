"""A whole calendar: bookings as VEVENTs, most of them kept from the last time, under the name of the feed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload, load_only, selectinload

from alliance.booking.models import Booking, Occupancy, Stage
from alliance.booking.permissions import Glimpse, may_read, seen_by
from alliance.booking.queries import booking_of
from alliance.calendars.entries import Phrases, Style, entry_of
from alliance.calendars.ics import FOOT, Head, calendar_bytes, event_bytes, head_bytes, invitation_bytes
from alliance.calendars.kept import Kept
from alliance.calendars.packing import TooLong, packed
from alliance.calendars.queries import State, Window, rows_of, subject_of
from alliance.calendars.subscriptions import Subscription, reader_key
from alliance.config import Settings
from alliance.i18n import gettext as _
from alliance.i18n import in_language, language, localized
from alliance.members.actor import Actor
from alliance.members.models import Person, Unit
from alliance.resources.models import Resource

_AT_ONCE: Final = 500
# At a megabyte Google gives up.
_LONGEST: Final = 900_000
# What an event shows, and what decides who sees it: less than a page needs.
_OF_A_UNIT: Final = (Unit.code, Unit.name_zh, Unit.name_en, Unit.contact_email)
_NEEDED: Final = (
    defer(Booking.relation, raiseload=True),
    defer(Booking.requested_at, raiseload=True),
    defer(Booking.reason, raiseload=True),
    defer(Booking.cancelled_late, raiseload=True),
    joinedload(Booking.resource).options(
        load_only(
            Resource.code,
            Resource.owner_id,
            Resource.preset,
            Resource.status,
            Resource.visibility,
            Resource.detail,
            Resource.name_zh,
            Resource.name_en,
            Resource.place_zh,
            Resource.place_en,
            Resource.zone,
            raiseload=True,
        ),
        joinedload(Resource.owner).load_only(*_OF_A_UNIT, raiseload=True),
    ),
    joinedload(Booking.person).load_only(Person.name, Person.email, raiseload=True),
    joinedload(Booking.unit).load_only(*_OF_A_UNIT, raiseload=True),
    selectinload(Booking.stages).load_only(Stage.deciders, raiseload=True),
    selectinload(Booking.occupancies).load_only(Occupancy.item_id, raiseload=True),
)


@dataclass(frozen=True)
class Shelves:
    """What a process keeps: the VEVENT of each booking, and whole calendars, packed."""

    events: Kept
    calendars: Kept


def packed_calendar(session: Session, subscription: Subscription, state: State, *, shelves: Shelves) -> bytes:
    """The feed as iCalendar, packed by gzip, kept from now on; the same in every process for the same state.

    One that would be too large for some clients tells less of the past. All that the session reads must be of one
    instant, and so must the state.
    """
    maker = _Maker(session, subscription, state, shelves.events)
    try:
        made = packed(maker.pieces(state.window), _LONGEST)
    except TooLong:
        made = packed(maker.pieces(state.window.narrowed()))
    if state.is_settled:
        shelves.calendars.keep({state.tag: made})
    return made


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


def invitation(
    session: Session, ref: str, reader: Actor, guest: tuple[str, str], now: datetime, settings: Settings
) -> tuple[Literal["REQUEST", "CANCEL"], bytes] | None:
    """One booking as an invitation to the reader, by name and mail, or as the end of one; None unless he may open it.

    It comes from the address letters are sent from, for clients refuse an organizer who is not the sender.
    """
    booking = booking_of(session, ref)
    if booking is None or not may_read(reader, booking):
        return None
    (glimpse,) = seen_by(reader, [booking])
    style = Style("mine", "full", Phrases.of(language()), now, settings)
    entry = entry_of(booking, glimpse, style, shows_resource=True)
    name, mail = guest
    invited = replace(entry, organizer_mail=settings.mail_from, guest=name, guest_mail=mail)
    method: Literal["REQUEST", "CANCEL"] = "CANCEL" if entry.state == "CANCELLED" else "REQUEST"
    return method, invitation_bytes(invited, method)


class _Maker:
    """Makes one calendar, some hundred bookings at a time: a large one needs hardly more memory than a small one."""

    def __init__(self, session: Session, subscription: Subscription, state: State, kept: Kept) -> None:
        self._session, self._subscription, self._state = session, subscription, state
        self._kept, self._settings = kept, state.settings
        self._shape = _shape(subscription, self._settings)
        phrases = Phrases.of(subscription.language)
        now = state.window.now
        self._style = Style(subscription.scope, subscription.detail, phrases, now, self._settings)

    def pieces(self, window: Window) -> Iterator[bytes]:
        """The calendar from its head to its foot."""
        name, page = _name_and_page(self._session, self._subscription, self._settings)
        head = Head(
            self._subscription.look.label or name,
            url=self._settings.base_url + page,
            zone=self._settings.zone,
            changed=self._state.changed,
            colour=self._subscription.look.colour,
        )
        yield head_bytes(head)
        rows = rows_of(self._session, self._subscription, window)
        for start in range(0, len(rows), _AT_ONCE):
            yield b"".join(self._events(rows[start : start + _AT_ONCE]))
        yield FOOT

    def _events(self, rows: Sequence[sa.Row[Any]]) -> list[bytes]:
        keys = [(self._shape, *row) for row in rows]
        found = self._kept.get_all(keys)
        missing = [row for row, event in zip(rows, found, strict=True) if event is None]
        if not missing:
            return [event for event in found if event is not None]
        made = self._made(missing)
        if self._state.is_settled:
            pairs = zip(keys, rows, strict=True)
            self._kept.keep({key: made[row.id] for key, row in pairs if row.id in made})
        return [made[row.id] if event is None else event for row, event in zip(rows, found, strict=True)]

    def _made(self, rows: Sequence[sa.Row[Any]]) -> dict[int, bytes]:
        """The VEVENT of each row, by the booking's id."""
        visible = {row.id: row.is_visible for row in rows}
        chosen = sa.select(Booking).where(Booking.id.in_(sorted(visible))).options(*_NEEDED)
        bookings = self._session.scalars(chosen).all()
        seen = {booking.resource_id for booking in bookings if visible[booking.id]}
        glimpses = seen_by(self._subscription.reader, bookings, seen=seen)
        made: dict[int, bytes] = {}
        for booking, glimpse in zip(bookings, glimpses, strict=True):
            shows = visible[booking.id] or _tells_more(self._subscription, glimpse)
            made[booking.id] = event_bytes(entry_of(booking, glimpse, self._style, shows_resource=shows))
        return made


def _shape(subscription: Subscription, settings: Settings) -> bytes:
    """What shapes every VEVENT of a feed besides the bookings themselves, in few bytes: each kept key holds it."""
    # Who reads decides what is shown, unless the feed asks for nothing but busy times anyway.
    who = "" if subscription.detail == "busy" else reader_key(subscription.reader)
    told = (subscription.scope, subscription.language, subscription.detail, who)
    site = (settings.base_url, settings.uid_domain, settings.name_zh, settings.name_en)
    return hashlib.sha256(repr((told, site)).encode()).digest()


def _tells_more(subscription: Subscription, glimpse: Glimpse) -> bool:
    """Whether the reader may open the booking, and so knows what it is for even where the resource is hidden now."""
    return subscription.detail != "busy" and glimpse.ref is not None


def _name_and_page(session: Session, subscription: Subscription, settings: Settings) -> tuple[str, str]:
    """What the calendar is called, and the page of the program that shows the same."""
    subject, scope = subject_of(session, subscription), subscription.scope
    name = str(localized(subject or settings, "name", subscription.language))
    with in_language(subscription.language):
        if scope == "mine":
            return str(_("%(product)s: my bookings", product=name)), "/bookings"
        if scope == "approvals":
            return str(_("%(product)s: waiting for my decision", product=name)), "/approvals"
        busy_only = subscription.detail == "busy"
        title = _("%(name)s: busy times", name=name) if busy_only else _("%(name)s: bookings", name=name)
    if isinstance(subject, Resource):
        return str(title), f"/resources/{subject.code}"
    return str(title), f"/resources?unit={subject.code}" if isinstance(subject, Unit) else "/board"
