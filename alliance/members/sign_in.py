"""Signing in, changing one's password and language, ending one's sessions.

Passwords are reckoned between two short transactions, never inside one: they take long, and others wait to write.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, Refused, Stale, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.i18n import Language
from alliance.members import passwords
from alliance.members.attempts import Attempt, begin_attempt, forgive
from alliance.members.models import Person

LONGEST_EMAIL: Final = 254
_ADDRESS: Final = re.compile(r"[^@\s<>\"(),:;\\]{1,64}@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+")
# A cookie counts for thirty days, so a session that was ended need not be remembered for longer.
_REMEMBERED: Final = timedelta(days=31)
# Who signs out more often than that in a month is signed out everywhere, rather than read about with every page.
_MOST_REMEMBERED: Final = 100


@dataclass(frozen=True)
class _Try:
    """An attempt together with whom it is about, if there is anybody of that address."""

    attempt: Attempt
    person_id: int | None
    email: str
    password_hash: str | None


def normal_email(text: str) -> str:
    """The one form in which a mail address is stored and looked up."""
    # Without what cannot be seen: copied addresses bring it along, and PostgreSQL refuses the character zero.
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isprintable())
    return seen.strip().lower()


def is_mail_address(email: str) -> bool:
    """Whether mail can go to this address at all, written in its one form."""
    return len(email) <= LONGEST_EMAIL and email.isascii() and _ADDRESS.fullmatch(email) is not None


def new_epoch() -> str:
    """A fresh value of `Person.session_epoch`."""
    return secrets.token_urlsafe(12)


def sign_in(email: str, password: str, address: str | None) -> int:
    """The id of the person with this mail address and password.

    Raises Refused: `wrong_credentials`, which never says which of the two it was nor takes longer for one of them, or
    `too_many_attempts` with the minutes to wait.
    """
    tried = _try_address(normal_email(email), address)
    right = passwords.matches(password, tried.password_hash)
    if not right or tried.person_id is None or tried.password_hash is None:
        raise Refused([Problem("wrong_credentials")])
    stronger = passwords.hash_password(password) if passwords.is_outdated(tried.password_hash) else None
    _sign_in(tried, stronger)
    return tried.person_id


def change_password(person_id: int, old: str, new: str) -> str:
    """Replace the password and end all sessions; returns the new session epoch, with which one session may go on.

    Raises Refused with everything that is wrong: the old password, counted like a failed sign-in, and the new one.
    """
    tried = _try_person(person_id)
    right = passwords.matches(old, tried.password_hash)
    if right:
        _forgive(tried.attempt)
    wrong = [] if right else [Problem("wrong_password", field="old")]
    refuse_if(wrong + passwords.problems_with(new, tried.email))
    return _store_password(person_id, passwords.hash_password(new), tried.password_hash)


def set_password(email: str, new: str) -> int:
    """Give somebody a password without asking for the old one and end all his sessions: for the command line.

    Returns the person's id; raises Missing, or Refused when the password is too weak.
    """
    person_id, known_email = _person_with(normal_email(email))
    refuse_if(passwords.problems_with(new, known_email))
    _store_password(person_id, passwords.hash_password(new), None)
    return person_id


@action
def sign_out(session: Session, person_id: int, session_id: str) -> None:
    """End this one session of the person, wherever a copy of its cookie lies."""
    person, today = _held(session, person_id), clock.now().date()
    recent = [ended for ended in person.ended_sessions or () if ended[1] >= str(today - _REMEMBERED)]
    if len(recent) < _MOST_REMEMBERED:
        person.ended_sessions = [*recent, [session_id, str(today)]]
    else:
        end_sessions(person)
    _record(session, "person.signed_out", person_id)


@action
def sign_out_everywhere(session: Session, person_id: int) -> None:
    """End all sessions of the person."""
    person = _held(session, person_id)
    end_sessions(person)
    _record(session, "person.signed_out_everywhere", person_id)


@action
def set_language(session: Session, person_id: int, language: Language) -> None:
    """Talk to the person in this language from now on, in pages and mail."""
    person = _held(session, person_id)
    if person.language != language:
        _record(session, "person.language_changed", person_id, language=language)
        person.language = language


@action
def _try_address(session: Session, email: str, address: str | None) -> _Try:
    attempt = begin_attempt(session, email, address, at=clock.now())
    found = session.execute(
        sa.select(Person.id, Person.password_hash).where(Person.email == email)
    ).one_or_none()
    return _Try(attempt, found.id if found else None, email, found.password_hash if found else None)


@action
def _try_person(session: Session, person_id: int) -> _Try:
    person = _held(session, person_id)
    attempt = begin_attempt(session, person.email, None, at=clock.now())
    return _Try(attempt, person_id, person.email, person.password_hash)


@action
def _sign_in(session: Session, tried: _Try, stronger_hash: str | None) -> None:
    person = _held(session, tried.person_id)
    forgive(session, tried.attempt)
    # Somebody may have changed the password while this one was being compared: his stays.
    if stronger_hash and person.password_hash == tried.password_hash:
        person.password_hash = stronger_hash
    _record(session, "person.signed_in", person.id)


@action
def _forgive(session: Session, attempt: Attempt) -> None:
    forgive(session, attempt)


@action
def _store_password(session: Session, person_id: int, new_hash: str, old_hash: str | None) -> str:
    person = _held(session, person_id)
    if old_hash is not None and person.password_hash != old_hash:
        raise Stale
    person.password_hash = new_hash
    end_sessions(person)
    # Set from the command line nobody is known to have done it.
    by_id = person_id if old_hash is not None else None
    record(session, "person.password_changed", "person", person_id, at=clock.now(), by_id=by_id)
    return person.session_epoch


@action
def _person_with(session: Session, email: str) -> tuple[int, str]:
    found = session.execute(sa.select(Person.id, Person.email).where(Person.email == email)).one_or_none()
    if found is None:
        raise Missing
    return found.id, found.email


def end_sessions(person: Person) -> None:
    """With a new epoch no cookie counts any more, so none has to be remembered."""
    person.session_epoch, person.ended_sessions = new_epoch(), None


def _held(session: Session, person_id: int | None) -> Person:
    hold(session, persons=[person_id] if person_id is not None else [])
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None:
        raise Missing
    return person


def _record(session: Session, verb: str, person_id: int, **data: Any) -> None:
    record(session, verb, "person", person_id, at=clock.now(), by_id=person_id, **data)
