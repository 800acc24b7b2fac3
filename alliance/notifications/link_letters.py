"""Letters with a link that works once: for a new password, and into a unit.

They are claimed, sent and noted like other letters (see post.py), but are no news of anything: nobody can choose how
to hear of them, and whoever is invited need not be anybody here yet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from markupsafe import Markup, escape
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.config import Settings
from alliance.db import action, db
from alliance.i18n import HTML_NAMES, Language, in_language, language, localized
from alliance.i18n import gettext as _
from alliance.members.links import token_of
from alliance.members.models import OneTimeLink, Person
from alliance.members.standing import last_day
from alliance.notifications.formats import format_day, format_moment
from alliance.notifications.letters import message_id
from alliance.notifications.mailbox import Mailbox, NotSent, Unknown, Unreachable
from alliance.notifications.paper import PAGE, SECTION, SENTENCE, mail_address
from alliance.notifications.post import GIVE_UP_AFTER, LEASE, wait_after
from alliance.refs import digest

# As the index says it, or the index is not used.
_UNSENT: Final = OneTimeLink.letter.in_(
    [sa.literal("waiting", literal_execute=True), sa.literal("sending", literal_execute=True)]
)
_SOON: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class _Said:
    """What a letter says: what it is about, why it came, what to press, and what else to know."""

    headline: str
    sentences: tuple[str, ...]
    button: str
    foot: str


def send_link_letters(mailbox: Mailbox, settings: Settings, *, limit: int = 50) -> int:
    """Send what is due, one letter after the other; return how many were taken in hand, at most `limit`."""
    for taken in range(1, limit + 1):
        link_id = claim_link_letter()
        if link_id is None:
            return taken - 1
        try:
            _send(link_id, mailbox, settings)
        except Unreachable:
            return taken
        finally:
            db.session.rollback()
    return limit


@action
def claim_link_letter(session: Session) -> int | None:
    """Take the letter that is due longest in hand, under a lease; None when none is."""
    now = clock.now()
    lapsed = (_UNSENT, OneTimeLink.letter == "sending", OneTimeLink.lease_until <= now)
    session.execute(
        sa.update(OneTimeLink)
        .where(*lapsed, OneTimeLink.is_uncertain)
        .values(letter="given_up", lease_until=None, seed=None, problem="half_sent")
    )
    due = sa.or_(
        sa.and_(OneTimeLink.letter == "waiting", OneTimeLink.due_at <= now),
        sa.and_(OneTimeLink.letter == "sending", OneTimeLink.lease_until <= now),
    )
    link = session.scalar(
        sa.select(OneTimeLink)
        .where(_UNSENT, due)
        .order_by(OneTimeLink.due_at, OneTimeLink.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if link is None:
        return None
    # Found in hand, half sent: nobody knows whether it arrived, so it is sent once more and never again.
    link.is_uncertain = link.letter == "sending"
    link.letter, link.lease_until = "sending", now + LEASE
    link.attempts += 1
    link.first_tried_at = link.first_tried_at or now
    return link.id


def _send(link_id: int, mailbox: Mailbox, settings: Settings) -> None:
    session = db.session()
    link = session.get_one(OneTimeLink, link_id, options=[joinedload(OneTimeLink.unit)])
    token = token_of(link.seed, settings.secret_key) if link.seed is not None else ""
    reader = _reader(session, link)
    # Written off as well when the key of the installation has changed since: the token would open nothing.
    if reader is None or link.expires_at <= clock.now() or digest(token) != link.token_hash:
        _note(link_id, "for_nobody")
        return
    inviter = session.scalar(sa.select(Person.name).where(Person.id == link.by_id)) or ""
    letter = _letter(link, reader, inviter, f"{settings.base_url}/links/{token}", settings)
    email = link.email
    session.rollback()
    try:
        mailbox.send(letter, email)
    except NotSent as failed:
        _note_failed(link_id, failed.code, final=failed.final)
        if isinstance(failed, Unreachable):
            raise
    except Unknown:
        _note_unknown(link_id)
    else:
        _note(link_id, "sent")


def _reader(session: Session, link: OneTimeLink) -> tuple[str, Language] | None:
    """Whom the letter is for, by name and language; None when a new password was asked for where nobody is."""
    person = session.scalar(sa.select(Person).where(Person.email == link.email))
    if person is not None:
        if person.status != "active" and link.purpose == "password":
            return None
        return person.name, "en" if person.language == "en" else "zh"
    if link.purpose == "password":
        return None
    return link.name, "en" if link.language == "en" else "zh"


def _letter(
    link: OneTimeLink, reader: tuple[str, Language], inviter: str, href: str, settings: Settings
) -> EmailMessage:
    name, spoken = reader
    with in_language(spoken):
        said = _invitation(link, inviter, settings) if link.unit is not None else _password(link, settings)
        message = EmailMessage()
        message["Subject"] = " ".join(said.headline.split())
        message["From"] = mail_address(localized(settings, "name").text, settings.mail_from)
        message["To"] = mail_address(name, link.email)
        message["Date"] = format_datetime(link.first_tried_at or clock.now())
        message["Message-ID"] = message_id(link.ref, settings)
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = HTML_NAMES[spoken]
        lines = [said.headline, "", *said.sentences, "", f"{said.button}:", href, "", "-- ", said.foot, ""]
        message.set_content("\n".join(lines), cte="base64")
        message.add_alternative(_html(said, href, spoken), subtype="html", cte="base64")
    return message


def _html(said: _Said, href: str, spoken: Language) -> str:
    section = SECTION % {
        "headline": said.headline,
        "when": "",
        "sentences": Markup("").join(SENTENCE % sentence for sentence in said.sentences),
        "href": href,
        "button": said.button,
    }
    title = {"lang": HTML_NAMES[spoken], "title": said.headline}
    return str(PAGE % {**title, "body": section, "foot": escape(said.foot)})


def _password(link: OneTimeLink, settings: Settings) -> _Said:
    return _Said(
        _("A new password"),
        (
            _("Somebody, probably you, asked for a new password for this address."),
            _("The link works once, until %(end)s.", end=_moment(link.expires_at, settings.zone)),
        ),
        _("Choose a new password"),
        _("If it was not you, do nothing: your password stays as it is."),
    )


def _invitation(link: OneTimeLink, inviter: str, settings: Settings) -> _Said:
    unit, alliance = localized(link.unit, "name").text, localized(settings, "name").text
    who = {"inviter": inviter, "unit": unit, "alliance": alliance}
    if link.is_admin:
        first = _("%(inviter)s invites you to %(alliance)s as an admin of %(unit)s.", **who)
    else:
        first = _("%(inviter)s invites you to %(alliance)s as a member of %(unit)s.", **who)
    sentences = [first, _("There you find and book what the units of the alliance share.")]
    zone = link.unit.zone if link.unit is not None else settings.zone
    if link.ends_at is not None:
        today = clock.now().astimezone(ZoneInfo(zone)).date()
        end = format_day(last_day(link.ends_at, zone), ZoneInfo(zone), language(), today)
        sentences.append(_("You are invited as a guest until %(end)s.", end=end))
    sentences.append(_("The link works once, until %(end)s.", end=_moment(link.expires_at, zone)))
    return _Said(
        _("Invitation to %(unit)s", unit=unit),
        tuple(sentences),
        _("Accept the invitation"),
        _("If you do not know why this came, do nothing: without you nothing happens."),
    )


def _moment(at: datetime, zone: str) -> str:
    place = ZoneInfo(zone)
    return format_moment(at, place, language(), clock.now().astimezone(place).date())


@action
def _note(session: Session, link_id: int, letter: str) -> None:
    """Nothing is left to write: from now on nobody here can make the token again."""
    link = session.get_one(OneTimeLink, link_id)
    link.letter, link.lease_until, link.seed, link.problem = letter, None, None, ""


@action
def _note_failed(session: Session, link_id: int, code: str, *, final: bool) -> None:
    """It was not taken: try again, each time later, for as long as the link works; then give up."""
    now, link = clock.now(), session.get_one(OneTimeLink, link_id)
    wait = wait_after(link.attempts)
    last = min(link.expires_at, (link.first_tried_at or now) + GIVE_UP_AFTER)
    link.lease_until, link.problem = None, code[:40]
    if final or now + wait > last:
        link.letter, link.seed = "given_up", None
    else:
        link.letter, link.due_at, link.is_uncertain = "waiting", now + wait, False


@action
def _note_unknown(session: Session, link_id: int) -> None:
    """The server fell silent after it had the letter: as if we had been killed then, but its lease ends soon."""
    link = session.get_one(OneTimeLink, link_id)
    link.lease_until, link.problem = clock.now() + _SOON, "connection_lost"
