"""Importing resources from a table, and the table of everything one may edit."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from alliance.db import db, read_as_of_now
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.exchange.actions import confirm_import, discard_import, may_import, receive_import
from alliance.exchange.format import COLUMNS, NEEDED
from alliance.exchange.looking import MOST_FINDINGS, PART_SIZE, check_import
from alliance.exchange.queries import import_named, imports_of, table_of
from alliance.exchange.reading import LARGEST_FILE, MOST_ROWS
from alliance.exchange.work import go_on
from alliance.exchange.writing import FORMATS, written
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.downloads import download
from alliance.web.failures import page
from alliance.web.security import takes_up_to
from alliance.web.session import current_actor, require_actor
from alliance.web.times import Times
from alliance.web.vocabulary import run_together

blueprint = Blueprint("imports", __name__, url_prefix="/resources")

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
# The file, and what a browser sends around it.
LARGEST_FORM: Final = LARGEST_FILE + 64 * 1024
# So much is looked at while its sender waits; more is left to the worker.
_AT_ONCE: Final = 256 * 1024
_MEGABYTE: Final = 2**20
# Seconds after which the page of one under way asks again.
_AGAIN: Final = {"Refresh": "3"}
_EXPORT_WIDTH: Final = 18


@dataclass(frozen=True)
class Finding:
    """What is wrong with a cell: where it is, what is wrong, and what would be right."""

    line: int
    code: str
    column: str
    message: str
    remedy: str


@blueprint.get("/import")
@members_only
def index() -> Answer:
    """The form for a file, what the table looks like, and one's imports."""
    return _form(200)


@blueprint.post("/import")
@members_only
@takes_up_to(LARGEST_FORM)
def create() -> Answer:
    """Take the file; a small one is looked at on the spot."""
    actor = require_actor()
    if not may_import(actor):
        raise Forbidden("admin")
    file = request.files.get("file")
    content = file.stream.read(LARGEST_FILE + 1) if file else b""
    if not content:
        return _form(422, [Problem("table_missing", field="file")])
    if len(content) > LARGEST_FILE:
        return _form(413, [_too_heavy()])
    try:
        ref = receive_import(_name(file.filename if file else ""), content, by=actor)
    except Refused as refused:
        return _form(422, list(refused.problems))
    if len(content) <= _AT_ONCE:
        check_import(ref)
    return redirect(url_for("imports.show", ref=ref), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the page itself; nothing of the file has been read."""
    actor = current_actor()
    return _form(413, [_too_heavy()]) if actor is not None and may_import(actor) else page(413)


@blueprint.get("/import/<ref>")
@members_only
def show(ref: str) -> Answer:
    """What an import would do, how far it is, or what came of it."""
    job = import_named(db.session(), require_actor(), ref)
    text = render_template(
        "imports/show.html",
        job=job,
        findings=[_finding(*told) for told in job.findings],
        most=MOST_FINDINGS,
        is_moving=job.state in ("received", "confirmed"),
        times=Times.of(current_app.config["SETTINGS"].zone),
    )
    return (text, 202, _AGAIN) if job.state in ("received", "confirmed") else text


@blueprint.post("/import/<ref>/confirmation")
@members_only
def confirm(ref: str) -> Answer:
    """Do it; a small one on the spot."""
    actor = require_actor()
    job = import_named(db.session(), actor, ref)
    is_small = job.total <= PART_SIZE
    try:
        confirm_import(ref, by=actor)
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
    else:
        if is_small:
            go_on(ref)
    return redirect(url_for("imports.show", ref=ref), 303)


@blueprint.post("/import/<ref>/removal")
@members_only
def discard(ref: str) -> Answer:
    """Forget it."""
    try:
        discard_import(ref, by=require_actor())
    except Refused as refused:
        flash(" ".join(words_for(problem).message for problem in refused.problems), "bad")
        return redirect(url_for("imports.show", ref=ref), 303)
    flash(_("The import is forgotten; nothing was changed."), "good")
    return redirect(url_for("imports.index"), 303)


@blueprint.get("/export.<form>")
@members_only
def export(form: str) -> Response:
    """Everything one may edit, in the format that is imported."""
    if form not in FORMATS:
        raise Missing
    actor = require_actor()
    if not (actor.managed_ids or may_import(actor)):
        raise Forbidden("manager")
    # Read in many steps, and yet of one moment.
    read_as_of_now(db.session())
    title = _("Resources")
    file = written(form, table_of(db.session(), actor), title, [_EXPORT_WIDTH] * len(COLUMNS))
    return download(file, form, title)


def _form(code: int, problems: list[Problem] | None = None) -> Answer:
    actor = require_actor()
    if not may_import(actor):
        raise Forbidden("admin")
    words = [words_for(problem) for problem in problems or []]
    text = render_template(
        "imports/index.html",
        errors=[run_together((each.message, each.remedy)) for each in words],
        jobs=imports_of(db.session(), actor),
        needed=NEEDED,
        most_rows=MOST_ROWS,
        megabytes=LARGEST_FILE // _MEGABYTE,
        largest=LARGEST_FILE,
        too_heavy=words_for(_too_heavy()).message,
        times=Times.of(current_app.config["SETTINGS"].zone),
    )
    return text, code


def _too_heavy() -> Problem:
    return Problem("table_too_heavy", params={"megabytes": LARGEST_FILE // _MEGABYTE}, field="file")


def _name(name: str | None) -> str:
    """The file's own name, without the way to it."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())


def _finding(line: int, code: str, column: str | None, problem: str, params: dict[str, Any]) -> Finding:
    words = words_for(Problem(problem, params=params, field=column))
    return Finding(line, code, column or "", words.message, words.remedy)
