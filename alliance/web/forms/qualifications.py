"""Forms about qualifications: asking, granting, saying why not, and what one is."""

from collections.abc import Sequence
from typing import Final

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from alliance.i18n import lazy_gettext as _l
from alliance.resources.qualifications.keeping import LONGEST_EN, LONGEST_ZH
from alliance.resources.qualifications.models import LONGEST_NOTE
from alliance.web.forms.booking import DayField, one_line, some_lines
from alliance.web.forms.units import TellingForm

_TOO_LONG: Final = _l("At most %(max)d characters.")


class AskForm(TellingForm):
    """A word to those who grant it."""

    note = TextAreaField(
        _l("What you can already do"), [Length(max=LONGEST_NOTE, message=_TOO_LONG)], filters=[some_lines]
    )


class GrantForm(TellingForm):
    """From which day through which; without a last day it does not end."""

    valid_from = DayField(_l("From"))
    valid_until = DayField(_l("Through"))


class QualificationForm(TellingForm):
    """What it is called, and which of the unit's resources ask for it."""

    name_zh = StringField(
        _l("Chinese name"),
        [DataRequired(_l("Fill this in.")), Length(max=LONGEST_ZH, message=_TOO_LONG)],
        filters=[one_line],
    )
    name_en = StringField(_l("English name"), [Length(max=LONGEST_EN, message=_TOO_LONG)], filters=[one_line])
    resources = SelectMultipleField(
        _l("Asked for by"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )

    def offer(self, resources: Sequence[tuple[str, str]]) -> None:
        """Let these be chosen from, by code and name."""
        self.resources.choices = [(code, name) for code, name in resources]
