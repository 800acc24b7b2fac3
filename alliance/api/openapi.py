"""The description of the API for programs: OpenAPI 3.1, made from the calls themselves."""

import json
import threading
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, cast

from apispec import APISpec
from flask import Flask, Response, current_app, request
from flask_babel import force_locale
from flask_smorest import Api, Blueprint
from flask_smorest.spec import openapi_cli

from alliance.api.fields import Day, Moment
from alliance.api.noun import PREFIX
from alliance.api.once import KEY_PATTERN
from alliance.api.problems import said, title_of
from alliance.api.schemas.problems import ProblemAnswer
from alliance.config import Settings
from alliance.errors import Problem

_RETRY_AFTER: Final = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}}
_CHALLENGE: Final = {"description": "What to bring.", "required": True, "schema": {"type": "string"}}


@dataclass(frozen=True)
class Failure:
    """A kind of failure: what it means, and a finding as an example."""

    status: int
    meaning: str
    example: Problem


def _failure(status: int, meaning: str, code: str, field: str | None = None, **details: Any) -> Failure:
    return Failure(status, meaning, Problem(code, params=details, field=field))


_FAILURES: Final = (
    _failure(400, "The body is not JSON.", "bad_json"),
    _failure(401, "No token, or none that works.", "no_token"),
    _failure(
        403,
        "The token's scope, or the person's role, does not reach this far.",
        "scope_too_small",
        needs="decide",
        has="book",
    ),
    _failure(404, "There is no such thing, or the caller may not see it: both look alike.", "missing"),
    _failure(409, "Somebody else has the place, or has already decided.", "taken", "start"),
    _failure(412, "It changed since the version named in If-Match.", "stale", "If-Match"),
    _failure(413, "The body is larger than 256 KB.", "body_too_large", kilobytes=256),
    _failure(415, "The body is not marked as JSON.", "not_json"),
    _failure(
        422,
        "Refused: the call's own shape, or the rules; every finding is listed.",
        "too_long",
        "end",
        longest_minutes=240,
    ),
    _failure(429, "Too many calls; Retry-After says when to go on.", "too_many_requests"),
    _failure(500, "A mistake of ours; the log knows more under `instance`.", "unexpected"),
    _failure(
        503, "Too busy, and nothing was changed; Retry-After says when to repeat the same call.", "busy"
    ),
)
# What flask-smorest refers to for all that is not listed.
_OTHER: Final = _failure(405, "Any other failure.", "wrong_method", allowed=("GET",))
_BY_NAME: Final = {**{HTTPStatus(each.status).name: each for each in _FAILURES}, "DEFAULT_ERROR": _OTHER}
_HEADERS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "IdempotencyKey": (
        "Idempotency-Key",
        "1 to 255 visible ASCII characters. The same call with the same key within a day happens once.",
        {"pattern": KEY_PATTERN},
    ),
    "IfMatch": ("If-Match", "The ETag one has read; the act happens only if it is still current.", {}),
    "IfNoneMatch": ("If-None-Match", "The ETag one has; 304 if it is still current.", {}),
}


class Description(Api):
    """Collects the calls and serves their description. Answers to errors are not its business.

    It is written when somebody first asks: half the work of a start, and most processes are never asked.
    """

    ERROR_SCHEMA = ProblemAnswer

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._nouns: list[Blueprint] = []
        self._writing = threading.RLock()
        self._spec: APISpec | None = None
        super().__init__()
        self._last: tuple[str, bytes] | None = None
        app.config.update(
            API_TITLE=settings.name_en,
            API_VERSION="1",
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX=PREFIX,
        )
        self.init_app(app, spec_kwargs={"info": _INFO, "servers": [{"url": settings.base_url}]})

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Let its calls be answered now, and described later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._nouns.append(blp)

    @property
    def spec(self) -> APISpec:
        """The whole description; made when it is first asked for."""
        with self._writing:
            if self._spec is None:
                try:
                    super()._init_spec(**self._wanted)
                    self._describe()
                except BaseException:
                    # Whoever asks next must not be told half of it.
                    self._spec = None
                    raise
            return cast(APISpec, self._spec)

    @spec.setter
    def spec(self, made: APISpec | None) -> None:
        self._spec = made

    def _init_spec(self, **wanted: Any) -> None:
        self._wanted = wanted
        self._app.cli.add_command(openapi_cli)

    def _describe(self) -> None:
        self.register_field(Moment, "string", "date-time")
        self.register_field(Day, "string", "date")
        bearer = {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the page of feeds and tokens.",
        }
        self.spec.components.security_scheme("token", bearer)
        for name, (header, description, bounds) in _HEADERS.items():
            schema = {"type": "string", **bounds}
            parameter = {"name": header, "description": description, "schema": schema}
            self.spec.components.parameter(name, "header", parameter)
        for noun in self._nouns:
            noun.register_views_in_doc(self, self._app, self.spec, name=noun.name, parameters=None)
            self.spec.tag({"name": noun.name, "description": noun.description})

    def _register_error_handlers(self) -> None:
        """None: the nouns bring their own, and the pages theirs."""

    def _register_responses(self) -> None:
        """Every kind of failure, once, for all calls; their examples follow when somebody asks."""
        for name, failure in _BY_NAME.items():
            content = {"application/problem+json": {"schema": ProblemAnswer}}
            response: dict[str, Any] = {"description": failure.meaning, "content": content}
            if failure.status in (429, 503):
                response["headers"] = {"Retry-After": _RETRY_AFTER}
            if failure.status == 401:
                response["headers"] = {"WWW-Authenticate": _CHALLENGE}
            self.spec.components.response(name, response, lazy=True)

    def _written(self, title: str) -> bytes:
        """Under the name of the alliance, which may be changed while it runs: written once for each."""
        if self._last is None or self._last[0] != title:
            self._document["info"]["title"] = title
            self._last = title, json.dumps(self._document, ensure_ascii=False, indent=1).encode()
        return self._last[1]

    @cached_property
    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = self.spec.to_dict()
        for call in (call for path in document["paths"].values() for call in path.values()):
            if "responses" in call:
                call["responses"] = dict(sorted(call["responses"].items()))
        for tag in document["tags"]:
            tag["name"] = tag["name"].removeprefix("api_")
        for name, response in document["components"]["responses"].items():
            response["content"]["application/problem+json"]["example"] = _example(_BY_NAME[name])
        return document

    def _openapi_json(self) -> Response:
        """The description, open to everybody."""
        settings: Settings = current_app.config["SETTINGS"]
        with self._writing:
            written = self._written(settings.name_en or settings.name_zh)
        response = Response(written, mimetype="application/json")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.add_etag()
        response.make_conditional(request)
        return response


def _example(failure: Failure) -> dict[str, Any]:
    with force_locale("en"):
        finding, title = said(failure.example), title_of(failure.example)
    return {
        "type": "about:blank",
        "title": title,
        "status": failure.status,
        "detail": finding["message"],
        "instance": "7K3M9QX2RT",
        "problems": [finding],
    }


_INFO: Final = {
    "description": (
        "List resources, book them, decide and subscribe: the same acts and rules as the pages. "
        "Times are RFC 3339 with an offset; a span includes its start and not its end. "
        "Errors are problem+json (RFC 9457) and name every finding in the language of Accept-Language."
    )
}
