"""The form for a webhook."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from alliance.i18n import lazy_gettext as _l
from alliance.notifications.reaching import LONGEST_ADDRESS
from alliance.notifications.webhooks.actions import LONGEST_LABEL
from alliance.web.forms.booking import one_line

_TOO_LONG = _l("At most %(max)d characters.")


class WebhookForm(FlaskForm):
    """Where events should go, and what the unit calls that."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    address = StringField(
        _l("Address"),
        [InputRequired(_l("Enter an address.")), Length(max=LONGEST_ADDRESS, message=_TOO_LONG)],
        filters=[one_line],
    )
    label = StringField(
        _l("Name for your own list"), [Length(max=LONGEST_LABEL, message=_TOO_LONG)], filters=[one_line]
    )
