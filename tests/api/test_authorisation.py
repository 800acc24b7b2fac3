"""Role by act over every call of the API: who gets what, with things that belong to others."""

import shutil
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.authorisation import ROLES, Form, Line, Town, lines_of, missing_lines, town

# How to read it and how to add a line: see tests/authorisation.py.
TABLE = Path(__file__).with_name("authorisation.txt")
LINES = lines_of(TABLE)


@pytest.fixture(scope="module")
def settled(migrated_file, tmp_path_factory):
    """The town, for all lines: each line leaves it as it was."""
    with town(shutil.copy(migrated_file, tmp_path_factory.mktemp("town") / "alliance.db")) as built:
        yield built


def ask(town: Town, role: str, method: str, path: str, body: Form) -> TestResponse:
    """The answer a program gets that acts for somebody of that role, with a token that may everything."""
    headers = {"Authorization": f"Bearer {town.tokens[role]}"} if role in town.tokens else {}
    sent = {"json": body} if method in ("POST", "PATCH", "PUT") else {}
    return town.app.test_client().open(path, method=method, headers=headers, **sent)


def test_every_call_stands_in_the_table(settled):
    told = missing_lines(settled, LINES, "/api/", ask, TABLE)

    assert not told, told


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.method} {line.path}")
def test_each_role_gets_what_the_table_says(settled, line: Line):
    got = line.tried(settled, ask)

    assert got == line, f"{' '.join(ROLES)}\nexpected {line}\nbut got  {got}"
