"""Headers, sizes, hosts, proxies, and forms that must be ours."""

import re

import pytest

from alliance import create_app
from alliance.config import Settings
from alliance.web.access import BY_ADDRESS, who_may_call
from tests.web.browser import KEPT, PASSWORD, form_token, send, sign_in

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def app_with(tmp_path, **settings):
    app = create_app(
        Settings(database_url=f"sqlite:///{tmp_path / 'new.db'}", secret_key="x" * 40, **settings)
    )
    app.extensions["installation"].trust()
    return app


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nothing/here", "/profile", "/healthz", "/static/old/favicon.svg"]
)
def test_every_answer_has_the_strict_headers(sqlite_app, path):
    answer = sqlite_app.test_client().get(path)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Strict-Transport-Security" not in answer.headers


def test_pages_are_kept_by_the_reader_only_and_asked_for_anew(sqlite_app):
    answer = sqlite_app.test_client().get("/sign-in")

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)


def test_over_https_browsers_are_told_to_stay_there(tmp_path):
    app = app_with(tmp_path, base_url="https://share.example.org")

    assert app.test_client().get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_have_nothing_inline(sqlite_app):
    text = sqlite_app.test_client().get("/sign-in").text

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:", text) == []


def test_no_form_goes_through_without_its_token(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    sign_in(client, "lin@example.org")
    answers = {}
    for rule in app.url_map.iter_rules():
        is_page = rule.endpoint.partition(".")[0] in app.extensions["pages"]
        if is_page and "POST" in rule.methods and who_may_call(app, rule.endpoint) != BY_ADDRESS:
            answers[rule.rule] = client.post(_some_path(rule.rule)).status_code

    assert "/profile/password" in answers
    assert set(answers.values()) == {400}


def _some_path(rule: str) -> str:
    """An address that the rule takes."""
    return re.sub("<[^>]*>", "X", re.sub("<int:[^>]*>", "1", rule))


def test_a_form_from_elsewhere_is_refused_and_shows_nothing_of_itself(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    sign_in(client, "lin@example.org")

    answer = client.post(
        "/profile", data={"language": "<en>"}, headers={"Origin": "https://elsewhere.example.org"}
    )

    assert answer.status_code == 400
    assert "&lt;en&gt;" not in answer.text
    assert client.get("/profile").text.count('lang="zh-CN"')


def test_what_was_typed_into_an_old_form_can_be_sent_again(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    client.get("/sign-in?lang=en")
    old_token = form_token(client)
    sign_in(client, "lin@example.org")
    fields = {"csrf_token": old_token, "language": "en", "note": 'a "quoted" <word>', "old": PASSWORD}

    refused = client.post("/profile", data=fields, headers={"Origin": "http://localhost"})
    kept = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', refused.text.split("<h1>")[1])
    )

    assert refused.status_code == 400
    assert "What you entered is kept." in refused.text
    assert kept["note"] == "a &#34;quoted&#34; &lt;word&gt;"
    assert set(kept) == {"csrf_token", "language", "note"}
    assert client.post("/profile", data=kept, headers={"Origin": "http://localhost"}).status_code == 302


def test_somebody_signed_out_meanwhile_is_told_to_sign_in_beside(sqlite_app):
    client = sqlite_app.test_client()
    client.get("/sign-in?lang=en")

    answer = client.post("/profile", data={"language": "en"}, headers={"Origin": "http://localhost"})

    assert answer.status_code == 400
    assert "You have been signed out meanwhile." in answer.text


def test_forms_have_no_use_for_a_quarter_of_a_megabyte(sqlite_app):
    client = sqlite_app.test_client()

    answer = client.post(
        "/sign-in", data={"csrf_token": form_token(client), "email": "x" * 262_144, "password": "x"}
    )

    assert answer.status_code == 413


def test_a_signed_in_person_signs_out_by_a_form(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    sign_in(client, "lin@example.org")

    assert client.get("/sign-out").status_code == 405
    assert send(client, "/sign-out").status_code == 302


def test_only_trusted_hosts_are_answered(tmp_path):
    client = app_with(tmp_path, trusted_hosts=("share.example.org",)).test_client()

    answers = [
        client.get("/healthz", base_url=f"http://{host}")
        for host in ("share.example.org", "evil.example.org")
    ]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert "evil" not in answers[1].text


@pytest.mark.parametrize(("hops", "location"), [(0, "localhost"), (1, "share.example.org")])
def test_as_many_proxies_are_believed_as_there_are(tmp_path, hops, location):
    client = app_with(tmp_path, proxy_hops=hops).test_client()
    headers = {"X-Forwarded-Host": "share.example.org", "Referer": "http://share.example.org/resources"}

    text = client.get("/sign-in", headers=headers).text

    assert ('value="/resources"' in text) is (location == "share.example.org")
