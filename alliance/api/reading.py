"""Reading what was sent: JSON in UTF-8 and nothing else, checked whole, so that everything wrong is named at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from alliance.errors import Problem, Refused

LARGEST_BODY: Final = 256 * 1024
_LONGEST_NAME: Final = 60


class BadJson(Exception):
    """The body is not JSON: 400."""


class Parser(FlaskParser):
    """Loads bodies and queries by their schemas; raises Refused with every problem of shape."""

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body; nothing at all counts as an object without fields."""
        body = req.get_data(cache=True)
        if not body:
            return {}
        if not req.is_json or req.headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType
        return json_of(body)

    def load_querystring(self, req: Request, schema: ma.Schema) -> dict[str, str]:
        """The query; of a parameter given twice the first counts."""
        return req.args.to_dict()

    def handle_error(
        self, error: ma.ValidationError, req: Request, schema: ma.Schema, **_more: Any
    ) -> NoReturn:
        """Turn what the schema found into problems."""
        (found,) = error.messages_dict.values()  # webargs puts the place above the fields
        raise Refused(list(_problems(found, schema)))


def json_of(body: bytes) -> Any:
    """The value the body stands for; raises BadJson for what is not JSON, and for what nests or counts without end."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadJson from None


def _no_constant(text: str) -> NoReturn:
    # NaN and Infinity are Python's, not JSON's.
    raise ValueError(text)


def _problems(found: Any, schema: ma.Schema) -> Iterator[Problem]:
    if not isinstance(found, Mapping):
        found = {"_schema": found}
    fields = {each.data_key or name: each for name, each in schema.fields.items()}
    for name, messages in found.items():
        field = None if name == "_schema" else str(name)[:_LONGEST_NAME]
        for message in _flat(messages):
            yield _problem(message, field, fields.get(name))


def _flat(messages: Any) -> list[Any]:
    """What was said of a field; of a list it is said by the places of what is in it."""
    if isinstance(messages, Mapping):
        return [message for of_one in messages.values() for message in _flat(of_one)]
    return messages if isinstance(messages, list) else [messages]


def _problem(message: Any, name: str | None, field: ma.fields.Field[Any] | None) -> Problem:
    if isinstance(message, Problem):
        return Problem(message.code, message.severity, message.params, name)
    if message == "unknown_field":
        return Problem("unknown_field", params={"name": name}, field=name)
    if message == "not_an_object":
        return Problem("wrong_type", params={"expected": "object"})
    if field is not None and message == field.error_messages["required"]:
        return Problem("missing_field", params={"name": name}, field=name)
    # All that is left: null, where nothing may be left empty.
    return Problem("wrong_type", params={"expected": getattr(field, "expected", "text")}, field=name)
