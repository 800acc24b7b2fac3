"""Forms about oneself."""

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from alliance.i18n import lazy_gettext as _l
from alliance.members.invitations import LONGEST_NAME
from alliance.members.passwords import LONGEST
from alliance.web.forms.booking import one_line


class SignInForm(FlaskForm):
    """Email and password; `next` is where the reader was."""

    email = EmailField(
        _l("Email"),
        [InputRequired(_l("Enter your email.")), Length(max=254, message=_l("This is too long."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class _PresentPassword(FlaskForm):
    old = PasswordField(
        _l("Current password"),
        [InputRequired(_l("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class ForgottenForm(FlaskForm):
    """Whose password is forgotten."""

    email = EmailField(
        _l("Email"),
        [InputRequired(_l("Enter your email.")), Length(max=254, message=_l("This is too long."))],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(FlaskForm):
    """A new password, for whoever came by a link."""

    new = PasswordField(
        _l("New password"),
        [InputRequired(_l("Enter a new password.")), Length(max=LONGEST, message=_l("This is too long."))],
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _l("New password again"),
        [
            InputRequired(_l("Enter the new password again.")),
            EqualTo("new", _l("The two new passwords differ.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(_PresentPassword, NewPasswordForm):
    """A new password in place of the old one."""


class AcceptForm(FlaskForm):
    """Who somebody is who was invited and has no account yet."""

    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Enter your name.")),
            Length(max=LONGEST_NAME, message=_l("At most %(max)d characters.")),
        ],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )
    language = RadioField(
        _l("Language of pages and mail"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
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


class LanguageForm(FlaskForm):
    """The language of pages and mail."""

    # Each language by its own name, whatever the page is written in.
    language = RadioField(
        _l("Language of pages and mail"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
    )
