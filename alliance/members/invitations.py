"""Inviting people into a unit by mail: sending an invitation, ending it, and accepting it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.i18n import Language
from alliance.members import passwords
from alliance.members.actor import Actor
from alliance.members.attempts import wait_for_others
from alliance.members.links import link_of, new_link, working
from alliance.members.models import Membership, OneTimeLink, Person, Unit
from alliance.members.people import held_for_its_people
from alliance.members.sign_in import is_mail_address, new_epoch, normal_email
from alliance.members.standing import end_of, forget_managements
from alliance.refs import digest

LONGEST_NAME: Final = 80
# Open at once, so that nobody writes to all the world in the name of the alliance.
MOST_OPEN: Final = 1000
# Letters of one unit to one address within a day: the first may be lost, but nobody is pestered.
MOST_LETTERS: Final = 3
_LATELY: Final = timedelta(days=1)
# The databases take only so many values at once.
_PORTION: Final = 500


@dataclass(frozen=True)
class Guest:
    """Somebody to be invited, and as what: name and language are a beginning that he can change."""

    email: str
    name: str = ""
    language: Language = "zh"
    is_admin: bool = False
    ends_on: date | None = None


@action
def invite(session: Session, unit_code: str, guest: Guest, *, by: Actor, key: str) -> str:
    """Let an invitation go to the mail address, in place of an earlier one; return its ref.

    Raises Missing or Forbidden, or Refused with everything that is wrong. Whether the address has an account in the
    alliance it does not tell; only that somebody belongs to the unit already.
    """
    unit = held_for_its_people(session, unit_code, by)
    now = clock.now()
    refuse_if(problems_with_guest(guest, unit, members_among(session, unit, [guest]), now))
    _refuse_too_many(session, unit, 1, now)
    _refuse_pestering(session, unit, [guest], now)
    return send_invitation(session, unit, guest, by=by, key=key, now=now)


@action
def invite_all(
    session: Session, unit_code: str, guests: Sequence[Guest], *, by: Actor, key: str
) -> list[str]:
    """Let invitations go to all of them or, when anything is wrong with one, to nobody; return their refs."""
    unit = held_for_its_people(session, unit_code, by)
    now = clock.now()
    members = members_among(session, unit, guests)
    refuse_if([found for guest in guests for found in problems_with_guest(guest, unit, members, now)])
    _refuse_too_many(session, unit, len(guests), now)
    _refuse_pestering(session, unit, guests, now)
    return [send_invitation(session, unit, guest, by=by, key=key, now=now) for guest in guests]


@action
def invite_again(session: Session, unit_code: str, ref: str, *, by: Actor, key: str) -> str:
    """Let a new letter go out in place of an invitation that is open or has lapsed; return the new ref."""
    unit = held_for_its_people(session, unit_code, by)
    earlier = _invitation(session, unit, ref)
    guest = Guest(earlier.email, earlier.name, "en" if earlier.language == "en" else "zh", earlier.is_admin)
    now = clock.now()
    refuse_if(problems_with_guest(guest, unit, members_among(session, unit, [guest]), now))
    _refuse_pestering(session, unit, [guest], now)
    return send_invitation(session, unit, guest, by=by, key=key, now=now, ends_at=earlier.ends_at)


@action
def end_invitation(session: Session, unit_code: str, ref: str, *, by: Actor) -> None:
    """Let the link of an invitation work no more; ending it twice changes nothing."""
    unit = held_for_its_people(session, unit_code, by)
    invitation = _invitation(session, unit, ref)
    if invitation.used_at is None:
        now = clock.now()
        invitation.used_at, invitation.seed = now, None
        _record(session, "invitation.ended", unit, now, by.person_id, invitation=ref)


def problems_with_guest(guest: Guest, unit: Unit, members: set[str], now: datetime) -> list[Problem]:
    """Why this person cannot be invited like that; `members` are the addresses that belong to the unit."""
    problems = []
    email = normal_email(guest.email)
    if not is_mail_address(email):
        problems.append(Problem("no_mail_address", field="email"))
    elif email in members:
        problems.append(Problem("already_a_member", params={"email": email}, field="email"))
    if len(guest.name) > LONGEST_NAME:
        problems.append(Problem("name_too_long", params={"longest": LONGEST_NAME}, field="name"))
    if guest.ends_on is not None and end_of(guest.ends_on, unit.zone) <= now:
        problems.append(Problem("ends_in_the_past", field="ends_on"))
    return problems


def members_among(session: Session, unit: Unit, guests: Sequence[Guest]) -> set[str]:
    """The addresses, of those to be invited, whose people belong to the unit now, guests included."""
    now = clock.now()
    still = sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now)
    found: set[str] = set()
    for emails in _portions(guests):
        chosen = (
            sa.select(Person.email)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.unit_id == unit.id, still, Person.email.in_(emails))
        )
        found.update(session.scalars(chosen))
    return found


@dataclass(frozen=True)
class Invited:
    """What the page of an invitation shows: to whom, into which unit, and whether the address has an account."""

    unit: Unit
    email: str
    name: str
    language: str
    is_admin: bool
    ends_at: datetime | None
    has_account: bool


def invited(session: Session, token: str) -> Invited | None:
    """What the link of that token invites to; None when it does not work (any more)."""
    link = link_of(session, token, "invitation")
    if link is None or link.unit is None or link.unit.status == "left":
        return None
    has_account = session.scalar(sa.select(Person.id).where(Person.email == link.email)) is not None
    return Invited(link.unit, link.email, link.name, link.language, link.is_admin, link.ends_at, has_account)


def accept_as_new(token: str, *, name: str, language: Language, password: str) -> int:
    """Make an account for the invited address, join the unit, and return the new person's id.

    Raises Missing when the link does not work (any more), Stale when the address has an account by now, and Refused
    when name or password will not do; the link still works then.
    """
    email = _invited_email(token)
    problems = [] if name.strip() else [Problem("name_missing", field="name")]
    if len(name.strip()) > LONGEST_NAME:
        problems.append(Problem("name_too_long", params={"longest": LONGEST_NAME}, field="name"))
    refuse_if(problems + passwords.problems_with(password, email))
    # Reckoned between two transactions, never inside one.
    return _accept_as_new(token, name.strip(), language, passwords.hash_password(password))


@action
def accept(session: Session, token: str, *, by: Actor) -> str:
    """Join the unit as the person whose address was invited; return the unit's code.

    Whoever belongs to it by then keeps the roles he has.
    Raises Missing when the link does not work (any more), and Forbidden for anybody else.
    """
    link = _usable(session, token)
    email = session.scalar(sa.select(Person.email).where(Person.id == by.person_id))
    if email != link.email:
        raise Forbidden("invited")
    return _join(session, link, by.person_id)


@action
def _invited_email(session: Session, token: str) -> str:
    return _usable(session, token).email


@action
def _accept_as_new(session: Session, token: str, name: str, language: Language, password_hash: str) -> int:
    link = _usable(session, token)
    # Invited by two units at once, somebody may accept both at once: one of them makes the account.
    wait_for_others(session, [digest(f"email {link.email}")])
    if session.scalar(sa.select(Person.id).where(Person.email == link.email)) is not None:
        raise Stale
    now = clock.now()
    person = Person(
        email=link.email,
        name=name,
        language=language,
        password_hash=password_hash,
        session_epoch=new_epoch(),
        created_at=now,
    )
    session.add(person)
    session.flush()
    record(session, "person.joined", "person", person.id, at=now, by_id=person.id)
    _join(session, link, person.id)
    return person.id


def _join(session: Session, link: OneTimeLink, person_id: int) -> str:
    if link.unit is None or link.unit_id is None:
        raise Missing
    hold(session, persons=[person_id], units=[link.unit_id])
    now = clock.now()
    link.used_at, link.seed = now, None
    before = session.get(Membership, (person_id, link.unit_id))
    if before is not None and (before.ends_at is None or before.ends_at > now):
        # Whoever belongs to it by now keeps what he was given since the letter was written.
        return link.unit.code
    if before is None:
        before = Membership(person_id=person_id, unit_id=link.unit_id)
        session.add(before)
    else:
        forget_managements(session, person_id, link.unit_id)
    before.is_admin, before.ends_at = link.is_admin, link.ends_at
    record(
        session,
        "membership.began",
        "person",
        person_id,
        at=now,
        by_id=person_id,
        unit_id=link.unit_id,
        invitation=link.ref,
        is_admin=link.is_admin,
        ends_at=link.ends_at.isoformat() if link.ends_at else None,
    )
    return link.unit.code


def _usable(session: Session, token: str) -> OneTimeLink:
    link = link_of(session, token, "invitation", hold=True)
    if link is None or link.unit is None or link.unit.status == "left":
        raise Missing
    return link


def _invitation(session: Session, unit: Unit, ref: str) -> OneTimeLink:
    found = session.scalar(
        sa.select(OneTimeLink).where(
            OneTimeLink.ref == ref, OneTimeLink.unit_id == unit.id, OneTimeLink.purpose == "invitation"
        )
    )
    if found is None:
        raise Missing
    return found


def send_invitation(
    session: Session,
    unit: Unit,
    guest: Guest,
    *,
    by: Actor,
    key: str,
    now: datetime,
    ends_at: datetime | None = None,
) -> str:
    """Add the link whose letter the worker writes, in place of an earlier one of the unit; return its ref."""
    email = normal_email(guest.email)
    # Only the latest invitation of a unit works, with what was decided last.
    spend_invitations(session, email, unit.id, now)
    link = new_link(
        "invitation",
        email,
        key,
        now,
        unit_id=unit.id,
        by_id=by.person_id,
        name=guest.name.strip(),
        language=guest.language,
        is_admin=guest.is_admin,
        ends_at=end_of(guest.ends_on, unit.zone) if guest.ends_on else ends_at,
    )
    session.add(link)
    session.flush()
    _record(session, "invitation.sent", unit, now, by.person_id, invitation=link.ref, is_admin=link.is_admin)
    return link.ref


def spend_invitations(session: Session, email: str, unit_id: int, now: datetime) -> None:
    """Let the open invitations of that address into the unit work no more."""
    session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.email == email, OneTimeLink.unit_id == unit_id, *working("invitation", now))
        .values(used_at=now, seed=None)
    )


def _portions(guests: Sequence[Guest]) -> Iterator[list[str]]:
    """The addresses, as they are kept."""
    emails = sorted({normal_email(guest.email) for guest in guests})
    return (emails[start : start + _PORTION] for start in range(0, len(emails), _PORTION))


def _refuse_too_many(session: Session, unit: Unit, more: int, now: datetime) -> None:
    open_now = session.scalar(
        sa.select(sa.func.count())
        .select_from(OneTimeLink)
        .where(OneTimeLink.unit_id == unit.id, *working("invitation", now))
    )
    if (open_now or 0) + more > MOST_OPEN:
        raise Refused([Problem("too_many_invitations", params={"most": MOST_OPEN})])


def _refuse_pestering(session: Session, unit: Unit, guests: Sequence[Guest], now: datetime) -> None:
    for emails in _portions(guests):
        often = (
            sa.select(OneTimeLink.email)
            .where(OneTimeLink.email.in_(emails), OneTimeLink.unit_id == unit.id)
            .where(OneTimeLink.purpose == "invitation", OneTimeLink.created_at > now - _LATELY)
            .group_by(OneTimeLink.email)
            .having(sa.func.count() >= MOST_LETTERS)
            .order_by(OneTimeLink.email)
        )
        refuse_if(
            [
                Problem("invited_often", params={"email": email, "most": MOST_LETTERS}, field="email")
                for email in session.scalars(often)
            ]
        )


def _record(session: Session, verb: str, unit: Unit, now: datetime, by_id: int, **data: object) -> None:
    record(session, verb, "unit", unit.id, at=now, by_id=by_id, unit_id=unit.id, **data)
