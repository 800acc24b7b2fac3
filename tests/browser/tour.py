"""A walk over every page, by day and by night, on a desktop and on a phone.

Each language has a file of tests of its own: a file stays with one process, and these take longest.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.findings import findings
from tests.browser.person import Desk
from tests.browser.stops import STOPS, refs_in

PEOPLE = pytest.mark.parametrize(
    "who", sorted({stop.who for stop in STOPS}), ids=lambda who: who.split("@")[0]
)


def all_wrong(browser: Browser, site: str, demo: Path, language: str, who: str) -> list[str]:
    """Whatever is wrong with the pages this person opens; raises for what they complain of."""
    desk, refs = Desk(browser, site), refs_in(demo)
    reader = desk.seat(language)
    if who:
        reader.signs_in(who)
    wrong = []
    for stop in STOPS:
        if stop.who == who:
            stop.arrive(reader, refs)
            wrong += [f"{stop.name}: {finding}" for finding in findings(reader)]
    desk.leave()
    return wrong
