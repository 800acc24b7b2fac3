"""A browser, and the demo alliance behind a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from stage import browser_path, launch, make_demo, serving

from tests.browser.person import Desk


# Not for the whole session: while Playwright runs, no other test of this process could use asyncio.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = browser_path()
    if path is None:
        pytest.skip("NOT TESTED IN A BROWSER: install chromium and fonts-noto-cjk.")
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo alliance in a file, loaded once."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    make_demo(path)
    return path


@pytest.fixture
def site(demo: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the alliance, fresh for each test."""
    with serving(demo, tmp_path) as address:
        yield address


@pytest.fixture(scope="module")
def shared_site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One alliance for all tests of a file: they look more than they do."""
    with serving(demo, tmp_path_factory.mktemp("shared")) as address:
        yield address


@pytest.fixture
def desk(chromium: Browser, site: str) -> Iterator[Desk]:
    """Where people sit down at a browser of their own; at the end none of their pages has complained."""
    desk = Desk(chromium, site)
    yield desk
    desk.leave()
