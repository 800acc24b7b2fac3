"""Every page in Chinese."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.tour import PEOPLE, all_wrong


@PEOPLE
def test_no_page_has_anything_wrong(chromium: Browser, shared_site: str, demo: Path, who: str):
    assert all_wrong(chromium, shared_site, demo, "zh", who) == []
