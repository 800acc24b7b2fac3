"""Pages for what did not happen: each error of the domain and of HTTP becomes one calm page, and nothing leaks."""

import logging
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, SecurityError

from alliance import errors
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.sentences import words_for
from alliance.web.access import MEMBERS_ONLY, statement
from alliance.web.logs import request_number
from alliance.web.security import sent_from_our_page
from alliance.web.session import came_from

# Who may do what somebody was forbidden to do, by the code in Forbidden.
_ROLES: Final = {
    "booker": _l("the person who booked, or an admin of the unit it was booked for"),
    "concerned": _l("those whom the booking concerns"),
    "decider": _l("an approver"),
    "manager": _l("a manager of the resource, or an admin of the unit that owns it"),
    "admin": _l("an admin of the unit"),
    "invited": _l("the person who was invited"),
    "secretariat": _l("the secretariat"),
    "group_lead": _l("the secretariat, or an admin of the unit that leads the group"),
    "council": _l("the council"),
    "member": _l("a member unit in good standing"),
}
_STATUS: Final[dict[type[errors.AllianceError], int]] = {
    errors.Missing: 404,
    errors.Forbidden: 403,
    errors.Taken: 409,
    errors.AlreadyDecided: 409,
    errors.Refused: 422,
    errors.Stale: 412,
    errors.Busy: 503,
    errors.KeyReused: 422,
}
_DATABASE_DOWN: Final = (OperationalError, InterfaceError, NoConnection)
_DATABASE_RETRY_SECONDS: Final = 10
_NOT_REPEATED: Final = ("password", "old", "new", "repeat", "code", "csrf_token")

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error that a page does not answer itself.

    By class, not by status code: such handlers step back behind those of a blueprint. For addresses that no blueprint
    knows, another entrance claims what begins with a path: `app.extensions["failures"]["/api/"] = handler`.
    """
    app.extensions["failures"] = {}
    app.register_error_handler(CSRFError, _not_our_form)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(errors.AllianceError, _unless_claimed(_domain))
    app.register_error_handler(HTTPException, _unless_claimed(_http))
    for kind in _DATABASE_DOWN:
        app.register_error_handler(kind, _unless_claimed(_database_down))


def page(code: int, retry_after: int | None = None, **more: object) -> Response:
    """The error page of a status; when even that fails, one that needs nothing."""
    context = {
        "code": code,
        "number": request_number(),
        "retry_after": retry_after,
        "back": came_from(),
        **more,
    }
    try:
        text = render_template("errors/show.html", **context)
    except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets a page and the log its traceback
        if isinstance(error, _DATABASE_DOWN) and not g.get("database_is_down"):
            return _database_down(error)
        _log.exception("The page for error %d could not be made", code)
        text = _last_page(code)
    response = make_response(text, code)
    response.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _unless_claimed(handler: Callable[[Any], Response]) -> Callable[[Any], Any]:
    def answer(error: Exception) -> Any:
        claims: dict[str, Callable[[Exception], Any]] = current_app.extensions["failures"]
        claimed = next((other for path, other in claims.items() if request.path.startswith(path)), handler)
        return claimed(error)

    return answer


def _domain(error: errors.AllianceError) -> Response:
    code = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, errors.Forbidden):
        return page(code, needs=_ROLES.get(error.needs, error.needs))
    if isinstance(error, errors.Busy):
        return page(code, error.retry_after)
    if isinstance(error, errors.Refused):
        return page(code, problems=[_for_people(problem) for problem in error.problems])
    return page(code)


def _for_people(problem: errors.Problem) -> dict[str, str]:
    words = words_for(problem)
    return {"name": words.title, "sentence": words.message, "remedy": words.remedy}


def _http(error: HTTPException) -> Response:
    """What Flask itself refuses, and every bug: Flask has logged that one with its traceback by now."""
    code = error.code or 500
    if code >= 500:
        # Whatever broke, the page about it must not ask the same again.
        g.database_is_down = True
    response = page(code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unknown_host(_error: SecurityError) -> Response:
    """Somebody asked under a host name that is not ours; without one of ours not even an address can be written."""
    _log.warning("Asked under a host name that is not in ALLIANCE_TRUSTED_HOSTS")
    return Response("This host name is not served here.\n", 400, mimetype="text/plain")


def _database_down(error: Exception) -> Response:
    """The database cannot be reached: say so without asking it anything."""
    _log.error("The database does not answer", exc_info=error)
    g.database_is_down = True
    reason = _("The system cannot reach its data at this moment. What you entered was not saved.")
    return page(503, _DATABASE_RETRY_SECONDS, reason=reason)


def _not_our_form(_error: CSRFError) -> Response:
    """A form came without a valid token: mostly its session ended while it lay open.

    If the browser vouches that one of our pages sent it, what was typed is offered for sending once more, passwords
    left out. If not, somebody else may have written the form, and nothing of it is shown.
    """
    fields = []
    if sent_from_our_page():
        fields = [
            (name, value) for name, value in request.form.items(multi=True) if name not in _NOT_REPEATED
        ]
    signed_out = statement() == MEMBERS_ONLY and not current_user.is_authenticated
    response = make_response(render_template("errors/form.html", fields=fields, signed_out=signed_out), 400)
    response.headers["Cache-Control"] = "no-store"
    return response


def _last_page(code: int) -> str:
    g.database_is_down = True
    try:
        return render_template("errors/plain.html", code=code, number=request_number())
    except Exception:  # noqa: BLE001 - the same
        _log.exception("The plain page for error %d could not be made", code)
        return f"<!doctype html><title>{code}</title><p>{code} · {request_number()}</p>"
