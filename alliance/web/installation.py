"""What the alliance calls itself, on every page; and the way to the first start while nobody is there."""

from typing import Any

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from alliance.config import Settings
from alliance.db import db
from alliance.i18n import localized
from alliance.members.installation import Watch
from alliance.web.access import MEMBERS_ONLY, PUBLIC, statement

# Asked by machines, or part of the first start itself.
_LEFT_ALONE = ("system", "start")
# The nouns of the API; what describes them asks no database.
_CALLS = "api_"


def init_app(app: Flask, settings: Settings) -> None:
    """Look up before each page what is stored; the settings of the application are what was found last."""
    app.extensions["installation"] = Watch(settings)
    app.before_request(_look)
    app.context_processor(_for_templates)


def watch() -> Watch:
    """What keeps what is known of the installation in this process."""
    found: Watch = current_app.extensions["installation"]
    return found


def look_now() -> None:
    """Know what is stored this very moment: for where it has just been changed, perhaps by another process."""
    watch().look_again()
    current_app.config["SETTINGS"] = watch().known(db.session()).settings


def _look() -> Response | None:
    """Know what the alliance is called; while there is nobody, lead to the page where it begins."""
    is_page = statement() in (PUBLIC, MEMBERS_ONLY)
    is_call = (request.blueprint or "").startswith(_CALLS)
    if not (is_page or is_call) or request.blueprint == "system":
        return None
    known = watch().known(db.session())
    current_app.config["SETTINGS"] = known.settings
    if is_call or known.has_people or request.blueprint in _LEFT_ALONE:
        return None
    return redirect(url_for("start.index"))


def _for_templates() -> dict[str, Any]:
    name = localized(current_app.config["SETTINGS"], "name").text
    return {"alliance_name": name, "alliance_logo": watch().last.logo}
