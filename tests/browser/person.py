"""Somebody at a browser: sits down, signs in, reads the page in his language."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from babel.support import NullTranslations, Translations
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from alliance.cli.seeding.members import DEMO_PASSWORD
from alliance.config import ROOT
from alliance.i18n import BABEL_NAMES
from tests.browser.watch import Watch

DESKTOP: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
LIN: Final = "linyuan@example.org"
FANG: Final = "fangshuyan@example.org"
_LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}


@dataclass
class Desk:
    """Gives out browsers, each with its own cookies, and looks after what they complain of."""

    browser: Browser
    address: str
    _taken: list[tuple[BrowserContext, Watch]] = field(default_factory=list)

    def seat(
        self, language: str = "zh", size: dict[str, int] = DESKTOP, *, scripts: bool = True, **more: Any
    ) -> "Reader":
        """A fresh browser of that size, with that language wanted."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=size,  # type: ignore[arg-type]
            locale=_LOCALES[language],
            has_touch=size == PHONE,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(10_000)
        watch = Watch.over(context)
        self._taken.append((context, watch))
        return Reader(context.new_page(), language, watch)

    def leave(self) -> None:
        """Close every browser; raises for what any page complained of, and for whoever asked another host."""
        complaints = [complaint for _context, watch in self._taken for complaint in watch.complaints]
        elsewhere = [
            request.url
            for _context, watch in self._taken
            for request in watch.requests
            if not request.url.startswith((self.address, "data:"))
        ]
        for context, _watch in self._taken:
            context.close()
        assert complaints == []
        assert elsewhere == []


@dataclass
class Reader:
    """One person with one page."""

    page: Page
    language: str
    watch: Watch

    def words(self, message: str, **gaps: Any) -> str:
        """What a message of the catalogue is in this reader's language."""
        return catalogue(self.language).gettext(message) % gaps

    def either(self, chinese: str, english: str) -> str:
        """Of two names of one thing, the one the page shows."""
        return chinese if self.language == "zh" else english

    def goes(self, path: str) -> None:
        """Open a path."""
        self.page.goto(path)

    def signs_in(self, email: str) -> None:
        """By the form, as anybody does, in this language, whatever the profile says."""
        self.goes(f"/sign-in?lang={self.language}")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", DEMO_PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    def signs_out(self) -> None:
        """By the menu."""
        self.page.locator("details.menu > summary").click()
        self.presses("Sign out")

    def follows(self, message: str, within: str = "main") -> None:
        """Press the link with these words, and wait for where it leads."""
        self._arrives(
            self.page.locator(within).get_by_role("link", name=self.words(message), exact=True).first
        )

    def presses(self, message: str) -> None:
        """Press the button with these words, and wait for what it answers."""
        self._arrives(self.page.get_by_role("button", name=self.words(message), exact=True))

    def field(self, message: str) -> Locator:
        """The field whose label begins with these words."""
        return self.page.locator("main").get_by_label(self.words(message))

    def sees(self, selector: str) -> str:
        """The words there, in one line."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def _arrives(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages as the application has them in that language."""
    return Translations.load(ROOT / "alliance" / "translations", [BABEL_NAMES[language]])  # type: ignore[index]
