"""What a person does in a browser without scripts: sign in, and send the forms a page holds."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alliance.members import passwords

PASSWORD = "three blue lamps"
KEPT = passwords.hash_password(PASSWORD)


def form_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token hidden in the forms of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def send(client: FlaskClient, path: str, *, on: str = "/profile", **fields: Any) -> TestResponse:
    """Send a form from the page `on`, as a browser does."""
    headers = {"Origin": "http://localhost", "Referer": f"http://localhost{on}"}
    return client.post(path, data={"csrf_token": form_token(client, on), **fields}, headers=headers)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
    """Sign in by the form; the person needs `password_hash=KEPT`."""
    return send(client, "/sign-in", on="/sign-in", email=email, password=password, **fields)
