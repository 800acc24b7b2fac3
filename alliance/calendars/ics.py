"""The bytes of a calendar: one VEVENT per booking, joined between a head and a foot.

The same input gives the same bytes in every process, so that they can be kept, compared and answered with 304. All
instants are in UTC: no VTIMEZONE is written, since clients disagree on how to read one. The icalendar library folds
lines and writes parameters; its components and value types cost four times the rest, so they are not used.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline, Parameters

from alliance.availability.whole_days import local_days
from alliance.intervals import Span

State = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

# What Outlook goes by; it looks at STATUS only where this and TRANSP are missing.
_OUTLOOK: Final = {"TENTATIVE": "TENTATIVE", "CONFIRMED": "BUSY", "CANCELLED": "FREE"}
# What a client should put up with at most; most poll more rarely, whatever they are told.
_REFRESH: Final = "PT1H"
_PRODUCT: Final = "-//Alliance//Resource sharing//ZH"
_LONGEST_LINE: Final = 75
FOOT: Final = b"END:VCALENDAR\r\n"
# The address of an organizer who has none, or whose address the reader may not see.
_NO_MAIL: Final = "invalid:nomail"

# CSS3 names of colours that can be told apart, each with its number.
COLOURS: Final[dict[str, str]] = {
    "teal": "#008080",
    "seagreen": "#2E8B57",
    "olivedrab": "#6B8E23",
    "darkgoldenrod": "#B8860B",
    "chocolate": "#D2691E",
    "firebrick": "#B22222",
    "mediumvioletred": "#C71585",
    "purple": "#800080",
    "royalblue": "#4169E1",
    "steelblue": "#4682B4",
    "slategray": "#708090",
}
# Controls but for LF, and the separators at which some programs break lines; unpaired surrogates are not text at all.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s*\n\s*")
_FRAME: Final = re.compile(rb"(BEGIN|END)(:V)", re.IGNORECASE)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What one booking shows in somebody's calendar, in words of his language.

    `changed` is the booking's last change and stands for the time of writing, too. With `is_whole_days` the span is
    written as dates of `zone`. `organizer_mail` is empty where nobody may know it. Only invitations have a guest.
    """

    uid: str
    start: datetime
    end: datetime
    state: State
    summary: str
    created: datetime
    changed: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""
    category: str = ""
    url: str = ""
    organizer: str = ""
    organizer_mail: str = ""
    is_whole_days: bool = False
    zone: str = "UTC"
    guest: str = ""
    guest_mail: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a calendar says about itself; the secret address it came from is no part of that."""

    name: str
    description: str = ""
    url: str = ""
    zone: str = "Asia/Shanghai"
    changed: datetime | None = None
    colour: str = ""


def clean(text: str) -> str:
    """The text without what breaks a calendar: controls, exotic line ends; line breaks are LF, composed form C."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", _UNFIT.sub("", text)).strip()


def one_line(text: str) -> str:
    """The clean text with its line breaks turned into spaces."""
    return _SPACES.sub(" ", clean(text))


def calendar_name(text: str) -> str:
    """The text as a calendar's name: without the characters whose escapes several clients would show."""
    return " ".join(re.sub(r"[,;\\]", " ", one_line(text)).split())


def event_bytes(entry: Entry) -> bytes:
    """The VEVENT of a booking."""
    return _written(
        "BEGIN:VEVENT",
        _text("UID", entry.uid),
        # The last change, not the time of the export: the bytes stay the same until the booking does not.
        _instant("DTSTAMP", entry.changed),
        _instant("LAST-MODIFIED", entry.changed),
        _instant("CREATED", entry.created),
        f"SEQUENCE:{entry.sequence}",
        *_limits(entry),
        f"STATUS:{entry.state}",
        "TRANSP:TRANSPARENT" if entry.state == "CANCELLED" else "TRANSP:OPAQUE",
        f"X-MICROSOFT-CDO-BUSYSTATUS:{_OUTLOOK[entry.state]}",
        _text("SUMMARY", one_line(entry.summary)) or "SUMMARY:",
        _organizer_line(entry.organizer, entry.organizer_mail),
        _guest_line(entry.guest, entry.guest_mail),
        _text("LOCATION", one_line(entry.location)),
        _text("CATEGORIES", one_line(entry.category)),
        _text("DESCRIPTION", clean(entry.description)),
        _address("URL", entry.url),
        "END:VEVENT",
    )


