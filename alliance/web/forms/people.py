"""Forms about the people of a unit."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import EmailField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from alliance.booking.departure import Handover
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.members.invitations import LONGEST_NAME
from alliance.members.memberships import LONGEST_REASON
from alliance.members.sign_in import LONGEST_EMAIL
from alliance.web.forms.booking import DayField, one_line, some_lines

_TOO_LONG = _l("At most %(max)d characters.")


class _Form(FlaskForm):
    class Meta:
        csrf = False  # the frame checks every form before its page sees it


class InvitationForm(_Form):
    """Whom to invite, and as what."""

    email = EmailField(
        _l("Email"),
        [InputRequired(_l("Enter an email.")), Length(max=LONGEST_EMAIL, message=_TOO_LONG)],
        filters=[one_line],
    )
    name = StringField(_l("Name"), [Length(max=LONGEST_NAME, message=_TOO_LONG)], filters=[one_line])
    language = SelectField(
        _l("Language of the letter"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
        default="zh",
    )
    role = SelectField(
        _l("Role"),
        choices=[SelectChoice("member", _l("Member")), SelectChoice("admin", _l("Admin"))],
        default="member",
    )
    ends_on = DayField(_l("Last day"))


class MembershipForm(_Form):
    """What somebody is in the unit, and until when."""

    role = RadioField(
        _l("Role"), choices=[SelectChoice("member", _l("Member")), SelectChoice("admin", _l("Admin"))]
    )
    ends_on = DayField(_l("Last day"))


class ManagementForm(_Form):
    """A resource by its code."""

    resource = StringField(
        _l("Resource"),
        [InputRequired(_l("Enter the code of a resource.")), Length(max=40, message=_TOO_LONG)],
        filters=[one_line],
    )


class PeopleForm(_Form):
    """A table of people, as a file or pasted."""

    file = FileField(_l("File"))
    people = TextAreaField(_l("Or paste it here"))


class DepartureForm(_Form):
    """Who takes over what somebody leaves behind. Which bookings, the page ticks by itself."""

    heir = SelectField(_l("The ticked bookings go to"), validate_choice=False)
    manager = SelectField(_l("Managed from now on by"), validate_choice=False)

    def fit(self, heirs: Sequence[tuple[str, str]]) -> None:
        """Offer these people, by ref and name."""
        self.heir.choices = [("", _("Nobody: they stay as they are")), *heirs]
        self.manager.choices = [("", _("The admins of the unit")), *heirs]

    def handover(self, chosen: frozenset[str]) -> Handover:
        """What goes to whom; where nobody was chosen the ticks, which are there from the start, mean nothing."""
        heir = self.heir.data or ""
        return Handover(chosen if heir else frozenset(), heir, self.manager.data or "")


class SuspensionForm(_Form):
    """Why somebody loses every role."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why: the history shows it.")), Length(max=LONGEST_REASON, message=_TOO_LONG)],
        filters=[some_lines],
    )
