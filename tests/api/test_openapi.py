"""The description of the API is valid, and tells of every call. That answers keep it is checked with each call."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from alliance.api import NOUNS
from alliance.api.noun import PREFIX, Noun
from tests.api.conftest import resolved
from tests.conftest import application


@pytest.fixture
def document(sqlite_app: Flask) -> dict:
    answer = sqlite_app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.get_json()


def calls(app: Flask) -> set[tuple[str, str]]:
    names = {noun.name for noun in NOUNS}
    return {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in names
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_the_description_is_valid_openapi_3_1(document):
    OpenAPIV31SpecValidator(document).validate()

    assert document["openapi"] == "3.1.0"


def test_every_call_is_described_and_nothing_else(sqlite_app, document):
    described = {
        (path, method)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert described == calls(sqlite_app)
    assert (f"{PREFIX}/bookings/{{ref}}/approval", "post") in described


def test_every_call_says_its_scope_what_it_takes_what_it_answers_and_how_it_fails(document):
    for path, item in document["paths"].items():
        for method, call in item.items():
            if method == "parameters":
                continue
            where = f"{method} {path}"
            assert call["summary"], where
            assert call["security"] in [[{"token": [scope]}] for scope in ("read", "book", "decide")], where
            assert {"401", "403", "429", "500", "503"} <= set(call["responses"]), where
            for status, response in call["responses"].items():
                whole = resolved(response, document)
                if status == "default" or int(status) >= 400:
                    assert list(whole["content"]) == ["application/problem+json"], where
                    assert "example" in whole["content"]["application/problem+json"], where
                elif int(status) not in (204, 304):
                    assert "$ref" in whole["content"]["application/json"]["schema"], where
            if method in ("post", "patch"):
                assert "requestBody" in call, where
                body = call["requestBody"]["content"]["application/json"]["schema"]
                assert resolved(body, document)["additionalProperties"] is False, where


def test_every_body_and_answer_comes_with_an_example_that_fits(document):
    for item in document["paths"].values():
        for method, call in item.items():
            if method == "parameters":
                continue
            contents = [response.get("content", {}) for response in call["responses"].values()]
            contents.append(call.get("requestBody", {}).get("content", {}))
            for content in contents:
                if "application/json" in content:
                    schema = {**content["application/json"]["schema"], "components": document["components"]}
                    example = content["application/json"]["example"]
                    Draft202012Validator(schema, format_checker=FormatChecker()).validate(example)


def test_the_description_is_not_sent_twice(sqlite_app):
    client = sqlite_app.test_client()
    tag = client.get("/api/v1/openapi.json").headers["ETag"]

    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_a_description_that_failed_once_is_written_anew_and_whole(sqlite_app, document, monkeypatch):
    app = application(sqlite_app.config["SQLALCHEMY_DATABASE_URI"])
    registered, failed = Noun.register_views_in_doc, list[str]()

    def failing_once(noun, *args, **more):
        if noun.name == NOUNS[-1].name and not failed:
            failed.append(noun.name)
            raise ZeroDivisionError
        return registered(noun, *args, **more)

    monkeypatch.setattr(Noun, "register_views_in_doc", failing_once)
    first, second = (app.test_client().get("/api/v1/openapi.json") for _ in range(2))

    assert (first.status_code, failed, second.status_code) == (500, [NOUNS[-1].name], 200)
    assert second.get_json() == document


def test_two_who_ask_first_at_once_read_the_same(sqlite_app, document):
    app = application(sqlite_app.config["SQLALCHEMY_DATABASE_URI"])
    both = Barrier(2)

    def read(_):
        both.wait(10)
        return app.test_client().get("/api/v1/openapi.json").get_json()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(read, range(2))) == [document, document]
