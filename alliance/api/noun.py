"""How a call is put together: its address, its scope, what it takes and answers, and what can go wrong."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

import marshmallow as ma
from flask import Response
from flask_smorest import Blueprint

from alliance.api import problems
from alliance.api.auth import authenticate, needs, takes_up_to
from alliance.api.reading import Parser
from alliance.api.schemas.bookings import BookingAnswer
from alliance.api.schemas.examples import EXAMPLES
from alliance.api.schemas.groups import GroupAnswer
from alliance.api.schemas.hours import HoursAnswer
from alliance.api.schemas.sheets import SheetAnswer
from alliance.i18n import HTML_NAMES, language
from alliance.members.tokens import Scope

View = TypeVar("View", bound=Callable[..., Any])
Answers = Mapping[int, type[ma.Schema] | None]

PREFIX: Final = "/api/v1"
# What is changed under If-Match, and of these what is made at an address of its own.
_VERSIONED: Final = (BookingAnswer, SheetAnswer, HoursAnswer, GroupAnswer)
_MADE: Final = (BookingAnswer, SheetAnswer, GroupAnswer)
_ALWAYS: Final = (401, 403, 429, 500, 503)
_WITH_BODY: Final = (400, 413, 415)


class Noun(Blueprint):
    """The calls of one noun: each acts for the person of its token, and fails as problem+json."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=PREFIX, description=description)
        self.noun = name
        self.before_request(authenticate)
        problems.init_blueprint(self)

    def call(
        self,
        method: str,
        rule: str,
        *,
        scope: Scope,
        answers: Answers,
        fails: tuple[int, ...] = (),
        query: type[ma.Schema] | None = None,
        body: type[ma.Schema] | None = None,
        headers: tuple[str, ...] = (),
        largest: int | None = None,
    ) -> Callable[[View], View]:
        """Register a view. `answers` says what each good status holds, `fails` which problems it knows besides those
        of every call; `headers` names headers it heeds; `largest` is how many bytes its body may have, if more than
        usual.
        """

        def decorate(view: View) -> View:
            wrapped = takes_up_to(largest, needs(scope, view)) if largest else needs(scope, view)
            # First, while there is little to copy: each of these copies all that was said before.
            for status in sorted({*_ALWAYS, *fails, *(_WITH_BODY if body is not None else ())}):
                wrapped = self.alt_response(status, response=HTTPStatus(status).name)(wrapped)
            if body is not None:
                wrapped = self.arguments(body, example=EXAMPLES[body])(wrapped)
            if query is not None:
                wrapped = self.arguments(query, location="query", unknown=ma.RAISE)(wrapped)
            for status, schema in answers.items():
                example = EXAMPLES[schema] if schema is not None else None
                told = _told(status, schema, headers)
                wrapped = self.response(status, schema, example=example, headers=told)(wrapped)
            security = [{"token": [scope]}]
            wrapped = self.doc(operationId=f"{view.__name__}_{self.noun}", security=security)(wrapped)
            if headers:
                wrapped = self.doc(parameters=list(headers))(wrapped)
            return self.route(rule, methods=[method], tags=[self.noun])(wrapped)

        return decorate


def _told(status: int, schema: type[ma.Schema] | None, heeded: tuple[str, ...]) -> dict[str, Any]:
    """The headers of a good answer that programs go by, described."""
    told = {}
    if schema in _VERSIONED or status == 304:
        told["ETag"] = _header("Its version: for If-None-Match, and for If-Match of the acts.", required=True)
    if status == 201 and schema in _MADE:
        told["Location"] = _header("The address of what was made.", required=True)
    if "IdempotencyKey" in heeded:
        told["Idempotent-Replayed"] = _header(
            "`true` if the same call came before: nothing happened this time."
        )
    return told


def _header(meaning: str, *, required: bool = False) -> dict[str, Any]:
    return {"description": meaning, "required": required, "schema": {"type": "string"}}


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A good answer: for its caller alone, in his language."""
    response = Response(problems.as_json(body), status, mimetype="application/json")
    response.headers["Content-Language"] = HTML_NAMES[language()]
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept-Language", "Authorization"))
    response.headers.update(headers or {})
    return response


def nothing(headers: Mapping[str, str] | None = None) -> Response:
    """The good answer of an act that leaves nothing to show."""
    return Response(status=204, headers={"Cache-Control": "no-store", **(headers or {})})


def repeated(done: Any) -> dict[str, str]:
    """Says of an answer to a repeated call that nothing happened this time."""
    return {"Idempotent-Replayed": "true"} if done.is_repeated else {}
