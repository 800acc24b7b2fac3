"""Passwords: how they are kept, compared and judged. Slow on purpose, and in each process one after the other."""

import unicodedata
from functools import cache
from threading import Lock
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from alliance.errors import Problem
from alliance.refs import new_token

SHORTEST: Final = 12
LONGEST: Final = 256

_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each reckoning takes 19 MiB and one processor: eight people signing in at once must not need eight times that.
_turn: Final = Lock()


def hash_password(password: str) -> str:
    """What is kept instead of the password."""
    with _turn:
        return _hasher.hash(_same_on_every_keyboard(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes the same time when there is nobody to compare with (`kept` is None)."""
    with _turn:
        try:
            return _hasher.verify(kept or _nobody(), _same_on_every_keyboard(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether the password was kept with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def problems_with(password: str, email: str) -> list[Problem]:
    """Why this may not become the password of the person with that address."""
    problems = []
    if len(password) < SHORTEST:
        problems.append(
            Problem("password_too_short", params={"shortest": SHORTEST, "length": len(password)}, field="new")
        )
    if len(password) > LONGEST:
        problems.append(
            Problem("password_too_long", params={"longest": LONGEST, "length": len(password)}, field="new")
        )
    if password.strip().casefold() == email.casefold():
        problems.append(Problem("password_is_address", field="new"))
    return problems


@cache
def _nobody() -> str:
    """A password nobody knows, kept like all others."""
    return _hasher.hash(new_token())


def _same_on_every_keyboard(password: str) -> str:
    """One form for characters that systems write in several ways, such as full-width digits and accents."""
    return unicodedata.normalize("NFKC", password)
