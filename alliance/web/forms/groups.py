"""Forms about groups of units."""

from collections.abc import Sequence
from typing import Final

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.members.groups import GroupChanges
from alliance.members.unit_facts import LONGEST
from alliance.web.forms.booking import one_line
from alliance.web.forms.units import TellingForm, version_field

_TOO_LONG: Final = _l("At most %(max)d characters.")
_NEEDED: Final = _l("Fill this in.")


class _Named(TellingForm):
    name_zh = StringField(
        _l("Chinese name"),
        [DataRequired(_NEEDED), Length(max=LONGEST["name_zh"], message=_TOO_LONG)],
        filters=[one_line],
    )
    name_en = StringField(
        _l("English name"), [Length(max=LONGEST["name_en"], message=_TOO_LONG)], filters=[one_line]
    )


class NewGroupForm(_Named):
    """What a group is called, and the code it is known by."""

    code = StringField(
        _l("Code"), [DataRequired(_NEEDED), Length(max=20, message=_TOO_LONG)], filters=[one_line]
    )


class GroupForm(_Named):
    """What a group is called, and which of its units leads it."""

    version = version_field()
    lead = SelectField(_l("Lead unit"), validate_choice=False)

    def changes(self) -> GroupChanges:
        """What was entered."""
        return {
            "name_zh": self.name_zh.data or "",
            "name_en": self.name_en.data or "",
            "lead": self.lead.data or None,
        }

    def fit(self, units: Sequence[tuple[str, str]]) -> None:
        """Offer the units of the group, and none."""
        self.lead.choices = [
            SelectChoice("", _("No unit leads it")),
            *(SelectChoice(*unit) for unit in units),
        ]
