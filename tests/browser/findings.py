"""What is wrong with a page as it stands: for assistive technology, on a small screen, in the wrong language."""

import re
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.browser.axe import bring_axe, by_axe
from tests.browser.person import DESKTOP, PHONE, Reader, catalogue

# Axe is slow, so each language shows two of the four; what colours do is the same in both.
_VIEWS = {"zh": (("light", DESKTOP), ("dark", PHONE)), "en": (("dark", DESKTOP), ("light", PHONE))}
# What a developer's slip leaves in a page.
_SLIPS = re.compile(r"<(?:built-in|bound) |&lt;|&amp;|\bNone\b|\{\{|\}\}|%\(\w+\)")
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def findings(reader: Reader, *, in_both_languages: bool = False) -> list[str]:
    """Everything wrong with the page, on a desktop and on a phone; one page says all it says in both languages."""
    page = reader.page
    found = [] if in_both_languages else _of_language(reader)
    bring_axe(page)
    for theme, size in _VIEWS[reader.language]:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        device = "phone" if size == PHONE else "desktop"
        wrong = _overflows(page) + by_axe(page, reader.language, theme, device)
        found += [f"{theme}, {device}: {finding}" for finding in wrong]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return found


def _overflows(page: Page) -> list[str]:
    """What sticks out at the right, so that the page scrolls sideways."""
    return page.evaluate(
        """() => {
          const root = document.documentElement, width = root.clientWidth;
          if (root.scrollWidth <= width) return [];
          const sticksOut = (element) => element.getBoundingClientRect().right > width + 1;
          const wide = [...document.body.querySelectorAll("*")].filter(sticksOut);
          return wide.slice(0, 3).map((e) => `sticks out: ${e.outerHTML.slice(0, 120)}`);
        }"""
    )


def _of_language(reader: Reader) -> list[str]:
    text = reader.page.evaluate(_ALL_WORDS)
    found = [f"slip: {slip}" for slip in _SLIPS.findall(text)]
    if reader.page.evaluate("document.documentElement.lang") != _HTML_LANGUAGES[reader.language]:
        found.append("lang of the page is wrong")
    if reader.language == "zh":
        found += [f"untranslated: {hit}" for hit in sorted(set(_english().findall(text)))]
    return found


@cache
def _english() -> re.Pattern[str]:
    """All messages of two words and more, up to their gaps, that a Chinese page has no reason to show."""
    pieces = set()
    for message, chinese in _pairs():
        for piece in re.split(r"%\(\w+\)[sd]", message):
            words = piece.strip(" .,;:")
            if " " in words and words not in chinese:
                pieces.add(words)
    longest_first = sorted(pieces, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(piece)}\b" for piece in longest_first))


def _pairs() -> list[tuple[str, str]]:
    messages: dict[Any, str] = catalogue("zh")._catalog  # type: ignore[attr-defined]
    return [(key[0] if isinstance(key, tuple) else key, value) for key, value in messages.items() if key]


# What is read or heard, attributes included.
_ALL_WORDS = """() => {
  const heard = ["aria-label", "placeholder", "title", "alt", "data-copied"];
  const all = (name) => [...document.querySelectorAll(`[${name}]`)].map((e) => e.getAttribute(name));
  const attributes = heard.flatMap(all);
  return [document.title, document.body.innerText, ...attributes].join("\\n");
}"""
