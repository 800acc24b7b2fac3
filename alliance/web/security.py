"""What browsers and proxies may do with our answers: headers, cookies, sizes, hosts, and forms that are really ours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from alliance.config import Settings
from alliance.web.access import BY_ADDRESS, statement

# Nothing inline and nothing from elsewhere, without exception.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_ONE_YEAR: Final = "max-age=31536000"
_LARGEST_BODY: Final = 256 * 1024
_TAKES: Final = "_takes_up_to"

View = TypeVar("View", bound=Callable[..., Any])

csrf: Final = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Set cookies, limits and proxies up, and give each answer its headers."""
    is_https = settings.base_url.startswith("https://")
    app.config.update(
        # The prefix makes browsers refuse the cookie from anybody but this very host.
        SESSION_COOKIE_NAME="__Host-alliance" if is_https else "alliance",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=_LARGEST_BODY,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        # A token is as good as the session it belongs to: forms left open over lunch go through.
        WTF_CSRF_TIME_LIMIT=None,
        # The API has no cookies to steal; which pages are checked is decided in _check_form.
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    if hops := settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.before_request(_make_room)
    app.before_request(_check_form)

    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", _ONE_YEAR)
        if response.mimetype == "text/html":
            # Made for one reader in one language; asked for anew each time, yet "back" finds what was typed.
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.update(("Cookie", "Accept-Language"))
        return response

    app.after_request(add_headers)


def takes_up_to(size: int) -> Callable[[View], View]:
    """Let the page take larger forms than others do: so many bytes, with all that is in them."""

    def mark(view: View) -> View:
        setattr(view, _TAKES, size)
        return view

    return mark


def set_cookie(response: BaseResponse, name: str, value: str, settings: Settings) -> None:
    """Remember a choice of the reader on this browser for a year."""
    is_https = settings.base_url.startswith("https://")
    response.set_cookie(
        name, value, max_age=timedelta(days=365), secure=is_https, httponly=True, samesite="Lax"
    )


def _make_room() -> None:
    """Before anything reads the form; larger ones are refused by what they say of their length, unread."""
    if size := getattr(current_app.view_functions.get(request.endpoint or ""), _TAKES, None):
        request.max_content_length = size


def _check_form() -> None:
    """Raise CSRFError for a form that no page of this session sent."""
    if statement() not in (None, BY_ADDRESS):
        csrf.protect()


def sent_from_our_page() -> bool:
    """Whether the browser itself vouches that a page of this site sent the request."""
    return request.headers.get("Origin") == request.host_url.rstrip("/")
