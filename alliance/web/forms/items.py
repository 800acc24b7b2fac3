"""More items of a resource: how many, and what they are called."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, NumberRange

from alliance.i18n import lazy_gettext as _l
from alliance.resources.sheet_checks import MOST_ITEMS
from alliance.web.forms.booking import CountField, one_line


class NewItemsForm(FlaskForm):
    """Some more."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    count = CountField(
        _l("How many"),
        [
            InputRequired(_l("Say how many.")),
            NumberRange(1, MOST_ITEMS, _l("From %(min)d to %(max)d.")),
        ],
        default=1,
    )
    label_zh = StringField(_l("Name in Chinese"), filters=[one_line])
    label_en = StringField(_l("Name in English"), filters=[one_line])

    def labels(self, there: int) -> list[list[Any]]:
        """The new items; several, and those without a name, are numbered on from those that are there."""
        count, zh, en = self.count.data or 1, self.label_zh.data or "", self.label_en.data or ""
        if count == 1 and zh:
            return [[zh, en or None, True]]
        return [
            [f"{zh} {n}".strip(), f"{en} {n}".strip() if en or not zh else None, True]
            for n in range(there + 1, there + count + 1)
        ]
