"""Slowing down those who guess passwords or write too much. Attempts are counted in a table, so that all processes
count together.

An attempt is written down before the password is looked at and taken back when it was right. Counting afterwards would
let a thousand guesses pass that arrive at the same moment.
"""

import ipaddress
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Problem, Refused
from alliance.members.models import SignInAttempt
from alliance.refs import digest

WINDOW: Final = timedelta(minutes=15)
PER_EMAIL: Final = 10
PER_ADDRESS: Final = 50
# Letters to one address, whoever asks for them.
LETTERS_PER_EMAIL: Final = 3


@dataclass(frozen=True)
class Attempt:
    """An attempt that was written down: its rows, and the key under which those of the same person are counted."""

    row_ids: tuple[int, ...]
    person_key: str


def begin_attempt(
    session: Session,
    email: str,
    address: str | None,
    *,
    at: datetime,
    at_what: str = "",
    per_email: int = PER_EMAIL,
) -> Attempt:
    """Write down an attempt for the mail address and from the network address, or refuse it as one too many.

    Attempts `at_what` is no signing in are counted by themselves: they must not keep anybody from signing in.
    """
    person_key = digest(f"{at_what}email {email}")
    limits = {person_key: per_email}
    if address:
        limits[digest(f"{at_what}address {network_of(address)}")] = PER_ADDRESS
    return Attempt(count_attempt(session, limits, at=at), person_key)


def count_attempt(session: Session, limits: Mapping[str, int], *, at: datetime) -> tuple[int, ...]:
    """Write down an attempt under each of the keys, or refuse it as one too many for one of them; return the rows."""
    wait_for_others(session, limits)
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at <= at - WINDOW))
    waits = [wait for key, limit in limits.items() if (wait := _wait(session, key, limit, at))]
    if waits:
        minutes = math.ceil(max(waits) / timedelta(minutes=1))
        raise Refused([Problem("too_many_attempts", params={"minutes": minutes})])
    rows = [SignInAttempt(key_hash=key, at=at) for key in limits]
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def forgive(session: Session, attempt: Attempt) -> None:
    """Take the attempt back, and with it all earlier ones for the same person."""
    session.execute(
        sa.delete(SignInAttempt).where(
            sa.or_(SignInAttempt.id.in_(attempt.row_ids), SignInAttempt.key_hash == attempt.person_key)
        )
    )


def _wait(session: Session, key: str, limit: int, at: datetime) -> timedelta | None:
    """How long until there are fewer attempts than the limit; None when there are."""
    decisive = session.scalar(
        sa.select(SignInAttempt.at)
        .where(SignInAttempt.key_hash == key, SignInAttempt.at > at - WINDOW)
        .order_by(SignInAttempt.at.desc())
        .limit(1)
        .offset(limit - 1)
    )
    return None if decisive is None else decisive + WINDOW - at


def forgive_everything(session: Session, email: str) -> None:
    """Forget all attempts to sign in as the person with that address: who has a new password may use it."""
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.key_hash == digest(f"email {email}")))


def wait_for_others(session: Session, keys: Iterable[str]) -> None:
    """Let nobody else go on with the same keys until this transaction ends. On SQLite there is one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for number in sorted(int(key[:15], 16) for key in keys):
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def network_of(address: str) -> str:
    """The address, or the /64 network of an IPv6 address: whoever has one of those has all of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False) if found.version == 6 else found)
