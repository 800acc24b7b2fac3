"""Who may call each page, stated beside the page. A page that states nothing is shown to nobody.

These statements say only whether somebody must have signed in. What he may see and do there the domain decides, which
raises Missing and Forbidden.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC: Final = "everybody"
MEMBERS_ONLY: Final = "whoever is signed in"
BY_ADDRESS: Final = "whoever knows the address"

_STATEMENT: Final = "_who_may_call"


def public(view: View) -> View:
    """Everybody may; signed in or not."""
    setattr(view, _STATEMENT, PUBLIC)
    return view


def members_only(view: View) -> View:
    """Whoever is signed in may; others are asked to sign in and then brought back."""
    setattr(view, _STATEMENT, MEMBERS_ONLY)
    return view


def by_address(view: View) -> View:
    """Programs fetch it: the address itself is all they bring. No session, no choice of language, no cookies."""
    setattr(view, _STATEMENT, BY_ADDRESS)
    return view


def who_may_call(app: Flask, endpoint: str) -> str | None:
    """What the page states."""
    return getattr(app.view_functions[endpoint], _STATEMENT, None)


def statement() -> str | None:
    """What the page being asked for states; None for what is no page: static files, the API, unknown addresses.

    A page without a statement is a mistake that must not stay unseen: nobody gets it.
    """
    if request.blueprint not in current_app.extensions["pages"]:
        return None
    stated = who_may_call(current_app, str(request.endpoint))
    if stated is None:
        raise RuntimeError(f"{request.endpoint} does not state who may call it: see alliance/web/access.py")
    return stated
