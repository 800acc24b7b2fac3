"""Small pieces that pages hold by the dozen, made by functions: a macro of a template takes ten times as long."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from flask import Flask
from markupsafe import Markup, escape

from alliance.i18n import HTML_NAMES, Text, language
from alliance.web.lanes import Block, DaysWindow, Window

_ICON: Final = Markup('<svg class="{}"{} viewBox="0 0 16 16"><use href="{}#{}"/></svg>')
_SAID: Final = Markup(' role="img" aria-label="{}"')
_SILENT: Final = Markup(' aria-hidden="true"')


def init_app(app: Flask) -> None:
    """Give every template `icon(name)`, `stored(text)` and `drawn(blocks, window)`."""
    asset: Callable[[str], str] = app.jinja_env.globals["asset"]  # type: ignore[assignment]

    def icon_of(name: str, label: str = "", look: str = "") -> Markup:
        return icon(asset("vendor/icons.svg"), name, label, look)

    def drawn(blocks: Sequence[Block], window: Window | DaysWindow) -> Markup:
        return drawn_blocks(blocks, window, icon_of("plus"))

    app.add_template_global(icon_of, "icon")
    app.add_template_global(stored, "stored")
    app.add_template_global(drawn, "drawn")


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


def drawn_blocks(blocks: Sequence[Block], window: Window | DaysWindow, plus: str) -> Markup:
    """The blocks of a lane in their order. `plus` stands in those that can be booked.

    What fits in a block is its label: the end of an interval goes first when there is no room. What is read aloud holds
    the whole interval and the label. One too narrow to hit on a phone lets its day be the link there.
    """
    return Markup("").join(_drawn(block, window, plus) for block in blocks)


def _drawn(block: Block, window: Window | DaysWindow, plus: str) -> Markup:
    label, spoken = escape(block.label), escape(block.spoken)
    if not block.href:
        hidden = ' aria-hidden="true"' if spoken else ""
        said = f'<span class="visually-hidden">{spoken}</span>' if spoken else ""
        inside = f'<span class="b-t"{hidden}>{label}</span>' if label else ""
        return Markup(f'<span class="{block.css}">{inside}{said}</span>')  # noqa: S704 - escaped above
    begin, dash, end = label.partition("–")
    inside = f'{begin}<span class="b-end">{dash}{end}</span>' if dash else label
    before = plus if block.kind == "free" else ""
    inside = f'{before}<span class="b-t">{inside}</span>' if label else before
    aloud = f' aria-label="{spoken}"' if spoken else ""
    if window.is_narrow(block.length):
        css = f"{block.css} b-narrow"
        link = f'<span class="{css}"><a href="{escape(block.href)}"{aloud}>{inside}</a></span>'
    else:
        link = f'<a class="{block.css}" href="{escape(block.href)}"{aloud}>{inside}</a>'
    return Markup(link)  # noqa: S704 - escaped above
