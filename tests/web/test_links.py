"""The pages behind links that came by mail: a forgotten password, and an invitation."""

import logging

import pytest
import sqlalchemy as sa

from alliance.db import db
from alliance.members.invitations import Guest, invite
from alliance.members.links import token_of
from alliance.members.models import Membership, OneTimeLink, Person
from tests.web.browser import KEPT, PASSWORD, send, sign_in
from tests.web.visitor import Visitor

NEW = "four green lamps"


@pytest.fixture
def lin(world):
    return world.person("lin", world.university, password_hash=KEPT)


def link(app):
    """The path of the latest link, as the letter would have it."""
    seed = db.session.scalar(sa.select(OneTimeLink.seed).order_by(OneTimeLink.id.desc()))
    db.session.rollback()
    return f"/links/{token_of(seed, app.config['SETTINGS'].secret_key)}"


def invitation(app, world, email="mei@example.org", **words):
    invite("INST", Guest(email, **words), by=world.actor(world.fang), key=app.config["SETTINGS"].secret_key)
    return link(app)


def ask(client, email):
    return send(client, "/forgotten-password", on="/forgotten-password", email=email)


def test_the_door_leads_to_a_new_password_and_back(app, client, lin):
    assert 'href="/forgotten-password"' in client.get("/sign-in").text
    ask(client, "lin@example.org")
    answer = client.get(link(app))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/new-password")
    assert answer.headers["Cache-Control"] == "no-store"

    done = send(client, "/new-password", on="/new-password", new=NEW, repeat=NEW)

    assert (done.status_code, done.headers["Location"]) == (303, "/sign-in")
    assert sign_in(client, "lin@example.org", NEW).status_code == 302
    assert client.get("/new-password").status_code == 410


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_is_the_same_for_known_and_unknown_addresses(app, client, lin, language):
    client.set_cookie("lang", language)

    known, unknown = (ask(client, f"{name}@example.org") for name in ("lin", "nix"))

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text.replace("lin@example.org", "nix@example.org") == unknown.text


def test_asking_too_often_is_refused_in_words(app, client, lin):
    for _ in range(3):
        ask(client, "nobody@example.org")

    answer = ask(client, "nobody@example.org")

    assert answer.status_code == 422
    assert "15" in answer.text


@pytest.mark.parametrize(
    "email", ["", " ", "x" * 300, "\x00", "<script>", "a\nb@example.org", "\ud83d\ude00"]
)
def test_whatever_is_typed_is_answered(app, client, lin, email):
    email = email.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    assert ask(client, email).status_code in (200, 422)
    assert "<script>" not in ask(client, email).text


@pytest.mark.parametrize(
    "path", ["/links/nothing", "/links/" + "x" * 43, "/links/%00", "/links/" + "y" * 5000]
)
def test_a_link_that_never_was_one_is_like_one_that_is_spent(app, client, world, path):
    answer = client.get(path)

    assert answer.status_code == 410
    assert 'href="/forgotten-password"' in answer.text


@pytest.mark.parametrize("path", ["/new-password", "/invitation"])
def test_without_a_link_there_is_nothing_to_do(app, client, world, path):
    assert client.get(path).status_code == 410


def test_the_two_passwords_must_agree_and_be_strong(app, client, lin):
    client.set_cookie("lang", "en")
    ask(client, "lin@example.org")
    client.get(link(app))

    differ = send(client, "/new-password", on="/new-password", new=NEW, repeat="other")
    weak = send(client, "/new-password", on="/new-password", new="short", repeat="short")

    assert (differ.status_code, weak.status_code) == (422, 422)
    assert "The two new passwords differ." in differ.text
    assert "A password needs at least 12 characters; this one has 5." in weak.text


def test_a_password_link_does_not_open_an_invitation(app, client, lin):
    ask(client, "lin@example.org")
    client.get(link(app))

    assert client.get("/invitation").status_code == 410


def test_the_token_reaches_no_log(app, client, lin, caplog):
    from alliance.web.logs import Formatter

    ask(client, "lin@example.org")
    path = link(app)
    with caplog.at_level(logging.INFO):
        client.get(path)

    lines = [Formatter().format(record) for record in caplog.records]
    assert any("GET /links/-" in line for line in lines)
    assert not any(path.removeprefix("/links/") in line for line in lines)


@pytest.mark.parametrize(("language", "said"), [("zh", "姓名"), ("en", "Your name")])
def test_who_is_invited_enters_name_language_and_password_and_is_in(app, client, world, language, said):
    client.set_cookie("lang", language)
    client.get(invitation(app, world, name="Mei"))
    page = client.get("/invitation").text
    assert said in page
    assert 'value="Mei"' in page

    done = send(
        client, "/invitation", on="/invitation", name="Mei Lan", language="en", new=PASSWORD, repeat=PASSWORD
    )

    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert "Mei Lan" in client.get("/profile").text
    assert client.get("/invitation").status_code == 410


def test_a_form_full_of_mistakes_is_given_back(app, client, world):
    client.set_cookie("lang", "en")
    client.get(invitation(app, world))

    answer = send(
        client, "/invitation", on="/invitation", name="x" * 81, language="xx", new="short", repeat="shirt"
    )

    assert answer.status_code == 422
    assert "At most 80 characters." in answer.text
    assert "The two passwords differ." in answer.text
    assert db.session.scalar(sa.select(Person.id).where(Person.email == "mei@example.org")) is None


def test_who_has_an_account_signs_in_and_joins(app, client, world, lin):
    client.set_cookie("lang", "en")
    lin_id, institute_id = lin.id, world.institute.id
    client.get(invitation(app, world, "lin@example.org"))
    assert 'href="/sign-in?next=/invitation"' in client.get("/invitation").text

    back = sign_in(client, "lin@example.org", next="/invitation").headers["Location"]
    joined = send(client, "/invitation", on=back)

    assert back == "/invitation"
    assert (joined.status_code, joined.headers["Location"]) == (303, "/")
    assert db.session.get(Membership, (lin_id, institute_id)) is not None


def test_somebody_else_cannot_accept_it(app, world, lin):
    eve = Visitor(app, world.person("eve", world.university))
    eve.get(invitation(app, world, "lin@example.org"))

    page = eve.get("/invitation").text
    tried = eve.send("/invitation")

    assert "but you are signed in as eve@example.org" in page
    assert tried.status_code == 403
    assert db.session.get(Membership, (lin.id, world.institute.id)) is None
