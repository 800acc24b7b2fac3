"""The form of the first start."""

from flask_wtf import FlaskForm
from wtforms import EmailField, FileField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from alliance.i18n import lazy_gettext as _l
from alliance.members.installation import LONGEST_NAME
from alliance.members.passwords import LONGEST
from alliance.members.sign_in import LONGEST_EMAIL
from alliance.web.forms.booking import one_line

_TOO_LONG = _l("At most %(max)d characters.")


class StartForm(FlaskForm):
    """What the alliance is to be, and who begins it."""

    code = StringField(
        _l("Start code"),
        [InputRequired(_l("Enter the code the server printed.")), Length(max=40, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    name_zh = StringField(
        _l("Name in Chinese"),
        [InputRequired(_l("Enter a name.")), Length(max=LONGEST_NAME, message=_TOO_LONG)],
        filters=[one_line],
    )
    name_en = StringField(
        _l("Name in English"), [Length(max=LONGEST_NAME, message=_TOO_LONG)], filters=[one_line]
    )
    logo = FileField(_l("Logo"))
    zone = StringField(
        _l("Time zone"),
        [InputRequired(_l("Enter a time zone.")), Length(max=40, message=_TOO_LONG)],
        filters=[one_line],
        default="Asia/Shanghai",
    )
    language = RadioField(
        _l("Language"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
        default="zh",
    )
    person_name = StringField(
        _l("Your name"),
        [InputRequired(_l("Enter your name.")), Length(max=80, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("Your email"),
        [InputRequired(_l("Enter your email.")), Length(max=LONGEST_EMAIL, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocomplete": "username"},
    )
    new = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter a password.")), Length(max=LONGEST, message=_l("This is too long."))],
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _l("Password again"),
        [
            InputRequired(_l("Enter the password again.")),
            EqualTo("new", _l("The two passwords differ.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    demo = RadioField(
        _l("To begin with"),
        choices=[
            SelectChoice("none", _l("Nothing: units and people come as they are")),
            SelectChoice("demo", _l("The demo alliance, with invented units, people and bookings")),
        ],
        default="none",
    )
