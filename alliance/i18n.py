"""Two languages: the words of the program by gettext, the words of the alliance by paired columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import flask_babel
from flask import g

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
BABEL_NAMES: Final[dict[Language, str]] = {"zh": "zh_Hans_CN", "en": "en"}
HTML_NAMES: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en"}


def gettext(text: str, **gaps: Any) -> str:
    """The sentence in the reader's language, its named gaps filled."""
    sentence = in_catalogue(text)
    return sentence % gaps if gaps else sentence


def ngettext(one: str, many: str, num: int, **gaps: Any) -> str:
    """The sentence for `num` things, which fills the gap `num` itself."""
    return plural_in_catalogue(one, many, num) % {"num": num, **gaps}


def in_catalogue(text: str) -> str:
    """The sentence in the reader's language, its gaps still open."""
    return cast(str, _catalogue().ugettext(text))


def plural_in_catalogue(one: str, many: str, num: int) -> str:
    """The same of the form for `num` things."""
    return cast(str, _catalogue().ungettext(one, many, num))


# A page says hundreds of sentences, and Flask-Babel finds out three times for each of them which language that is in.
_catalogues: Final[dict[str, Any]] = {}


def _locale() -> Any:
    """Flask-Babel's locale, looked up where it keeps it once it knows: its own way there is five times as long."""
    try:
        kept = g.get("_flask_babel")
    except RuntimeError:  # outside of any application
        return None
    return getattr(kept, "babel_locale", None) or flask_babel.get_locale()


def _catalogue() -> Any:
    locale = _locale()
    name = locale.language if locale is not None else ""
    if name not in _catalogues:
        _catalogues[name] = flask_babel.get_domain().get_translations()
    return _catalogues[name]


def lazy_gettext(text: str, **gaps: Any) -> Any:
    """The same, translated only when it is shown: for labels made when a module is loaded."""
    return flask_babel.lazy_gettext(text, **gaps)


@dataclass(frozen=True)
class Text:
    """A stored text in the language it could be had in."""

    text: str
    language: Language

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def language() -> Language:
    """The language of whoever reads what is being made now; Chinese outside of any request."""
    locale = _locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


@contextmanager
def in_language(wanted: Language) -> Iterator[None]:
    """Say everything inside in that language, whoever asks: feeds and mail have their own."""
    with flask_babel.force_locale(BABEL_NAMES[wanted]):
        yield


def localized(row: Any, field: str, wanted: Language | None = None) -> Text:
    """The `field` of a row in the wanted language, or in the other one when it is missing there."""
    first: Language = wanted or language()
    other: Language = "zh" if first == "en" else "en"
    for tried in (first, other):
        if text := cast(str | None, getattr(row, f"{field}_{tried}")):
            return Text(text, tried)
    return Text("", first)
