"""The fields of a resource's questions, put into the form for booking it."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from alliance.i18n import localized
from alliance.resources.questions.models import Question
from alliance.web.forms.booking import ANSWER, BookingForm, one_line, some_lines


def asking(questions: Sequence[Question]) -> type[BookingForm]:
    """The booking form with a field for each question; what an answer must be, the domain says."""
    fields: dict[str, Any] = {ANSWER + question.ref: _field(question) for question in questions}
    return type(BookingForm.__name__, (BookingForm,), {**fields, "questions": tuple(questions)})


def _field(question: Question) -> Any:
    label = str(localized(question, "wording"))
    if question.kind == "consent":
        return BooleanField(label)
    if question.kind == "choice":
        return SelectField(label, validate_choice=False)
    if question.kind == "file":
        # Holds the ref under which the file was sent; the file itself comes in a field of its own.
        return HiddenField(label, filters=[one_line])
    if question.kind == "long_text":
        return TextAreaField(label, filters=[some_lines])
    return StringField(label, filters=[one_line])
