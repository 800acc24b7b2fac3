"""From what a reader may know of a booking to what his calendar shows, in the language of the feed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alliance.booking.models import Booking
from alliance.booking.permissions import Glimpse, Level
from alliance.calendars.ics import Entry, State, one_line
from alliance.config import Settings
from alliance.i18n import Language, in_language, localized
from alliance.i18n import gettext as _
from alliance.refs import digest
from alliance.resources.kinds import DAY_PRESETS

_STATES: Final[dict[str, State]] = {"approved": "CONFIRMED", "requested": "TENTATIVE"}
_LEVELS: Final[tuple[Level, ...]] = ("busy", "unit", "full")


@dataclass(frozen=True)
class Phrases:
    """The words of a feed, looked up once for all its bookings. `%(…)s` are the gaps."""

    language: Language
    busy: str
    cancelled: str
    quantity: str
    unit: str
    person: str
    purpose: str
    statuses: dict[str, str]

    @classmethod
    def of(cls, language: Language) -> "Phrases":
        with in_language(language):
            return cls(
                language=language,
                busy=_("Busy"),
                cancelled=_("[Cancelled] %(summary)s"),
                quantity=_("Quantity: %(count)s"),
                unit=_("Unit: %(unit)s"),
                person=_("Person: %(person)s"),
                purpose=_("Purpose: %(purpose)s"),
                statuses={
                    "requested": _("Waiting for approval"),
                    "approved": _("Confirmed"),
                    "refused": _("Refused"),
                    "withdrawn": _("Withdrawn"),
                    "expired": _("Expired"),
                    "cancelled": _("Cancelled"),
                },
            )


@dataclass(frozen=True)
class Style:
    """How one calendar tells of its bookings: whose they are, how much it says of each, in which words, and when."""

    scope: str
    detail: str
    phrases: Phrases
    now: datetime
    settings: Settings


def entry_of(booking: Booking, glimpse: Glimpse, style: Style, *, shows_resource: bool) -> Entry:
    """The booking as its glimpse shows it, and no more of it than the calendar's `detail` asks for.

    `shows_resource` says whether the reader may know of the booked resource: a hall's booking takes its parts, too, but
    who sees a part need not see the hall.
    """
    status = effective_status(booking, style.now)
    lapsed = status != booking.status
    told = _Told(booking, glimpse, style, shows_resource=shows_resource)
    summary = told.summary()
    return Entry(
        uid=uid_of(booking, style.settings),
        start=booking.starts_at,
        end=booking.ends_at,
        state=_STATES.get(status, "CANCELLED"),
        summary=summary if status in _STATES else style.phrases.cancelled % {"summary": summary},
        created=booking.created_at,
        # A request that nobody has expired yet is shown as it will be once somebody has.
        changed=booking.hold_until if lapsed and booking.hold_until else booking.changed_at,
        sequence=booking.sequence + lapsed,
        description=told.description(status),
        location=told.place,
        category=told.resource,
        url=told.url(),
        organizer=told.owner or told.of(style.settings, "name"),
        organizer_mail=told.owner_mail,
        is_whole_days=booking.resource.preset in DAY_PRESETS,
        zone=booking.resource.zone,
    )


def effective_status(booking: Booking, now: datetime) -> str:
    """The status, where a request whose hold lapsed has expired, whether or not somebody has written that down."""
    return "expired" if booking.status == "requested" and not booking.holds_at(now) else booking.status


def uid_of(booking: Booking, settings: Settings) -> str:
    """The booking's name in every calendar, for ever; it says nothing, not even the ref under which it is opened."""
    return f"{digest('booking ' + booking.ref)[:32]}@{settings.uid_domain}"


class _Told:
    """What is said of one booking: all that stands here may be known to the reader."""

    def __init__(self, booking: Booking, glimpse: Glimpse, style: Style, *, shows_resource: bool) -> None:
        self._style, self._glimpse, self._code = style, glimpse, booking.resource.code
        self._level = min(glimpse.level, style.detail, key=_LEVELS.index)
        # One's own busy times say when, not with what.
        names = shows_resource and not (style.scope == "mine" and self._level == "busy")
        names_owner = names and self._level != "busy"
        owner = booking.resource.owner
        self.resource = self.of(booking.resource, "name") if names else ""
        self.place = self.of(booking.resource, "place") if names else ""
        self.owner = self.of(owner, "name") if names_owner else ""
        self.owner_mail = (owner.contact_email or "") if names_owner else ""
        self._unit = self.of(glimpse, "unit_name") if self._level != "busy" else ""
        self._person = (glimpse.person_name or "") if self._level == "full" else ""
        self._title = one_line(glimpse.title or "") if self._level == "full" else ""

    def of(self, row: object, field: str) -> str:
        """A stored text in the language of the calendar."""
        return localized(row, field, self._style.phrases.language).text

    def summary(self) -> str:
        """The line a calendar shows: what is taken, by whom, for what, as far as the reader may know."""
        # In the calendar of one resource its name on every line would only be in the way.
        said = [] if self._style.scope == "resource" else [self.resource]
        if self._level == "busy":
            said.append(self._style.phrases.busy)
        elif self._style.scope != "mine":
            said.append(self._person or self._unit)
        said.append(self._title)
        return " · ".join(filter(None, said)) or self._style.phrases.busy

    def description(self, status: str) -> str:
        """The lines below: status, how many, whose, what for."""
        phrases = self._style.phrases
        lines = [phrases.statuses[status]]
        if self._glimpse.quantity > 1:
            lines.append(phrases.quantity % {"count": self._glimpse.quantity})
        if self._unit:
            lines.append(phrases.unit % {"unit": self._unit})
        if self._person:
            lines.append(phrases.person % {"person": self._person})
        if self._level == "full" and self._glimpse.purpose:
            lines.append(phrases.purpose % {"purpose": self._glimpse.purpose})
        return "\n".join(lines)

    def url(self) -> str:
        """The page about it that the reader may open."""
        base_url = self._style.settings.base_url
        if self._level == "full" and self._glimpse.ref:
            return f"{base_url}/bookings/{self._glimpse.ref}"
        return f"{base_url}/resources/{self._code}" if self.resource else ""
