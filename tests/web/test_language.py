"""Which language and which appearance a reader gets, and how he changes them."""

import pytest

from tests.web.browser import KEPT, send, sign_in


def language_of(answer) -> str:
    return answer.text.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("de", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5", "en"),
        ("zh-TW,en;q=0.8", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("en;q=0.3,zh;q=0.8", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("*", "zh-CN"),
        ("garbage;;q=x,,", "zh-CN"),
    ],
)
def test_without_a_choice_the_browser_decides(sqlite_app, accepted, language):
    headers = {} if accepted is None else {"Accept-Language": accepted}

    assert language_of(sqlite_app.test_client().get("/sign-in", headers=headers)) == language


def test_a_choice_is_kept_and_leads_to_the_same_page(sqlite_app):
    client = sqlite_app.test_client()

    answer = client.get("/sign-in?next=/resources%3Fq%3Da%26b&lang=en&tag=1&tag=2")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=%2Fresources%3Fq%3Da%26b&tag=1&tag=2"
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("lang=en; ")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=31536000"} <= set(cookie.split("; "))
    assert language_of(client.get("/sign-in", headers={"Accept-Language": "zh"})) == "en"


def test_an_unknown_choice_changes_nothing(sqlite_app):
    client = sqlite_app.test_client()

    answer = client.get("/sign-in?lang=fr&theme=pink")
    client.set_cookie("lang", "fr")
    client.set_cookie("theme", "pink")

    assert (answer.status_code, language_of(answer)) == (200, "zh-CN")
    again = client.get("/sign-in")
    assert (language_of(again), 'data-bs-theme="auto"' in again.text) == ("zh-CN", True)


@pytest.mark.parametrize(("theme", "shown"), [("dark", "dark"), ("light", "light"), ("auto", "auto")])
def test_the_appearance_is_kept_likewise(sqlite_app, theme, shown):
    client = sqlite_app.test_client()

    assert client.get(f"/sign-in?theme={theme}").headers["Location"] == "/sign-in"
    assert f'data-bs-theme="{shown}"' in client.get("/sign-in").text


def test_a_choice_is_not_taken_from_a_form_or_a_machine(sqlite_app):
    client = sqlite_app.test_client()

    for answer in (client.post("/sign-in?lang=en"), client.get("/static/x/favicon.svg?lang=en")):
        assert "lang=" not in "".join(answer.headers.getlist("Set-Cookie"))


def test_a_person_is_answered_in_his_language_wherever_he_signs_in(app, world):
    world.person("erin", world.university, password_hash=KEPT, language="en")
    client = app.test_client()
    sign_in(client, "erin@example.org")

    assert language_of(client.get("/profile", headers={"Accept-Language": "zh"})) == "en"


def test_what_was_chosen_on_this_browser_wins_over_the_profile(app, world):
    world.person("erin", world.university, password_hash=KEPT, language="en")
    client = app.test_client()
    sign_in(client, "erin@example.org")

    client.get("/profile?lang=zh")

    assert language_of(client.get("/profile")) == "zh-CN"


def test_changing_the_profile_changes_this_browser_and_says_so_in_the_new_language(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client, other = app.test_client(), app.test_client()
    client.get("/sign-in?lang=zh")
    for browser in (client, other):
        sign_in(browser, "lin@example.org")

    answer = send(client, "/profile", language="en")

    assert answer.status_code == 302
    shown = client.get("/profile")
    assert language_of(shown) == "en"
    assert "Your language is saved." in shown.text
    assert language_of(other.get("/profile")) == "en"


def test_a_language_we_do_not_have_is_refused(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    sign_in(client, "lin@example.org")

    assert send(client, "/profile", language="fr").status_code == 422
