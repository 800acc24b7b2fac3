"""Answers to a resource's questions in the browser: files sent with the form, and what was answered in words."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response, request, send_file
from werkzeug.datastructures import MultiDict

from alliance.booking.answers import FIELD, answers_of, files_named
from alliance.booking.models import Answer, Booking
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.i18n import Text, localized
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.notifications.formats import format_number
from alliance.notifications.sentences import words_for
from alliance.refs import is_ref
from alliance.resources.files.actions import send_file as keep_file
from alliance.resources.files.checked import ENDINGS, file_of
from alliance.resources.files.models import File
from alliance.resources.files.queries import content_of
from alliance.resources.questions.actions import MOST_FILES
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import choices_of
from alliance.web.forms.booking import ANSWER, FILE, BookingForm
from alliance.web.vocabulary import run_together, size_in_words

LARGEST_ANSWER: Final = 5 * 1024 * 1024
# As many files as may be asked for, and the other fields of the form.
LARGEST_FORM: Final = MOST_FILES * LARGEST_ANSWER + 256 * 1024
# Whatever is in there, it is a file to be kept and nothing to be shown here.
_AROUND_A_FILE: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True)
class Row:
    """A question as the form shows it: its field, what helps to answer it, and the name of the file sent for it."""

    ref: str
    kind: str
    is_required: bool
    field: Any
    note: Text
    hint: str
    sent: str = ""


@dataclass(frozen=True)
class Said:
    """An answer as a page shows it: what was asked, what was said, and the file, if that is what was said."""

    asked: Text
    answer: Text | str
    note: Text
    file: File | None = None
    size: str = ""


def keep_files(questions: Sequence[Question], *, by: Actor) -> tuple[MultiDict[str, str], dict[str, Problem]]:
    """The form with each file that came along kept and named in it; and what is wrong with others, by question."""
    values: MultiDict[str, str] = MultiDict(request.form)
    unsound: dict[str, Problem] = {}
    for question in questions:
        sent = request.files.get(FILE + question.ref) if question.kind == "file" else None
        if sent is None or not sent.filename:
            continue
        try:
            values[ANSWER + question.ref] = keep_file(
                file_of(sent.filename, sent.stream, largest=LARGEST_ANSWER), by=by
            )
        except Refused as refused:
            values[ANSWER + question.ref] = ""
            unsound[question.ref] = replace(refused.problems[0], field=FIELD + question.ref)
    return values, unsound


def answers_in(values: Mapping[str, str]) -> dict[str, str]:
    """The answers a form gives, also to what is asked no more: who answered that shall look again."""
    names = [name for name in values if name.startswith(ANSWER)]
    return {name.removeprefix(ANSWER): values[name] for name in names if is_ref(name.removeprefix(ANSWER))}


def files_to_come(questions: Sequence[Question]) -> list[str]:
    """The questions for which a file is chosen in a form that is still being filled."""
    return [question.ref for question in questions if request.args.get(FILE + question.ref)]


def rows_of(form: BookingForm, person_id: int) -> list[Row]:
    """The questions as the form shows them; which files were sent is asked in one statement, if any were."""
    refs = [field.data for question, field in form.asked if question.kind == "file" and field.data]
    sent = files_named(db.session(), person_id, refs)
    return [
        Row(
            question.ref,
            question.kind,
            question.is_required,
            field,
            localized(question, "note"),
            run_together((bounds_of(question), str(localized(question, "note")))),
            sent[field.data].name if question.kind == "file" and field.data in sent else "",
        )
        for question, field in form.asked
    ]


def bounds_of(question: Question) -> str:
    """Between what a number must lie, and in which measure; of a file what it may be."""
    if question.kind == "file":
        return _(
            "PDF, text, CSV, office file or picture, at most %(megabytes)s MB.",
            megabytes=LARGEST_ANSWER // 2**20,
        )
    measure = str(localized(question, "measure"))
    least, most = (
        None if bound is None else " ".join(filter(None, (format_number(bound), measure)))
        for bound in (question.least, question.most)
    )
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s.", least=least, most=most)
    if least is not None:
        return _("At least %(least)s.", least=least)
    if most is not None:
        return _("At most %(most)s.", most=most)
    return _("In %(measure)s.", measure=measure) if measure else ""


def said_of(answers: Sequence[Answer]) -> list[Said]:
    """The answers in words, in the order they were asked for."""
    return [
        Said(
            localized(answer.question, "wording"),
            _in_words(answer),
            localized(answer.question, "note") if answer.question.kind == "consent" else Text("", "zh"),
            answer.file,
            size_in_words(answer.file.size) if answer.file else "",
        )
        for answer in answers
    ]


def file_named(booking: Booking, ref: str, reader: Actor) -> Response:
    """A file among the answers of a booking, if the reader may see these; raises Missing."""
    answers = answers_of(db.session(), reader, booking)
    file = next((answer.file for answer in answers if answer.file and answer.file.ref == ref), None)
    if file is None:
        raise Missing
    return as_attachment(file)


def as_attachment(file: File) -> Response:
    """The file, to be kept on the reader's device and never shown as a page of ours."""
    content = io.BytesIO(content_of(db.session(), file))
    answer = send_file(content, file.media_type, as_attachment=True, download_name=file.name)
    answer.headers["Content-Security-Policy"] = _AROUND_A_FILE
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _in_words(answer: Answer) -> Text | str:
    question = answer.question
    if question.kind == "choice":
        words: Text = choices_of(question)[int(answer.value) - 1]
        return words
    if question.kind == "number":
        measure = str(localized(question, "measure"))
        number = format_number(float(answer.value))
        return f"{number} {measure}" if measure else number
    if question.kind == "consent":
        return _("Agreed")
    return answer.value


def file_terms() -> dict[str, Any]:
    """What a field for a file tells the browser: what may be chosen, how large, and what to say beyond that."""
    too_heavy = Problem("file_too_heavy", params={"megabytes": LARGEST_ANSWER // 2**20})
    return {
        "endings": ",".join(ENDINGS),
        "largest": LARGEST_ANSWER,
        "too_heavy": words_for(too_heavy).message,
    }
