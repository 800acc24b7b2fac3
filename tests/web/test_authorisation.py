"""Role by act over every page: who gets what, with things that belong to others."""

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


def ask(town: Town, role: str, method: str, path: str, form: Form) -> TestResponse:
    """The answer somebody of that role gets in his browser."""
    client = town.app.test_client()
    client.set_cookie("lang", "en")
    if role in town.people:
        number, epoch = town.people[role]
        with client.session_transaction() as session:
            session["_user_id"], session["seen_on"] = f"{number}.{epoch}", "2026-11-23"
    return client.open(path, method=method, data=form or None)


def test_every_page_stands_in_the_table(settled):
    told = missing_lines(settled, LINES, "", ask, TABLE)

    assert not told, told


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.method} {line.path}")
def test_each_role_gets_what_the_table_says(settled, line: Line):
    got = line.tried(settled, ask)

    assert got == line, f"{' '.join(ROLES)}\nexpected {line}\nbut got  {got}"
