"""Every page, in both languages, by day and by night, on a desktop and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from stage import serving

from tests.browser.findings import findings
from tests.browser.person import Desk
from tests.browser.stops import STOPS, refs_in
from tests.browser.test_journey import LANGUAGES

PEOPLE = pytest.mark.parametrize(
    "who", sorted({stop.who for stop in STOPS}), ids=lambda who: who.split("@")[0]
)


@pytest.fixture(scope="module")
def shared_site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One alliance for all of them: they look more than they do."""
    with serving(demo, tmp_path_factory.mktemp("shared")) as address:
        yield address


@LANGUAGES
@PEOPLE
def test_no_page_has_anything_wrong(chromium: Browser, shared_site: str, demo: Path, language: str, who: str):
    desk, refs = Desk(chromium, shared_site), refs_in(demo)
    reader = desk.seat(language)
    if who:
        reader.signs_in(who)
    wrong = []

    for stop in STOPS:
        if stop.who == who:
            stop.arrive(reader, refs)
            wrong += [f"{stop.name}: {finding}" for finding in findings(reader)]

    desk.leave()
    assert wrong == []
