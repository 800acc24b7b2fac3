"""Random names for things that leave the process, and hashes for secrets that must not stay in it."""

import hashlib
import secrets
from typing import Final

# Crockford's alphabet: no I, L, O, U, so that a name can be read aloud.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REF_LENGTH: Final = 10
TOKEN_LENGTH: Final = 43


def new_ref() -> str:
    """Ten random characters, 50 bits."""
    number = secrets.randbits(5 * REF_LENGTH)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 5 * REF_LENGTH, 5))


def is_ref(text: str) -> bool:
    """Whether this can be such a name at all. What cannot is not asked for: PostgreSQL refuses the character zero."""
    return len(text) == REF_LENGTH and text.isascii() and text.isalnum()


def new_token() -> str:
    """A secret of 256 bits in 43 characters fit for an address."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """SHA-256 in hex: enough for random secrets, which nobody can guess."""
    return hashlib.sha256(text.encode()).hexdigest()