def calendar_bytes(head: Head, events: Iterable[bytes]) -> bytes:
    """The whole calendar: the head, the events as they are, the foot."""
    return b"".join((head_bytes(head), *events, FOOT))


def invitation_bytes(entry: Entry, method: Literal["REQUEST", "CANCEL"]) -> bytes:
    """The event as an invitation to its guest, or as the end of one (RFC 5546): his calendar enters it by itself."""
    head = _written(
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"
    )
    return head + event_bytes(entry) + FOOT


def free_busy_bytes(
    uid: str, window: Span, periods: Iterable[tuple[str, Span]], *, at: datetime, organizer: str, url: str
) -> bytes:
    """A calendar of one VFREEBUSY: what of the window is taken, by kind; `at` is when that was so."""
    start, end = _instant("DTSTART", window.start), _instant("DTEND", window.end)
    return _written(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "METHOD:PUBLISH",
        "BEGIN:VFREEBUSY",
        _text("UID", uid),
        _instant("DTSTAMP", at),
        start,
        end,
        _organizer_line(organizer, ""),
        _address("URL", url),
        *(f"FREEBUSY;FBTYPE={kind}:{_period(span)}" for kind, span in periods),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    )


def _period(span: Span) -> str:
    return f"{span.start:%Y%m%dT%H%M%SZ}/{span.end:%Y%m%dT%H%M%SZ}"


def head_bytes(head: Head) -> bytes:
    """What stands before the first event."""
    # A calendar UID would make vdirsyncer take the whole feed for one event, SOURCE would copy the secret
    # address into every export: both are left out on purpose.
    name, description = calendar_name(head.name), calendar_name(head.description)
    return _written(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        _text("NAME", name),
        _text("X-WR-CALNAME", name),
        _text("DESCRIPTION", description),
        _text("X-WR-CALDESC", description),
        _text("X-WR-TIMEZONE", head.zone),
        _instant("LAST-MODIFIED", head.changed) if head.changed is not None else "",
        _address("URL", head.url),
        # The name is what the standard wants; Apple reads only the number.
        head.colour and f"COLOR:{head.colour}",
        head.colour and f"X-APPLE-CALENDAR-COLOR:{COLOURS[head.colour]}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
    )


def _written(*lines: str) -> bytes:
    """The lines that say something, folded and ended as the format wants."""
    return b"".join(_folded(line) + b"\r\n" for line in lines if line)


def _folded(line: str) -> bytes:
    # The library folds character by character, never inside one; most lines are short enough to be spared that.
    plain = line.encode()
    if len(plain) > _LONGEST_LINE:
        plain = Contentline(line).to_ical()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    # Some readers look for BEGIN:VEVENT before they unfold, wherever it stands: a fold inside a text hides it.
    if b":V" not in plain.upper() or plain.startswith((b"BEGIN:", b"END:")):
        return plain
    return _FRAME.sub(rb"\1\r\n \2", plain)


def _text(name: str, text: str) -> str:
    # Escaped here, for the library takes a backslash before an N for a line break.
    return text and f"{name}:{text.translate(_ESCAPES)}"


def _address(name: str, url: str) -> str:
    return url and f"{name}:{one_line(url)}"


def _instant(name: str, at: datetime) -> str:
    return f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _limits(entry: Entry) -> tuple[str, str]:
    """Start and end, the end exclusive: dates for whole days, else instants in UTC."""
    days = entry.is_whole_days and local_days(Span(entry.start, entry.end), ZoneInfo(entry.zone))
    if not days:
        return _instant("DTSTART", entry.start), _instant("DTEND", entry.end)
    first, after = days[0], days[1] + timedelta(days=1)
    return f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def _guest_line(name: str, mail: str) -> str:
    """The guest has agreed already: he booked it, and nobody waits for his answer."""
    if not mail:
        return ""
    about = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    said = Parameters({**about, **({"CN": one_line(name)} if one_line(name) else {})})
    return f"ATTENDEE;{said.to_ical().decode()}:mailto:{one_line(mail)}"


def _organizer_line(organizer: str, organizer_mail: str) -> str:
    # METHOD:PUBLISH asks for an organizer in every event, also where there is no address to give.
    mail = one_line(organizer_mail)
    address = f"mailto:{mail}" if mail else _NO_MAIL
    name = one_line(organizer)
    if not name:
        return f"ORGANIZER:{address}"
    return f"ORGANIZER;{Parameters({'CN': name}).to_ical().decode()}:{address}"
