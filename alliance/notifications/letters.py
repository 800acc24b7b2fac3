"""Letters: what happened, what it means to the reader, one button to the page where something can be done about it."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from alliance import clock
from alliance.calendars.calendar import invitation, single_calendar
from alliance.config import Settings
from alliance.i18n import HTML_NAMES, Language, in_language, localized, ngettext
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.notifications.actions import Wishes
from alliance.notifications.kinds import IN_CALENDAR
from alliance.notifications.models import Delivery
from alliance.notifications.paper import LINK, PAGE, SECTION, SENTENCE, WHEN, mail_address
from alliance.notifications.told import News

_SIGNED: Final = 20


@dataclass(frozen=True)
class CalendarPart:
    """What a letter brings for the reader's calendar: about which booking, and what it asks the calendar to do."""

    booking_id: int
    method: str


@dataclass(frozen=True)
class Written:
    """A letter ready to be sent, with what it brings for the calendar."""

    message: EmailMessage
    brought: CalendarPart | None = None


@dataclass(frozen=True)
class _Section:
    """All that is told of one subject."""

    headline: str
    when: str
    sentences: tuple[str, ...]
    href: str
    button: str


def letter_about(
    session: Session,
    lead: Delivery,
    news: Sequence[News],
    person: Person,
    reader: Actor,
    wishes: Wishes,
    settings: Settings,
) -> Written:
    """The letter that tells the news, in the person's language; trying again makes the same one."""
    spoken: Language = "en" if person.language == "en" else "zh"
    with in_language(spoken):
        sections = _sections(news, settings)
        attached = _calendar_for(session, news, person, reader, wishes, settings)
        is_invitation = attached is not None and attached.part.method == "REQUEST"
        stop = f"{settings.base_url}/unsubscribe/{signed_ref(lead.ref, settings)}"
        message = EmailMessage()
        message["Subject"] = _subject(sections, news)
        message["From"] = mail_address(localized(settings, "name").text, settings.mail_from)
        message["To"] = mail_address(person.name, person.email)
        message["Date"] = format_datetime(lead.first_tried_at or clock.now())
        message["Message-ID"] = message_id(lead.ref, settings)
        message["Auto-Submitted"] = "auto-generated"
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Content-Language"] = HTML_NAMES[spoken]
        foot = _foot(is_invitation=is_invitation)
        message.set_content(_plain(sections, foot, stop, settings), cte="base64")
        message.add_alternative(_html(sections, foot, stop, settings, spoken), subtype="html", cte="base64")
        if attached is not None:
            _attach(message, attached)
    return Written(message, attached.part if attached else None)


def message_id(ref: str, settings: Settings) -> str:
    """The letter's name for mail programs, the same however often it is tried."""
    return f"<{ref.lower()}@{settings.uid_domain}>"


def signed_ref(ref: str, settings: Settings) -> str:
    """The letter's name in an address that nobody can make up."""
    return f"{ref}.{_signature(ref, settings)}"


def ref_signed(text: str, settings: Settings) -> str | None:
    """The name in such an address, if it is one of ours."""
    ref, _dot, signature = text.partition(".")
    return ref if hmac.compare_digest(signature.encode(), _signature(ref, settings).encode()) else None


def _signature(ref: str, settings: Settings) -> str:
    key = f"unsubscribe {settings.secret_key}".encode()
    return hmac.new(key, ref.encode(), sha256).hexdigest()[:_SIGNED]


def _sections(news: Sequence[News], settings: Settings) -> list[_Section]:
    """One for each subject, in the order in which the last of it happened."""
    together: dict[tuple[str, int], list[News]] = {}
    for each in news:
        key = (each.delivery.subject_type, each.delivery.subject_id)
        together[key] = [*together.pop(key, []), each]
    return [_section(about, settings) for about in together.values()]


_BUTTONS: Final[dict[str, Callable[[], str]]] = {
    "to_decide": lambda: _("Look at the request"),
    "expiring": lambda: _("Look at the request"),
    "message": lambda: _("Read and answer"),
    "clash": lambda: _("See what clashes"),
    "closed": lambda: _("See my bookings"),
    "to_admit": lambda: _("Look at the request"),
    "admitted": lambda: _("See the unit"),
    "standing": lambda: _("See the unit"),
    "to_qualify": lambda: _("Look at the request"),
    "qualified": lambda: _("See my qualifications"),
    "to_confirm": lambda: _("Look at the entries"),
}


def _section(about: Sequence[News], settings: Settings) -> _Section:
    last = about[-1]
    return _Section(
        headline=last.headline(),
        when=last.when(),
        sentences=tuple(dict.fromkeys(filter(None, (each.detail() for each in about)))),
        href=settings.base_url + last.path,
        button=_button(last),
    )


