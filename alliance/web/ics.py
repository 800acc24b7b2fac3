"""Calendars for programs: secret feeds, the public calendar of a resource, and a single booking as a file.

Feeds run without session, language negotiation and cookies: their address says everything. An Authorization header
that a client sends along unasked is passed over.
"""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.http import is_resource_modified

from alliance import clock
from alliance.calendars.calendar import Shelves, packed_calendar, single_calendar
from alliance.calendars.feeds import note_use
from alliance.calendars.free_busy import free_busy
from alliance.calendars.ics import free_busy_bytes
from alliance.calendars.kept import Kept
from alliance.calendars.packing import unpacked, unpacked_length
from alliance.calendars.queries import State, state_of
from alliance.calendars.subscriptions import Subscription, public_subscription, subscription_of
from alliance.config import Settings
from alliance.db import db, read_as_of_now
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import Language, localized
from alliance.members.actor import Actor
from alliance.members.tokens import actor_by_token
from alliance.notifications.sentences import words_for
from alliance.refs import digest, is_ref
from alliance.resources.queries import resource_by_code
from alliance.web.access import by_address, public
from alliance.web.asked_window import asked_window
from alliance.web.installation import look_now
from alliance.web.language import speak
from alliance.web.session import current_actor

blueprint: Final = Blueprint("ics", __name__)
_HEADERS: Final = {
    "Cache-Control": "private, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    # A feed's address is a secret: no page it links to shall learn it.
    "Referrer-Policy": "no-referrer",
}
# Of this process: the bookings of a few hundred people's calendars, and a few hundred whole ones, packed.
_MOST_OF_EVENTS: Final = 16_000_000
_MOST_OF_CALENDARS: Final = 8_000_000


@blueprint.record_once
def _keep_events(state: BlueprintSetupState) -> None:
    # The application's own, since two of them in one process may serve two databases.
    state.app.extensions["calendars"] = Shelves(Kept(_MOST_OF_EVENTS), Kept(_MOST_OF_CALENDARS))


@blueprint.get("/feeds/<token>.ics")
@by_address
def feed(token: str) -> Response:
    """A secret feed. Unknown, revoked and no longer permitted look the same."""
    subscription = subscription_of(db.session(), token)
    return _feed(subscription, "bookings.ics")


@blueprint.get("/resources/<code>/calendar.ics")
@by_address
def resource(code: str) -> Response:
    """The busy times of a resource that everybody may see; `?lang=` chooses the language."""
    chosen: Language = "en" if request.args.get("lang") == "en" else "zh"
    subscription = public_subscription(db.session(), code, chosen)
    return _feed(subscription, f"{code}.ics")


@blueprint.get("/resources/<code>/freebusy.ics")
@public
def free_busy_of(code: str) -> Response:
    """When nothing of the resource can be had from `from` to `to`; for whoever may see it, signed in or not."""
    session, reader, now = db.session(), _signed_in(), clock.now()
    try:
        found = resource_by_code(session, reader, code)
        window = asked_window(request.args, ZoneInfo(found.zone), now)
    except Missing:
        return _missing()
    except Refused as refused:
        return _plain(" ".join(map(_said_of, refused.problems)), 422)
    periods = [(each.kind, each.span) for each in free_busy(session, found, reader, window, now)]
    uid = f"{digest(f'freebusy {code}')[:32]}@{_settings().uid_domain}"
    owner = str(localized(found.owner, "name"))
    page = f"{_settings().base_url}/resources/{found.code}"
    content = free_busy_bytes(uid, window, periods, at=now, organizer=owner, url=page)
    answer = _calendar(content, f"{code}-freebusy.ics")
    # Of what is taken, not of the moment at which that was looked up.
    answer.set_etag(digest(repr((uid, window, periods, owner)))[:32], weak=True)
    answer.vary.update(("Cookie", "Authorization", "Accept-Language"))
    answer.make_conditional(request)
    return answer


@blueprint.get("/bookings/<ref>.ics")
@public
def booking(ref: str) -> Response:
    """One booking, for whoever may open it: by the session of a browser, or by the token of a program."""
    reader = _signed_in()
    if reader is None:
        answer = _plain("Sign in, or send an API token.", 401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    # As with feeds, the alliance goes by the name it has now.
    look_now()
    content = single_calendar(db.session(), ref, reader, clock.now(), _settings()) if is_ref(ref) else None
    if content is None:
        return _missing()
    answer = _calendar(content, f"{ref}.ics")
    answer.set_etag(digest(content.decode())[:32], weak=True)
    answer.vary.update(("Cookie", "Authorization"))
    answer.make_conditional(request)
    return answer


def _feed(subscription: Subscription | None, filename: str) -> Response:
    if subscription is None:
        return _missing()
    # Permission comes before "nothing has changed": who lost it gets no 304 either.
    state = state_of(db.session(), subscription, clock.now(), _settings())
    if state is None:
        return _missing()
    if is_resource_modified(request.environ, etag=state.tag, last_modified=state.changed):
        shelves: Shelves = current_app.extensions["calendars"]
        content = shelves.calendars.get(state.tag)
        if content is None:
            # What is put together from many statements must be of one instant, and so must its tag.
            read_as_of_now(db.session())
            state = state_of(db.session(), subscription, clock.now(), _settings())
            if state is None:
                return _missing()
            content = packed_calendar(db.session(), subscription, state, shelves=shelves)
        answer = _packed_or_not(content, filename)
        if subscription.feed_id is not None:
            noted = {"count": state.count, "length": unpacked_length(content)}
            note_use(subscription.feed_id, subscription.last_used_at, state.window.now, **noted)
    else:
        answer = Response(status=304, mimetype="text/calendar", headers=_HEADERS)
    return _validated(answer, state)


def _validated(answer: Response, state: State) -> Response:
    # Weak, because the packed and the plain form carry the same tag.
    answer.set_etag(state.tag, weak=True)
    answer.last_modified = state.changed
    answer.vary.add("Accept-Encoding")
    return answer


def _packed_or_not(content: bytes, filename: str) -> Response:
    if request.accept_encodings["gzip"] > 0:
        answer = _calendar(content, filename)
        answer.headers["Content-Encoding"] = "gzip"
        return answer
    answer = _calendar(unpacked(content), filename)
    answer.content_length = unpacked_length(content)
    return answer


def _calendar(content: bytes | Iterator[bytes], filename: str) -> Response:
    answer = Response(content, mimetype="text/calendar", headers=_HEADERS)
    # Shown in place where the browser can; as an attachment, a look at the address would become a download.
    answer.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return answer


def _missing() -> Response:
    return _plain("There is no such calendar.", 404)


def _plain(text: str, status: int) -> Response:
    answer = Response(f"{text}\n", status, mimetype="text/plain", headers=_HEADERS)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _said_of(problem: Problem) -> str:
    words = words_for(problem)
    return f"{problem.field}: {words.message} {words.remedy}".strip()


def _signed_in() -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return current_actor()
    found = actor_by_token(db.session(), token.strip(), clock.now())
    if found is None:
        return None
    actor, bearer = found
    speak("en" if bearer.language == "en" else "zh")
    return actor


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
