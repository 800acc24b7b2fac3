"""The log: one line per event on standard error, each with the number of its request and no secrets.

The number is what an error page shows and what `X-Request-ID` carries, in and out.
"""

import logging
import re
import time
from typing import Final, TextIO, cast
from urllib.parse import quote

from flask import Flask, Response, g, has_request_context, request
from flask.logging import wsgi_errors_stream

from alliance.refs import TOKEN_LENGTH, new_ref

# What a proxy may send us; anything else could break the log's lines or fill them.
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_LINE: Final = "%(asctime)sZ %(levelname)s %(name)s [%(request_number)s] %(message)s"
_SECRETS: Final = (
    # Also where somebody mistyped the address around its token.
    (re.compile(r"(?i)/feeds(?:/|%2F)[^\s\"'?]*?\.ics"), "/feeds/-.ics"),
    (re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH},}}"), "-"),
    (re.compile(r"(?i)\b(bearer)\s+\S+"), r"\1 -"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "-@-"),
)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_QUIET: Final = ("/static/", "/healthz", "/readyz")

_log = logging.getLogger(__name__)


class Formatter(logging.Formatter):
    """Lines with the request's number, in UTC, from which secrets, addresses and line breaks are gone."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__(_LINE)

    def format(self, record: logging.LogRecord) -> str:
        record.request_number = request_number() if has_request_context() else "-"
        return scrubbed(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        # A traceback that follows keeps its lines; what came from outside must not begin one.
        return _CONTROLS.sub(" ", super().formatMessage(record))


def scrubbed(text: str) -> str:
    """The text without what opens a calendar or an account, and without mail addresses."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def request_number() -> str:
    """The number of this request: the proxy's if it sent a sound one, else our own."""
    if "request_number" not in g:
        sent = request.headers.get("X-Request-ID", "")
        g.request_number = sent if _WELL_FORMED.fullmatch(sent) else new_ref()
    return g.request_number


def init_app(app: Flask) -> None:
    """Write the log in our form, and a line for each request."""
    _write_to_standard_error()
    # The API names the number too, and knows nothing of the pages.
    app.extensions["request_number"] = request_number
    app.before_request(_note_start)
    app.after_request(_note_end)


def _write_to_standard_error() -> None:
    """One handler however many applications this process makes."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, Formatter) for handler in root.handlers):
        handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
        handler.setFormatter(Formatter())
        root.addHandler(handler)
    logging.getLogger("alliance").setLevel(logging.INFO)


def _note_start() -> None:
    # An application context that was there before, as in tests, would carry one request's reader over to the next.
    for name in list(g):
        g.pop(name)
    g.began = time.perf_counter()


def _note_end(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_number()
    if not request.path.startswith(_QUIET):
        took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        # The path as it is, without the query: people search for what concerns only them.
        _log.info("%s %s %d %.0f ms", request.method, quote(request.path), response.status_code, took)
    return response