def _button(last: News) -> str:
    """What the one button of a section says, after the last of its news."""
    # A closure lies over several bookings, a change of hours is told of each.
    if last.kind in _BUTTONS and (last.kind != "closed" or last.booking is None):
        return _BUTTONS[last.kind]()
    return _("See the booking") if last.booking else _("Open the page")


def _subject(sections: Sequence[_Section], news: Sequence[News]) -> str:
    first = sections[0]
    if len(sections) > 1:
        said = ngettext("%(num)d thing happened", "%(num)d things happened", len(news))
    else:
        said = f"{first.headline} · {first.when}" if first.when else first.headline
    return " ".join(said.split())


def _foot(*, is_invitation: bool) -> list[str]:
    """What holds for the whole letter."""
    said = [_("All times are local times where the resource is.")]
    if is_invitation:
        said.append(
            _("What you answer to the invitation in your calendar changes nothing here: cancel on the page.")
        )
    return said


def _plain(sections: Sequence[_Section], said: Sequence[str], stop: str, settings: Settings) -> str:
    told = "\n\n\n".join(
        "\n".join(
            [
                *filter(None, (section.headline, section.when)),
                "",
                *section.sentences,
                "",
                section.button + ":",
                section.href,
            ]
        )
        for section in sections
    )
    manage = f"{settings.base_url}/messages/settings"
    foot = "\n".join(
        [
            *said,
            f"{_('What you are told, and how')}: {manage}",
            f"{_('No more mail of this kind')}: {stop}",
        ]
    )
    return f"{told}\n\n-- \n{foot}\n"


def _html(
    sections: Sequence[_Section], said: Sequence[str], stop: str, settings: Settings, spoken: Language
) -> str:
    body = Markup("").join(
        SECTION
        % {
            "headline": section.headline,
            "when": WHEN % section.when if section.when else "",
            "sentences": Markup("").join(SENTENCE % sentence for sentence in section.sentences),
            "href": section.href,
            "button": section.button,
        }
        for section in sections
    )
    foot = Markup("<br>").join(
        [
            *map(escape, said),
            LINK % (f"{settings.base_url}/messages/settings", _("What you are told, and how")),
            LINK % (stop, _("No more mail of this kind")),
        ]
    )
    lang = HTML_NAMES[spoken]
    return str(PAGE % {"lang": lang, "title": sections[0].headline, "body": body, "foot": foot})


@dataclass(frozen=True)
class _Attached:
    """A calendar a letter brings along, and how the file is called."""

    part: CalendarPart
    content: bytes
    filename: str


def _calendar_for(
    session: Session,
    news: Sequence[News],
    person: Person,
    reader: Actor,
    wishes: Wishes,
    settings: Settings,
) -> _Attached | None:
    """The booking for the calendar, where the news changes it and the person wants that.

    Usually as a file to open. An invitation is entered by the calendar itself; its end is sent only where one was.
    """
    bookings = {each.booking.id: each.booking for each in news if each.booking and each.kind in IN_CALENDAR}
    if wishes.calendar_part == "none" or len(bookings) != 1:
        return None
    (booking,) = bookings.values()
    ref = booking.ref
    if wishes.calendar_part == "invited" and booking.person_id == person.id:
        made = invitation(session, ref, reader, (person.name, person.email), clock.now(), settings)
        if made is None or (
            made[0] == "CANCEL" and _last_method(session, person.id, booking.id) != "REQUEST"
        ):
            return None
        method, content = made
        return _Attached(CalendarPart(booking.id, method), content, "invite.ics")
    published = single_calendar(session, ref, reader, clock.now(), settings)
    if published is None:
        return None
    return _Attached(CalendarPart(booking.id, "PUBLISH"), published, f"{ref}.ics")


def _attach(message: EmailMessage, calendar: _Attached) -> None:
    """As a file; an invitation also as a form of the letter itself, which is where calendars look for one."""
    method, content = calendar.part.method, calendar.content
    if method != "PUBLISH":
        message.add_alternative(content.decode(), subtype="calendar", params={"method": method}, cte="base64")
        message.add_attachment(content, maintype="application", subtype="ics", filename=calendar.filename)
        return
    message.add_attachment(
        content,
        maintype="text",
        subtype="calendar",
        filename=calendar.filename,
        params={"method": method, "charset": "UTF-8"},
        cte="base64",
    )


def _last_method(session: Session, person_id: int, booking_id: int) -> str:
    """What the calendar of the person was asked last about the booking, by a letter that has gone."""
    asked = (
        sa.select(Delivery.calendar_method)
        .where(
            Delivery.person_id == person_id,
            Delivery.subject_type == "booking",
            Delivery.subject_id == booking_id,
            Delivery.calendar_method.in_(("REQUEST", "CANCEL")),
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return session.scalar(asked) or ""
