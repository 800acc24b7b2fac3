"""Documents of a resource: manuals, safety sheets, templates, in the order its owner gives them."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from alliance import clock
from alliance.db import action
from alliance.errors import Problem, refuse_if
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.refs import is_ref, new_ref
from alliance.resources.arranged import held_with, number, place
from alliance.resources.files.actions import keep, remove
from alliance.resources.files.checked import Sent
from alliance.resources.files.models import Document, File
from alliance.resources.held import held_to_run
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to

MOST_DOCUMENTS: Final = 12
LONGEST_TITLE: Final = 120


def documents_of(session: Session, resource_id: int, reader: Actor | None) -> Sequence[Document]:
    """The documents the reader may have of a resource he is known to see, with their files, in their order."""
    chosen = _with_files().where(Document.resource_id == resource_id, _open_to(reader))
    return session.scalars(chosen.order_by(Document.n)).all()


def titles_of(session: Session, resource_id: int) -> Sequence[Document]:
    """All documents of a resource one runs, in their order, without their files."""
    chosen = sa.select(Document).where(Document.resource_id == resource_id)
    return session.scalars(chosen.order_by(Document.n)).all()


def document_named(session: Session, reader: Actor | None, ref: str) -> Document | None:
    """The document with its file, where the reader may have it; None otherwise."""
    if not is_ref(ref):
        return None
    chosen = _with_files().join(Resource, Resource.id == Document.resource_id)
    return session.scalar(chosen.where(Document.ref == ref, visible_to(reader), _open_to(reader)))


def title_problems(title_zh: str, title_en: str) -> list[Problem]:
    """What is wrong with a title. One language is enough."""
    problems = [
        Problem("too_much_text", params={"longest": LONGEST_TITLE}, field=field)
        for field, text in (("title_zh", title_zh), ("title_en", title_en))
        if len(text) > LONGEST_TITLE
    ]
    if not (title_zh or title_en):
        problems.append(Problem("title_missing", field="title_zh"))
    return problems


@action
def add_document(
    session: Session,
    resource_id: int,
    sent: Sent,
    *,
    by: Actor,
    title_zh: str = "",
    title_en: str = "",
    for_members: bool = False,
) -> str:
    """Put the file last among the resource's documents; return the document's ref.

    Whoever manages the resource or is an admin of its owner may. Raises Missing, Forbidden or Refused.
    """
    resource = held_to_run(session, resource_id, by)
    others = documents_of(session, resource.id, by)
    problems = title_problems(title_zh, title_en)
    if len(others) >= MOST_DOCUMENTS:
        problems.append(Problem("too_many_documents", params={"most": MOST_DOCUMENTS}, field="file"))
    refuse_if(problems)
    document = Document(
        ref=new_ref(),
        resource_id=resource.id,
        n=len(others) + 1,
        file_id=keep(session, sent, by=by).id,
        title_zh=title_zh or None,
        title_en=title_en or None,
        for_members=for_members,
        at=clock.now(),
        by_id=by.person_id,
    )
    session.add(document)
    session.flush()
    _record(session, "document.added", resource, document, by, name=sent.name)
    return document.ref


@action
def describe_document(
    session: Session,
    ref: str,
    *,
    by: Actor,
    title_zh: str = "",
    title_en: str = "",
    for_members: bool = False,
) -> str:
    """Give the document another title, or other readers; return its ref. Raises Missing, Forbidden or Refused."""
    resource, document = held_with(session, Document, ref, by)
    refuse_if(title_problems(title_zh, title_en))
    new = (title_zh or None, title_en or None, for_members)
    if new != (document.title_zh, document.title_en, document.for_members):
        document.title_zh, document.title_en, document.for_members = new
        _record(session, "document.described", resource, document, by)
    return ref


@action
def place_document(session: Session, ref: str, n: int, *, by: Actor) -> str:
    """Make it the n-th of the resource's documents, the first being 1; return its ref. Raises Missing or Forbidden."""
    resource, document = held_with(session, Document, ref, by)
    if moved_to := place(documents_of(session, resource.id, by), document, n):
        _record(session, "document.placed", resource, document, by, n=moved_to)
    return ref


@action
def remove_document(session: Session, ref: str, *, by: Actor) -> str:
    """Take the document and its file away for good; return its ref. Raises Missing or Forbidden."""
    resource, document = held_with(session, Document, ref, by)
    _record(session, "document.removed", resource, document, by)
    file_id = document.file_id
    session.execute(sa.delete(Document).where(Document.id == document.id))
    remove(session, file_id)
    number(documents_of(session, resource.id, by))
    return ref


def _with_files() -> sa.Select[Document]:
    return sa.select(Document).join(File, File.id == Document.file_id).options(contains_eager(Document.file))


def _open_to(reader: Actor | None) -> sa.ColumnElement[bool]:
    return Document.for_members.is_(False) if reader is None else sa.true()


def _record(
    session: Session, verb: str, resource: Resource, document: Document, by: Actor, **more: Any
) -> None:
    """The resource's history tells it: the document may be gone by the time somebody asks."""
    titles = {"title_zh": document.title_zh, "title_en": document.title_en}
    record(
        session,
        verb,
        "resource",
        resource.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=resource.owner_id,
        document=document.ref,
        **titles,
        **more,
    )
