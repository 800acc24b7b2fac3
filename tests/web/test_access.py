"""Every page states who may call it, and the statement holds."""

import pytest

from alliance.web.access import BY_ADDRESS, MEMBERS_ONLY, PUBLIC, who_may_call
from alliance.web.session import safe_way_back
from tests.web.browser import KEPT, sign_in


def test_every_page_states_who_may_call_it(sqlite_app):
    unstated = {
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        if who_may_call(sqlite_app, rule.endpoint) not in (PUBLIC, MEMBERS_ONLY, BY_ADDRESS)
        and not rule.rule.startswith(("/static/", "/api/"))  # the API says so itself, by the scope of tokens
    }

    assert unstated == set()


def test_whatever_is_neither_static_nor_api_is_a_page(sqlite_app):
    outside = {
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in sqlite_app.extensions["pages"]
        and not rule.rule.startswith(("/api/", "/static/"))
    }

    assert outside == set()


def test_a_page_without_a_statement_is_shown_to_nobody(sqlite_app):
    sqlite_app.add_url_rule("/unstated", "system.unstated", lambda: "secret")

    answer = sqlite_app.test_client().get("/unstated")

    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_members_pages_send_everybody_else_to_the_door(sqlite_app):
    client, asked = sqlite_app.test_client(), {}
    for rule in sqlite_app.url_map.iter_rules():
        if who_may_call(sqlite_app, rule.endpoint) == MEMBERS_ONLY and "GET" in rule.methods:
            path = rule.rule.replace("<", "").replace(">", "")
            asked[path] = client.get(path).headers.get("Location", "").partition("?")[0]

    assert asked
    assert set(asked.values()) == {"/sign-in"}


def test_signing_in_leads_back_to_where_one_was(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()

    at_the_door = client.get("/profile?tab=units%20a").headers["Location"]
    form = client.get(at_the_door).text
    back = sign_in(client, "lin@example.org", next="/profile?tab=units%20a").headers["Location"]

    assert at_the_door == "/sign-in?next=/profile?tab%3Dunits%2520a"
    assert 'value="/profile?tab=units%20a"' in form
    assert back == "/profile?tab=units%20a"
    assert client.get(back).status_code == 200


def test_the_door_remembers_the_page_one_came_from(sqlite_app):
    client = sqlite_app.test_client()

    def door(referrer: str) -> str:
        return client.get("/sign-in", headers={"Referer": referrer}).text

    assert 'name="next" type="hidden" value="/resources?q=%E6%98%BE"' in door(
        "http://localhost/resources?q=%E6%98%BE"
    )
    assert 'name="next" type="hidden" value=""' in door("http://elsewhere.example.org/resources")


def test_a_signed_in_person_passes_the_door(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    first = sign_in(client, "lin@example.org", next="/sign-in?next=/sign-in").headers["Location"]

    assert first == "/"
    assert client.get("/sign-in?next=/profile").headers["Location"] == "/profile"
    assert client.get("/sign-in?next=https://elsewhere.example.org/").headers["Location"] == "/"


def test_a_form_of_somebody_signed_out_leads_back_to_its_page(sqlite_app):
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    client = sqlite_app.test_client()
    sqlite_app.config["WTF_CSRF_CHECK_DEFAULT"] = False

    def door(referrer: str) -> str:
        from unittest.mock import patch

        with patch("alliance.web.security.csrf.protect"):
            answer = client.post("/profile/sign-out-everywhere", headers={"Referer": referrer})
        return answer.headers["Location"]

    assert door("http://localhost/profile?a=1") == "/sign-in?next=/profile?a%3D1"
    assert door("http://elsewhere.example.org/profile") == "/sign-in"


def test_a_fragment_sends_its_whole_page_to_the_door(sqlite_app):
    answer = sqlite_app.test_client().get(
        "/profile", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/profile?x=1"}
    )

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/profile?x%3D1")


@pytest.mark.parametrize(
    "address",
    ["/", "/resources?q=%2F%2Fa&date=2026-11-23#week", "/resources/共聚焦", "/a?next=https://example.org"],
)
def test_a_path_of_ours_is_a_safe_way_back(address):
    assert safe_way_back(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "profile",
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "\\\\example.org",
        "javascript:alert(1)",
        "/\n/example.org",
        "/\t/example.org",
        " //example.org",
        "/" + "x" * 2000,
    ],
)
def test_anything_else_is_no_way_back(address):
    assert safe_way_back(address) is None
