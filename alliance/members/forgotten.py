"""A forgotten password: asking for a link by mail, and choosing a new password with it.

Who asks is never told whether the address is known, not even by how long the answer takes: asking writes down the
address and nothing else, and whether it is somebody's is found out by whoever writes the letter.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, refuse_if
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members import passwords
from alliance.members.attempts import LETTERS_PER_EMAIL, begin_attempt, forgive_everything
from alliance.members.links import link_of, new_link, working
from alliance.members.models import OneTimeLink, Person
from alliance.members.sign_in import end_sessions, normal_email


@action
def ask_for_new_password(session: Session, email: str, address: str | None, *, key: str) -> None:
    """Let a link go to that mail address, if it is somebody's; `address` is where the wish came from.

    Raises Refused: `too_many_attempts` with the minutes to wait, for known and unknown addresses alike.
    """
    known, now = normal_email(email), clock.now()
    begin_attempt(session, known, address, at=now, at_what="letter ", per_email=LETTERS_PER_EMAIL)
    # Only the latest letter works: whoever asked twice need not wonder which.
    _spend_all(session, known)
    session.add(new_link("password", known, key, now))


def choose_new_password(token: str, new: str) -> None:
    """Replace the password of the person whose mailbox the link went to, and end all sessions.

    Raises Missing when the link does not work (any more), and Refused when the password is too weak; the link still
    works then.
    """
    refuse_if(passwords.problems_with(new, person_to_help(token)))
    # Reckoned between two transactions, never inside one.
    _choose(token, passwords.hash_password(new))


@action
def person_to_help(session: Session, token: str) -> str:
    """The mail address of the person the link of that token lets choose a new password; raises Missing."""
    link = link_of(session, token, "password")
    person = _active(session, link.email) if link is not None else None
    if person is None:
        raise Missing
    return person.email


@action
def _choose(session: Session, token: str, new_hash: str) -> None:
    link = link_of(session, token, "password", hold=True)
    person = _active(session, link.email) if link is not None else None
    if person is None:
        raise Missing
    hold(session, persons=[person.id])
    person.password_hash = new_hash
    end_sessions(person)
    _spend_all(session, person.email)
    forgive_everything(session, person.email)
    record(session, "person.password_reset", "person", person.id, at=clock.now(), by_id=person.id)


def _active(session: Session, email: str) -> Person | None:
    return session.scalar(sa.select(Person).where(Person.email == email, Person.status == "active"))


def _spend_all(session: Session, email: str) -> None:
    now = clock.now()
    session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.email == email, *working("password", now))
        .values(used_at=now, seed=None)
    )
