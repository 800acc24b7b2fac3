"""The star beside a resource: marking it as one's favourite, and taking that back."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from alliance.resources.actions import mark_favourite, unmark_favourite
from alliance.web.access import members_only
from alliance.web.session import require_actor, safe_way_back

blueprint = Blueprint("favourites", __name__, url_prefix="/resources")


@blueprint.post("/<code>/favourite")
@members_only
def mark(code: str) -> Response:
    """Mark it, and go back to where the star was pressed."""
    mark_favourite(code, by=require_actor())
    return _back(code)


@blueprint.post("/<code>/favourite/removal")
@members_only
def unmark(code: str) -> Response:
    """Take the mark back."""
    unmark_favourite(code, by=require_actor())
    return _back(code)


def _back(code: str) -> Response:
    address = safe_way_back(request.form.get("next"))
    return redirect(address or url_for("resources.show", code=code), 303)
