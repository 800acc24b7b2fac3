"""Answers to what went wrong: RFC 9457 problem details, in the caller's language, with every finding."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from alliance import errors
from alliance.api.reading import LARGEST_BODY, BadJson
from alliance.errors import Problem
from alliance.i18n import HTML_NAMES, language
from alliance.notifications.sentences import words_for
from alliance.notifications.words import Words

_CONFLICTS: Final = {"taken", "already_decided"}
_DATABASE_RETRY_SECONDS: Final = 10
_MOST_NAMED: Final = 50

_log = logging.getLogger(__name__)


class NotAuthenticated(Exception):
    """The call brought no token, or none that works: 401. `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ScopeTooSmall(Exception):
    """The token's scope does not reach this far: 403."""

    def __init__(self, needs: str, has: str) -> None:
        super().__init__(needs)
        self.needs, self.has = needs, has


def init_blueprint(blueprint: Blueprint) -> None:
    """Let every error of the blueprint's calls be answered here.

    By class, not by status code: the pages register theirs that way for the whole application, and these go first.
    """
    blueprint.register_error_handler(errors.AllianceError, _domain)
    blueprint.register_error_handler(NotAuthenticated, _not_authenticated)
    blueprint.register_error_handler(ScopeTooSmall, _scope_too_small)
    blueprint.register_error_handler(BadJson, lambda _error: answer(400, [Problem("bad_json")]))
    blueprint.register_error_handler(HTTPException, of_http)
    for down in (OperationalError, InterfaceError, NoConnection):
        blueprint.register_error_handler(down, _database_down)


def said(problem: Problem) -> dict[str, Any]:
    """A finding as JSON: its code, and what it means in words."""
    words = _words(problem)
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": words.message,
        "remedy": words.remedy,
        "details": {name: _plain(value) for name, value in problem.params.items()},
        **({"field": problem.field} if problem.field else {}),
    }


def title_of(problem: Problem) -> str:
    """What is wrong, in a few words."""
    return _words(problem).title


def answer(
    status: int,
    problems: Sequence[Problem],
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem+json answer; its title and detail are those of the first finding, `more` are members of its own."""
    body = {
        "type": "about:blank",
        "title": title_of(problems[0]),
        "status": status,
        "detail": " ".join(_once(_words(problem).message for problem in problems[:_MOST_NAMED])),
        "instance": current_app.extensions["request_number"](),
        "problems": [said(problem) for problem in problems[:_MOST_NAMED]],
        **more,
    }
    response = Response(as_json(body), status, mimetype="application/problem+json")
    response.headers["Content-Language"] = HTML_NAMES[language()]
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def refused(error: errors.Refused, **more: Any) -> Response:
    """What the rules said: a conflict where only others are in the way, else unprocessable."""
    blocking = {problem.code for problem in error.problems if problem.severity == "block"}
    return answer(409 if blocking <= _CONFLICTS else 422, error.problems, **more)


def as_json(body: Any) -> bytes:
    """The body as people can read it, too; half of a surrogate pair, sent by somebody, stays an escape."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


def of_http(error: HTTPException) -> Response:
    """What Flask itself refuses, and every bug: Flask has logged that one with its traceback by now."""
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    if status in (301, 308):
        return Response(
            status=status, headers={"Location": error.get_response(request.environ).location or "/"}
        )
    if status == 405:
        allowed = tuple(filter(None, kept.get("Allow", "").split(", ")))
        return answer(405, [Problem("wrong_method", params={"allowed": allowed})], kept)
    if status == 413:
        return answer(413, [Problem("body_too_large", params={"kilobytes": LARGEST_BODY // 1024})])
    if status == 429:
        return answer(429, [Problem("too_many_requests")], {"Retry-After": "60", **kept})
    if status == 503:
        return answer(503, [Problem("busy")], {"Retry-After": str(_DATABASE_RETRY_SECONDS), **kept})
    codes = {404: "missing", 415: "not_json"}
    return answer(status, [Problem(codes.get(status, "bad_request" if status < 500 else "unexpected"))], kept)


def _domain(error: errors.AllianceError) -> Response:
    match error:
        case errors.Missing():
            return answer(404, [Problem("missing")])
        case errors.Forbidden():
            return answer(403, [Problem("not_allowed", params={"needs": error.needs})])
        case errors.Refused():
            return refused(error)
        case errors.Stale():
            return answer(412, [Problem("stale", field="If-Match")])
        case errors.Busy():
            return answer(503, [Problem("busy")], {"Retry-After": str(error.retry_after)})
        case errors.KeyReused():
            return answer(422, [Problem("key_reused", field="Idempotency-Key")])
    raise error


def _not_authenticated(error: NotAuthenticated) -> Response:
    challenge = 'Bearer realm="alliance"'
    if error.code == "bad_token":
        challenge += ', error="invalid_token"'
    return answer(401, [Problem(error.code)], {"WWW-Authenticate": challenge})


def _scope_too_small(error: ScopeTooSmall) -> Response:
    problem = Problem("scope_too_small", params={"needs": error.needs, "has": error.has})
    challenge = f'Bearer realm="alliance", error="insufficient_scope", scope="{error.needs}"'
    return answer(403, [problem], {"WWW-Authenticate": challenge})


def _database_down(error: Exception) -> Response:
    _log.error("The database does not answer", exc_info=error)
    return answer(503, [Problem("busy")], {"Retry-After": str(_DATABASE_RETRY_SECONDS)})


def _words(problem: Problem) -> Words:
    return words_for(problem, _zone())


def _zone() -> ZoneInfo:
    """The zone of what the call is about, as far as it got; else the alliance's."""
    return g.get("zone") or ZoneInfo(current_app.config["SETTINGS"].zone)


def _once(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentences))


def _plain(value: Any) -> Any:
    """A parameter as JSON: instants with the offset of the resource's zone, lengths in minutes."""
    if isinstance(value, datetime):
        return value.astimezone(_zone()).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(minutes=1)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
