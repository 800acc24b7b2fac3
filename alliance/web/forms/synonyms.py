"""Words that mean the same, as they are typed."""

import re
from typing import Final

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line, some_lines

LONGEST_TEXT: Final = 2000


class SynonymForm(FlaskForm):
    """One word a line; `version` is that of the set when it was read."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    words = TextAreaField(
        _l("Words"),
        [
            InputRequired(_l("Write one word a line.")),
            Length(max=LONGEST_TEXT, message=_l("At most %(max)d characters.")),
        ],
        filters=[some_lines],
    )
    version = HiddenField(filters=[one_line])

    @property
    def version_read(self) -> int:
        """The version the words were read at; 0, which no set has, for anything else."""
        text = self.version.data or ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0
