"""Photos: the pictures themselves, and the page on which those who run a resource look after them."""

import io
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.resources.models import Photo, Resource
from alliance.resources.photos import (
    LONGEST_CAPTION,
    MOST_PHOTOS,
    Size,
    add_photo,
    caption_problems,
    describe_photo,
    photos_of,
    picture_named,
    place_photo,
    remove_photo,
)
from alliance.resources.pictures import (
    LARGEST_FILE,
    LONGEST_SIDE,
    SHORTEST_SIDE,
    SMALL_SIZE,
    Picture,
    picture_of,
)
from alliance.web.access import members_only, public
from alliance.web.failures import page
from alliance.web.forms.photos import CaptionForm, PhotoForm
from alliance.web.running import run_by_reader, run_by_sender
from alliance.web.security import takes_up_to
from alliance.web.session import current_actor, require_actor
from alliance.web.vocabulary import run_together

blueprint = Blueprint("photos", __name__)

Answer = str | BaseResponse | tuple[str, int]
# The file, and what a browser sends around it.
LARGEST_FORM: Final = LARGEST_FILE + 64 * 1024
_FOR_EVER: Final = "public, max-age=31536000, immutable"
# Permission may end, so browsers ask again after a while; proxies keep nothing.
_FOR_A_WHILE: Final = "private, max-age=3600"
# Browsers draw a page of their own, with styles inline, around a picture opened by itself; nothing else gets in there.
_AROUND_A_PICTURE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
)


@blueprint.get("/photos/<name>.webp")
@public
def picture(name: str) -> Response:
    """A picture, `REF` or `REF-small`; of what is hidden there is none."""
    ref, _dash, rest = name.partition("-")
    size: Size = "small" if rest else "large"
    if rest not in ("", "small"):
        raise Missing
    # First as nobody in particular: what everybody may see does not depend on who asks, and proxies may keep it.
    content, kept = picture_named(db.session(), None, ref, size), _FOR_EVER
    if content is None:
        content, kept = _for_members(ref, size), _FOR_A_WHILE
    headers = {"Cache-Control": kept, "Content-Security-Policy": _AROUND_A_PICTURE}
    answer = Response(content, mimetype="image/webp", headers=headers)
    answer.set_etag(name)
    answer.make_conditional(request)
    return answer


@blueprint.get("/resources/<code>/photos")
@members_only
def index(code: str) -> Answer:
    """The photos of a resource one runs, and the form for another one."""
    return _page(run_by_reader(code))


@blueprint.post("/resources/<code>/photos")
@members_only
@takes_up_to(LARGEST_FORM)
def add(code: str) -> Answer:
    """Take a photo in, or say everything that is wrong with it."""
    resource, form = run_by_reader(code), PhotoForm()
    made, problems = _made(request.files.get("photo"))
    problems += caption_problems(**form.captions)
    try:
        if problems or made is None:
            raise Refused(problems)
        add_photo(resource.id, made, by=require_actor(), **form.captions)
    except Refused as refused:
        _tell(form, refused.problems)
        if not form.photo.errors:
            form.photo.errors = [_("Choose the photo once more: a browser does not keep it.")]
        return _page(run_by_reader(code), form, 422)
    flash(_("The photo is on the page."), "good")
    return _back(code)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the page itself; nothing of the file has been read."""
    resource = run_by_sender(request.view_args)
    if resource is None:
        return page(413)
    form = PhotoForm(formdata=None)
    _tell(form, [_too_heavy()])
    return _page(resource, form, 413)


@blueprint.post("/resources/<code>/photos/<ref>/captions")
@members_only
def describe(code: str, ref: str) -> Answer:
    """Say something else about it."""
    _of(run_by_reader(code), ref)
    form = CaptionForm(prefix=ref)
    try:
        describe_photo(ref, by=require_actor(), **form.captions)
    except Refused as refused:
        _tell(form, refused.problems)
        return _page(run_by_reader(code), None, 422, {ref: form})
    flash(_("The caption is saved."), "good")
    return _back(code)


@blueprint.post("/resources/<code>/photos/<ref>/place")
@members_only
def place(code: str, ref: str) -> Answer:
    """Move it in the row."""
    _of(run_by_reader(code), ref)
    place_photo(ref, request.form.get("n", 1, int), by=require_actor())
    return _back(code)


@blueprint.post("/resources/<code>/photos/<ref>/removal")
@members_only
def remove(code: str, ref: str) -> Answer:
    """Take it away."""
    _of(run_by_reader(code), ref)
    remove_photo(ref, by=require_actor())
    flash(_("The photo is removed."), "good")
    return _back(code)


def _for_members(ref: str, size: Size) -> bytes:
    reader = current_actor()
    content = picture_named(db.session(), reader, ref, size) if reader is not None else None
    if content is None:
        raise Missing
    return content


def _of(resource: Resource, ref: str) -> Photo:
    found = next((each for each in photos_of(db.session(), resource.id) if each.ref == ref), None)
    if found is None:
        raise Missing
    return found


def _made(file: FileStorage | None) -> tuple[Picture | None, list[Problem]]:
    """Our picture of what was sent, or why there is none. Reckoned before the act, for it takes a while."""
    try:
        return picture_of(file.stream if file else io.BytesIO()), []
    except Refused as refused:
        return None, list(refused.problems)


def _too_heavy() -> Problem:
    return Problem("photo_too_heavy", params={"megabytes": LARGEST_FILE // 2**20}, field="photo")


def _tell(form: CaptionForm, problems: Sequence[Problem]) -> None:
    """Each finding beside its field, with the way out."""
    for problem in problems:
        words, field = words_for(problem), form[problem.field or "photo"]
        field.errors = [*field.errors, run_together((words.message, words.remedy))]


def _page(
    resource: Resource,
    form: PhotoForm | None = None,
    code: int = 200,
    captions: dict[str, CaptionForm] | None = None,
) -> Answer:
    photos = photos_of(db.session(), resource.id)
    text = render_template(
        "photos/index.html",
        resource=resource,
        rows=[(photo, (captions or {}).get(photo.ref) or _caption_form(photo)) for photo in photos],
        form=form or PhotoForm(formdata=None),
        most=MOST_PHOTOS,
        longest=LONGEST_CAPTION,
        largest=LARGEST_FILE,
        megabytes=LARGEST_FILE // 2**20,
        sides=(SHORTEST_SIDE, LONGEST_SIDE),
        small_size=SMALL_SIZE,
        too_heavy=words_for(_too_heavy()).message,
    )
    return text, code


def _caption_form(photo: Photo) -> CaptionForm:
    return CaptionForm(formdata=None, prefix=photo.ref, alt_zh=photo.alt_zh, alt_en=photo.alt_en)


def _back(code: str) -> BaseResponse:
    return redirect(url_for("photos.index", code=code), 303)
