"""Forms for calendar feeds and API tokens."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from alliance.calendars.looks import LONGEST_LABEL
from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line

_LABEL_LENGTH = Length(max=LONGEST_LABEL, message=_l("At most %(max)d characters."))
UNIT = "unit:"


class FeedForm(FlaskForm):
    """What a new feed shows. `what` is mine, resource, or the code of a unit after `unit:`."""

    what = SelectField(_l("Which bookings"))
    resource = StringField(
        _l("Code of the resource"),
        [Length(max=20, message=_l("At most %(max)d characters."))],
        filters=[one_line],
    )
    detail = SelectField(
        _l("How much of each"),
        choices=[
            SelectChoice("full", _l("Everything I may see")),
            SelectChoice("unit", _l("Resource and unit only")),
            SelectChoice("busy", _l("Only that the time is taken")),
        ],
    )
    language = RadioField(
        _l("Language of the feed"), choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")]
    )
    label = StringField(_l("Name for your own list"), [_LABEL_LENGTH], filters=[one_line])

    def __init__(self, units: Iterable[tuple[str, str]], **more: Any) -> None:
        """`units` are the codes and names of those whose bookings the reader may subscribe to."""
        super().__init__(**more)
        self.what.choices = [
            SelectChoice("mine", _l("My bookings")),
            *(
                SelectChoice(UNIT + code, _l("On the resources of %(unit)s", unit=name))
                for code, name in units
            ),
            SelectChoice("resource", _l("On one resource")),
        ]

    @property
    def scope(self) -> str:
        """The scope that `what` stands for."""
        return str(self.what.data).partition(":")[0]

    @property
    def subject(self) -> str | None:
        """The code of the unit or the resource."""
        if self.scope == "resource":
            return (self.resource.data or "").strip().upper()
        return str(self.what.data).partition(":")[2] or None


class TokenForm(FlaskForm):
    """What a program may do with a new token."""

    scope = SelectField(
        _l("What it may do"),
        choices=[
            SelectChoice("read", _l("Read")),
            SelectChoice("book", _l("Read and book")),
            SelectChoice("decide", _l("Read, book and decide")),
        ],
    )
    label = StringField(_l("Name for your own list"), [_LABEL_LENGTH], filters=[one_line])

    def __init__(self, **more: Any) -> None:
        """Its fields bear names of their own, for the page has another form with a label."""
        super().__init__(prefix="token", **more)
