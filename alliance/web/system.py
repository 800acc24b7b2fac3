"""What machines ask of the installation as a whole."""

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, redirect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from alliance.db import db
from alliance.migrations import newest_migration
from alliance.web.access import public

blueprint = Blueprint("system", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return _line("ok")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """The process can work: the database answers and has the tables this program was written for."""
    try:
        found = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        current_app.logger.warning(
            "Not ready: the database does not answer, or has no tables yet.", exc_info=True
        )
        return _line("database", 503)
    if found != newest_migration():
        return _line("migrations", 503)
    return _line("ok")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Search engines may read what everybody may. Feeds are not named here: that would point at them."""
    return _line("User-agent: *\nAllow: /")


@blueprint.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """For browsers that ask for it by its old name."""
    return redirect(current_app.jinja_env.globals["asset"]("favicon.svg"))  # type: ignore[operator]


def _line(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})
