"""What the alliance says of itself: the secretariat changes it, the council reads it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from alliance.config import Settings
from alliance.db import db
from alliance.errors import Forbidden, Problem, Refused, Stale
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.members.alliance_actions import (
    Particulars,
    edit_alliance,
    may_read_particulars,
    read_particulars,
)
from alliance.resources.pictures import LARGEST_FILE, logo_of
from alliance.web.access import members_only
from alliance.web.failures import page
from alliance.web.forms.alliance_care import AllianceForm
from alliance.web.installation import look_now
from alliance.web.security import takes_up_to
from alliance.web.session import current_actor, require_actor
from alliance.web.zones import world_zones

blueprint = Blueprint("alliance_care", __name__, url_prefix="/alliance")

Answer = str | Response | tuple[str, int]
_LARGEST_FORM: Final = LARGEST_FILE + 64 * 1024


@blueprint.get("")
@members_only
def show() -> Answer:
    """The form for the secretariat; for the council what stands in it."""
    _reader()
    return _page(AllianceForm.of(_stands()))


@blueprint.post("")
@members_only
@takes_up_to(_LARGEST_FORM)
def change() -> Answer:
    """Change it, unless somebody else has meanwhile."""
    actor = _secretariat()
    form = AllianceForm()
    if not form.validate():
        return _page(form), 422
    try:
        edit_alliance(
            form.facts(),
            by=actor,
            version=form.version_read,
            settings=_settings(),
            logo=_logo(),
            without_logo=form.without_logo.data,
        )
    except Stale:
        stands = _stands()
        form.tell_of_others(str(stands.version))
        return _page(form, now=stands), 409
    except Refused as refused:
        form.tell(_beside_the_logo(refused.problems))
        return _page(form), 422
    look_now()
    flash(_("Saved. Every page and letter says it from now on."), "good")
    return redirect(url_for("alliance_care.show"), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the page itself; nothing of what was sent has been read."""
    actor = current_actor()
    if actor is None or not actor.is_secretariat:
        return page(413)
    form = AllianceForm.of(_stands())
    form.tell([Problem("photo_too_heavy", params={"megabytes": LARGEST_FILE // 2**20}, field="logo")])
    return _page(form), 413


def _reader() -> Actor:
    actor = require_actor()
    if not may_read_particulars(actor):
        raise Forbidden("secretariat")
    return actor


def _secretariat() -> Actor:
    actor = _reader()
    if not actor.is_secretariat:
        raise Forbidden("secretariat")
    return actor


def _stands() -> Particulars:
    """What is stored; the bars around the page say it as well."""
    look_now()
    return read_particulars(db.session(), _settings())


def _logo() -> bytes | None:
    """Our picture of the logo that was sent; None where none was."""
    file = request.files.get("logo")
    return logo_of(file.stream) if file is not None and file.filename else None


def _beside_the_logo(problems: Sequence[Problem]) -> list[Problem]:
    return [replace(each, field="logo") if each.field == "photo" else each for each in problems]


def _page(form: AllianceForm, now: Particulars | None = None) -> str:
    """The page; with `now` beside the form what somebody else has made of it."""
    return render_template(
        "alliance_care/show.html",
        form=form,
        stands=_stands(),
        other=now,
        zones=world_zones(),
        decides=require_actor().is_secretariat,
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
