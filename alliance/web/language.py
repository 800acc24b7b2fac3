"""Which language and which appearance the reader gets.

`?lang=` and `?theme=` work on every page: they leave a cookie and lead to the same page without them. What was chosen
on this browser wins over the person's own language, which mail is written in; then comes what the browser asks for.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request
from flask_babel import Babel, refresh
from flask_login import current_user
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from alliance.i18n import (
    BABEL_NAMES,
    HTML_NAMES,
    LANGUAGES,
    Language,
    in_catalogue,
    language,
    localized,
    plural_in_catalogue,
)
from alliance.web.access import BY_ADDRESS, statement
from alliance.web.security import set_cookie

THEMES: Final = ("auto", "light", "dark")
_CHOICES: Final[dict[str, tuple[str, ...]]] = {"lang": LANGUAGES, "theme": THEMES}


def init_app(app: Flask) -> None:
    """Negotiate the language of each request and tell templates what came of it."""
    Babel(app, default_locale=BABEL_NAMES["zh"], locale_selector=lambda: BABEL_NAMES[wanted_language()])
    app.jinja_env.install_gettext_callables(in_catalogue, plural_in_catalogue, newstyle=True)  # type: ignore[attr-defined]
    app.before_request(_take_choice)
    app.context_processor(_for_templates)
    app.add_template_global(language, "language")
    app.add_template_global(localized, "localized")
    app.add_template_global(here, "here")


def wanted_language() -> Language:
    """The language to answer in. `speak` decides; else choice, profile, browser of the reader; else the alliance's."""
    if decided := g.get("language"):
        return decided
    if statement() in (None, BY_ADDRESS):
        return _of_browser()
    if (chosen := request.cookies.get("lang")) in LANGUAGES:
        return chosen
    if current_user.is_authenticated:
        return current_user.profile.language
    return _of_browser()


def speak(chosen: Language) -> None:
    """Answer the rest of this request in that language, whatever was negotiated."""
    g.language = chosen
    refresh()


def theme() -> str | None:
    """The appearance the reader chose; None when the system's own should decide."""
    chosen = request.cookies.get("theme")
    return chosen if chosen in THEMES and chosen != "auto" else None


def here(**changes: Any) -> str:
    """The address of this very page with some of its query changed; None takes a parameter away."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in changes]
    return _address(kept + [(name, value) for name, value in changes.items() if value is not None])


def _of_browser() -> Language:
    """The better of our languages for the Accept-Language header, any kind of Chinese and English being the same."""
    for accepted, quality in request.accept_languages:
        first = accepted.replace("_", "-").partition("-")[0].lower()
        if first in LANGUAGES and quality > 0:
            return first
    return "en" if current_app.config["SETTINGS"].language == "en" else "zh"


def _take_choice() -> BaseResponse | None:
    if request.method != "GET" or statement() in (None, BY_ADDRESS):
        return None
    chosen = {name: request.args.get(name) for name in _CHOICES if request.args.get(name) in _CHOICES[name]}
    if not chosen:
        return None
    response = redirect(here(**dict.fromkeys(chosen)))
    for name, value in chosen.items():
        set_cookie(response, name, str(value), current_app.config["SETTINGS"])
    return response


def _address(query: Sequence[tuple[str, Any]]) -> str:
    if "own_path" not in g:
        # One slash: two would begin the name of another site.
        g.own_path = iri_to_uri("/" + request.path.lstrip("/"))
    path: str = g.own_path
    return f"{path}?{urlencode(query)}" if query else path


def _for_templates() -> dict[str, Any]:
    return {"html_language": HTML_NAMES[language()], "theme": theme()}
