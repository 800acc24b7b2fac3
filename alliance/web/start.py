"""The first start of an empty installation, for whoever knows the code that the server printed."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from alliance import clock
from alliance.availability.national import keep_announced_days
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.members.first_start import Beginning, begin_alliance
from alliance.members.installation import logo_named
from alliance.notifications.sentences import words_for
from alliance.resources.pictures import LARGEST_FILE, logo_of
from alliance.web.access import public
from alliance.web.forms.start import StartForm
from alliance.web.installation import watch
from alliance.web.security import takes_up_to
from alliance.web.session import start_session
from alliance.web.zones import world_zones

blueprint = Blueprint("start", __name__)

Answer = str | BaseResponse | tuple[str, int]
_LARGEST_FORM = LARGEST_FILE + 64 * 1024


@blueprint.get("/start")
@public
def index() -> Answer:
    """The page where an alliance begins; once it has, the front page."""
    if watch().known(db.session()).has_people:
        return redirect(url_for("home.index"))
    settings = _settings()
    kept = {"zone": settings.zone, "language": settings.language}
    return _page(StartForm(formdata=None, data=kept))


@blueprint.post("/start")
@public
@takes_up_to(_LARGEST_FORM)
def begin() -> Answer:
    """The alliance, and whoever began it signed in."""
    form = StartForm()
    if not form.validate():
        return _page(form), 422
    try:
        person_id = begin_alliance(
            form.code.data,
            Beginning(
                name_zh=form.name_zh.data,
                name_en=form.name_en.data or "",
                zone=form.zone.data,
                language="en" if form.language.data == "en" else "zh",
                person_name=form.person_name.data,
                email=form.email.data,
                password=form.new.data,
                demo=form.demo.data == "demo",
            ),
            logo=_logo,
            address=request.remote_addr,
            may_demo=not _settings().is_production,
        )
    except Missing:
        return redirect(url_for("home.index"), 303)
    except Refused as refused:
        _tell(form, refused.problems)
        return _page(form), 422
    watch().look_again()
    keep_announced_days(clock.now().date())
    start_session(person_id)
    if form.demo.data == "demo":
        flash(_("The alliance has begun. The demo is being loaded; that takes about a minute."), "wait")
    else:
        flash(_("The alliance has begun. Next, admit its units."), "good")
    return redirect(url_for("manage.index"), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the page itself; nothing of what was sent has been read."""
    form = StartForm(formdata=None)
    _tell(form, [Problem("photo_too_heavy", params={"megabytes": LARGEST_FILE // 2**20}, field="photo")])
    return _page(form), 413


@blueprint.get("/logo/<name>.webp")
@public
def logo(name: str) -> Response:
    """The logo of the alliance; another one has another address."""
    content = logo_named(db.session(), name) if name.isalnum() else None
    if content is None:
        raise Missing
    return Response(
        content, mimetype="image/webp", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def _logo() -> bytes | None:
    """Our picture of the logo that was sent; None where none was."""
    file = request.files.get("logo")
    return logo_of(file.stream) if file is not None and file.filename else None


def _page(form: StartForm) -> str:
    return render_template(
        "start/index.html", form=form, zones=world_zones(), may_demo=not _settings().is_production
    )


def _tell(form: StartForm, problems: Sequence[Problem]) -> None:
    fields = {"photo": "logo"}
    for problem in problems:
        words = words_for(problem)
        name = fields.get(problem.field or "", problem.field)
        said = f"{words.message} {words.remedy}".strip()
        if name in form:
            form[name].errors = [*form[name].errors, said]
        else:
            form.form_errors.append(said)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
