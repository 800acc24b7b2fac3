"""The form of what the alliance says of itself."""

import re
from typing import Final

from wtforms import BooleanField, FileField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from alliance.i18n import lazy_gettext as _l
from alliance.members.alliance_actions import AllianceFacts, Particulars
from alliance.members.installation import LONGEST_NAME
from alliance.web.forms.booking import one_line
from alliance.web.forms.units import TellingForm

_TOO_LONG: Final = _l("At most %(max)d characters.")


class AllianceForm(TellingForm):
    """What the alliance says of itself; `version` is that of when it was read."""

    name_zh = StringField(
        _l("Name in Chinese"),
        [DataRequired(_l("Enter a name.")), Length(max=LONGEST_NAME, message=_TOO_LONG)],
        filters=[one_line],
    )
    name_en = StringField(
        _l("Name in English"), [Length(max=LONGEST_NAME, message=_TOO_LONG)], filters=[one_line]
    )
    logo = FileField(_l("Logo"))
    without_logo = BooleanField(_l("Take the logo away"))
    zone = StringField(
        _l("Time zone"),
        [InputRequired(_l("Enter a time zone.")), Length(max=40, message=_TOO_LONG)],
        filters=[one_line],
    )
    language = RadioField(
        _l("Language"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
    )
    version = HiddenField(filters=[one_line])

    @classmethod
    def of(cls, stands: Particulars) -> "AllianceForm":
        """As it stands."""
        return cls(formdata=None, data={**vars(stands.facts), "version": str(stands.version)})

    @property
    def version_read(self) -> int:
        """The version it was read at; -1, which there never is, for anything else."""
        text = self.version.data or ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1

    def facts(self) -> AllianceFacts:
        """What was entered."""
        return AllianceFacts(
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or "",
            zone=self.zone.data or "",
            language=self.language.data or "",
        )
