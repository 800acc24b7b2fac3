"""A program that calls the API, and the alliance it calls into."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from alliance.members.models import Person
from alliance.members.tokens import make_token
from tests.world import World


@dataclass
class Program:
    """Calls the API with one token; `.get("/bookings")` and so on answer as Flask's test client does."""

    app: Flask
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> TestResponse:
        headers = {"Accept-Language": "en", **self.headers, **more.pop("headers", {})}
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        if json is not None:
            more["json"] = json
        # A client of its own each time: programs bring no cookies.
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)
        hold_against_description(self.app, method, answer)
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self("POST", path, json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self("PATCH", path, json, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self("DELETE", path, **more)


def hold_against_description(app: Flask, method: str, answer: TestResponse) -> None:
    """Fail unless the answer, good or bad, is what the OpenAPI document promises for this call."""
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    try:
        rule, _ = app.url_map.bind("localhost").match(answer.request.path, method, return_rule=True)
    except HTTPException:
        assert answer.mimetype == "application/problem+json"
        return
    call = document["paths"][re.sub(r"<(\w+)>", r"{\1}", rule.rule)][method.lower()]
    promised = resolved(call["responses"][str(answer.status_code)], document)
    if "content" not in promised:
        assert answer.data == b""
        return
    (mimetype,) = promised["content"]
    assert answer.mimetype == mimetype
    schema = {**promised["content"][mimetype]["schema"], "components": document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.get_json())


def resolved(part: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The part, or what it refers to."""
    while "$ref" in part:
        names = part["$ref"].removeprefix("#/").split("/")
        part = functools.reduce(lambda inner, name: inner[name], names, document)
    return part


Calling = Callable[..., Program]


@pytest.fixture
def calling(app: Flask, world: World) -> Calling:
    """`calling(person, scope="decide", **headers)` is a program that acts for the person."""

    def program(person: Person, scope: str = "decide", **headers: str) -> Program:
        # Some acts below end the session's rows; what is needed of them is read first.
        return Program(app, make_token(world.actor(person), scope).token, headers)

    return program


def codes(answer: TestResponse) -> list[str]:
    """The codes of a problem's findings."""
    assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
    return [problem["code"] for problem in answer.get_json()["problems"]]
