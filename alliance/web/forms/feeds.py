"""Forms for calendar feeds and API tokens."""

import re
from collections.abc import Iterable
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from alliance.calendars.feeds import MOST_RESOURCES
from alliance.calendars.ics import COLOURS
from alliance.calendars.lines import FeedLine
from alliance.calendars.looks import LONGEST_LABEL, PAST_DAYS
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line

_LABEL_LENGTH = Length(max=LONGEST_LABEL, message=_l("At most %(max)d characters."))
_LONGEST_CODE: Final = 20
_CODES_LENGTH = Length(max=(_LONGEST_CODE + 2) * MOST_RESOURCES, message=_l("At most %(max)d characters."))
_BETWEEN_CODES: Final = re.compile(r"[\s,;，；、]+")
_PAST: Final = (0, 7, 30, PAST_DAYS, 90, 365)
# Nothing stands for "without end": a select has no other word for what is not there.
_ALL: Final = 0
_FUTURE: Final = (_ALL, 7, 30, 90, 180, 365)
UNIT = "unit:"
GROUP = "group:"


class LookForm(FlaskForm):
    """How a feed looks: all of it can be changed later."""

    detail = SelectField(
        _l("How much of each"),
        choices=[
            SelectChoice("full", _l("Everything I may see")),
            SelectChoice("unit", _l("Resource and unit only")),
            SelectChoice("busy", _l("Only that the time is taken")),
        ],
    )
    label = StringField(_l("Name of the calendar"), [_LABEL_LENGTH], filters=[one_line])
    colour = SelectField(_l("Colour"), default="")
    past = SelectField(_l("How far back"), coerce=int, default=PAST_DAYS)
    future = SelectField(_l("How far ahead"), coerce=int, default=_ALL)
    pending = BooleanField(_l("With what still waits for a decision"))
    cancelled = BooleanField(_l("With what was cancelled of late"))
    language = RadioField(
        _l("Language of the feed"), choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")]
    )
    resources = StringField(_l("Codes of the resources"), [_CODES_LENGTH], filters=[one_line])

    def __init__(self, feed: FeedLine | None = None, **more: Any) -> None:
        """`feed` is the one to be changed: what a program chose for it can be kept as well."""
        if feed is not None and "data" not in more:
            more["data"] = {
                **{
                    name: getattr(feed, name)
                    for name in ("detail", "label", "colour", "pending", "cancelled")
                },
                "language": feed.language,
                "past": feed.past_days,
                "future": feed.future_days or _ALL,
                "resources": " ".join(resource.code for resource in feed.resources),
            }
        super().__init__(**more)
        names = colour_names()
        self.colour.choices = [SelectChoice(colour, name) for colour, name in names.items()]
        past = {*_PAST, feed.past_days} if feed else set(_PAST)
        future = {*_FUTURE, feed.future_days or _ALL} if feed else set(_FUTURE)
        self.past.choices = [SelectChoice(days, _past_words(days)) for days in sorted(past)]
        self.future.choices = [SelectChoice(days, _future_words(days)) for days in sorted(future)]

    @property
    def look(self) -> dict[str, Any]:
        """What was chosen, as `calendars.looks.Look` has it."""
        return {
            **{name: self[name].data for name in ("language", "detail", "colour", "pending", "cancelled")},
            "label": self.label.data or "",
            "past_days": self.past.data,
            "future_days": self.future.data or None,
        }

    @property
    def codes(self) -> list[str]:
        """The codes of the resources, each once, in the order they were typed."""
        typed = _BETWEEN_CODES.split((self.resources.data or "").upper())
        return list(dict.fromkeys(filter(None, typed)))


class FeedForm(LookForm):
    """A new feed. `what` is mine, approvals, resource, or the code of a unit or a group after `unit:` or `group:`."""

    what = SelectField(_l("Which bookings"))

    def __init__(
        self, units: Iterable[tuple[str, str]], groups: Iterable[tuple[str, str]], **more: Any
    ) -> None:
        """`units` and `groups` are the codes and names of those whose bookings the reader may subscribe to."""
        super().__init__(**more)
        self.what.choices = [
            SelectChoice("mine", _l("My bookings")),
            SelectChoice("approvals", _l("What waits for my decision")),
            *(
                SelectChoice(UNIT + code, _l("On the resources of %(unit)s", unit=name))
                for code, name in units
            ),
            *(
                SelectChoice(GROUP + code, _l("On the resources of the group %(group)s", group=name))
                for code, name in groups
            ),
            SelectChoice("resource", _l("On chosen resources")),
        ]

    @property
    def scope(self) -> str:
        """The scope that `what` stands for."""
        scope = str(self.what.data).partition(":")[0]
        return "resources" if scope == "resource" and len(self.codes) > 1 else scope

    @property
    def subject(self) -> str | None:
        """The code of the unit, the group or the one resource."""
        if self.scope == "resource":
            return next(iter(self.codes), "")
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


def colour_names() -> dict[str, str]:
    """What each colour is called in the reader's language; nothing is what the calendar program chooses."""
    names = {
        "teal": _("Teal"),
        "seagreen": _("Sea green"),
        "olivedrab": _("Olive"),
        "darkgoldenrod": _("Gold"),
        "chocolate": _("Orange brown"),
        "firebrick": _("Brick red"),
        "mediumvioletred": _("Magenta"),
        "purple": _("Purple"),
        "royalblue": _("Royal blue"),
        "steelblue": _("Steel blue"),
        "slategray": _("Slate grey"),
    }
    return {"": _("As the calendar program likes"), **{colour: names[colour] for colour in COLOURS}}


def _past_words(days: int) -> str:
    return str(_("The last %(days)s days", days=days)) if days else str(_("From today"))


def _future_words(days: int) -> str:
    return str(_("The next %(days)s days", days=days)) if days else str(_("Everything ahead"))
