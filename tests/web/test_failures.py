"""What did not happen becomes a calm page with the right status; nothing of the inside shows."""

import logging
import re

import pytest
import sqlalchemy as sa
from flask import abort
from sqlalchemy.exc import OperationalError

from alliance import errors
from alliance.db import db
from alliance.errors import Problem
from alliance.web.access import public
from tests.conftest import NOW
from tests.web.browser import KEPT, sign_in


@pytest.fixture
def page_that(sqlite_app):
    """A page that does what it is told, asked for in English."""
    todo = []

    @public
    def view():
        return todo[0]()

    sqlite_app.add_url_rule("/told", "system.told", view, methods=["GET"])
    client = sqlite_app.test_client()
    client.set_cookie("lang", "en")

    def ask(act, browser=client, **headers):
        todo[:] = [act]
        return browser.get("/told", headers=headers)

    return ask


def raising(error):
    def act():
        raise error

    return act


TAKEN = Problem("taken")
SHORT = Problem("too_short", params={"shortest_minutes": 30})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Missing(), 404),
        (errors.Forbidden("manager"), 403),
        (errors.Refused([SHORT]), 422),
        (errors.Taken([TAKEN]), 409),
        (errors.AlreadyDecided("approved", "Wen", NOW), 409),
        (errors.Stale(), 412),
        (errors.Busy(), 503),
        (errors.KeyReused(), 422),
    ],
)
def test_each_error_of_the_domain_has_its_status(page_that, error, status):
    answer = page_that(raising(error))

    assert answer.status_code == status
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_forbidden_page_says_whose_it_is(page_that):
    text = page_that(raising(errors.Forbidden("secretariat"))).text

    assert "It needs: the secretariat." in text


def test_a_refusal_names_every_problem(page_that):
    text = page_that(raising(errors.Refused([TAKEN, SHORT]))).text

    assert "Too short" in text
    assert "A booking lasts at least 30 minutes." in text


def test_who_is_busy_says_when_to_come_back(page_that):
    answer = page_that(raising(errors.Busy()))

    assert answer.headers["Retry-After"] == "2"
    assert "Try again in 2 seconds." in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 422, 429, 500, 501, 503])
def test_every_http_error_is_a_page(page_that, status):
    answer = page_that(lambda: abort(status))

    assert answer.status_code == status
    assert f"Error {status}" in answer.text


def test_an_address_nobody_knows_offers_a_search(sqlite_app):
    answer = sqlite_app.test_client().get(
        "/nothing/here", headers={"Referer": "http://localhost/resources?q=a"}
    )

    assert answer.status_code == 404
    assert 'role="search"' in answer.text
    assert 'href="/resources?q=a"' in answer.text


def test_a_wrong_method_says_which_would_do(sqlite_app):
    assert sqlite_app.test_client().delete("/healthz").headers["Allow"]


def test_a_bug_shows_a_number_that_is_in_the_log_and_nothing_else(page_that, caplog):
    with caplog.at_level(logging.ERROR):
        answer = page_that(raising(ZeroDivisionError("engine room")))

    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f"Number {number}" in re.sub("<[^>]+>", "", answer.text)
    assert "engine" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert "engine room" in caplog.text


def test_the_log_line_of_a_bug_has_the_number(page_that, capsys):
    answer = page_that(raising(ZeroDivisionError()))

    lines = [line for line in capsys.readouterr().err.splitlines() if "Exception on /told" in line]
    assert len(lines) == 1
    assert f"[{answer.headers['X-Request-ID']}]" in lines[0]


def test_when_even_the_error_page_fails_there_is_a_last_one(page_that, monkeypatch):
    from alliance.web import failures

    render = failures.render_template

    def broken(name, **context):
        if name == "errors/show.html":
            raise ZeroDivisionError
        return render(name, **context)

    monkeypatch.setattr(failures, "render_template", broken)
    answer = page_that(raising(errors.Missing()))
    monkeypatch.setattr(failures, "render_template", raising(ZeroDivisionError()))
    bare = page_that(raising(errors.Missing()))

    assert (answer.status_code, bare.status_code) == (404, 404)
    assert answer.headers["X-Request-ID"] in answer.text
    assert bare.headers["X-Request-ID"] in bare.text


def test_while_the_database_is_down_pages_say_so_without_asking_it(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    client.get("/sign-in?lang=en")
    sign_in(client, "lin@example.org")
    asked = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def refuse(*_):
        asked.append(1)
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    answers = [client.get(path) for path in ("/profile", "/nothing/here")]
    sa.event.remove(db.engine, "before_cursor_execute", refuse)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.headers["Retry-After"] for answer in answers] == ["10", "10"]
    assert "cannot reach its data" in answers[0].text
    assert len(asked) == 2


def test_a_database_that_is_not_there_is_no_bug(tmp_path):
    from alliance import create_app
    from alliance.config import Settings

    url = "postgresql+psycopg://nobody:secret@127.0.0.1:1/nothing"
    app = create_app(Settings(database_url=url, secret_key="x" * 40))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1.x"

    answers = {path: client.get(path) for path in ("/profile", "/readyz", "/healthz")}

    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/profile": 503,
        "/readyz": 503,
        "/healthz": 200,
    }
    assert "secret" not in answers["/profile"].text


def test_another_entrance_answers_for_its_own_addresses(sqlite_app):
    sqlite_app.extensions["failures"]["/other/"] = lambda error: (f"mine: {error.code}", error.code)

    answer = sqlite_app.test_client().get("/other/thing")

    assert (answer.status_code, answer.text) == (404, "mine: 404")
