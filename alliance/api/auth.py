"""Who is calling: the token, the person behind it, and the language to answer in. Cookies are never looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from flask import current_app, g, request
from flask_babel import refresh

from alliance import clock
from alliance.api.problems import NotAuthenticated, ScopeTooSmall
from alliance.api.reading import LARGEST_BODY
from alliance.db import db
from alliance.i18n import LANGUAGES
from alliance.members.actor import Actor
from alliance.members.tokens import Bearer, Scope, actor_by_token

View = TypeVar("View", bound=Callable[..., Any])

_STATEMENT: Final = "_needs_scope"
_TAKES: Final = "_takes_up_to"
_LONGEST_TOKEN: Final = 200


@dataclass(frozen=True)
class Caller:
    """The person a call acts for, and the token it came with."""

    actor: Actor
    bearer: Bearer


def authenticate() -> None:
    """Before each call: find out who calls, and whether his token reaches that far."""
    request.max_content_length = _largest_body(str(request.endpoint))
    g.caller = _caller()
    if not _asks_for_language():
        g.language = g.caller.bearer.language
        refresh()
    require(needed_scope(str(request.endpoint)))


def caller() -> Actor:
    """Whoever calls."""
    return cast(Caller, g.caller).actor


def token_scope() -> Scope:
    """How far the token of this call reaches."""
    return cast(Caller, g.caller).bearer.scope


def require(scope: Scope) -> None:
    """Raise ScopeTooSmall unless the token includes the scope."""
    bearer = cast(Caller, g.caller).bearer
    if not bearer.allows(scope):
        raise ScopeTooSmall(scope, bearer.scope)


def needs(scope: Scope, view: View) -> View:
    """State beside a call how far a token must reach."""
    setattr(view, _STATEMENT, scope)
    return view


def needed_scope(endpoint: str) -> Scope:
    """The scope stated beside the call; a call without one is a mistake that must not stay unseen."""
    scope = getattr(current_app.view_functions[endpoint], _STATEMENT, None)
    if scope is None:
        raise RuntimeError(f"{endpoint} does not state its scope: see alliance/api/noun.py")
    return cast(Scope, scope)


def takes_up_to(size: int, view: View) -> View:
    """State beside a call that its body may have so many bytes."""
    setattr(view, _TAKES, size)
    return view


def _largest_body(endpoint: str) -> int:
    return cast(int, getattr(current_app.view_functions.get(endpoint), _TAKES, LARGEST_BODY))


def _caller() -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("no_token")
    found = actor_by_token(db.session(), token, clock.now()) if len(token) <= _LONGEST_TOKEN else None
    if found is None:
        raise NotAuthenticated("bad_token")
    return Caller(*found)


def _asks_for_language() -> bool:
    """Whether Accept-Language names one of ours; if not, the person's own language is the better guess."""
    return any(
        quality > 0 and accepted.replace("_", "-").partition("-")[0].lower() in LANGUAGES
        for accepted, quality in request.accept_languages
    )
