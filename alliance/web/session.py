"""Who is signed in: the session cookie, the person it stands for, and the way to the sign-in page and back.

The cookie holds the person's id and session epoch and an id of its own, signed. A new epoch ends every session at once;
a single one that was ended is remembered with the person. Each request reads both with the person, and no table of
sessions.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from alliance import clock
from alliance.db import db
from alliance.i18n import Text, localized
from alliance.members.actor import Actor, actor_of
from alliance.members.queries import Profile, memberships_of, profile_of
from alliance.notifications.queries import profile_and_unread
from alliance.web.access import MEMBERS_ONLY, statement

_LONGEST_WAY_BACK = 2000


@dataclass(frozen=True)
class Visitor(UserMixin):
    """The signed-in person as templates know him, `current_user`. No row: an act in between makes rows forget."""

    profile: Profile
    # How many messages wait to be read.
    unread: int = 0

    @property
    def id(self) -> int:
        return self.profile.id

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def email(self) -> str:
        return self.profile.email

    def get_id(self) -> str:
        """What the cookie holds."""
        return f"{self.profile.id}.{self.profile.session_epoch}"

    @cached_property
    def unit_names(self) -> list[Text]:
        """His units by name, asked for only where a page shows them."""
        return [localized(membership.unit, "name") for membership in memberships_of(db.session(), self.id)]


class NotSignedIn(Exception):
    """Somebody has to sign in before this can go on."""


class _Sessions(LoginManager):
    def _update_remember_cookie(self, response: Response) -> Response:
        """Nothing: we have no remember-me cookie, and looking for one would vary every static file by cookie."""
        return response


def init_app(app: Flask) -> None:
    """Let `current_user` be the visitor, and ask whoever has not signed in to do so where a page wants it."""
    sessions = _Sessions(app)
    # Phones change their network address on the way; a session bound to it ends for no reason.
    sessions.session_protection = None
    sessions.user_loader(_visitor)
    app.before_request(_ask_to_sign_in)
    app.register_error_handler(NotSignedIn, _to_sign_in)


def current_actor() -> Actor | None:
    """Who is asking, with his roles as they were when he asked first in this request; None when nobody signed in."""
    if "actor" not in g:
        known = current_user.is_authenticated and not g.get("database_is_down")
        g.actor = actor_of(db.session(), current_user.id) if known else None
    return g.actor


def require_actor() -> Actor:
    """Who is asking; somebody who has not signed in is asked to and then brought back."""
    actor = current_actor()
    if actor is None:
        raise NotSignedIn
    return actor


def start_session(person_id: int) -> None:
    """Sign the person in on this browser, for thirty days after his last visit."""
    profile = profile_of(db.session(), person_id)
    if profile is None:
        raise NotSignedIn
    link = link_in_hand()
    session.clear()  # a new session, and with it a new CSRF token
    session.permanent = True
    if link is not None:
        # Who signs in to accept an invitation still has it.
        take_in_hand(link)
    session["seen_on"], session["id"] = _today(), secrets.token_urlsafe(12)
    login_user(Visitor(profile))
    g.pop("actor", None)


def keep_session(person_id: int, epoch: str) -> None:
    """Let this browser go on after the person's other sessions ended."""
    session["_user_id"] = f"{person_id}.{epoch}"


def session_id() -> str | None:
    """What tells this session from the person's others."""
    known: str | None = session.get("id")
    return known


def take_in_hand(link: str) -> None:
    """Remember the token of a one-time link on this browser, so that it stands in no address from here on."""
    session["link"] = link


def link_in_hand() -> str | None:
    """The token of the one-time link somebody came by."""
    known: str | None = session.get("link")
    return known


def let_go_of_link() -> None:
    """Forget the token: the link has done its work."""
    session.pop("link", None)


def end_session() -> None:
    """Sign out on this browser."""
    logout_user()
    session.clear()
    g.pop("actor", None)


def safe_way_back(address: str | None) -> str | None:
    """The address if it is a path on this very site, else None: nobody is sent elsewhere by a link to us."""
    if not address or len(address) > _LONGEST_WAY_BACK or not address.isprintable():
        return None
    # Browsers read a backslash as a slash, and two slashes as the beginning of another site's name.
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def came_from() -> str | None:
    """The page of ours on which the reader was, as a path; None when he came from elsewhere or it is unknown."""
    return _path_of(request.referrer)


def _path_of(address: str | None) -> str | None:
    """What a whole address of ours says after the host."""
    try:
        parts = urlsplit(address or "")
    except ValueError:  # a bracket that never closes, for example: anybody can send anything
        return None
    if parts.netloc != request.host:
        return None
    return safe_way_back(parts.path + (f"?{parts.query}" if parts.query else ""))


def _visitor(kept: str) -> Visitor | None:
    """The person a cookie stands for; None when his sessions were ended, or when the database cannot be asked."""
    person_id, _, epoch = kept.partition(".")
    if not person_id.isdecimal() or g.get("database_is_down"):
        return None
    found = profile_and_unread(db.session(), int(person_id))
    if found is None:
        return None
    profile, unread = found
    if profile.session_epoch != epoch or session.get("id") in profile.ended_sessions:
        return None
    # Once a day, and not with every answer: a late answer would bring back the session that signing out has ended.
    if session.get("seen_on") != _today():
        session["seen_on"] = _today()
    return Visitor(profile, unread)


def _today() -> str:
    return clock.now().date().isoformat()


def _ask_to_sign_in() -> BaseResponse | None:
    if statement() == MEMBERS_ONLY and not current_user.is_authenticated:
        return _to_sign_in()
    return None


def _to_sign_in(_error: NotSignedIn | None = None) -> BaseResponse:
    """To the sign-in page, from a page or from a fragment of one, and back to where the reader was."""
    if request.headers.get("HX-Request"):
        address = url_for("members.sign_in", next=_path_of(request.headers.get("HX-Current-URL")))
        return Response(status=401, headers={"HX-Redirect": address})
    here_path = request.full_path.rstrip("?") if request.method == "GET" else came_from()
    return redirect(url_for("members.sign_in", next=safe_way_back(here_path)))
