"""Defining a question: what is typed, and the wording it makes. What is allowed, the domain says."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.formats import format_number
from alliance.resources.questions.actions import Wording
from alliance.resources.questions.models import KINDS, Question
from alliance.web.forms.booking import one_line, some_lines

KIND_NAMES: Final[dict[str, Callable[[], str]]] = {
    "short_text": lambda: _("A line of text"),
    "long_text": lambda: _("Several lines of text"),
    "choice": lambda: _("One of several answers"),
    "number": lambda: _("A number"),
    "file": lambda: _("A file"),
    "consent": lambda: _("Consent to a text"),
}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,3})?")
# Between the Chinese and the English of one answer.
_BETWEEN: Final = "|"


class QuestionForm(FlaskForm):
    """A question in both languages, with what its kind needs."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    kind = SelectField(_l("Kind of answer"), validate_choice=False)
    wording_zh = StringField(_l("Question in Chinese"), filters=[one_line])
    wording_en = StringField(_l("Question in English"), filters=[one_line])
    note_zh = TextAreaField(_l("Explanation in Chinese, or the text to agree to"), filters=[some_lines])
    note_en = TextAreaField(_l("Explanation in English, or the text to agree to"), filters=[some_lines])
    choices = TextAreaField(_l("Answers to choose from"), filters=[some_lines])
    least = StringField(_l("At least"), filters=[one_line])
    most = StringField(_l("At most"), filters=[one_line])
    measure_zh = StringField(_l("Unit of measure in Chinese"), filters=[one_line])
    measure_en = StringField(_l("Unit of measure in English"), filters=[one_line])
    is_required = BooleanField(_l("Must be answered"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind.choices = [(kind, KIND_NAMES[kind]()) for kind in KINDS]

    def wording(self) -> Wording | None:
        """What is to be asked, or None with an error beside a bound that is no number."""
        least, most = self._bound(self.least), self._bound(self.most)
        if self.kind.data == "number" and (self.least.errors or self.most.errors):
            return None
        texts = ("wording_zh", "wording_en", "note_zh", "note_en", "measure_zh", "measure_en")
        return Wording(
            kind=self.kind.data or "",
            is_required=self.is_required.data,
            choices=tuple(_pairs((self.choices.data or "").split("\n"))),
            least=least,
            most=most,
            **dict[str, Any]({name: self[name].data or "" for name in texts}),
        )

    def _bound(self, field: Any) -> float | None:
        if not field.data:
            return None
        if not _NUMBER.fullmatch(field.data):
            field.errors = [_("This is no number of at most nine digits and three decimals.")]
            return None
        return float(field.data)


def form_of(question: Question) -> QuestionForm:
    """The form filled with the question as it is asked now."""
    return QuestionForm(
        formdata=None,
        kind=question.kind,
        is_required=question.is_required,
        wording_zh=question.wording_zh,
        wording_en=question.wording_en,
        note_zh=question.note_zh,
        note_en=question.note_en,
        choices="\n".join(_BETWEEN.join(filter(None, pair)) for pair in question.choices),
        least=_written(question.least),
        most=_written(question.most),
        measure_zh=question.measure_zh,
        measure_en=question.measure_en,
    )


def _written(bound: float | None) -> str:
    return "" if bound is None else format_number(bound)


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Each line as Chinese and English; a full-width bar divides as well, and one language may do for both."""
    for line in filter(None, map(str.strip, lines)):
        zh, _bar, en = line.replace("｜", _BETWEEN).partition(_BETWEEN)
        yield zh.strip(), en.strip()
