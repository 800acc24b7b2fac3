"""API tokens: how programs act for a person. A token is shown once; only its hash is kept."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import Instant, action, read_rows
from alliance.errors import Busy, Missing, Problem, Refused
from alliance.history.actions import record
from alliance.hold import hold
from alliance.members.actor import Actor, actor_from, everything_about
from alliance.members.models import ApiToken, Person
from alliance.refs import digest, new_ref, new_token

Scope = Literal["read", "book", "decide"]
SCOPES: Final[tuple[Scope, ...]] = ("read", "book", "decide")
LIFETIME: Final = timedelta(days=365)
LONGEST_LABEL: Final = 80
_NOTED_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True)
class MadeToken:
    """A fresh token: `token` is the secret, known to nobody but the caller from now on."""

    ref: str
    token: str


@dataclass(frozen=True)
class Bearer:
    """The token a program came with, as far as its entrance needs to know; `language` is its person's."""

    ref: str
    person_id: int
    scope: Scope
    language: str

    def allows(self, scope: Scope) -> bool:
        """Whether the token's scope includes this one: who may decide may book, who may book may read."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


@action
def make_token(session: Session, by: Actor, scope: str, label: str = "") -> MadeToken:
    """A token that acts as `by` within the scope for a year; raises Refused for a scope that does not exist."""
    problems = []
    if scope not in SCOPES:
        problems.append(Problem("unknown_choice", params={"choices": SCOPES}, field="scope"))
    if len(label) > LONGEST_LABEL:
        problems.append(Problem("label_too_long", params={"longest": LONGEST_LABEL}, field="label"))
    if problems:
        raise Refused(problems)
    at, made = clock.now(), MadeToken(new_ref(), new_token())
    row = ApiToken(
        ref=made.ref,
        person_id=by.person_id,
        scope=scope,
        label=label.strip(),
        token_hash=digest(made.token),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    session.add(row)
    session.flush()
    record(session, "token.made", "token", row.id, at=at, by_id=by.person_id, scope=scope)
    return made


@action
def revoke_token(session: Session, ref: str, by: Actor) -> str:
    """End one's own token at once; ending it twice changes nothing. Raises Missing for anybody else's."""
    hold(session, persons=[by.person_id])
    row = session.scalar(sa.select(ApiToken).where(ApiToken.ref == ref, ApiToken.person_id == by.person_id))
    if row is None:
        raise Missing
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        record(session, "token.revoked", "token", row.id, at=row.revoked_at, by_id=by.person_id)
    return row.ref


def tokens_of(session: Session, person_id: int) -> Sequence[ApiToken]:
    """The person's tokens that were not revoked, expired ones included, newest first."""
    return session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    ).all()


def actor_by_token(session: Session, token: str, now: datetime) -> tuple[Actor, Bearer] | None:
    """Whom the token stands for, in one statement; None when it is unknown, expired or revoked.

    Once an hour it notes the use, in a transaction of its own: call it before anything else is read.
    """
    about = read_rows(session, _by_token(), {"token_hash": digest(token), "now": now}).all()
    if not about:
        return None
    found = about[0]
    if found.last_used_at is None or found.last_used_at <= now - _NOTED_EVERY:
        _note_use_if_quiet(found.id, now)
    actor = actor_from(found.person_id, [row[:4] for row in about])
    if actor is None:
        return None
    return actor, Bearer(found.ref, found.person_id, found.scope, found.language)


@cache
def _by_token() -> sa.Select[*tuple[Any, ...]]:
    """The statement every call of a program begins with, put together once."""
    is_meant = sa.and_(
        ApiToken.token_hash == sa.bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > sa.bindparam("now", type_=Instant()),
    )
    about = everything_about(sa.select(ApiToken.person_id).where(is_meant).scalar_subquery()).subquery(
        "about"
    )
    return (
        sa.select(
            *about.c,
            ApiToken.id,
            ApiToken.ref,
            ApiToken.person_id,
            ApiToken.scope,
            ApiToken.last_used_at,
            Person.language,
        )
        .join(Person, Person.id == ApiToken.person_id)
        .join(about, sa.true())
        .where(is_meant)
    )


def _note_use_if_quiet(token_id: int, at: datetime) -> None:
    """The next request notes it otherwise: nobody waits twice, or is turned away, for a date on a list.

    Not even where nothing can be written, as on a full disk: reading goes on there.
    """
    with suppress(Busy, DBAPIError):
        _note_use(token_id, at)


@action
def _note_use(session: Session, token_id: int, at: datetime) -> None:
    # The condition again: of several requests that saw the hour pass only the first writes.
    session.execute(
        sa.update(ApiToken)
        .where(
            ApiToken.id == token_id,
            sa.or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= at - _NOTED_EVERY),
        )
        .values(last_used_at=at)
    )
