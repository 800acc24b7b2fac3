"""Documents: the files themselves, and the page on which those who run a resource look after them."""

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
from alliance.resources.documents import (
    LONGEST_TITLE,
    MOST_DOCUMENTS,
    add_document,
    describe_document,
    document_named,
    documents_of,
    place_document,
    remove_document,
    title_problems,
)
from alliance.resources.files.checked import ENDINGS, LARGEST, Sent, file_of
from alliance.resources.files.models import Document
from alliance.resources.models import Resource
from alliance.web.access import members_only, public
from alliance.web.answers import as_attachment
from alliance.web.failures import page
from alliance.web.forms.documents import DocumentForm, TitleForm
from alliance.web.running import run_by_reader, run_by_sender
from alliance.web.security import takes_up_to
from alliance.web.session import current_actor, require_actor
from alliance.web.vocabulary import run_together, size_in_words

blueprint = Blueprint("documents", __name__)

Answer = str | BaseResponse | tuple[str, int]
# The file, and what a browser sends around it.
LARGEST_FORM: Final = LARGEST + 64 * 1024


@blueprint.get("/documents/<ref>")
@public
def file(ref: str) -> Response:
    """A document, to be kept on one's device; of what is hidden or for members only there is none for others."""
    document = document_named(db.session(), current_actor(), ref)
    if document is None:
        raise Missing
    return as_attachment(document.file)


@blueprint.get("/resources/<code>/documents")
@members_only
def index(code: str) -> Answer:
    """The documents of a resource one runs, and the form for another one."""
    return _page(run_by_reader(code))


@blueprint.post("/resources/<code>/documents")
@members_only
@takes_up_to(LARGEST_FORM)
def add(code: str) -> Answer:
    """Take a document in, or say everything that is wrong with it."""
    resource, form = run_by_reader(code), DocumentForm()
    sent, problems = _sent(request.files.get("file"))
    problems += title_problems(form.told["title_zh"], form.told["title_en"])
    try:
        if problems or sent is None:
            raise Refused(problems)
        add_document(resource.id, sent, by=require_actor(), **form.told)
    except Refused as refused:
        _tell(form, refused.problems)
        if not form.file.errors:
            form.file.errors = [_("Choose the file once more: a browser does not keep it.")]
        return _page(run_by_reader(code), form, 422)
    flash(_("The document is on the page."), "good")
    return _back(code)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Said on the page itself; nothing of the file has been read."""
    resource = run_by_sender(request.view_args)
    if resource is None:
        return page(413)
    form = DocumentForm(formdata=None)
    _tell(form, [_too_heavy()])
    return _page(resource, form, 413)


@blueprint.post("/resources/<code>/documents/<ref>/titles")
@members_only
def describe(code: str, ref: str) -> Answer:
    """Call it something else, or let others have it."""
    _of(run_by_reader(code), ref)
    form = TitleForm(prefix=ref)
    try:
        describe_document(ref, by=require_actor(), **form.told)
    except Refused as refused:
        _tell(form, refused.problems)
        return _page(run_by_reader(code), None, 422, {ref: form})
    flash(_("Saved."), "good")
    return _back(code)


@blueprint.post("/resources/<code>/documents/<ref>/place")
@members_only
def place(code: str, ref: str) -> Answer:
    """Move it in the list."""
    _of(run_by_reader(code), ref)
    place_document(ref, request.form.get("n", 1, lambda text: int(text[:9])), by=require_actor())
    return _back(code)


@blueprint.post("/resources/<code>/documents/<ref>/removal")
@members_only
def remove(code: str, ref: str) -> Answer:
    """Take it away."""
    _of(run_by_reader(code), ref)
    remove_document(ref, by=require_actor())
    flash(_("The document is removed."), "good")
    return _back(code)


def _of(resource: Resource, ref: str) -> Document:
    documents = documents_of(db.session(), resource.id, require_actor())
    found = next((each for each in documents if each.ref == ref), None)
    if found is None:
        raise Missing
    return found


def _sent(file: FileStorage | None) -> tuple[Sent | None, list[Problem]]:
    """The file, or why it is not taken. Looked into before the act, for it takes a while."""
    try:
        return file_of(file.filename or "", file.stream) if file else file_of("", io.BytesIO()), []
    except Refused as refused:
        return None, list(refused.problems)


def _too_heavy() -> Problem:
    return Problem("file_too_heavy", params={"megabytes": LARGEST // 2**20}, field="file")


def _tell(form: TitleForm, problems: Sequence[Problem]) -> None:
    """Each finding beside its field, with the way out."""
    for problem in problems:
        words, field = words_for(problem), form[problem.field or "file"]
        field.errors = [*field.errors, run_together((words.message, words.remedy))]


def _page(
    resource: Resource,
    form: DocumentForm | None = None,
    code: int = 200,
    titles: dict[str, TitleForm] | None = None,
) -> Answer:
    documents = documents_of(db.session(), resource.id, require_actor())
    text = render_template(
        "documents/index.html",
        resource=resource,
        rows=[
            (each, (titles or {}).get(each.ref) or _title_form(each), size_in_words(each.file.size))
            for each in documents
        ],
        form=form or DocumentForm(formdata=None),
        most=MOST_DOCUMENTS,
        longest=LONGEST_TITLE,
        largest=LARGEST,
        megabytes=LARGEST // 2**20,
        endings=",".join(ENDINGS),
        too_heavy=words_for(_too_heavy()).message,
    )
    return text, code


def _title_form(document: Document) -> TitleForm:
    return TitleForm(
        formdata=None,
        prefix=document.ref,
        title_zh=document.title_zh,
        title_en=document.title_en,
        for_members=document.for_members,
    )


def _back(code: str) -> BaseResponse:
    return redirect(url_for("documents.index", code=code), 303)
