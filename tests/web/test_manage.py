"""The page of all one may run: whose it is, and what stands there."""

import re

from tests.web.browser import KEPT, sign_in


def places(app, email: str) -> list[str]:
    client = app.test_client()
    sign_in(client, email)
    answer = client.get("/manage")
    return re.findall(r'class="place" href="([^"]+)"', answer.text) if answer.status_code == 200 else []


def test_who_runs_nothing_is_told_so(app, world):
    world.person("lin", world.university, password_hash=KEPT)
    client = app.test_client()
    sign_in(client, "lin@example.org")

    answer = client.get("/manage")

    assert answer.status_code == 403
    assert 'href="/manage"' not in client.get("/").text


def test_an_admin_finds_the_places_of_his_unit(app, world):
    world.person("fang", world.university, admin=True, password_hash=KEPT)

    found = places(app, "fang@example.org")

    of_unit = f"/units/{world.university.code}"
    assert {"/manage/resources", "/manage/day", "/opening-hours", "/closures", "/outside-calendars"} <= set(
        found
    )
    assert {f"{of_unit}/{place}" for place in ("people", "edit", "requests", "webhooks")} <= set(found)
    assert not any("/applications" in place for place in found)


def test_the_secretariat_finds_the_places_of_the_alliance(app, world):
    world.person("qin", role="secretariat", password_hash=KEPT)

    found = places(app, "qin@example.org")

    assert {"/people", "/applications"} <= set(found)
