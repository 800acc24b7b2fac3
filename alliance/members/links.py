"""Links that work once: how their tokens are made, kept and recognised, and what becomes of their letters.

A token is a keyed hash of the row's seed, with the key of the installation: the database alone opens nothing, and
neither does the key. Whoever writes the letter makes the token once more; when the letter has gone, the seed is
forgotten, and from then on only the reader of the letter knows it.
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.db import action
from alliance.members.models import OneTimeLink
from alliance.refs import digest, new_token

# How long each works. A password's is asked for by whoever waits for it; an invitation may lie over a week-end.
LIFETIMES: Final = {"password": timedelta(hours=1), "invitation": timedelta(days=7)}
# Kept a while longer, so that a list can say what became of an invitation.
_KEPT: Final = timedelta(days=30)


def token_of(seed: str, key: str) -> str:
    """The token of a link with that seed: 256 bits in 43 characters."""
    made = hmac.new(f"one-time link {key}".encode(), seed.encode(), sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def new_link(purpose: str, email: str, key: str, at: datetime, **brings: Any) -> OneTimeLink:
    """A fresh link for that mail address, whose letter waits to be written."""
    seed = new_token()
    return OneTimeLink(
        purpose=purpose,
        email=email,
        seed=seed,
        token_hash=digest(token_of(seed, key)),
        created_at=at,
        expires_at=at + LIFETIMES[purpose],
        due_at=at,
        **brings,
    )


def working(purpose: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """That a link of this purpose can be used now."""
    return (OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)


def link_of(session: Session, token: str, purpose: str, *, hold: bool = False) -> OneTimeLink | None:
    """The link of that token, with its unit, if it can be used now; None when it never was one, or is no more.

    With `hold` nobody else uses it until the transaction ends.
    """
    chosen = sa.select(OneTimeLink).where(
        OneTimeLink.token_hash == digest(token), *working(purpose, clock.now())
    )
    if hold:
        chosen = chosen.with_for_update(of=OneTimeLink)
    return session.scalars(chosen.options(joinedload(OneTimeLink.unit))).one_or_none()


def purpose_of(session: Session, token: str) -> str | None:
    """What the link of that token is for, if it can be used now."""
    return session.scalar(
        sa.select(OneTimeLink.purpose).where(
            OneTimeLink.token_hash == digest(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
        )
    )


@action
def forget_old_links(session: Session) -> int:
    """Drop links that stopped working a month ago or earlier; return how many."""
    old = sa.delete(OneTimeLink).where(OneTimeLink.expires_at <= clock.now() - _KEPT)
    found: Any = session.execute(old)
    return int(found.rowcount)
