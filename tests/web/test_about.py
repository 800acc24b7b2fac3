"""Help and the accessibility statement: for everybody, in both languages, linked from every page."""

import re

import pytest

from tests.web.elsewhere import lies_in
from tests.web.visitor import Visitor


@pytest.mark.parametrize("path", ["/help", "/accessibility"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everybody_may_read_them_without_asking_the_database(sqlite_app, path, language):
    client = sqlite_app.test_client()
    client.set_cookie("lang", language)

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


def test_the_foot_of_every_page_leads_there(sqlite_app):
    foot = sqlite_app.test_client().get("/sign-in").text.split("<footer")[1]

    assert {"/help", "/accessibility"} <= set(re.findall(r'href="([^"]*)"', foot))


def test_every_link_of_the_help_page_leads_somewhere(app, world):
    for who in (world.lin, world.fang):
        visitor = Visitor(app, who)
        main = visitor.get("/help").text.split("<main")[1].split("</main>")[0]
        links, targets = re.findall(r'href="([^"]*)"', main), set(re.findall(r'id="([^"]*)"', main))

        assert {link[1:] for link in links if link.startswith("#")} <= targets
        assert {visitor.get(link).status_code for link in links if not link.startswith("#")} == {200}


def test_only_those_who_decide_are_led_to_where_one_decides(app, world):
    lin, fang = (Visitor(app, who).get("/help").text.split("<main")[1] for who in (world.lin, world.fang))

    assert 'href="/approvals"' not in lin
    assert 'href="/approvals"' in fang


def test_the_foot_names_the_zone_of_an_alliance_elsewhere(sqlite_app):
    client = sqlite_app.test_client()
    client.set_cookie("lang", "en")
    here = client.get("/help").text
    lies_in(sqlite_app, "Europe/Lisbon")

    elsewhere = client.get("/help").text

    assert "All times are Beijing time" in here
    assert "the alliance goes by Europe/Lisbon" in elsewhere
    assert "Beijing" not in elsewhere
