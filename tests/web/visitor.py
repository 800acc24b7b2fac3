"""Somebody at a browser without scripts, signed in: opens pages and sends the forms on them."""

from typing import Any

from flask import Flask, g
from werkzeug.test import TestResponse

from alliance.members.models import Person
from tests.web.browser import send


class Visitor:
    """One person with one browser, in English unless told otherwise. Several may take turns in one test."""

    def __init__(self, app: Flask, person: Person, language: str = "en") -> None:
        self.client = app.test_client()
        with self.client.session_transaction() as session:
            session["_user_id"] = f"{person.id}.{person.session_epoch}"
            session["seen_on"] = "2026-11-23"
        self.client.set_cookie("lang", language)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Open a page."""
        _forget()
        return self.client.get(path, query_string=query or None)

    def send(self, path: str, *, on: str = "/profile", **fields: Any) -> TestResponse:
        """Send a form with the token of the page `on`."""
        _forget()
        return send(self.client, path, on=on, **fields)


def _forget() -> None:
    """Each request begins with nothing known, although the test's application context lasts over all of them."""
    for name in list(vars(g)):
        g.pop(name)
