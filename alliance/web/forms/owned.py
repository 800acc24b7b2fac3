"""A new resource as it is typed: the few questions a draft begins with."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField

from alliance.errors import Problem
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.sentences import words_for
from alliance.resources.kinds import KINDS, PRESETS
from alliance.web.forms.booking import one_line
from alliance.web.forms.sheet import Needed, line
from alliance.web.sheet_words import FIELD_NAMES, PRESET_NAMES
from alliance.web.vocabulary import kind_name, run_together


class NewForm(FlaskForm):
    """A new resource: only what makes a sensible draft."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    unit = SelectField(_l("Owner"), validate_choice=False)
    kind = SelectField(FIELD_NAMES["kind"], validate_choice=False)
    preset = RadioField(FIELD_NAMES["preset"], validate_choice=False)
    name_zh = StringField(FIELD_NAMES["name_zh"], [Needed()], filters=[one_line])
    name_en = line("name_en")
    code = StringField(_l("Code"), filters=[one_line, lambda text: (text or "").upper()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind, kind_name(kind)) for kind in KINDS]
        self.preset.choices = [(preset, str(PRESET_NAMES[preset])) for preset in PRESETS]

    def tell(self, problems: Sequence[Problem]) -> None:
        """Each finding beside its field, with the way out."""
        for problem in problems:
            words = words_for(problem)
            field: Field = self[problem.field or "name_zh"]
            field.errors = [*field.errors, run_together((words.message, words.remedy))]
