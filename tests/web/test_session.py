"""Sessions: what their cookie holds, what ends them, and what recognising somebody costs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock, create_app
from alliance.config import Settings
from alliance.db import db
from alliance.members import sign_in as acts
from alliance.members.models import Person
from tests.conftest import NOW
from tests.web.browser import KEPT, PASSWORD, send, sign_in


@pytest.fixture
def lin_id(world):
    return world.person("lin", world.university, password_hash=KEPT).id


@pytest.fixture
def lins_browser(app, lin_id):
    client = app.test_client()
    assert sign_in(client, "lin@example.org").status_code == 302
    return client


def is_signed_in(client) -> bool:
    return client.get("/profile").status_code == 200


def test_a_wrong_password_is_refused_in_words_and_keeps_the_address(app, lin_id):
    client = app.test_client()
    client.get("/sign-in?lang=en")

    answer = sign_in(client, "lin@example.org", "wrong password")

    assert answer.status_code == 422
    assert "The email or the password is not right." in answer.text
    assert 'value="lin@example.org"' in answer.text
    assert "wrong password" not in answer.text
    assert not is_signed_in(client)


def test_an_empty_form_says_what_is_missing(app):
    client = app.test_client()
    client.get("/sign-in?lang=en")

    answer = sign_in(client, "", "")

    assert answer.status_code == 422
    assert [answer.text.count(words) for words in ("Enter your email.", "Enter your password.")] == [
        1,
        1,
    ]


def test_too_many_attempts_are_told_how_long_to_wait(app, lin_id):
    client = app.test_client()
    client.get("/sign-in?lang=en")
    for _ in range(10):
        sign_in(client, "lin@example.org", "wrong password")

    answer = sign_in(client, "lin@example.org")

    assert answer.status_code == 422
    assert "Try again in 15 minutes." in answer.text


def test_signing_out_ends_this_session_only(app, lins_browser, lin_id):
    other = app.test_client()
    sign_in(other, "lin@example.org")

    answer = send(lins_browser, "/sign-out")

    assert answer.headers["Location"] == "/"
    assert (is_signed_in(lins_browser), is_signed_in(other)) == (False, True)


def test_a_copied_cookie_ends_with_the_session_it_was_copied_from(app, lins_browser, lin_id):
    thief = app.test_client()
    with lins_browser.session_transaction() as own, thief.session_transaction() as copied:
        copied.update(own)
    was_good = is_signed_in(thief)

    send(lins_browser, "/sign-out")
    thief_after = is_signed_in(thief)
    sign_in(lins_browser, "lin@example.org")

    assert (was_good, thief_after, is_signed_in(lins_browser)) == (True, False, True)


def test_signing_out_everywhere_ends_all(app, lins_browser, lin_id):
    other = app.test_client()
    sign_in(other, "lin@example.org")

    assert send(lins_browser, "/profile/sign-out-everywhere").status_code == 302

    assert (is_signed_in(lins_browser), is_signed_in(other)) == (False, False)


def test_a_new_password_ends_other_sessions_and_keeps_this_one(app, lins_browser, lin_id):
    other = app.test_client()
    sign_in(other, "lin@example.org")
    new = "four green lamps"

    answer = send(lins_browser, "/profile/password", old=PASSWORD, new=new, repeat=new)

    assert answer.status_code == 302
    assert (is_signed_in(lins_browser), is_signed_in(other)) == (True, False)
    assert sign_in(other, "lin@example.org", new).status_code == 302


def test_a_refused_password_names_everything_beside_its_field(lins_browser):
    lins_browser.get("/profile?lang=en")

    answer = send(lins_browser, "/profile/password", old="wrong", new="short", repeat="short")

    assert answer.status_code == 422
    assert "This is not your present password." in answer.text
    assert "at least 12 characters; this one has 5." in answer.text
    assert 'value="short"' not in answer.text
    assert lins_browser.get("/profile/password").headers["Location"] == "/profile#password"


def test_two_different_new_passwords_are_refused(lins_browser):
    lins_browser.get("/profile?lang=en")

    answer = send(
        lins_browser, "/profile/password", old=PASSWORD, new="four green lamps", repeat="four green lamp"
    )

    assert answer.status_code == 422
    assert "The two new passwords differ." in answer.text


def test_a_forged_or_outdated_cookie_is_nobody(app, lins_browser, lin_id):
    for kept in ("", "x.y", f"{lin_id}", f"{lin_id}.", f"{lin_id}.guessed", "404.guessed"):
        with lins_browser.session_transaction() as kept_session:
            kept_session["_user_id"] = kept

        assert not is_signed_in(lins_browser), kept


def test_the_session_lasts_thirty_days_after_the_last_visit(app, lins_browser):
    def cookies_set(days: int, hours: int = 0) -> int:
        with clock.frozen(NOW + timedelta(days=days, hours=hours)):
            answer = lins_browser.get("/profile")
        assert answer.status_code == 200
        return len([value for value in answer.headers.getlist("Set-Cookie") if value.startswith("alliance=")])

    lins_browser.get("/profile")  # its forms put their token into the session

    # Once a day at most; the lifetime itself is counted by the signature of the cookie.
    assert [cookies_set(0), cookies_set(1), cookies_set(1, 3), cookies_set(20)] == [0, 1, 0, 1]
    assert app.permanent_session_lifetime == timedelta(days=30)


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(app, lin_id):
    answer = sign_in(app.test_client(), "lin@example.org")

    (cookie,) = (value for value in answer.headers.getlist("Set-Cookie") if value.startswith("alliance="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain http on one's own machine


def test_over_https_the_cookie_belongs_to_this_very_host(database):
    app = create_app(
        Settings(database_url=database, secret_key="x" * 40, base_url="https://share.example.org")
    )
    app.extensions["installation"].trust()

    answer = app.test_client().get("/sign-in", base_url="https://share.example.org")

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-alliance=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    with app.app_context():
        db.engine.dispose()


def test_signing_in_begins_a_new_session(app, lin_id):
    client = app.test_client()
    client.get("/sign-in")
    with client.session_transaction() as before:
        token_before, before["planted"] = before["csrf_token"], "by somebody else"

    sign_in(client, "lin@example.org")

    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token_before


def test_recognising_somebody_costs_two_statements_and_nobody_none(app, lins_browser):
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)

    counts = []
    for client in (lins_browser, app.test_client()):
        client.get("/nothing/here")  # a page that shows nothing but the frame
        counts.append(len(seen))
        seen.clear()

    assert counts == [2, 0]


def test_static_files_ask_nobody_who_he_is(app, lins_browser):
    address = app.jinja_env.globals["asset"]("favicon.svg")

    answer = lins_browser.get(address)

    assert answer.status_code == 200
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_the_profile_shows_units_roles_and_what_one_manages(world, app):
    resource = world.resource("XWBR-001", world.institute)
    person = world.person("wen", world.university, world.institute, password_hash=KEPT, role="secretariat")
    world.manages(person, resource)
    client = app.test_client()
    sign_in(client, "wen@example.org")

    text = client.get("/profile?lang=en", follow_redirects=True).text

    for words in (
        "wen@example.org",
        "UNIV Unit",
        "INST Unit",
        "Member",
        "Secretariat of the alliance",
        "XWBR-001",
    ):
        assert words in text


def test_a_suspended_person_may_still_look(world, app):
    world.person("wen", world.university, password_hash=KEPT, status="suspended", admin=True)
    client = app.test_client()
    sign_in(client, "wen@example.org")

    assert is_signed_in(client)


def test_a_person_removed_meanwhile_is_nobody(app, world, lins_browser, lin_id):
    acts.sign_out_everywhere(lin_id)
    world.session.execute(sa.update(Person).where(Person.id == lin_id).values(session_epoch="other"))
    world.session.commit()

    assert not is_signed_in(lins_browser)
