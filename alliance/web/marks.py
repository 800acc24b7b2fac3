"""Small pieces that pages hold by the dozen, made by functions: a macro of a template takes ten times as long."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from flask import Flask
from markupsafe import Markup, escape

from alliance.i18n import HTML_NAMES, Text, language

_ICON: Final = Markup('<svg class="{}"{} viewBox="0 0 16 16"><use href="{}#{}"/></svg>')
_SAID: Final = Markup(' role="img" aria-label="{}"')
_SILENT: Final = Markup(' aria-hidden="true"')


def init_app(app: Flask) -> None:
    """Give every template `icon(name)` and `stored(text)`."""
    asset: Callable[[str], str] = app.jinja_env.globals["asset"]  # type: ignore[assignment]

    def icon_of(name: str, label: str = "", look: str = "") -> Markup:
        return icon(asset("vendor/icons.svg"), name, label, look)

    app.add_template_global(icon_of, "icon")
    app.add_template_global(stored, "stored")


@lru_cache(maxsize=4096)
def icon(sprite: str, name: str, label: str = "", look: str = "") -> Markup:
    """An outline icon of the sprite at that address; without a label a word stands beside it."""
    said = _SAID.format(label) if label else _SILENT
    return _ICON.format(f"i {look}" if look else "i", said, sprite, name)


def stored(text: Text | str) -> Markup:
    """A stored text. In another language than the page's it is marked, so that it is read aloud as what it is."""
    if isinstance(text, Text) and text and text.language != language():
        return Markup('<span lang="{}">{}</span>').format(HTML_NAMES[text.language], text.text)
    return escape(text.text if isinstance(text, Text) else text)
