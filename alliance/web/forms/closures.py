"""Closing something for a while: what is typed, and the stretch of time it means."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from alliance.availability.local_time import instant_of
from alliance.availability.models import CLOSURE_KINDS
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.web.forms.booking import DayField, read_clock, some_lines

LONGEST_REASON: Final = 300
_QUARTERS: Final = [f"{n // 4:02}:{n % 4 * 15:02}" for n in range(96)]


class ClosureForm(FlaskForm):
    """What is closed, why, from when and until when; open-ended with a day on which to look again."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    item = SelectMultipleField(
        _l("Only some of it"), validate_choice=False, option_widget=CheckboxInput(), widget=ListWidget()
    )
    kind = SelectField(_l("Why"), validate_choice=False)
    begin = RadioField(
        _l("From"), choices=[SelectChoice("now", _l("Now")), SelectChoice("at", _l("A time"))], default="now"
    )
    start_date = DayField(_l("Start date"))
    start = SelectField(_l("Start time"), validate_choice=False)
    finish = RadioField(
        _l("Until"),
        choices=[SelectChoice("at", _l("A time")), SelectChoice("open", _l("Until I end it"))],
        default="at",
    )
    end_date = DayField(_l("End date"))
    end = SelectField(_l("End time"), validate_choice=False)
    review_on = DayField(_l("Look again on"))
    reason = TextAreaField(
        _l("In words"),
        [Length(max=LONGEST_REASON, message=_l("At most %(max)d characters."))],
        filters=[some_lines],
    )

    def fit(self, items: Sequence[tuple[str, str]]) -> None:
        """Offer the items there are, the kinds, and the quarters of an hour; what was chosen stays among them."""
        self.item.choices = list(items) if len(items) > 1 else []
        self.kind.choices = [(kind, CLOSURE_NAMES[kind]()) for kind in CLOSURE_KINDS]
        for field, offered in ((self.start, _QUARTERS), (self.end, [*_QUARTERS, "24:00"])):
            kept = [field.data] if field.data and field.data not in offered else []
            field.choices = [(text, text) for text in sorted(offered + kept)]

    def times(
        self, zone: ZoneInfo, now: datetime, *, since: datetime | None = None
    ) -> tuple[datetime, datetime | None] | None:
        """From when and until when, None for until somebody ends it; or None with every error beside its field.

        `since` is when it began, where that is no longer asked for.
        """
        self.validate()
        asked = since or (now if self.begin.data == "now" else None)
        start = asked or self._instant(self.start_date, self.start, zone)
        end = None if self.finish.data == "open" else self._instant(self.end_date, self.end, zone)
        if start is not None and end is not None and end <= start:
            self.end.errors = [*self.end.errors, _("The end must come after the start.")]
        return None if self.errors or start is None else (start, end)

    def item_ids(self, ids: Sequence[int]) -> list[int | None]:
        """The ticked items of these; one None for all of it, and with an error for one that is not there."""
        ticked = [text for text in self.item.data or () if text]
        chosen = [number for number in ids if str(number) in ticked]
        if len(chosen) != len(set(ticked)):
            self.item.errors = [*self.item.errors, _("Choose one of these.")]
        return [*chosen] if chosen and len(chosen) < len(ids) else [None]

    def _instant(self, day: Any, clock: Any, zone: ZoneInfo) -> datetime | None:
        minutes = read_clock(clock.data)
        if day.data is None and not day.errors:
            day.errors = [*day.errors, _("Choose a day.")]
        if minutes is None:
            clock.errors = [*clock.errors, _("Choose a time.")]
        if day.data is None or minutes is None:
            return None
        wall = datetime.combine(day.data, datetime.min.time()) + timedelta(minutes=minutes)
        return instant_of(wall, zone)
