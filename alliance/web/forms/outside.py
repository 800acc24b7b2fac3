"""Tying a resource to a calendar kept elsewhere: by its address, or by a file."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line


class OutsideFileForm(FlaskForm):
    """A newer file of a calendar that is there already."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    file = FileField(_l("Calendar file"))


class OutsideForm(OutsideFileForm):
    """What is closed, by which calendar, and how that is had. How long and how needed, the domain says."""

    resource = HiddenField(filters=[one_line])
    item = SelectField(_l("What it closes"), validate_choice=False)
    name = StringField(_l("Name of the calendar"), filters=[one_line])
    source = RadioField(
        _l("Where it comes from"),
        choices=[SelectChoice("address", _l("An address")), SelectChoice("file", _l("A file I send"))],
        default="address",
    )
    address = StringField(_l("Calendar address"), filters=[one_line])
    tentative = BooleanField(_l("Tentative events close, too"), default=True)

    def fit(self, items: Sequence[tuple[str, str]]) -> None:
        """Offer the items there are."""
        self.item.choices = [("", _("All of it")), *(items if len(items) > 1 else ())]

    def item_id(self, ids: Sequence[int]) -> int | None:
        """The chosen item of these; None for all of them, and with an error for one that is not there."""
        if not self.item.data:
            return None
        chosen = next((number for number in ids if str(number) == self.item.data), None)
        if chosen is None:
            self.item.errors = [*self.item.errors, _("Choose one of these.")]
        return chosen
